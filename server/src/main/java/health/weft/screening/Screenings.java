package health.weft.screening;

import static health.weft.fhir.Elements.reference;
import static health.weft.fhir.Elements.target;

import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.fhir.questionnaire.Filling;
import health.weft.fhir.questionnaire.Form;
import health.weft.fhir.questionnaire.Settling;
import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes a finished form into the record, by SDOHCC 3.0.0: all of it or nothing. */
@Component
@Transactional
public class Screenings {
    /** By which the two responses of one screening are known: what is sensitive is kept apart from the rest. */
    static final String SCREENING = "https://weft.health/fhir/screening";

    /** Set while Weft itself writes responses, each of which may hold a part of the form. */
    static final ScopedValue<Way> WRITING = ScopedValue.newInstance();

    private final Records records;
    private final Identity identity;
    private final Forms forms;
    private final Around around;
    private final Sensitivity sensitivity;
    private final Needs needs;
    private final Clock clock = Clock.systemUTC();

    Screenings(Records records, Identity identity, Forms forms, Around around, Sensitivity sensitivity, Needs needs) {
        this.records = records;
        this.identity = identity;
        this.forms = forms;
        this.around = around;
        this.sensitivity = sensitivity;
        this.needs = needs;
    }

    /**
     * What a screening found.
     *
     * @param form id of the Questionnaire
     * @param needs ids of the open Conditions by kind of need; those that the caller's party wrote
     * @param files that answer questions
     */
    public record Screened(
            String form,
            String title,
            Instant at,
            Scoring.Result result,
            Map<SdohCategory, String> needs,
            List<Attached> files) {

        /** All together: {@code at-risk}, {@code no-risk}, {@code unknown}, or {@code saved} where the form finds no needs. */
        public String whole() {
            var findings = result.findings().values();
            return findings.isEmpty()
                    ? "saved"
                    : findings.contains(Finding.NEED)
                            ? "at-risk"
                            : findings.contains(Finding.UNKNOWN) ? "unknown" : "no-risk";
        }

        /** What is told on the page: to the person nothing of violence, since somebody else may be looking. */
        public Map<SdohCategory, Finding> told(boolean worker) {
            Map<SdohCategory, Finding> told = new LinkedHashMap<>(result.findings());
            if (!worker) {
                told.keySet().removeIf(SdohCategory::isDangerAtHome);
            }
            return told;
        }

        /** Whether it asks about nothing but food. */
        public boolean isFoodOnly() {
            return result.findings().keySet().equals(Set.of(SdohCategory.FOOD_INSECURITY));
        }
    }

    /** Refuses who may not screen, before they fill in a form for nothing. */
    static void mayScreen(Caller caller) {
        if (!caller.is(Role.COORDINATOR, Role.CLINICIAN, Role.DISCHARGE_PLANNER, Role.SPECIALIST)) {
            throw Problem.of(Category.FORBIDDEN, "screening.problem.role");
        }
    }

    /**
     * Writes the answers: QuestionnaireResponse, Observations, and a Condition for each need.
     *
     * @param filling settled, and checked
     * @return id of the QuestionnaireResponse
     */
    String done(Answerer who, Draft draft, Filling filling) {
        return ScopedValue.where(WRITING, who.way()).call(() -> written(who, draft, filling));
    }

