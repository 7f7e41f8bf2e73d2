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
import tools.jackson.databind.node.ObjectNode;

/**
 * People about whom no notice may leave: a mail or a call can be read or heard by somebody who harms them.
 *
 * <p>A FHIR Flag in force says so: one with the code {@link #NO_NOTICES}, which everybody sees who may read the record, or any that
 * carries the sensitive category of violence, whoever may see that one. It counts for all copies of the person, from the transaction
 * that writes it.
 */
@Component
@Transactional
public class Quiet implements RecordListener {
    /** Code system of Weft's own flags. */
    static final String SYSTEM = "https://weft.health/fhir/CodeSystem/flag";

    static final String NO_NOTICES = "no-notices";
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
     * A flag that says so.
     *
     * @param id of the Flag
     * @param owner party that wrote it
     */
    record Said(String id, String owner) {}

    /** The flags that say so, those that the caller may see. */
    @Transactional(readOnly = true)
    List<Said> flags(Caller caller, Person person) {
        Visibility visible = Access.visibility(caller);
        return jdbc.sql("""
                select r.id, r.owner from notice.flag f join record.res r using (rid)
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
            Stored flag = records.read(caller, "Flag", said.id());
            records.update(caller, flag.json().put("status", "inactive"), flag.version());
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
        if (!now.type().equals("Flag") || now.pat() == 0) {
            return;
        }
        ObjectNode flag = written.json();
        if (now.deleted() || !Json.text(flag, "status").equals("active")) {
            jdbc.sql("delete from notice.flag where rid = ?").param(now.rid()).update();
            return;
        }
        jdbc.sql("""
                insert into notice.flag (rid, pat, quiet, until) values (?, ?, ?, ?)
                on conflict (rid) do update set pat = excluded.pat, quiet = excluded.quiet, until = excluded.until""")
                .param(now.rid())
                .param(now.pat())
                .param(saysSo(flag))
                .param(end(Json.text(flag.path("period"), "end")))
                .update();
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
