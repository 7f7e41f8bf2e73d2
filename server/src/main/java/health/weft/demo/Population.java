package health.weft.demo;

import health.weft.fhir.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.node.ObjectNode;

/**
 * The people of the demonstration: those Synthea made, with the families it does not make.
 *
 * <p>Synthea's people live alone. Here some share a home and its phone, a few fathers and sons share a name, and some
 * children get a twin: what makes identity hard in a real community.
 */
final class Population {
    private final List<Person> people;

    private Population(List<Person> people) {
        this.people = people;
    }

    /**
     * A person as they are, and where their records are.
     *
     * @param number position in the population, from which record numbers are counted
     * @param file Synthea's bundle; of a twin, the sibling's
     * @param patient demographics as they are
     * @param twin whether the records are a small part of the sibling's
     * @param sources organisations that keep a copy, the one that knows the person best first
     */
    record Person(String id, int number, Path file, ObjectNode patient, boolean twin, List<String> sources) {
        int age(LocalDate on) {
            return LocalDate.parse(Json.text(patient, "birthDate")).until(on).getYears();
        }

        String family() {
            return Json.text(patient.path("name").path(0), "family");
        }

        /** What each organisation keeps about this person, with references still as in the bundle. */
        Split records() throws IOException {
            Split split = Split.of(Json.parse(Files.readAllBytes(file)));
            return twin ? twinOf(split, id, patient) : split;
        }
    }

    List<Person> people() {
        return people;
    }

    /** How many copies there are in all. */
    int copies() {
        return people.stream().mapToInt(person -> person.sources().size()).sum();
    }

    static Population read(Path folder, LocalDate today) throws IOException {
        List<Person> people = new ArrayList<>();
        List<Path> files;
        try (var all = Files.list(folder)) {
            files = all.filter(file -> !file.getFileName().toString().contains("Information"))
                    .sorted(Comparator.comparing(file -> file.getFileName().toString()))
                    .toList();
        }
        for (Path file : files) {
            Split split = Split.of(Json.parse(Files.readAllBytes(file)));
            List<String> sources = new ArrayList<>(new TreeSet<>(split.parts().keySet()));
            sources.remove(split.home());
            sources.addFirst(split.home());
            people.add(new Person(split.person(), people.size(), file, split.patient(), false, List.copyOf(sources)));
        }
        households(people);
        generations(people, today);
        twins(people, today);
        return new Population(List.copyOf(people));
    }

    /** Every sixth person moves in with the next one: same address, same phone. */
    private static void households(List<Person> people) {
        for (int i = 0; i + 1 < people.size(); i += 6) {
            ObjectNode guest = people.get(i).patient();
            ObjectNode host = people.get(i + 1).patient();
            guest.set("address", host.path("address").deepCopy());
            guest.set("telecom", host.path("telecom").deepCopy());
            if (i % 12 == 0) {
                ((ObjectNode) guest.path("name").path(0))
                        .put("family", people.get(i + 1).family());
            }
        }
    }

    /** Fathers and sons of one name: one pair for forty people, at least one where ages allow. */
    private static void generations(List<Person> people, LocalDate today) {
        List<Person> fathers = people.stream()
                .filter(p ->
                        Json.text(p.patient(), "gender").equals("male") && p.age(today) >= 45 && p.number() % 6 > 1)
                .toList();
        List<Person> sons = new ArrayList<>(people.stream()
                .filter(p -> Json.text(p.patient(), "gender").equals("male") && p.age(today) < 40 && p.number() % 6 > 1)
                .toList());
        int pairs = Math.max(1, people.size() / 40);
        for (Person father : fathers) {
            Person son = sons.stream()
                    .filter(s -> father.age(today) - s.age(today) >= 20)
                    .findFirst()
                    .orElse(null);
            if (son == null || pairs-- == 0) {
                return;
            }
            sons.remove(son);
            ObjectNode fathersName = (ObjectNode) father.patient().path("name").path(0);
            ObjectNode sonsName = (ObjectNode) son.patient().path("name").path(0);
            sonsName.put("family", Json.text(fathersName, "family"));
            sonsName.set("given", fathersName.path("given").deepCopy());
            fathersName.putArray("suffix").add("Sr.");
            sonsName.putArray("suffix").add("Jr.");
            son.patient().set("address", father.patient().path("address").deepCopy());
            son.patient().set("telecom", father.patient().path("telecom").deepCopy());
        }
    }

