package health.weft.referral;

import static health.weft.fhir.Elements.concept;
import static health.weft.fhir.Elements.reference;
import static health.weft.fhir.Elements.target;

import health.weft.directory.SdohCategory;
import health.weft.fhir.Elements;
import health.weft.fhir.Elements.Coding;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.referral.Outcome.Enrolment;
import health.weft.referral.Outcome.Given;
import health.weft.referral.Outcome.Resolved;
import health.weft.security.Caller;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What came of referrals: written as FHIR with the step that closes one, and read out of it into a row, whichever door it came through.
 *
 * <p>What was given stands in the Procedure, its amount and cost in extensions of it, since R4's Procedure has no element for them;
 * enrolment in an SDOHCC ObservationProgramEnrollmentStatus; whether the need is met in Task.output.
 */
@Component
class Outcomes {
    static final String AMOUNT = "https://weft.health/fhir/StructureDefinition/amount-given";
    static final String COST = "https://weft.health/fhir/StructureDefinition/cost";
    static final String OUTPUT = "https://weft.health/fhir/CodeSystem/referral-output";
    private static final String RESOLVED = "need-resolved";
    private static final String ADDITIONAL = "additional-content";
    private static final BigDecimal MOST = new BigDecimal("1000000");

    private final Records records;
    private final JdbcClient jdbc;

    Outcomes(Records records, JdbcClient jdbc) {
        this.records = records;
        this.jdbc = jdbc;
    }

    /** Says in the Procedure what was given, of how much, and what it cost. */
    static void describe(ObjectNode procedure, Outcome outcome, String words) {
        procedure.set("code", concept(outcome.given().coding()).put("text", words));
        if (outcome.amount() != null) {
            ObjectNode quantity =
                    extension(procedure, AMOUNT).putObject("valueQuantity").put("value", outcome.amount());
            if (!outcome.unit().isEmpty()) {
                quantity.put("unit", outcome.unit());
            }
        }
        if (outcome.cost() != null) {
            extension(procedure, COST)
                    .putObject("valueMoney")
                    .put("value", outcome.cost())
                    .put("currency", "USD");
        }
    }

    private static ObjectNode extension(ObjectNode of, String url) {
        return of.withArray("extension").addObject().put("url", url);
    }

    /** Adds to the Task what else came of it, and writes the Observation that it refers to. */
    void add(Caller caller, Referral referral, ObjectNode task, Outcome outcome, Instant now) {
        if (outcome.enrolment() != null) {
            ObjectNode observation = enrolment(caller, referral, outcome.enrolment(), now);
            String id = records.create(caller, observation).id();
            output(task, new Coding(SdohCategory.SYSTEM, ADDITIONAL, "Additional Content"))
                    .set("valueReference", reference("Observation/" + id));
        }
        if (outcome.resolved() != null) {
            output(task, new Coding(OUTPUT, RESOLVED, "Need resolved"))
                    .put("valueCode", outcome.resolved().code());
        }
    }

    private static ObjectNode output(ObjectNode task, Coding type) {
        ObjectNode output = task.withArray("output").addObject();
        output.set("type", concept(type));
        return output;
    }

    private static ObjectNode enrolment(Caller caller, Referral referral, Enrolment enrolment, Instant now) {
        SdohCategory category = SdohCategory.of(referral.category()).orElse(SdohCategory.UNSPECIFIED);
        ObjectNode observation = Json.object("Observation");
        observation
                .putObject("meta")
                .putArray("profile")
                .add(ReferralFhir.PROFILE + "ObservationProgramEnrollmentStatus");
        observation.put("status", "final");
        observation
                .withArray("category")
                .add(concept(new Coding("http://hl7.org/fhir/us/core/CodeSystem/us-core-category", "sdoh", "SDOH")))
                .add(concept(new Coding(SdohCategory.SYSTEM, "program-enrollment", "Program Enrollment Status")))
                .add(concept(category.coding()));
        observation.set("code", Elements.text(referral.serviceName()));
        observation.set("subject", reference("Patient/" + referral.patientId()));
        observation.put("effectiveDateTime", now.truncatedTo(ChronoUnit.SECONDS).toString());
        observation.withArray("performer").add(reference(caller.party(), caller.partyName()));
        observation.set("valueCodeableConcept", concept(enrolment.coding()));
        return observation;
    }

