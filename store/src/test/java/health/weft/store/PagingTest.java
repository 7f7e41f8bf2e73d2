package health.weft.store;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.fhir.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages while others write: what stood throughout is shown once, whatever comes, goes and changes beside it. */
class PagingTest {
    static final RecordStore STORE = new RecordStore(TestDatabase.fresh());
    Shelf shelf = new Shelf(STORE);
    Set<String> standing = new HashSet<>();
    String tag = "";

    @BeforeEach
    void fill() {
        tag = "t" + System.nanoTime();
        for (int i = 0; i < 60; i++) {
            standing.add(
                    STORE.create(patient(i % 7), Shelf.CLINIC, Visibility.ALL).id());
        }
    }

    private tools.jackson.databind.node.ObjectNode patient(int i) {
        return Json.parse("""
                {"resourceType":"Patient","meta":{"tag":[{"system":"urn:test","code":"%s"}]},"name":[{"family":"Fam%d"}],
                 "birthDate":"20%02d-01-01","gender":"%s"}""".formatted(tag, i, i, i % 2 == 0 ? "male" : "female"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "&_sort=family", "&_sort=-birthdate,family", "&_sort=-_lastUpdated", "&_sort=gender,-_id"})
    void pages_show_everything_that_stood_once(String sort) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        List<Throwable> failures = new ArrayList<>();
        Thread writer = Thread.ofPlatform().start(() -> {
            List<Stored> mine = new ArrayList<>();
            try {
                for (int i = 0; !stop.get(); i++) {
                    mine.add(STORE.create(patient(i % 9), Shelf.CLINIC, Visibility.ALL));
                    Stored one = mine.get(i / 2);
                    if (i % 3 == 0) {
                        STORE.delete("Patient", one.id(), null, Shelf.CLINIC, Visibility.ALL);
                    } else {
                        var json = one.json();
                        json.put("birthDate", "1990-01-01");
                        STORE.update(json, null, Shelf.CLINIC, Visibility.ALL);
                    }
                }
            } catch (RuntimeException e) {
                failures.add(e);
            }
        });
        List<String> shown = new ArrayList<>();
        String page = "";
        try {
            while (true) {
                SearchPage got = shelf.search("Patient?_tag=urn:test|" + tag + "&_count=4" + sort + page);
                got.matches().forEach(s -> shown.add(s.id()));
                if (got.next() == null || shown.size() > 5000) {
                    break;
                }
                page = "&_page=" + got.next();
            }
        } finally {
            stop.set(true);
            writer.join();
        }
        assertThat(failures).isEmpty();
        List<String> ofStanding = shown.stream().filter(standing::contains).toList();
        assertThat(ofStanding).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(standing);
    }

    /** Pages of one token are merged as they stand in the index: two of its hashes must not bring one resource twice. */
    @ParameterizedTest
    @ValueSource(strings = {"twice", "urn:one|twice,urn:two|twice", "urn:two|twice,urn:three|never,urn:one|twice"})
    void what_has_a_code_in_two_systems_stands_on_one_page_once(String code) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            String one = "{\"system\":\"urn:one\",\"code\":\"%s\"}".formatted(tag + "twice");
            String two = "{\"system\":\"urn:two\",\"code\":\"%s\"}".formatted(tag + "twice");
            all.add(STORE.create(
                            Json.parse("{\"resourceType\":\"Basic\",\"code\":{\"coding\":[%s]}}"
                                    .formatted(i % 3 == 0 ? one : i % 3 == 1 ? two : one + "," + two)),
                            Shelf.CLINIC,
                            Visibility.ALL)
                    .id());
        }
        String search = "Basic?_count=2&code=" + code.replace("twice", tag + "twice");
        List<String> shown = new ArrayList<>();
        SearchPage page = shelf.search(search);
        page.matches().forEach(s -> shown.add(s.id()));
        while (page.next() != null) {
            page = shelf.search(search + "&_page=" + page.next());
            page.matches().forEach(s -> shown.add(s.id()));
        }
        assertThat(shown).containsExactlyElementsOf(all);
    }

    /** Few fit at the beginning, many in the middle, none for long, and the last of all: a page may be found by looking at the next ones, or not. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "date=ge2031-01-01",
                "date=ge2031-01-01&date=lt2032-06-01",
                "date=2031-05",
                "date=2031-05,2033",
                "date=lt2000-01-01"
            })
    void days_are_found_in_order_on_pages_however_far_apart_they_stand(String days) {
        RecordStore alone = new RecordStore(TestDatabase.fresh());
        Shelf own = new Shelf(alone);
        for (int i = 0; i < 400; i++) {
            String begin = i == 3 || i == 399
                    ? "2033-07-04"
                    : i >= 80 && i < 130 ? "2031-0" + (1 + i % 9) + "-02" : "2014-03-05";
            alone.create(Json.parse("""
                            {"resourceType":"Encounter","status":"finished","class":{"code":"AMB"},
                             "period":{"start":"%s","end":"%s"}}""".formatted(begin, begin)), Shelf.CLINIC, Visibility.ALL);
        }
        // By the last change and nothing but days: the same matches, found the general way, all at once.
        List<String> all = own.search("Encounter?_count=1000&_sort=_lastUpdated&" + days).matches().stream()
                .sorted(java.util.Comparator.comparingLong(Stored::rid))
                .map(Stored::id)
                .toList();
        assertThat(all).hasSizeBetween(days.contains("lt2000") ? 0 : 3, 60);
        for (int count : List.of(1, 2, 7, 50, 1000)) {
            List<String> shown = new ArrayList<>();
            String search = "Encounter?_count=" + count + "&" + days;
            SearchPage page = own.search(search);
            page.matches().forEach(s -> shown.add(s.id()));
            while (page.next() != null) {
                assertThat(page.matches()).hasSize(count);
                page = own.search(search + "&_page=" + page.next());
                page.matches().forEach(s -> shown.add(s.id()));
            }
            assertThat(shown).as("%d a page", count).containsExactlyElementsOf(all);
        }
    }
}
