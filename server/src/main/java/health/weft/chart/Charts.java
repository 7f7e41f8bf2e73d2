package health.weft.chart;

import health.weft.fhir.Json;
import health.weft.fhir.SearchRequest;
import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.identity.SourcePatient;
import health.weft.record.Records;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.store.SearchPage;
import health.weft.store.Stored;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.node.ObjectNode;

/** Reads the chart of a person: all that the caller may see, of every copy that identity joined. */
@Component
@Transactional
public class Charts {
    /** Resources of one type read at a time. */
    private static final int PAGE = 1000;
    /** Of one type at most this many; the rest of a longer chart is left out. */
    private static final int MOST = 5000;

    /** What a chart is read from. */
    static final Set<String> TYPES = Arrays.stream(Section.values())
            .flatMap(section -> section.types().stream())
            .collect(Collectors.toUnmodifiableSet());

    private final Records records;
    private final Identity identity;
    private final Accounts accounts;

    Charts(Records records, Identity identity, Accounts accounts) {
        this.records = records;
        this.identity = identity;
        this.accounts = accounts;
    }

    /** The sections named, or all when none is: of the copies that the caller may read, and what a consent opens of others without their Patient. */
    public Chart of(Caller caller, Person person, Section... only) {
        return of(
                caller,
                Stream.concat(
                        person.sources().stream()
                                .filter(source -> !source.contactOnly())
                                .map(SourcePatient::reference),
                        identity.chartsOf(caller, person.id(), TYPES).stream().map(Identity.Copy::reference)),
                only);
    }

    /** What is open of somebody whose Patient is not: the sections named, or all when none is. */
    Chart inPart(Caller caller, List<Identity.Copy> copies, Section... only) {
        return of(caller, copies.stream().map(Identity.Copy::reference), only);
    }

    private Chart of(Caller caller, Stream<String> references, Section... only) {
        List<Section> sections = List.of(only.length == 0 ? Section.values() : only);
        String patients = references.distinct().collect(Collectors.joining(","));
        if (patients.isEmpty()) {
            return Chart.of(List.of(), false);
        }
        Map<String, String> names = new HashMap<>();
        List<Fact> facts = new ArrayList<>();
        AtomicBoolean part2 = new AtomicBoolean();
        sections.stream()
                .flatMap(section -> section.types().stream())
                .distinct()
                .forEach(type -> {
                    Map<String, Stored> medications = new HashMap<>();
                    for (Stored stored : read(caller, type, patients, medications)) {
                        String organisation = names.computeIfAbsent(stored.owner(), party -> accounts.partyName(party)
                                .orElse(party));
                        ObjectNode json = stored.json();
                        name(json, medications);
                        if (!stored.owner().equals(caller.party()) && isPart2(json)) {
                            part2.set(true);
                        }
                        facts.addAll(FactReading.read(json, stored.owner(), organisation, stored.updated()));
                    }
                });
        return Chart.of(
                facts.stream().filter(fact -> sections.contains(fact.section())).toList(), part2.get());
    }

    /** Whether it may be passed on only with the person's consent (42 CFR 2.32), as its labels say. */
    private static boolean isPart2(ObjectNode json) {
        return json.path("meta").path("security").valueStream().anyMatch(label -> Json.text(label, "code")
                .equals("NORDSLCD"));
    }

    /** @param medications takes the Medications that prescriptions name by reference, by {@code Medication/id} */
    private List<Stored> read(Caller caller, String type, String patients, Map<String, Stored> medications) {
        String query = "patient=" + patients + "&_count=" + PAGE
                + (type.equals("MedicationRequest") ? "&_include=MedicationRequest:medication" : "");
        SearchPage page = records.page(caller, SearchRequest.parse(type, query));
        List<Stored> all = new ArrayList<>(page.matches());
        page.included().forEach(m -> medications.put(m.reference(), m));
        while (page.next() != null && all.size() < MOST) {
            page = records.page(caller, SearchRequest.parse(type, query + "&_page=" + page.next()));
            all.addAll(page.matches());
            page.included().forEach(m -> medications.put(m.reference(), m));
        }
        return all;
    }

    /** Writes what a prescription leads to into the copy that is read here, as if it stood there. */
    private static void name(ObjectNode json, Map<String, Stored> medications) {
        Stored medication = medications.get(Json.text(json.path("medicationReference"), "reference"));
        if (medication != null) {
            json.set("medicationCodeableConcept", medication.json().path("code"));
        }
    }
}