    /** Keeps what a completed Task says of its outcome. */
    void record(Caller by, Referral referral, JsonNode task) {
        Optional<ObjectNode> procedure = ReferralFhir.activities(task).stream()
                .flatMap(activity -> read(by, activity).stream())
                .findFirst();
        Given given = procedure
                .flatMap(p -> Elements.code(p.path("code"), ReferralFhir.SNOMED))
                .flatMap(Given::of)
                .orElse(Given.SOCIAL_SERVICE);
        JsonNode quantity = procedure
                .map(p -> value(p, AMOUNT, "valueQuantity"))
                .orElse(Json.mapper().missingNode());
        JsonNode money = procedure
                .map(p -> value(p, COST, "valueMoney"))
                .orElse(Json.mapper().missingNode());
        jdbc.sql("""
                insert into referral.outcome (referral_id, kind, amount, unit, cost, enrolment, resolved) values (?, ?, ?, ?, ?, ?, ?)
                on conflict (referral_id) do nothing""")
                .params(Arrays.asList(
                        referral.id(),
                        given.code(),
                        number(quantity.path("value"), BigDecimal.valueOf(0.01), "amount"),
                        Json.text(quantity, "unit"),
                        number(money.path("value"), BigDecimal.ZERO, "cost"),
                        enrolment(by, task).map(Enrolment::code).orElse(null),
                        resolved(task).map(Resolved::code).orElse(null)))
                .update();
    }

    Optional<Outcome> of(Referral referral) {
        return jdbc.sql(
                        "select kind, amount, unit, cost, enrolment, resolved from referral.outcome where referral_id = ?")
                .param(referral.id())
                .query((rs, n) -> new Outcome(
                        Given.of(rs.getString("kind")).orElse(Given.SOCIAL_SERVICE),
                        rs.getBigDecimal("amount"),
                        rs.getString("unit"),
                        rs.getBigDecimal("cost"),
                        Enrolment.of(String.valueOf(rs.getString("enrolment"))).orElse(null),
                        Resolved.of(String.valueOf(rs.getString("resolved"))).orElse(null)))
                .optional();
    }

    private static JsonNode value(JsonNode of, String url, String field) {
        return of.path("extension")
                .valueStream()
                .filter(extension -> Json.text(extension, "url").equals(url))
                .findFirst()
                .map(extension -> extension.path(field))
                .orElse(Json.mapper().missingNode());
    }

    private static @Nullable BigDecimal number(JsonNode value, BigDecimal least, String what) {
        if (!value.isNumber()) {
            return null;
        }
        BigDecimal number = value.decimalValue();
        if (number.compareTo(least) < 0 || number.compareTo(MOST) > 0) {
            throw Problem.of(Category.UNPROCESSABLE, "referral.outcome.problem." + what);
        }
        return number;
    }

    private Optional<Enrolment> enrolment(Caller by, JsonNode task) {
        return outputs(task, SdohCategory.SYSTEM, ADDITIONAL).stream()
                .map(output -> target(output.path("valueReference")))
                .filter(reference -> reference.startsWith("Observation/"))
                .flatMap(reference -> read(by, reference).stream())
                .flatMap(observation ->
                        Elements.code(observation.path("valueCodeableConcept"), SdohCategory.SYSTEM).stream())
                .flatMap(code -> Enrolment.of(code).stream())
                .findFirst();
    }

    private static Optional<Resolved> resolved(JsonNode task) {
        return outputs(task, OUTPUT, RESOLVED).stream()
                .flatMap(output -> Resolved.of(Json.text(output, "valueCode")).stream())
                .findFirst();
    }

    private static List<JsonNode> outputs(JsonNode task, String system, String code) {
        return task.path("output")
                .valueStream()
                .filter(output -> Elements.has(output.path("type"), system, code))
                .toList();
    }

    private Optional<ObjectNode> read(Caller by, String reference) {
        String[] parts = reference.split("/");
        return parts.length == 2 ? records.find(by, parts[0], parts[1]).map(stored -> stored.json()) : Optional.empty();
    }
}
