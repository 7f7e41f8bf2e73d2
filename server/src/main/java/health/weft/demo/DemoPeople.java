package health.weft.demo;

import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The handful of named people of people.json: who they act for is settled by where Synthea's people went. */
final class DemoPeople {
    private final ObjectNode people;
    private final Members members;
    private final Population population;

    private DemoPeople(ObjectNode people, Members members, Population population) {
        this.people = people;
        this.members = members;
        this.population = population;
    }

    static DemoPeople read(Members members, Population population) {
        return new DemoPeople(Members.resource("people.json"), members, population);
    }

    /** Accounts of everybody but the patient, who is known only when the records are in. */
    void ensure(Accounts accounts) {
        for (JsonNode person : people.path("people")) {
            Role role = Role.valueOf(Json.text(person, "role"));
            if (role != Role.PATIENT) {
                accounts.ensure(
                        Json.text(person, "username"),
                        Json.text(person, "name"),
                        party(person),
                        Set.of(role),
                        Json.text(person, "language"),
                        Demo.PASSWORD);
            }
        }
    }

    private String party(JsonNode person) {
        JsonNode member = person.path("member");
        String key = Json.text(member, "key");
        if (!key.isEmpty()) {
            return "Organization/" + Json.text(members.community(key), "id");
        }
        List<Members.Clinical> largest = members.largest(Json.text(member, "kind"));
        boolean second = Json.text(member, "synthea").startsWith("second") && largest.size() > 1;
        return largest.get(second ? 1 : 0).party();
    }

    private static boolean speaks(Population.Person person, String language) {
        return Json.text(
                        person.patient()
                                .path("communication")
                                .path(0)
                                .path("language")
                                .path("coding")
                                .path(0),
                        "code")
                .startsWith(language);
    }

    /**
     * The patient: an adult whose copies identity found to be one, with records at three organisations or more, the
     * coordinator's among them, who speaks the account's language; as far as there is such a one.
     */
    void ensurePatient(Accounts accounts, Identity identity, DemoStore store, LocalDate today) {
        String clinic = "";
        String spoken = "en";
        for (JsonNode person : people.path("people")) {
            if (Json.text(person, "role").equals("COORDINATOR")) {
                clinic = party(person).substring("Organization/".length());
            } else if (Json.text(person, "role").equals("PATIENT")) {
                spoken = Json.text(person, "language");
            }
        }
        String coordinators = clinic;
        String language = spoken;
        List<Population.Person> candidates = new ArrayList<>(population.people());
        candidates.removeIf(person -> person.twin() || person.age(today) < 30 || person.age(today) > 80);
        candidates.sort(Comparator.comparing(
                        (Population.Person person) -> !person.sources().contains(coordinators))
                .thenComparing(person -> person.sources().size() < 3)
                .thenComparing(person -> !speaks(person, language))
                .thenComparing(person -> -person.sources().size())
                .thenComparing(Population.Person::id));
        for (Population.Person person : candidates) {
            List<String> found = store.patients(person.id()).stream()
                    .flatMap(patient -> identity.personOfPatient(patient).stream())
                    .distinct()
                    .toList();
            if (found.size() == 1) {
                for (JsonNode named : people.path("people")) {
                    if (Json.text(named, "role").equals("PATIENT")) {
                        String name = identity.person(Caller.PLATFORM, found.getFirst())
                                .name();
                        accounts.party("Person/" + found.getFirst(), name, health.weft.security.PartyKind.PERSON);
                        accounts.ensure(
                                Json.text(named, "username"),
                                name,
                                "Person/" + found.getFirst(),
                                Set.of(Role.PATIENT),
                                Json.text(named, "language"),
                                Demo.PASSWORD);
                    }
                }
                return;
            }
        }
    }
}
