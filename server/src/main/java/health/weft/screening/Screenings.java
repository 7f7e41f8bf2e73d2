package health.weft.screening;

import static health.weft.fhir.Elements.concept;
import static health.weft.fhir.Elements.reference;
import static health.weft.fhir.Elements.target;

import health.weft.directory.SdohCategory;
import health.weft.fhir.Elements.Coding;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.identity.SourcePatient;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.screening.HungerVitalSign.Result;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Screens a person and writes what it found, by SDOHCC 3.0.0. */
@Component
@Transactional
public class Screenings {
    static final String HUNGER_VITAL_SIGN = "hunger-vital-sign";
    private static final String PROFILE = "http://hl7.org/fhir/us/sdoh-clinicalcare/StructureDefinition/SDOHCC-";
    private static final String US_CORE_CATEGORY = "http://hl7.org/fhir/us/core/CodeSystem/us-core-category";
    private static final Coding SURVEY =
            new Coding("http://terminology.hl7.org/CodeSystem/observation-category", "survey", "Survey");
    private static final Coding SDOH = new Coding(US_CORE_CATEGORY, "sdoh", "SDOH");
    private static final Coding POSITIVE =
            new Coding("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "POS", "Positive");

    private final Records records;
    private final Identity identity;
    private final JdbcClient jdbc;
    private final ObjectNode questionnaire;
    private final Clock clock = Clock.systemUTC();

    Screenings(Records records, Identity identity, JdbcClient jdbc) {
        this.records = records;
        this.identity = identity;
        this.jdbc = jdbc;
        this.questionnaire = read("questionnaires/hunger-vital-sign.json");
    }

    /**
     * What a screening found.
     *
     * @param responseId of the QuestionnaireResponse
     * @param condition {@code Condition/<id>} of the need, when the person is at risk
     */
    record Screened(String responseId, Result result, Optional<String> condition) {}

    /** Puts the questionnaire into the record, where FHIR clients find it too. */
    @EventListener(ApplicationStartedEvent.class)
    void publishQuestionnaires() {
        records.put(Caller.PLATFORM, questionnaire.deepCopy());
    }

    /** Refuses who may not screen, before they fill in a form for nothing. */
    static void mayScreen(Caller caller) {
        if (!caller.is(Role.COORDINATOR, Role.CLINICIAN, Role.DISCHARGE_PLANNER, Role.SPECIALIST)) {
            throw Problem.of(Category.FORBIDDEN, "screening.problem.role");
        }
    }

    Form form(String language) {
        return Form.of(questionnaire, language);
    }

    /**
     * Writes the answers: QuestionnaireResponse, Observations and, when at risk, the Condition; all or nothing.
     *
     * @param answers LOINC answer code by question code
     * @param formKey made with the form: the same one twice is one screening
     * @throws Problem invalid, when an answer is none of the form's; unprocessable, when nothing was answered
     */
    Screened screen(Caller caller, String personId, Map<String, String> answers, UUID formKey) {
        mayScreen(caller);
        List<String> missing = HungerVitalSign.QUESTIONS.stream()
                .filter(q -> !answers.containsKey(q))
                .toList();
        if (!missing.isEmpty()) {
            throw Problem.of(Category.UNPROCESSABLE, "screening.problem.answers");
        }
        SourcePatient patient = identity.patientOf(caller, personId);
        // A second sending of the same form waits here until the first is done.
        jdbc.sql("select pg_advisory_xact_lock(?)")
                .param(formKey.getLeastSignificantBits())
                .query((rs, n) -> true)
                .single();
        Optional<String> before = jdbc.sql("select response_id from screening.submission where form_key = ?")
                .param(formKey)
                .query(String.class)
                .optional();
        if (before.isPresent()) {
            return new Screened(before.get(), HungerVitalSign.score(answers), activeNeed(caller, patient));
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Stored response = records.create(caller, response(caller, patient, answers, now));
        String derivedFrom = "QuestionnaireResponse/" + response.id();
        Result result = HungerVitalSign.score(answers);
        List<ObjectNode> evidence = new ArrayList<>();
        for (String question : HungerVitalSign.QUESTIONS) {
            String answer = Objects.requireNonNull(answers.get(question));
            ObjectNode observation = observation(patient, code(question), answer(question, answer), derivedFrom, now);
            if (HungerVitalSign.isPositive(answer)) {
                observation.withArray("interpretation").add(concept(POSITIVE));
            }
            records.create(caller, observation);
        }
        if (result != Result.UNKNOWN) {
            ObjectNode risk = observation(patient, HungerVitalSign.RISK, result.coding(), derivedFrom, now);
            if (result == Result.AT_RISK) {
                risk.withArray("interpretation").add(concept(POSITIVE));
            }
            evidence.add(reference("Observation/" + records.create(caller, risk).id()));
        }
        Optional<String> condition = Optional.empty();
        if (result == Result.AT_RISK) {
            condition = Optional.of(activeNeed(caller, patient)
                    .orElseGet(() -> "Condition/"
                            + records.create(caller, need(caller, patient, evidence, now))
                                    .id()));
        }
        jdbc.sql("insert into screening.submission (form_key, response_id, username) values (?, ?, ?)")
                .params(formKey, response.id(), caller.username())
                .update();
        return new Screened(response.id(), result, condition);
    }

    /**
     * What a screening found, read from its answers.
     *
     * @throws Problem not found, when there is no such screening of this person that the caller may read
     */
    Screened found(Caller caller, String personId, String responseId) {
        ObjectNode response =
                records.read(caller, "QuestionnaireResponse", responseId).json();
        String subject = target(response.path("subject"));
        SourcePatient patient = identity.person(caller, personId).sources().stream()
                .filter(source -> source.reference().equals(subject))
                .findFirst()
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "screening.problem.none"));
        Map<String, String> answers = new LinkedHashMap<>();
        for (JsonNode item : response.path("item")) {
            answers.put(
                    Json.text(item, "linkId"),
                    Json.text(item.path("answer").path(0).path("valueCoding"), "code"));
        }
        Result result = HungerVitalSign.score(answers);
        return new Screened(
                responseId, result, result == Result.AT_RISK ? activeNeed(caller, patient) : Optional.empty());
    }

