package health.weft.referral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.referral.Referral.Event;
import health.weft.referral.Referral.What;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What tests of the way between yes and help stand on: a clinic, a pantry that helps step by step, and people who are met once. */
abstract class ProgressNetwork extends ReferralNetwork {
    static final Outcome NOTHING_MORE = Outcome.UNSAID;

    Caller worker = Caller.PLATFORM;
    Caller stranger = Caller.PLATFORM;
    String pantry = "";
    /** Of all classes of a process: they share one database, and nobody may be met twice. */
    private static int used;

    @Autowired
    Appointments appointments;

    @Autowired
    ContactAttempts attempts;

    @Autowired
    Waitlist waitlist;

    @Autowired
    Outcomes outcomes;

    @Autowired
    ProgressStore progress;

    @Autowired
    ReferralStore rows;

    @Autowired
    Clocks clocks;

    ProgressNetwork() {
        super("referral");
    }

    @BeforeAll
    void a_clinic_and_a_pantry_that_helps_step_by_step() {
        clinic("Stepstone Clinic", "Stella Steppe");
        String party = helper("Onward Pantry");
        worker = account("Wendell Onward", party, Role.COMMUNITY_WORKER);
        stranger = account("Strother Elsewhere", helper("Elsewhere Pantry"), Role.COMMUNITY_WORKER);
        String system = "system-" + mark;
        accounts.ensure(system, "Onward system", party, Set.of(Role.SOURCE), "en", null);
        pantry = accounts.token(system, Duration.ofHours(1));
    }

    private static final List<String> FIRST = List.of(
            "Ambrose",
            "Bathsheba",
            "Crispin",
            "Delphine",
            "Eustace",
            "Floriana",
            "Godfrey",
            "Hortensia",
            "Ignatius",
            "Jemima",
            "Kenelm",
            "Leocadia",
            "Mortimer",
            "Nerissa",
            "Osbert",
            "Philippa",
            "Quincy",
            "Rosalba",
            "Sylvester",
            "Tamsin",
            "Ulric",
            "Venetia",
            "Zebulon",
            "Marcella",
            "Ptolemy",
            "Winifred");
    private static final List<String> LAST = List.of(
            "Windermere",
            "Abercromby",
            "Zouche",
            "Blatherwick",
            "Yarborough",
            "Cholmondeley",
            "Xanthopoulos",
            "Dunstable",
            "Wraxall",
            "Ellesmere",
            "Villiers",
            "Fotheringay",
            "Uppingham",
            "Gathercole",
            "Trelawney",
            "Hawtrey",
            "Septimus",
            "Inglethorpe",
            "Ravenscroft",
            "Jellicoe",
            "Quennell",
            "Kirkpatrick",
            "Llewellyn-Bowen",
            "Oglethorpe",
            "Prendergast",
            "Umfreville");

    String someone() {
        int n = used++;
        return person(
                FIRST.get(n) + " " + LAST.get(n),
                LocalDate.of(1931, 2, 3).plusDays(1117L * n).toString(),
                "508-" + (711 + 4 * n) + "-" + (1031 + 337 * n));
    }

    String accepted(String person) {
        String task = send(person, food("Onward Pantry"), "");
        referrals.accept(worker, task, 1, "");
        return task;
    }

    String started(String person) {
        String task = accepted(person);
        referrals.start(worker, task, 2, "");
        return task;
    }

    Caller me(String person) {
        String party = "Person/" + person;
        accounts.party(party, "Me", PartyKind.PERSON);
        accounts.ensure("me-" + person, "Me", party, Set.of(Role.PATIENT), "en", null);
        return accounts.caller("me-" + person).orElseThrow();
    }

    void unreachable(String task) {
        referrals.stop(worker, task, version(task), ReferralStatus.FAILED, Reason.COULD_NOT_CONTACT, "");
    }

    HttpResponse<String> communication(Referral referral, Instant sent) throws Exception {
        return send("POST", "/Communication", pantry, """
                {"resourceType":"Communication","status":"completed","basedOn":[{"reference":"ServiceRequest/%s"}],
                 "medium":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationMode","code":"MAILWRIT"}]}],
                 "subject":{"reference":"Patient/%s"},"sent":"%s","note":[{"text":"Letter came back"}]}""".formatted(
                        referral.requestId(), referral.patientId(), sent.truncatedTo(ChronoUnit.SECONDS)));
    }

    static void fill(Page page, LocalDate day, String time) {
        page.fill("#day-month", String.valueOf(day.getMonthValue()));
        page.fill("#day-day", String.valueOf(day.getDayOfMonth()));
        page.fill("#day-year", String.valueOf(day.getYear()));
        page.fill("#time", time);
    }

    /** Its appointment is moved to where it is past in a moment. */
    void past(String task) {
        Progress now = progress.of(task);
        Instant soon = Instant.now().plusSeconds(2).truncatedTo(ChronoUnit.SECONDS);
        appointments.book(worker, task, version(task), new Slot(soon, now.place(), now.words()));
        await().until(() -> progress.of(task).awaitsAttendance(Instant.now()));
    }

    static Outcome outcome(String quantity, String cost) {
        return new Outcome(
                null,
                quantity == null ? null : new BigDecimal(quantity),
                "",
                cost == null ? null : new BigDecimal(cost),
                null,
                null);
    }

    void stood(int days, String... tasks) {
        jdbc.sql("update referral.referral set since = now() - make_interval(days => ?) where id = any(?)")
                .params(days, tasks)
                .update();
    }

    List<String> marked(String column, String... tasks) {
        return jdbc.sql("select id from referral.referral where " + column + " is not null and id = any(?)")
                .param(tasks)
                .query(String.class)
                .list();
    }

    static Instant ahead(int days) {
        return Instant.now().plus(Duration.ofDays(days)).truncatedTo(ChronoUnit.MINUTES);
    }

    int version(String task) {
        return referrals.find(worker, task).version();
    }

    String business(Caller caller, String task) {
        return Elements.code(records.read(caller, "Task", task).json().path("businessStatus"), BusinessStatus.SYSTEM)
                .orElse("");
    }

    List<What> whats(String task) {
        return rows.events(task).stream().map(Event::what).toList();
    }

    ObjectNode read(String task) throws Exception {
        return ok(send("GET", "/Task/" + task, pantry, ""));
    }

    HttpResponse<String> put(JsonNode task) throws Exception {
        return send("PUT", "/Task/" + Json.text(task, "id"), pantry, task.toString());
    }

    static ObjectNode ok(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
        return Json.parse(answer.body());
    }
}
