package health.weft.consent;

import static java.nio.charset.StandardCharsets.UTF_8;

import health.weft.fhir.Json;
import health.weft.security.SensitiveCategory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * What makes a resource sensitive: codes of ICD-10-CM, SNOMED CT, LOINC and RxNorm, those that Weft brings along and those of the
 * network ({@code weft.consent.sensitive-codes}, a file of the same form).
 */
@Component
public class SensitiveCodes {
    private static final Map<String, String> SYSTEMS = Map.of(
            "ICD10", "http://hl7.org/fhir/sid/icd-10-cm",
            "SNOMED", "http://snomed.info/sct",
            "LOINC", "http://loinc.org",
            "RXNORM", "http://www.nlm.nih.gov/research/umls/rxnorm");

    private final Map<String, Codes> bySystem = new HashMap<>();
    private final byte[] fingerprint;

    /** The codes of one system: whole ones, and beginnings in order. */
    private record Codes(Map<String, Integer> whole, TreeMap<String, Integer> beginnings) {}

    public SensitiveCodes(@Value("${weft.consent.sensitive-codes:}") String more) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream own = Objects.requireNonNull(
                SensitiveCodes.class.getResourceAsStream("sensitive-codes.tsv"), "sensitive-codes.tsv")) {
            add(
                    bySystem,
                    digest,
                    "sensitive-codes.tsv",
                    new String(own.readAllBytes(), UTF_8).lines().toList());
        }
        if (!more.isBlank()) {
            add(bySystem, digest, more, Files.readAllLines(Path.of(more)));
        }
        this.fingerprint = digest.digest();
    }

    /** The categories of all codings in a resource and in what it contains, as bits. */
    public int of(JsonNode node) {
        int bits = 0;
        JsonNode code = node.get("code");
        JsonNode system = node.get("system");
        if (code != null && system != null && code.isString() && system.isString()) {
            bits |= of(system.stringValue(), code.stringValue());
        }
        for (JsonNode below : node) {
            if (below.isContainer()) {
                bits |= of(below);
            }
        }
        return bits;
    }

    private int of(String system, String code) {
        Codes codes = bySystem.get(system);
        if (codes == null) {
            return 0;
        }
        int bits = codes.whole().getOrDefault(code, 0);
        // No beginning stands within another, so the nearest before the code is the only one that can fit.
        Map.Entry<String, Integer> nearest = codes.beginnings().floorEntry(code);
        return nearest != null && code.startsWith(nearest.getKey()) ? bits | nearest.getValue() : bits;
    }

    /** The labels of {@code meta.security} and what they mean, as bits. */
    static int labels(JsonNode resource) {
        int bits = 0;
        for (JsonNode label : resource.path("meta").path("security")) {
            bits |= SensitiveCategory.of(Json.text(label, "system"), Json.text(label, "code"))
                    .map(SensitiveCategory::bit)
                    .orElse(0);
        }
        return bits;
    }

    /** SHA-256 of all that is listed: another one when the list is another. */
    byte[] fingerprint() {
        return fingerprint.clone();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void add(Map<String, Codes> bySystem, MessageDigest digest, String file, List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String[] parts = line.split("\t");
            String system = parts.length < 3 ? "" : SYSTEMS.getOrDefault(parts[1], parts[1]);
            if (parts.length != 3 || !system.contains(":") || parts[2].length() < 2) {
                throw new IllegalArgumentException(
                        file + ", line " + (i + 1)
                                + ": a category, a code system (ICD10, SNOMED, LOINC, RXNORM or an address) and a code, with a tab between.");
            }
            digest.update(line.getBytes(UTF_8));
            int bit = category(file, i + 1, parts[0]).bit();
            Codes codes = bySystem.computeIfAbsent(system, s -> new Codes(new HashMap<>(), new TreeMap<>()));
            if (parts[2].endsWith("*")) {
                codes.beginnings().merge(parts[2].substring(0, parts[2].length() - 1), bit, (a, b) -> a | b);
            } else {
                codes.whole().merge(parts[2], bit, (a, b) -> a | b);
            }
        }
    }

    private static SensitiveCategory category(String file, int line, String name) {
        try {
            return SensitiveCategory.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    file + ", line " + line + ": " + name + " is no category; there are "
                            + List.of(SensitiveCategory.values()) + ".",
                    e);
        }
    }
}
