package health.weft.bench;

import health.weft.fhir.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The people of the load: Synthea's transaction bundles, and what searches can be made of them.
 *
 * @param directory bundles of organisations and practitioners, which the others refer to by identifier
 * @param persons a bundle for each person
 * @param json bytes of the resources alone, as JSON without white space
 */
record People(
        List<Part> directory,
        List<Part> persons,
        long json,
        List<Patient> patients,
        List<Observed> observations,
        List<String> conditionCodes,
        List<String> encounterDays) {

    /** One bundle. */
    record Part(Path file, int entries) {}

    /** @param urn {@code urn:uuid:...} in the bundle */
    record Patient(String urn, String family) {}

    /**
     * @param code {@code system|code}
     * @param json the resource, references as in the bundle; it can be created anew
     */
    record Observed(String urn, String patient, String code, String json) {}

    int resources() {
        return Stream.concat(directory.stream(), persons.stream())
                .mapToInt(Part::entries)
                .sum();
    }

    /** Reads the folder that {@code ./weft people} has written; of the persons the first so many by name. */
    static People read(Path folder, int most) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.sorted(Comparator.comparing(f -> f.getFileName().toString()))
                    .toList();
        }
        People people = new People(
                new ArrayList<>(), new ArrayList<>(), 0, new ArrayList<>(), new ArrayList<>(), List.of(), List.of());
        TreeMap<String, Integer> codes = new TreeMap<>();
        TreeSet<String> days = new TreeSet<>();
        long json = 0;
        for (Path file : files) {
            boolean person = !file.getFileName().toString().contains("Information");
            if (person && people.persons.size() == most) {
                continue;
            }
            ObjectNode bundle = Json.parse(Files.readAllBytes(file));
            (person ? people.persons : people.directory)
                    .add(new Part(file, bundle.path("entry").size()));
            for (JsonNode entry : bundle.path("entry")) {
                ObjectNode resource = (ObjectNode) entry.path("resource");
                String urn = Json.text(entry, "fullUrl");
                byte[] bytes = Json.bytes(resource);
                json += bytes.length;
                switch (Json.text(resource, "resourceType")) {
                    case "Patient" ->
                        people.patients.add(
                                new Patient(urn, Json.text(resource.path("name").path(0), "family")));
                    case "Observation" -> people.observations.add(observed(urn, resource));
                    case "Condition" -> codes.merge(code(resource), 1, Integer::sum);
                    case "Encounter" ->
                        days.add(Json.text(resource.path("period"), "start").substring(0, 10));
                    default -> {}
                }
            }
        }
        return new People(
                people.directory,
                people.persons,
                json,
                people.patients,
                people.observations,
                List.copyOf(codes.keySet()),
                List.copyOf(days));
    }

    private static Observed observed(String urn, ObjectNode resource) {
        ObjectNode anew = resource.deepCopy();
        anew.remove("id");
        return new Observed(urn, Json.text(resource.path("subject"), "reference"), code(resource), anew.toString());
    }

    private static String code(JsonNode resource) {
        JsonNode coding = resource.path("code").path("coding").path(0);
        return Json.text(coding, "system") + "|" + Json.text(coding, "code");
    }
}
