package health.weft.casework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.Visitor;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.referral.ReferralNetwork;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.node.ObjectNode;

/** The case list of a small organisation: how people come on it, what is kept of them, and who reads it. */
class CaseworkTest extends ReferralNetwork {
    private static final String[][] NAMES = {
        {"Hildegard Quennell", "1944-02-13", "978-555-0141"},
        {"Ignatius Drumgoole", "1987-10-30", "978-555-0272"},
        {"Parthenope Ashby", "1969-05-04", "978-555-0313"},
        {"Thaddeus Wroblewski", "1993-12-21", "978-555-0484"},
        {"Zuleika Fairbrother", "1958-08-09", "978-555-0595"},
    };

    private Caller worker = Caller.PLATFORM;
    private Caller stranger = Caller.PLATFORM;
    private Caller keeper = Caller.PLATFORM;
    private Visitor desk;
    private Visitor foreign;
    private String party = "";
    private int used;

    @Autowired
    private Cases cases;

    @Autowired
    private Visits visits;

    @Autowired
    private Days days;

    CaseworkTest() {
        super("casework", "referral");
        desk = new Visitor("en");
        foreign = new Visitor("en");
    }

    @BeforeAll
    void a_pantry_that_keeps_its_clients_here_and_another_that_does_too() throws Exception {
        clinic("Ledgerwood Clinic", "Lucinda Ledger");
        party = helper("Larder Lane");
        worker = account("Casimir Larder", party, Role.COMMUNITY_WORKER);
        keeper = account("Ottoline Larder", party, Role.ORGANISATION_ADMIN);
        stranger = account("Fenella Pantryman", helper("Pantryman Row"), Role.COMMUNITY_WORKER);
        desk.signIn(url(""), worker.username(), PASSWORD);
        foreign.signIn(url(""), stranger.username(), PASSWORD);
    }

    @AfterAll
    void visitors_leave() {
        desk.close();
        foreign.close();
    }

    // ------------------------------------------------------------------------------------------------ on the list

    @Test
    void somebody_referred_comes_on_the_list_in_one_press_and_is_typed_nowhere() throws Exception {
        String[] one = NAMES[used++];
        String person = person(one[0], one[1], one[2]);
        String task = send(person, food("Larder Lane"), "");
        assertThat(desk.get(url("/referrals/" + task)).body()).doesNotContain("Take on as a client");
        referrals.accept(worker, task, 1, "");
        String page = desk.get(url("/referrals/" + task)).body();
        assertThat(page).contains("Take on as a client");
        assertThat(desk.get(url("/cases")).body()).contains("referred to you and");
        assertThat(cases.waiting(worker)).extracting(Cases.Waiting::name).contains(one[0]);

        List<HttpResponse<String>> answers = new java.util.ArrayList<>();
        try (var both = Executors.newFixedThreadPool(2)) {
            Callable<HttpResponse<String>> press = () ->
                    desk.post(url("/cases/take-on"), Map.of("person", person, "_csrf", Visitor.hidden(page, "_csrf")));
            for (var each : both.invokeAll(List.of(press, press))) {
                answers.add(each.get());
            }
        }
        String place = location(answers.getFirst());
        assertThat(place).contains("/cases/").isEqualTo(location(answers.getLast()));
        String client = desk.get(at(place)).body();
        assertThat(client).contains(one[0], one[2], "4 " + one[0].split(" ")[1] + " Terrace", "Referrals to you", task);
        assertThat(client).as("the clinic's knowledge stays with it").doesNotContain(one[1].substring(0, 4));
        assertThat(cases.waiting(worker)).extracting(Cases.Waiting::name).doesNotContain(one[0]);
        assertThat(desk.get(url("/referrals/" + task)).body())
                .contains("On your list of clients")
                .doesNotContain("Take on as a client");
        assertThat(identity.personOfPatient(cases.one(worker, id(answers)).patientId()))
                .as("identity knows them for the same")
                .contains(person);
    }

    private static String id(List<HttpResponse<String>> answers) {
        return location(answers.getFirst()).replaceFirst(".*/", "");
    }

