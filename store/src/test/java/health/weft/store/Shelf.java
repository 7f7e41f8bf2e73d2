package health.weft.store;

import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Resources of a test by short names: {@code {ana}} in a resource or a search stands for its reference. */
final class Shelf {
    static final Author CLINIC = new Author("Organization/clinic");

    final RecordStore store;
    private final Map<String, String> names = new LinkedHashMap<>();

    Shelf(RecordStore store) {
        this.store = store;
    }

    Stored put(String name, String json) {
        return put(name, CLINIC, json);
    }

    Stored put(String name, Author author, String json) {
        Stored stored = store.create(Json.parse(real(json)), author, Visibility.ALL);
        names.put(name, stored.reference());
        return stored;
    }

    String real(String text) {
        String real = text;
        for (Map.Entry<String, String> e : names.entrySet()) {
            real = real.replace("{" + e.getKey() + "}", e.getValue())
                    .replace(
                            "{" + e.getKey() + ".id}",
                            e.getValue().substring(e.getValue().indexOf('/') + 1));
        }
        return real;
    }

    SearchPage search(String search) {
        return search(search, Visibility.ALL, Visibility.ALL);
    }

    SearchPage search(String search, Visibility who, Visibility match) {
        return store.search(request(search), who, match);
    }

    SearchRequest request(String search) {
        String real = real(search);
        int mark = real.indexOf('?');
        return store.request(real.substring(0, mark), SearchRequest.parameters(real.substring(mark + 1)), false);
    }

    /** Names of the matches in the order of the alphabet. */
    String found(String search) {
        return String.join(" ", new TreeSet<>(order(search)));
    }

    String found(String search, Visibility who, Visibility match) {
        return String.join(
                " ",
                new TreeSet<>(search(search, who, match).matches().stream()
                        .map(this::name)
                        .toList()));
    }

    List<String> order(String search) {
        return search(search).matches().stream().map(this::name).toList();
    }

    String included(String search) {
        return String.join(
                " ",
                new TreeSet<>(search(search).included().stream().map(this::name).toList()));
    }

    String name(Stored stored) {
        return names.entrySet().stream()
                .filter(e -> e.getValue().equals(stored.reference()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(stored.reference());
    }
}
