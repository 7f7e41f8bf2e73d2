package health.weft.notice;

import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.RecordListener;
import health.weft.record.Records;
import health.weft.record.ResourceWritten;
import health.weft.security.Access;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.store.Stored;
import health.weft.store.Visibility;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * People about whom no notice may leave: a mail or a call can be read or heard by somebody who harms them.
 *
 * <p>A FHIR Flag in force says so: one with the code {@link #NO_NOTICES}, which everybody sees who may read the record, or any that
 * carries the sensitive category of violence, whoever may see that one. A ServiceRequest says so by SDOHCC's word for it in {@code
 * orderDetail}, {@link #PROHIBITED}, as long as it carries that, also once it has ended. Each counts for all copies of the person, from
 * the transaction that writes it.
 */
@Component
@Transactional
public class Quiet implements RecordListener {
    /** Code system of Weft's own flags. */
    static final String SYSTEM = "https://weft.health/fhir/CodeSystem/flag";

    static final String NO_NOTICES = "no-notices";
    /** SDOHCC's code on a ServiceRequest: the person is not to be contacted. */
    static final String PROHIBITED = "contacting-subject-prohibited";

    private static final String SDOHCC =
            "http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes";
    private static final Role[] MAY_SET = {
        Role.COORDINATOR, Role.CLINICIAN, Role.DISCHARGE_PLANNER, Role.SPECIALIST, Role.COMMUNITY_WORKER, Role.PATIENT
    };

    private final JdbcClient jdbc;
    private final Records records;
    private final Identity identity;
    private final ZoneId zone;

    Quiet(JdbcClient jdbc, Records records, Identity identity, @Value("${weft.zone:}") String zone) {
        this.jdbc = jdbc;
        this.records = records;
        this.identity = identity;
        this.zone = zone.isBlank() ? ZoneId.systemDefault() : ZoneId.of(zone);
    }

    /**
     * Whether no notice about this person may leave.
     *
     * @param person id without its type, also one that was merged into another
     */
    @Transactional(readOnly = true)
    public boolean about(String person) {
        return jdbc.sql(
                        "select exists (select from security.relation where party = ? and basis = 'self' and notice.is_quiet(pat))")
                .param("Person/" + person)
                .query(Boolean.class)
                .single();
    }

    /**
     * Whether no notice about this resource may leave.
     *
     * @param rid its row id in the record, also of one that was deleted
     */
    @Transactional(readOnly = true)
    public boolean aboutResource(long rid) {
        return jdbc.sql("select coalesce((select notice.is_quiet(pat) from record.res where rid = ?), false)")
                .param(rid)
                .query(Boolean.class)
                .single();
    }

    /**
     * Says it on a ServiceRequest, where it is in force about the person whom that is for: whoever is asked by it elsewhere must know.
     *
     * @param person id without its type
     */
    @Transactional(readOnly = true)
    public ObjectNode toldOn(ObjectNode serviceRequest, String person) {
        if (about(person) && !prohibits(serviceRequest)) {
            serviceRequest
                    .withArray("orderDetail")
                    .addObject()
                    .withArray("coding")
                    .addObject()
                    .put("system", SDOHCC)
                    .put("code", PROHIBITED)
                    .put("display", "Contacting Subject Prohibited");
        }
        return serviceRequest;
    }

    /**
     * What says so.
     *
     * @param type Flag or ServiceRequest
     * @param owner party that wrote it
     */
    record Said(String type, String id, String owner) {}

    /** What says so, as far as the caller may see it. */
    @Transactional(readOnly = true)
    List<Said> flags(Caller caller, Person person) {
        Visibility visible = Access.visibility(caller);
        return jdbc.sql("""
                select r.rtype as type, r.id, r.owner from notice.flag f join record.res r using (rid)
                 where f.quiet and (f.until is null or f.until > now()) and f.pat = any(?) and\s""" + visible.sql())
                .param(person.pats().toArray(Long[]::new))
                .params(visible.args())
                .query(Said.class)
                .list();
    }

    /** Whether the caller may say so: whoever meets people, and the person. */
    static boolean maySet(Caller caller) {
        return caller.is(MAY_SET);
    }

    /**
     * Writes down that no notice may leave. Said twice by the same party, it is kept once.
     *
     * @throws Problem forbidden for other roles; not found for a person the caller does not see
     */
    void set(Caller caller, String personId) {
        Person person = person(caller, personId);
        if (mine(caller, person).findAny().isPresent()) {
            return;
        }
        ObjectNode flag = Json.object("Flag");
        flag.put("status", "active");
        flag.withArray("category")
                .addObject()
                .withArray("coding")
                .addObject()
                .put("system", "http://terminology.hl7.org/CodeSystem/flag-category")
                .put("code", "contact")
                .put("display", "Subject Contact");
        flag.putObject("code")
                .put("text", "Send no notices: ask in person")
                .withArray("coding")
                .addObject()
                .put("system", SYSTEM)
                .put("code", NO_NOTICES);
        flag.putObject("subject")
                .put("reference", identity.patientOf(caller, personId).reference());
        flag.putObject("period").put("start", Instant.now().toString());
        records.create(caller, flag);
    }

    /**
     * Takes back what the caller's own party said.
     *
     * @throws Problem not found, when it said nothing
     */
    void lift(Caller caller, String personId) {
        List<Said> mine = mine(caller, person(caller, personId)).toList();
        if (mine.isEmpty()) {
            throw Problem.of(Category.NOT_FOUND, "notice.problem.none");
        }
        for (Said said : mine) {
            Stored saying = records.read(caller, said.type(), said.id());
            ObjectNode now = saying.json();
            if (said.type().equals("Flag")) {
                now.put("status", "inactive");
            } else {
                now.withArray("orderDetail").removeIf(Quiet::isProhibition);
                if (now.path("orderDetail").isEmpty()) {
                    now.remove("orderDetail");
                }
            }
            records.update(caller, now, saying.version());
        }
    }

    private Person person(Caller caller, String id) {
        if (!maySet(caller)) {
            throw Problem.of(Category.FORBIDDEN, "notice.problem.role");
        }
        return identity.person(caller, id);
    }

    private Stream<Said> mine(Caller caller, Person person) {
        return flags(caller, person).stream().filter(flag -> flag.owner().equals(caller.party()));
    }

    @Override
    public void written(ResourceWritten written) {
        Stored now = written.now();
        if (now.pat() == 0) {
            return;
        }
        switch (now.type()) {
            case "Flag" -> {
                ObjectNode flag = written.json();
                if (now.deleted() || !Json.text(flag, "status").equals("active")) {
                    forget(now);
                } else {
                    keep(now, saysSo(flag), end(Json.text(flag.path("period"), "end")));
                }
            }
            case "ServiceRequest" -> {
                if (!now.deleted()
                        && prohibits(written.json())
                        && !Json.text(written.json(), "status").equals("entered-in-error")) {
                    keep(now, true, null);
                } else if (now.version() > 1) {
                    forget(now);
                }
            }
            default -> {}
        }
    }

    private void keep(Stored saying, boolean quiet, @Nullable Timestamp until) {
        jdbc.sql("""
                insert into notice.flag (rid, pat, quiet, until) values (?, ?, ?, ?)
                on conflict (rid) do update set pat = excluded.pat, quiet = excluded.quiet, until = excluded.until""")
                .param(saying.rid())
                .param(saying.pat())
                .param(quiet)
                .param(until)
                .update();
    }

    private void forget(Stored saying) {
        jdbc.sql("delete from notice.flag where rid = ?").param(saying.rid()).update();
    }

    private static boolean prohibits(ObjectNode serviceRequest) {
        return serviceRequest.path("orderDetail").valueStream().anyMatch(Quiet::isProhibition);
    }

    private static boolean isProhibition(JsonNode detail) {
        return detail.path("coding")
                .valueStream()
                .anyMatch(coding -> Json.text(coding, "system").equals(SDOHCC)
                        && Json.text(coding, "code").equals(PROHIBITED));
    }

    private static boolean saysSo(ObjectNode flag) {
        return flag.path("code")
                .path("coding")
                .valueStream()
                .anyMatch(coding -> Json.text(coding, "system").equals(SYSTEM)
                        && Json.text(coding, "code").equals(NO_NOTICES));
    }

    /** The moment after the last of a dateTime; none for what is not known to the day: it is in force until somebody ends it. */
    private @Nullable Timestamp end(String dateTime) {
        try {
            return switch (dateTime.length()) {
                case 0, 4, 7 -> null;
                case 10 ->
                    Timestamp.from(LocalDate.parse(dateTime)
                            .plusDays(1)
                            .atStartOfDay(zone)
                            .toInstant());
                default -> Timestamp.from(OffsetDateTime.parse(dateTime).toInstant());
            };
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
