package health.weft.chart;

import health.weft.consent.ReportableCodes;
import health.weft.consent.ReportedRows;
import health.weft.consent.ReportedRows.Marked;
import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * What the law has reported to public health (decision 56). The marks say which rows; each of them and whom it is about are asked of the record for the caller, so that
 * the rule stands in the query here as everywhere, and what is sensitive stays out.
 */
@Component
class ReportedFacts {
    /** Rows looked at for one page: where nearly all are sensitive, a page may hold fewer. */
    private static final int LOOKED_AT = 2_000;

    private static final int AT_ONCE = 50;

    private final Records records;
    private final Identity identity;
    private final Accounts accounts;
    private final ReportableCodes codes;
    private final ReportedRows rows;

    ReportedFacts(Records records, Identity identity, Accounts accounts, ReportableCodes codes, ReportedRows rows) {
        this.records = records;
        this.identity = identity;
        this.accounts = accounts;
        this.codes = codes;
        this.rows = rows;
    }

    /** Whether the network has said what is reported. */
    boolean isSaid() {
        return codes.named();
    }

    /**
     * The latest written first.
     *
     * @param since only what was written at this time or later; null for all
     * @param from where the page begins, as {@link Reported#older} says it; empty for the first
     * @throws Problem forbidden, for whoever does not act for public health in a role that reads charts; invalid, for a page that never was
     */
    Reported find(Caller caller, Reported.Kind kind, @Nullable Instant since, String from, int count) {
        if (!caller.publicHealth()
                || !caller.is(Role.COORDINATOR, Role.CLINICIAN, Role.DISCHARGE_PLANNER, Role.SPECIALIST)) {
            throw Problem.of(Category.FORBIDDEN, "chart.reported.problem.role");
        }
        Marked after = from.isEmpty() ? null : place(from);
        List<Reported.Line> lines = new ArrayList<>();
        for (int looked = 0; isSaid() && looked < LOOKED_AT; looked += AT_ONCE) {
            List<Marked> marked = rows.of(kind.type(), since, after, AT_ONCE);
            Map<String, Stored> seen = records.among(
                    caller, kind.type(), marked.stream().map(Marked::id).toList());
            Map<String, Stored> people = people(caller, seen);
            for (Marked one : marked) {
                Stored stored = seen.get(one.id());
                if (stored != null) {
                    lines.add(line(stored, people.get(patient(stored))));
                }
                after = one;
                if (lines.size() == count) {
                    return new Reported(lines, place(one));
                }
            }
            if (marked.size() < AT_ONCE) {
                return new Reported(lines, null);
            }
        }
        return new Reported(lines, after == null ? null : place(after));
    }

    private Map<String, Stored> people(Caller caller, Map<String, Stored> facts) {
        return records.among(
                caller,
                "Patient",
                facts.values().stream()
                        .map(ReportedFacts::patient)
                        .filter(id -> !id.isEmpty())
                        .distinct()
                        .toList());
    }

    /** Id of the Patient that it is about; empty when it is about none. */
    private static String patient(Stored fact) {
        JsonNode json = fact.json();
        String reference = Json.text(json.path(json.has("patient") ? "patient" : "subject"), "reference");
        return reference.startsWith("Patient/") ? reference.substring("Patient/".length()) : "";
    }

    private static String place(Marked one) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, one.updated()) + "-" + one.rid();
    }

    private static Marked place(String from) {
        if (!from.matches("\\d{1,18}-\\d{1,18}")) {
            throw Problem.of(Category.INVALID, "chart.reported.problem.page");
        }
        String[] parts = from.split("-");
        return new Marked(
                "", Long.parseLong(parts[1]), Instant.EPOCH.plus(Long.parseLong(parts[0]), ChronoUnit.MICROS));
    }

    private Reported.Line line(Stored fact, @Nullable Stored patient) {
        JsonNode json = fact.json();
        String organisation = accounts.partyName(fact.owner()).orElse(fact.owner());
        List<Fact> read = FactReading.read(json, fact.owner(), organisation, fact.updated());
        String found = Stream.concat(
                        Stream.of(json.path("valueCodeableConcept")),
                        json.path("conclusionCode").valueStream())
                .map(FactReading::words)
                .filter(words -> !words.isEmpty())
                .collect(Collectors.joining(", "));
        JsonNode person = patient == null ? Json.mapper().createObjectNode() : patient.json();
        JsonNode address = person.path("address").path(0);
        return new Reported.Line(
                fact.reference(),
                FactReading.words(json.path(json.has("vaccineCode") ? "vaccineCode" : "code")),
                found,
                read.isEmpty() ? null : read.getFirst().date(),
                organisation,
                fact.updated(),
                patient == null ? "" : identity.personOf(patient.rid()).orElse(""),
                Elements.name(person.path("name").path(0)),
                Elements.telecom(person, "phone"),
                (Json.text(address, "city") + " " + Json.text(address, "postalCode")).strip());
    }
}
