package health.weft.screening;

import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.fhir.questionnaire.Form;
import health.weft.fhir.questionnaire.Surroundings;
import health.weft.fhir.questionnaire.Value;
import health.weft.identity.Identity;
import health.weft.identity.SourcePatient;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.store.SearchPage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What forms see of the record: what whoever fills them in may see of this person, and no more. */
@Component
class Around {
    private static final int LARGEST_VALUE_SET = 500;

    private final Records records;
    private final Identity identity;
    private final Accounts accounts;

    Around(Records records, Identity identity, Accounts accounts) {
        this.records = records;
        this.identity = identity;
        this.accounts = accounts;
    }

    /** Value sets alone: for whoever may see nothing of the person. */
    Surroundings nothing(Caller caller) {
        return Surroundings.of(Map.of(), url -> codings(caller, url), this::references, query -> Json.object("Bundle"));
    }

    /** Value sets, and the person as far as the form asks about them. */
    Surroundings person(Caller caller, Form form, String personId, SourcePatient patient) {
        Map<String, JsonNode> named = new HashMap<>();
        String text = form.json().toString();
        if (text.contains("%patient")) {
            named.put(
                    "patient",
                    records.read(caller, "Patient", patient.patientId()).json());
        }
        return Surroundings.of(
                named,
                url -> codings(caller, url),
                types -> Stream.concat(references(types).stream(), conditions(caller, types, patient).stream())
                        .toList(),
                query -> found(caller, personId, query));
    }

    /** A search of the caller's, of which only what is this person's comes back. */
    private ObjectNode found(Caller caller, String personId, String query) {
        ObjectNode bundle = Json.object("Bundle").put("type", "searchset");
        try {
            List<Long> pats = identity.person(caller, personId).pats();
            SearchPage page = records.search(caller, query);
            Stream.concat(page.matches().stream(), page.included().stream())
                    .filter(stored -> stored.pat() != 0 && pats.contains(stored.pat()))
                    .forEach(stored -> bundle.withArray("entry").addObject().set("resource", stored.json()));
        } catch (Problem e) {
            // A search that the form's author got wrong, or that the caller may not make, finds nothing.
        }
        return bundle;
    }

    /** The organisations of the network, for a question that asks for one. */
    private List<ObjectNode> references(List<String> types) {
        return types.contains("Organization")
                ? accounts.recordedOrganisations().stream()
                        .map(member -> reference(member.party(), member.name()))
                        .toList()
                : List.of();
    }

    /** The person's own conditions, as far as whoever fills the form in may see them. */
    private List<ObjectNode> conditions(Caller caller, List<String> types, SourcePatient patient) {
        return types.contains("Condition")
                ? records
                        .search(caller, "Condition?patient=Patient/" + patient.patientId() + "&_count=50")
                        .matches()
                        .stream()
                        .map(stored -> reference(
                                stored.reference(), Elements.words(stored.json().path("code"))))
                        .toList()
                : List.of();
    }

    private static ObjectNode reference(String to, String name) {
        return Value.of("valueReference", Elements.reference(to, name));
    }

    private Optional<List<JsonNode>> codings(Caller caller, String url) {
        try {
            return Optional.of(records.expansion(caller, url, LARGEST_VALUE_SET)
                    .path("expansion")
                    .path("contains")
                    .valueStream()
                    .toList());
        } catch (Problem e) {
            return Optional.empty();
        }
    }
}
