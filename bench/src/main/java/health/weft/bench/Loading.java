package health.weft.bench;

import health.weft.bench.People.Part;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The import of the people: a first tenth to warm up, a part by one sender, a part by four, and the largest bundle alone. */
final class Loading {
    private static final Pattern LOCATION = Pattern.compile("([A-Z][A-Za-z]+/[A-Za-z0-9.-]+)/_history/");
    private static final int LARGE = 17_628;
    private static final JsonMapper MAPPER = new JsonMapper();

    /**
     * A part of the import.
     *
     * @param words as it stands in the table
     */
    record Phase(String words, List<Part> parts, int senders) {
        int resources() {
            return parts.stream().mapToInt(Part::entries).sum();
        }
    }

    private Loading() {}

    static List<Phase> phases(People people) {
        List<Part> persons = new ArrayList<>(people.persons());
        Part largest =
                persons.stream().max(Comparator.comparingInt(Part::entries)).orElseThrow();
        persons.remove(largest);
        int warm = persons.size() / 10;
        int alone = warm + (persons.size() - warm) * 2 / 5;
        List<Part> first = new ArrayList<>(people.directory());
        first.addAll(persons.subList(0, warm));
        return List.of(
                new Phase("import, the first (cold)", first, 1),
                new Phase("import, 1 sender", persons.subList(warm, alone), 1),
                new Phase("import, 4 senders", persons.subList(alone, persons.size()), 4),
                new Phase("import, one bundle of " + largest.entries() + " entries", List.of(largest), 1));
    }

    /**
     * The people once more, as many as make a bundle of 17,628 entries, which is the largest that somebody has told of; all of them
     * when they are fewer.
     *
     * @param file where it is written
     */
    static Phase large(People people, Path file) throws IOException {
        int entries = 0;
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[");
            for (Part part : people.persons()) {
                for (JsonNode entry : MAPPER.readTree(part.file()).path("entry")) {
                    out.write((entries++ == 0 ? "" : ",") + entry);
                }
                if (entries >= LARGE) {
                    break;
                }
            }
            out.write("]}");
        }
        String size = Files.size(file) / 1_000_000 + " MB";
        return new Phase("import, one bundle of " + size, List.of(new Part(file, entries)), 1);
    }

    /** Sends a part, and keeps the names that the server gives. */
    static Used run(Subject subject, Phase phase, Optional<Cpu> database) throws IOException, InterruptedException {
        Used.Meter meter = new Used.Meter(subject, database);
        try (ExecutorService senders = Executors.newFixedThreadPool(phase.senders())) {
            List<Future<Map<String, String>>> sent = phase.parts().stream()
                    .map(part -> senders.submit(() -> send(subject, part)))
                    .toList();
            for (Future<Map<String, String>> one : sent) {
                subject.ids.putAll(one.get());
            }
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e.getCause());
        }
        return meter.end();
    }

    private static Map<String, String> send(Subject subject, Part part) throws IOException, InterruptedException {
        byte[] bytes = Files.readAllBytes(part.file());
        JsonNode answer = subject.post("", bytes);
        JsonNode entries = MAPPER.readTree(bytes).path("entry");
        Map<String, String> ids = new LinkedHashMap<>();
        for (int i = 0; i < entries.size(); i++) {
            JsonNode response = answer.path("entry").path(i).path("response");
            Matcher location = LOCATION.matcher(response.path("location").asString(""));
            if (!response.path("status").asString("").startsWith("20") || !location.find()) {
                throw new IOException(subject.name + " did not store entry " + i + " of "
                        + part.file().getFileName() + ": " + response);
            }
            ids.put(entries.path(i).path("fullUrl").asString(""), location.group(1));
        }
        return ids;
    }
}