    @Test
    void somebody_new_is_typed_once_and_a_second_time_leads_to_the_first() {
        Cases.Added added = someone();
        String[] one = NAMES[used - 1];
        UUID form = UUID.randomUUID();
        Cases.Added again = cases.add(worker, contact(one), null, days.today(), form);
        assertThat(again).isEqualTo(new Cases.Added(added.id(), false));
        assertThat(cases.add(worker, contact(one), null, days.today(), form)).isEqualTo(again);
        assertThat(cases.list(worker, Filter.of(one[0].split(" ")[1].substring(0, 5), "all", "", ""), 10, 0))
                .singleElement()
                .satisfies(client -> {
                    assertThat(client.id()).isEqualTo(added.id());
                    assertThat(client.born()).hasToString(one[1]);
                });
        assertThat(cases.takeOn(worker, cases.one(worker, added.id()).person()))
                .as("found by a search")
                .isEqualTo(new Cases.Added(added.id(), false));
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', , , first or a last name",
        "Ann, Example, 1850-01-01, , day of birth",
        "Ann, Example, 2950-01-01, , day of birth",
        "Ann, Example, , twelve, phone number",
    })
    void what_cannot_be_a_client_is_not_stored(String given, String family, LocalDate born, String phone, String says) {
        Contact wrong = new Contact(given, family, born, phone == null ? "" : phone, "", "", "");
        assertThatThrownBy(() -> cases.add(worker, wrong, null, days.today(), UUID.randomUUID()))
                .isInstanceOf(Problem.class)
                .hasMessageContaining(says);
        assertThat(cases.list(worker, Filter.of("example", "all", "", ""), 10, 0))
                .isEmpty();
    }

    // ------------------------------------------------------------------------------------------------ visits

    @Test
    void a_visit_is_saved_once_corrected_and_taken_back_with_all_that_belongs_to_it() throws Exception {
        String id = someone().id();
        String page = desk.get(url("/cases/" + id)).body();
        Map<String, String> form = new HashMap<>(Map.of(
                "_csrf", Visitor.hidden(page, "_csrf"),
                "_once", UUID.randomUUID().toString(),
                "attendance", "attended",
                "service", "Food box",
                "quantity", "2",
                "unit", "boxes",
                "note", "Speaks for her aunt too"));
        assertThat(desk.post(url("/cases/" + id + "/visits"), form).statusCode())
                .isEqualTo(302);
        assertThat(desk.post(url("/cases/" + id + "/visits"), form).statusCode())
                .isEqualTo(302);
        Visit visit = only(id);
        assertThat(visit.amount()).isEqualTo("2 boxes");
        assertThat(visit.note()).isEqualTo("Speaks for her aunt too");
        assertThat(cases.one(worker, id).lastSeen()).isEqualTo(days.today());
        assertThat(desk.get(url("/cases/" + id)).body())
                .contains("Food box, 2 boxes", "Speaks for her aunt too", "Casimir Larder".split(" ")[0]);

        visits.correct(
                worker,
                id,
                visit.id(),
                visit.version(),
                new Filled(visit.day(), LocalTime.of(9, 30), Attendance.ATTENDED, "Diapers", null, "", ""));
        Visit corrected = only(id);
        assertThat(corrected.service()).isEqualTo("Diapers");
        assertThat(corrected.time()).isEqualTo(LocalTime.of(9, 30));
        assertThat(corrected.amount() + corrected.note()).isEmpty();
        assertThatThrownBy(() -> visits.correct(worker, id, visit.id(), visit.version(), came("Soap")))
                .as("by a form that knew what stood before")
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.category()).isEqualTo(Category.PRECONDITION_FAILED));

        visits.undo(worker, id, visit.id());
        assertThat(visits.of(worker, cases.one(worker, id))).isEmpty();
        assertThat(cases.one(worker, id).lastSeen()).isNull();
        assertThat(Json.text(records.read(worker, "Encounter", visit.id()).json(), "status"))
                .isEqualTo("entered-in-error");
        assertThatThrownBy(() -> visits.undo(worker, id, visit.id())).isInstanceOf(Problem.class);
    }

    @Test
    void the_visits_of_the_day_are_ticked_off_by_who_came_and_who_did_not() throws Exception {
        String id = someone().id();
        String planned = visits.add(
                worker,
                id,
                new Filled(days.today(), LocalTime.of(23, 59), Attendance.PLANNED, "Cooking class", null, "", ""),
                UUID.randomUUID());
        String page = desk.get(url("/cases/today")).body();
        assertThat(page).contains("Cooking class", "23:59", "Planned");
        Map<String, String> tick = Map.of(
                "_csrf",
                Visitor.hidden(page, "_csrf"),
                "attendance",
                "no-show",
                "day",
                days.today().toString());
        assertThat(desk.post(url("/cases/today/" + planned), tick).statusCode()).isEqualTo(302);
        assertThat(only(id).attendance()).isEqualTo(Attendance.NO_SHOW);
        assertThat(cases.one(worker, id).lastSeen()).isNull();
        ObjectNode encounter = records.read(worker, "Encounter", planned).json();
        assertThat(Json.text(encounter, "status")).isEqualTo("cancelled");
        visits.attend(worker, planned, Attendance.ATTENDED);
        visits.attend(worker, planned, Attendance.ATTENDED);
        assertThat(only(id).attendance()).isEqualTo(Attendance.ATTENDED);
        assertThat(records.read(worker, "Encounter", planned).json().has("extension"))
                .isFalse();
        assertThat(foreign.post(
                                url("/cases/today/" + planned),
                                Map.of(
                                        "_csrf",
                                        Visitor.hidden(
                                                foreign.get(url("/cases/new")).body(), "_csrf"),
                                        "attendance",
                                        "no-show"))
                        .statusCode())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "1, ATTENDED, Food, 1, still to come",
        "-1, PLANNED, Food, , lies ahead",
        "-3000, ATTENDED, Food, 1, last 5 years",
        "0, ATTENDED, '', 1, before how much",
        "0, NO_SHOW, Food, 1, before how much",
        "0, ATTENDED, Food, -1, at most",
        "0, ATTENDED, Food, 10000000, at most",
    })
    void a_visit_that_cannot_be_is_refused(
            int day, Attendance attendance, String service, BigDecimal much, String says) {
        Filled wrong = new Filled(days.today().plusDays(day), null, attendance, service, much, "", "");
        assertThatThrownBy(() -> visits.check(wrong))
                .isInstanceOf(Problem.class)
                .hasMessageContaining(says);
    }

    private Filled came(String service) {
        return new Filled(days.today(), null, Attendance.ATTENDED, service, null, "", "");
    }

    private Visit only(String id) {
        List<Visit> all = visits.of(worker, cases.one(worker, id));
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    // ------------------------------------------------------------------------------------------------ whose it is

    @Test
    void another_organisation_finds_nothing_and_nobody_else_reads_a_note() throws Exception {
        String[] one = NAMES[used];
        String id = someone().id();
        // A clinic that treats the same person reads the record, and so the visit.
        var copy = Copies.write(records, clinic, one[0], one[1], one[2], "17 Hawthorn Mews");
        String visit = visits.add(
                worker,
                id,
                new Filled(days.today(), null, Attendance.ATTENDED, "Food box", null, "", "Her son must not know"),
                UUID.randomUUID());
        cases.note(worker, id, "Pays in coins", UUID.randomUUID());
        assertThat(identity.personOf(copy.rid())).contains(cases.one(worker, id).person());
        assertThat(records.find(coordinator, "Encounter", visit)).isPresent();
        assertThat(records.search(worker, "Communication?encounter=Encounter/" + visit)
                        .matches())
                .singleElement()
                .satisfies(note -> {
                    assertThat(note.pat()).isZero();
                    for (Caller other : List.of(coordinator, clinic, stranger)) {
                        assertThat(records.find(other, "Communication", note.id()))
                                .isEmpty();
                    }
                });
        assertThat(records.search(coordinator, "Communication?_count=1000").stream()
                        .map(found -> found.json().toString()))
                .noneMatch(json -> json.contains("coins") || json.contains("must not know"));

        assertThat(foreign.get(url("/cases/" + id)).statusCode()).isEqualTo(404);
        assertThat(foreign.get(url("/cases/" + id)).body())
                .isEqualTo(foreign.get(url("/cases/" + id)).body())
                .doesNotContain(one[0]);
        assertThat(foreign.get(url("/cases/" + id + "/visits/" + visit)).statusCode())
                .isEqualTo(404);
        assertThat(foreign.get(url("/cases")).body()).doesNotContain(one[0]);
        assertThat(foreign.get(url("/cases/visits.csv")).body()).doesNotContain("Food box");
        for (Runnable each : List.<Runnable>of(
                () -> visits.add(stranger, id, came("x"), UUID.randomUUID()),
                () -> visits.undo(stranger, id, visit),
                () -> cases.close(stranger, id, Closing.OTHER, ""),
                () -> cases.note(stranger, id, "x", UUID.randomUUID()),
                () -> cases.correct(stranger, id, contact(one)),
                () -> cases.one(coordinator, id))) {
            assertThatThrownBy(each::run).isInstanceOfSatisfying(Problem.class, p -> assertThat(p.category())
                    .isEqualTo(Category.NOT_FOUND));
        }
        for (Runnable each : List.<Runnable>of(
                () -> cases.list(keeper, Filter.ALL, 10, 0),
                () -> cases.one(keeper, id),
                () -> cases.takeOn(keeper, "x"),
                () -> visits.between(keeper, days.today(), days.today()),
                () -> visits.attend(keeper, visit, Attendance.NO_SHOW))) {
            assertThatThrownBy(each::run).isInstanceOfSatisfying(Problem.class, p -> assertThat(p.category())
                    .isEqualTo(Category.FORBIDDEN));
        }
    }

    // ------------------------------------------------------------------------------------------------ people

    private Cases.Added someone() {
        Cases.Added added = cases.add(worker, contact(NAMES[used++]), null, days.today(), UUID.randomUUID());
        assertThat(added.isNew()).isTrue();
        return added;
    }

    private static Contact contact(String[] one) {
        String[] name = one[0].split(" ");
        return new Contact(name[0], name[1], LocalDate.parse(one[1]), one[2], "17 Hawthorn Mews", "Ayer", "01432");
    }

    private static String location(HttpResponse<String> answer) {
        return answer.headers().firstValue("Location").orElse("");
    }

    private String at(String location) {
        return location.startsWith("http") ? location : url(location);
    }
}
