package health.weft.screening;

import health.weft.directory.SdohCategory;
import health.weft.fhir.Elements;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.questionnaire.Checking;
import health.weft.fhir.questionnaire.Fault;
import health.weft.fhir.questionnaire.Filling;
import health.weft.fhir.questionnaire.Form;
import health.weft.fhir.questionnaire.Settling;
import health.weft.fhir.questionnaire.Surroundings;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.RecordListener;
import health.weft.record.ResourceWriting;
import health.weft.record.ResourceWritten;
import health.weft.security.Caller;
import health.weft.store.Stored;
import java.sql.Timestamp;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keeps the rules and the books of every screening, whichever door it came through: a response is held against its Questionnaire and
 * labelled before it is stored; after, the rows that lists and figures read are written with it.
 */
@Component
class Books implements RecordListener {
    private static final String CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical";
    private static final String VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
    private static final Set<String> FINISHED = Set.of("completed", "amended");

    private final Forms forms;
    private final Around around;
    private final Sensitivity sensitivity;
    private final JdbcClient jdbc;

    Books(Forms forms, Around around, Sensitivity sensitivity, JdbcClient jdbc) {
        this.forms = forms;
        this.around = around;
        this.sensitivity = sensitivity;
        this.jdbc = jdbc;
    }

    @Override
    public void writing(ResourceWriting writing) {
        ObjectNode after = writing.after();
        if (Needs.SAYING.orElse(false)) {
            writing.approve();
        }
        if (after == null || !Json.text(after, "resourceType").equals("QuestionnaireResponse")) {
            return;
        }
        String status = Json.text(after, "status");
        if (!FINISHED.contains(status) && !status.equals("in-progress")) {
            return;
        }
        forms.named(Json.text(after, "questionnaire"), writing.by().party()).ifPresent(listed -> {
            Filling filling = settled(forms.form(listed), after, writing.by());
            if (!Screenings.WRITING.isBound()) {
                hold(filling, FINISHED.contains(status), writing.by());
            }
            sensitivity.label(after, filling);
        });
    }

    private Filling settled(Form form, ObjectNode response, Caller by) {
        try {
            return Settling.settle(Filling.of(form, response), around.nothing(by));
        } catch (InvalidResource e) {
            throw refused(e.issues());
        }
    }

    private void hold(Filling filling, boolean finished, Caller by) {
        Surroundings surroundings = around.nothing(by);
        List<Fault> faults = Checking.of(filling, surroundings, finished);
        if (!faults.isEmpty()) {
            throw refused(faults.stream().map(Fault::issue).toList());
        }
    }

    private static Problem refused(List<Issue> issues) {
        return new Problem(
                Category.UNPROCESSABLE,
                "The response does not fit its questionnaire.",
                issues.stream()
                        .map(issue -> new Problem.Detail(
                                issue.code(),
                                issue.diagnostics(),
                                Objects.requireNonNullElse(issue.expression(), "QuestionnaireResponse")))
                        .toList());
    }

    @Override
    public void written(ResourceWritten written) {
        Stored now = written.now();
        if (now.pat() == 0) {
            return;
        }
        switch (now.type()) {
            case "QuestionnaireResponse" -> response(written);
            case "Observation" -> observation(written);
            case "Condition" -> condition(written);
            default -> {
                // no business of a screening
            }
        }
    }

    private void response(ResourceWritten written) {
        Stored now = written.now();
        ObjectNode json = written.json();
        forget(now);
        if (now.deleted() || !FINISHED.contains(Json.text(json, "status"))) {
            return;
        }
        Optional<Forms.Listed> listed = forms.named(Json.text(json, "questionnaire"), now.owner());
        if (listed.isEmpty()) {
            return;
        }
        Filling filling = settled(forms.form(listed.get()), json, written.by());
        Scoring.Result result = Scoring.of(filling);
        // Of a screening whose sensitive answers stand apart, each part says what it knows.
        boolean part = Screenings.WRITING.isBound();
        boolean hidden = !sensitivity.of(filling).isEmpty();
        Set<SdohCategory> own = Set.of(SdohCategory.INTIMATE_PARTNER_VIOLENCE);
        List<String> needs = result.codes(Finding.NEED);
        List<String> clear = result.codes(Finding.NO_NEED);
        List<String> unknown = result.codes(Finding.UNKNOWN);
        if (part) {
            Predicate<String> keep =
                    code -> hidden == own.stream().anyMatch(c -> c.code().equals(code));
            needs = needs.stream().filter(keep).toList();
            clear = clear.stream().filter(keep).toList();
            unknown = unknown.stream().filter(keep).toList();
        }
        insert(now, listed.get(), at(Json.text(json, "authored"), now.updated()), false, needs, clear, unknown);
    }