    /** The person's active food insecurity, when this organisation already wrote one. */
    private Optional<String> activeNeed(Caller caller, SourcePatient patient) {
        return records
                .search(
                        caller,
                        "Condition?patient=" + patient.reference() + "&clinical-status=active&category="
                                + SdohCategory.FOOD_INSECURITY.code() + "&_count=1")
                .stream()
                .map(found -> "Condition/" + found.id())
                .findFirst();
    }

    private ObjectNode response(Caller caller, SourcePatient patient, Map<String, String> answers, Instant now) {
        ObjectNode response = Json.object("QuestionnaireResponse");
        response.put("questionnaire", Json.text(questionnaire, "url")).put("status", "completed");
        response.set("subject", reference(patient.reference()));
        response.put("authored", now.toString());
        response.set("author", reference(caller.party(), caller.name() + ", " + caller.partyName()));
        response.set("source", reference(patient.reference()));
        for (String question : HungerVitalSign.QUESTIONS) {
            ObjectNode item = response.withArray("item").addObject().put("linkId", question);
            item.put("text", code(question).display());
            Coding answer = answer(question, Objects.requireNonNull(answers.get(question)));
            item.withArray("answer")
                    .addObject()
                    .putObject("valueCoding")
                    .put("system", answer.system())
                    .put("code", answer.code())
                    .put("display", answer.display());
        }
        return response;
    }

    private static ObjectNode observation(
            SourcePatient patient, Coding code, Coding value, String derivedFrom, Instant now) {
        ObjectNode observation = of("Observation", "ObservationScreeningResponse");
        observation.put("status", "final");
        observation
                .withArray("category")
                .add(concept(SURVEY))
                .add(concept(SDOH))
                .add(concept(SdohCategory.FOOD_INSECURITY.coding()));
        observation.set("code", concept(code));
        observation.set("subject", reference(patient.reference()));
        observation.put("effectiveDateTime", now.toString()).put("issued", now.toString());
        observation.withArray("performer").add(reference(patient.reference()));
        observation.set("valueCodeableConcept", concept(value));
        observation.withArray("derivedFrom").add(reference(derivedFrom));
        return observation;
    }

    private static ObjectNode need(Caller caller, SourcePatient patient, List<ObjectNode> evidence, Instant now) {
        ObjectNode condition = of("Condition", "Condition");
        condition.set(
                "clinicalStatus",
                concept(new Coding("http://terminology.hl7.org/CodeSystem/condition-clinical", "active", "Active")));
        condition.set(
                "verificationStatus",
                concept(new Coding(
                        "http://terminology.hl7.org/CodeSystem/condition-ver-status", "unconfirmed", "Unconfirmed")));
        condition
                .withArray("category")
                .add(concept(new Coding(
                        "http://hl7.org/fhir/us/core/CodeSystem/condition-category",
                        "health-concern",
                        "Health Concern")))
                .add(concept(SDOH))
                .add(concept(SdohCategory.FOOD_INSECURITY.coding()));
        condition.set(
                "code",
                concept(
                        new Coding("http://snomed.info/sct", "733423003", "Food insecurity"),
                        new Coding("http://hl7.org/fhir/sid/icd-10-cm", "Z59.41", "Food insecurity")));
        condition.set("subject", reference(patient.reference()));
        condition.put("onsetDateTime", now.toString()).put("recordedDate", now.toString());
        for (ObjectNode observation : evidence) {
            condition.withArray("evidence").addObject().withArray("detail").add(observation);
        }
        return condition;
    }

    private Coding code(String question) {
        JsonNode coding = item(question).path("code").path(0);
        return new Coding(Json.text(coding, "system"), Json.text(coding, "code"), Json.text(coding, "display"));
    }

    private Coding answer(String question, String code) {
        return item(question)
                .path("answerOption")
                .valueStream()
                .map(option -> option.path("valueCoding"))
                .filter(coding -> Json.text(coding, "code").equals(code))
                .map(coding -> new Coding(Json.text(coding, "system"), code, Json.text(coding, "display")))
                .findFirst()
                .orElseThrow(() -> Problem.of(Category.INVALID, "screening.problem.choice"));
    }

    private JsonNode item(String question) {
        return questionnaire
                .path("item")
                .valueStream()
                .filter(item -> Json.text(item, "linkId").equals(question))
                .findFirst()
                .orElseThrow();
    }

    private static ObjectNode of(String type, String profile) {
        ObjectNode resource = Json.object(type);
        resource.putObject("meta").putArray("profile").add(PROFILE + profile);
        return resource;
    }

    private static ObjectNode read(String resource) {
        try (InputStream in = Screenings.class.getClassLoader().getResourceAsStream(resource)) {
            return Json.parse(Objects.requireNonNull(in, resource).readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException(resource, e);
        }
    }
}
