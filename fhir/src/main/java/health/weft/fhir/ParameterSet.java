package health.weft.fhir;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What a record is searched by: the parameters of R4 and those that the network made itself. Never changes; a new one is made. */
public final class ParameterSet {
    /** What R4 defines. */
    public static final ParameterSet R4 = new ParameterSet(Map.of());

    private final Map<String, Map<String, SearchParameter>> own;
    private final Map<String, Map<String, SearchParameter>> whole = new ConcurrentHashMap<>();

    private ParameterSet(Map<String, Map<String, SearchParameter>> own) {
        this.own = own;
    }

    /** R4 and these; one of them with the code of one of R4 is left out. */
    public static ParameterSet with(Collection<SearchParameter> own) {
        Map<String, Map<String, SearchParameter>> byType = new HashMap<>();
        for (SearchParameter p : own) {
            if (SearchParameters.find(p.base(), p.code()) == null) {
                byType.computeIfAbsent(p.base(), t -> new TreeMap<>()).put(p.code(), p);
            }
        }
        return byType.isEmpty() ? R4 : new ParameterSet(byType);
    }

    /** All parameters of a resource type by code. */
    public Map<String, SearchParameter> of(String type) {
        Map<String, SearchParameter> mine = own.get(type);
        if (mine == null) {
            return SearchParameters.of(type);
        }
        return whole.computeIfAbsent(type, t -> {
            Map<String, SearchParameter> all = new TreeMap<>(SearchParameters.of(t));
            all.putAll(mine);
            return Collections.unmodifiableMap(all);
        });
    }

    public @Nullable SearchParameter find(String type, String code) {
        return of(type).get(code);
    }

    /** Those that R4 does not define. */
    public List<SearchParameter> own() {
        return own.values().stream().flatMap(m -> m.values().stream()).toList();
    }
}