    /** One twin for thirty people, of a child: same day, same home, another name and number. */
    private static void twins(List<Person> people, LocalDate today) {
        List<Person> children = people.stream().filter(p -> p.age(today) < 18).toList();
        int wanted = Math.max(1, people.size() / 30);
        for (Person child : children.subList(0, Math.min(wanted, children.size()))) {
            String id = Chance.id("twin", child.id()).toString();
            Chance chance = Chance.of("twin", child.id());
            boolean girl = chance.in(.5);
            ObjectNode patient = child.patient().deepCopy();
            patient.put("id", id).put("gender", girl ? "female" : "male");
            ObjectNode name = (ObjectNode) patient.path("name").path(0);
            name.putArray("given")
                    .add(chance.oneOf(
                            girl
                                    ? List.of("Nora", "Ivy", "Camila", "Ruth")
                                    : List.of("Owen", "Mateo", "Felix", "Hugo")))
                    .add(chance.oneOf(List.of("Jude", "Lee", "Rae", "Noel")));
            patient.path("identifier").forEach(identifier -> {
                if (Json.text(identifier, "system").endsWith("us-ssn")) {
                    ((ObjectNode) identifier)
                            .put("value", "999-%02d-%04d".formatted(10 + chance.below(89), chance.below(10_000)));
                }
            });
            people.add(new Person(
                    id,
                    people.size(),
                    child.file(),
                    patient,
                    true,
                    child.sources().subList(0, Math.min(2, child.sources().size()))));
        }
    }

    /** The sibling's check-ups and vaccinations, as the twin's own. */
    private static Split twinOf(Split sibling, String id, ObjectNode patient) {
        Map<String, List<ObjectNode>> parts = new TreeMap<>();
        Map<String, String> own = new LinkedHashMap<>();
        own.put(Split.URN + sibling.person(), Split.URN + id);
        sibling.parts().forEach((owner, resources) -> {
            List<ObjectNode> kept = new ArrayList<>();
            for (ObjectNode resource : resources) {
                String type = Json.text(resource, "resourceType");
                if (List.of("Encounter", "Immunization", "Observation").contains(type) && kept.size() < 60) {
                    ObjectNode copy = resource.deepCopy();
                    String twins = Chance.id(id, Json.text(resource, "id")).toString();
                    own.put(Split.URN + Json.text(resource, "id"), Split.URN + twins);
                    copy.put("id", twins);
                    kept.add(copy);
                }
            }
            parts.put(owner, kept);
        });
        parts.values()
                .forEach(resources -> resources.forEach(resource -> {
                    for (String to : Split.references(resource)) {
                        if (!to.startsWith(Split.URN)) {
                            own.put(to, to);
                        }
                    }
                    Split.redirect(resource, own);
                }));
        return new Split(id, patient, sibling.home(), parts);
    }

    /** Writes which copies are of whom; {@code numbers} gives the record number of a person at a source. */
    void writeTruth(Path file) throws IOException {
        StringBuilder lines = new StringBuilder("person,organization,number\n");
        for (Person person : people) {
            for (String source : person.sources()) {
                lines.append(person.id())
                        .append(',')
                        .append(source)
                        .append(',')
                        .append(recordNumber(source, person))
                        .append('\n');
            }
        }
        Path half = file.resolveSibling(file.getFileName() + ".half");
        Files.writeString(half, lines);
        Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The number an organisation gives a person: six digits, each organisation counting from its own start. */
    static String recordNumber(String source, Person person) {
        return "MR" + (100_000 + Chance.of("numbers", source).below(800_000) + person.number() * 7);
    }

    static String recordSystem(String source) {
        return "https://" + source + ".example.org/record-number";
    }
}
