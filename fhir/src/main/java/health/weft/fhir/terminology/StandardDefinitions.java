package health.weft.fhir.terminology;

import health.weft.fhir.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The terminology of R4 4.0.1 itself, HL7's v2 and v3 tables with it (HL7, CC0; see {@code src/generator/Vocabularies}). Nothing
 * is read before the first question; then where each definition stands (some 600 kB), and of the definitions those asked for,
 * at most {@value #MOST_KEPT} characters of them kept.
 */
public final class StandardDefinitions implements Definitions {
    public static final StandardDefinitions R4 = new StandardDefinitions();

    private static final int MOST_KEPT = 4_000_000;

    /** Where a definition stands in the file, in bytes. */
    private record Entry(String type, String url, String version, long from, int length) {}

    /** What was made of a definition, a system compiled or another as it is, and how much it was to read. */
    private record Kept(Object made, int length) {}

    private static final class Index {
        static final Map<String, Entry> BY_NAME = read();

        private static Map<String, Entry> read() {
            Map<String, Entry> entries = new HashMap<>(5_000);
            try (BufferedReader reader =
                    new BufferedReader(new InputStreamReader(open("terminology.tsv"), StandardCharsets.UTF_8))) {
                long from = 0;
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    if (!line.startsWith("#")) {
                        String[] f = line.split("\t", -1);
                        int length = Integer.parseInt(f[3]);
                        entries.put(f[0] + " " + f[1], new Entry(f[0], f[1], f[2], from, length));
                        from += length;
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return entries;
        }
    }

    /** The latest used last. */
    private final LinkedHashMap<String, Kept> kept = new LinkedHashMap<>(64, 0.75f, true);

    private long size;

    private StandardDefinitions() {}

    private static InputStream open(String name) {
        return Objects.requireNonNull(Json.class.getResourceAsStream(name), name);
    }

    @Override
    public @Nullable CodeSystem codeSystem(String canonical) {
        String url = url(canonical);
        String name = "CodeSystem " + url;
        CodeSystem system = (CodeSystem) kept(name);
        if (system == null) {
            Entry entry = Index.BY_NAME.get(name);
            ObjectNode listed = entry == null ? null : read(entry);
            system = Grammars.of(url, listed);
            if (system == null && listed != null) {
                system = CodeSystem.of(listed);
            }
            if (system != null) {
                keep(name, system, entry == null ? 10_000 : entry.length());
            }
        }
        return system != null && fits(canonical, system.version()) ? system : null;
    }

    private @Nullable Object kept(String name) {
        synchronized (kept) {
            Kept known = kept.get(name);
            return known == null ? null : known.made();
        }
    }

    private void keep(String name, Object made, int length) {
        synchronized (kept) {
            if (kept.put(name, new Kept(made, length)) == null) {
                size += length;
            }
            var oldest = kept.values().iterator();
            while (size > MOST_KEPT && kept.size() > 1) {
                size -= oldest.next().length();
                oldest.remove();
            }
        }
    }

    @Override
    public @Nullable ObjectNode valueSet(String canonical) {
        return resource("ValueSet", canonical);
    }

    @Override
    public @Nullable ObjectNode conceptMap(String canonical) {
        return resource("ConceptMap", canonical);
    }

    @Override
    public List<ObjectNode> conceptMaps(String system, boolean to) {
        return Index.BY_NAME.values().stream()
                .filter(e -> e.type().equals("ConceptMap"))
                .map(e -> Objects.requireNonNull(resource(e.type(), e.url())))
                .filter(map -> concerns(map, system, to))
                .toList();
    }

    private static boolean concerns(ObjectNode map, String system, boolean to) {
        for (JsonNode group : map.path("group")) {
            if (Json.text(group, to ? "target" : "source").equals(system)) {
                return true;
            }
        }
        return false;
    }

    private @Nullable ObjectNode resource(String type, String canonical) {
        String name = type + " " + url(canonical);
        Entry entry = Index.BY_NAME.get(name);
        if (entry == null || !fits(canonical, entry.version())) {
            return null;
        }
        ObjectNode known = (ObjectNode) kept(name);
        if (known == null) {
            known = read(entry);
            keep(name, known, entry.length());
        }
        return known;
    }

    private static ObjectNode read(Entry entry) {
        try (InputStream in = open("terminology.ndjson")) {
            in.skipNBytes(entry.from());
            return (ObjectNode) Json.mapper().readTree(in.readNBytes(entry.length()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String url(String canonical) {
        int bar = canonical.indexOf('|');
        return bar < 0 ? canonical : canonical.substring(0, bar);
    }

    private static boolean fits(String canonical, String version) {
        int bar = canonical.indexOf('|');
        return bar < 0 || canonical.substring(bar + 1).equals(version);
    }
}