    private String written(Answerer who, Draft draft, Filling filling) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Filling sensitive = sensitivity.part(filling, true);
        Filling plain = sensitivity.part(filling, false);
        boolean apart = sensitive.all().anyMatch(filled -> !filled.answers().isEmpty());
        boolean rest =
                !apart || plain.all().anyMatch(filled -> !filled.answers().isEmpty());
        String first = "";
        String hidden = "";
        if (rest) {
            ObjectNode response = response(who, draft, plain, now);
            keepFiles(who, response);
            first = records.create(who.caller(), response).id();
        }
        if (apart) {
            ObjectNode response = response(who, draft, sensitive, now);
            sensitivity.label(response, sensitive);
            keepFiles(who, response);
            hidden = records.create(who.caller(), response).id();
        }
        Scoring.Result result = Scoring.of(filling);
        Map<SdohCategory, List<String>> evidence = new LinkedHashMap<>();
        Map<SdohCategory, List<String>> about = new LinkedHashMap<>();
        for (Extraction.Made made : new Extraction(who.patient().reference(), now).of(filling, result, sensitivity)) {
            ObjectNode observation = made.json();
            observation
                    .withArray("derivedFrom")
                    .add(reference("QuestionnaireResponse/" + (made.sensitive() || !rest ? hidden : first)));
            String id = records.create(who.caller(), observation).id();
            made.need().ifPresent(need -> evidence.computeIfAbsent(need, n -> new ArrayList<>())
                    .add("Observation/" + id));
        }
        result.findings().forEach((category, finding) -> {
            if (finding == Finding.NEED) {
                // Where no answer shows it by itself, all those that were added up do.
                List<String> shows = evidence.getOrDefault(category, about.getOrDefault(category, List.of()));
                needs.found(who.caller(), who.patient(), category, shows, now);
            }
        });
        return rest ? first : hidden;
    }

    /** Makes a Binary of each file, which only those read who may read the answers. */
    private void keepFiles(Answerer who, ObjectNode response) {
        Attached.keep(response, attachment -> {
            ObjectNode binary = Json.object("Binary").put("contentType", Json.text(attachment, "contentType"));
            JsonNode labels = response.path("meta").get("security");
            if (labels != null) {
                binary.putObject("meta").set("security", labels.deepCopy());
            }
            binary.set("securityContext", reference(who.patient().reference()));
            binary.put("data", Json.text(attachment, "data"));
            return Attached.leading(
                    attachment, records.create(who.caller(), binary).id());
        });
    }

    private static void add(Map<SdohCategory, List<String>> to, SdohCategory category, String observation) {
        to.computeIfAbsent(category, c -> new ArrayList<>()).add("Observation/" + observation);
    }

    private static ObjectNode response(Answerer who, Draft draft, Filling filling, Instant now) {
        ObjectNode response = filling.response();
        response.put("status", "completed");
        response.putObject("identifier")
                .put("system", SCREENING)
                .put("value", draft.key().toString());
        response.put("language", draft.language());
        response.set("subject", reference(who.patient().reference()));
        response.put("authored", now.toString());
        Caller caller = who.caller();
        response.set(
                "author",
                who.way() == Way.DESK
                        ? reference(caller.party(), caller.name() + ", " + caller.partyName())
                        : reference(who.patient().reference()));
        response.set("source", reference(who.patient().reference()));
        return response;
    }

    /** Writes down that the person did not want to answer a form. */
    void declined(Answerer who, String formId) {
        Forms.Listed listed = forms.asked(who.caller(), formId);
        ObjectNode observation = new Extraction(
                        who.patient().reference(), clock.instant().truncatedTo(ChronoUnit.SECONDS))
                .declined(forms.form(listed).json());
        observation
                .withArray("identifier")
                .addObject()
                .put("system", SCREENING + "/declined")
                .put("value", listed.id());
        ScopedValue.where(WRITING, who.way()).run(() -> records.create(who.caller(), observation));
    }

    /**
     * What a screening found, read from its answers: from both responses where the sensitive ones were kept apart and the caller may see
     * them.
     *
     * @throws Problem not found, when there is no such screening of this person that the caller may read
     */
    Screened found(Caller caller, String personId, String responseId) {
        Stored stored = records.read(caller, "QuestionnaireResponse", responseId);
        ObjectNode response = stored.json();
        Person person = identity.person(caller, personId);
        Forms.Listed listed = forms.known(Json.text(response, "questionnaire"), stored.owner())
                .filter(form -> person.sources().stream()
                        .anyMatch(source -> source.reference().equals(target(response.path("subject")))))
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "screening.problem.none"));
        Form form = forms.form(listed);
        Filling filling = Filling.of(form, response);
        List<Attached> files = new ArrayList<>(Attached.of(response));
        String together = Json.text(response.path("identifier"), "value");
        if (Json.text(response.path("identifier"), "system").equals(SCREENING)) {
            records
                    .search(
                            caller,
                            "QuestionnaireResponse?identifier=" + SCREENING + "|" + together + "&patient="
                                    + target(response.path("subject")))
                    .stream()
                    .filter(other -> !other.id().equals(responseId))
                    .forEach(other -> {
                        files.addAll(Attached.of(other.json()));
                        merge(filling, Filling.of(form, other.json()));
                    });
        }
        Settling.settle(filling, around.nothing(caller));
        Scoring.Result result = Scoring.of(filling);
        Map<SdohCategory, String> open = new LinkedHashMap<>();
        for (SdohCategory category : result.findings().keySet()) {
            Optional<String> need = needs.open(caller, person.pats(), category);
            need.ifPresent(id -> open.put(category, id));
        }
        return new Screened(
                listed.id(),
                listed.title(caller.language()),
                Instant.parse(Json.text(response, "authored")),
                result,
                open,
                files);
    }

    /**
     * A file that answers a question, and its bytes.
     *
     * @throws Problem not found, when it is none of this screening's, or the caller may not read it
     */
    Content file(Caller caller, String personId, String responseId, String binary) {
        Attached file = found(caller, personId, responseId).files().stream()
                .filter(each -> each.binary().equals(binary))
                .findFirst()
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "screening.problem.file-none"));
        String data = Json.text(records.read(caller, "Binary", binary).json(), "data");
        return new Content(file, Base64.getDecoder().decode(data));
    }

    /** What a file holds. */
    record Content(Attached file, byte[] bytes) {}

    private static void merge(Filling into, Filling other) {
        other.all().filter(filled -> !filled.answers().isEmpty()).forEach(filled -> into.at(filled.key())
                .filter(here -> here.answers().isEmpty())
                .ifPresent(here -> here.answers().addAll(filled.answers())));
    }
}