    private void observation(ResourceWritten written) {
        Stored now = written.now();
        for (JsonNode identifier : written.json().path("identifier")) {
            if (Json.text(identifier, "system").equals(Screenings.SCREENING + "/declined")) {
                forget(now);
                Optional<Forms.Listed> listed = forms.listed(Json.text(identifier, "value"));
                if (!now.deleted() && listed.isPresent() && Screenings.WRITING.isBound()) {
                    insert(now, listed.get(), now.updated(), true, List.of(), List.of(), List.of());
                }
            }
        }
    }

    private void forget(Stored now) {
        if (now.version() == 1) {
            return;
        }
        jdbc.sql("delete from screening.screening where rid = ?")
                .param(now.rid())
                .update();
    }

    private void insert(
            Stored now,
            Forms.Listed listed,
            Instant at,
            boolean declined,
            List<String> needs,
            List<String> clear,
            List<String> unknown) {
        jdbc.sql("""
                insert into screening.screening (rid, id, pat, form_id, url, owner, at, way, declined, needs, clear, unknown)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")
                .param(now.rid())
                .param(now.id())
                .param(now.pat())
                .param(listed.id())
                .param(listed.url())
                .param(now.owner())
                .param(Timestamp.from(at))
                .param(Screenings.WRITING.orElse(Way.SYSTEM).name())
                .param(declined)
                .param(needs.toArray(String[]::new))
                .param(clear.toArray(String[]::new))
                .param(unknown.toArray(String[]::new))
                .update();
    }

    private static Instant at(String dateTime, Instant otherwise) {
        try {
            return dateTime.length() > 10 ? OffsetDateTime.parse(dateTime).toInstant() : otherwise;
        } catch (DateTimeException e) {
            return otherwise;
        }
    }

    private void condition(ResourceWritten written) {
        Stored now = written.now();
        ObjectNode json = written.json();
        Optional<SdohCategory> category = Needs.category(json);
        if (category.isEmpty() && now.version() == 1) {
            return;
        }
        if (category.isEmpty() || now.deleted()) {
            jdbc.sql("update screening.need set clinical = '' where rid = ?")
                    .param(now.rid())
                    .update();
            return;
        }
        String clinical = Elements.code(json.path("clinicalStatus"), CLINICAL).orElse("");
        String verification =
                Elements.code(json.path("verificationStatus"), VERIFICATION).orElse("");
        boolean same = jdbc.sql("""
                        select exists (select from screening.need where rid = ? and clinical = ? and verification = ?)""")
                .params(now.rid(), clinical, verification)
                .query(Boolean.class)
                .single();
        jdbc.sql("""
                insert into screening.need (rid, id, pat, category, owner, clinical, verification, since)
                values (?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (rid) do update set pat = excluded.pat, category = excluded.category,
                    clinical = excluded.clinical, verification = excluded.verification""")
                .param(now.rid())
                .param(now.id())
                .param(now.pat())
                .param(category.get().code())
                .param(now.owner())
                .param(clinical)
                .param(verification)
                .param(Timestamp.from(at(Json.text(json, "recordedDate"), now.updated())))
                .update();
        if (!same) {
            jdbc.sql("""
                    insert into screening.step (need, clinical, verification, name, party_name) values (?, ?, ?, ?, ?)""")
                    .params(
                            now.rid(),
                            clinical,
                            verification,
                            written.by().name(),
                            written.by().partyName())
                    .update();
        }
    }
}
