package health.weft.casework;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.Visitor;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.referral.Outcome;
import health.weft.referral.Outcomes;
import health.weft.referral.ReferralNetwork;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
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
        {"Ambrose Nightingale", "1971-03-17", "978-555-0616"},
        {"Wilhelmina Oyelaran", "1949-11-02", "978-555-0727"},
        {"Crispin Vandermeer", "1996-06-26", "978-555-0838"},
        {"Leocadia Thornquist", "1937-01-25", "978-555-0949"},
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
    private Outcomes outcomes;

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

        List<HttpResponse<String>> answers = new ArrayList<>();
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

        referrals.start(worker, task, referrals.find(worker, task).version(), "");
        outcomes.give(
                worker,
                task,
                referrals.find(worker, task).version(),
                "Two bags of groceries",
                new Outcome(null, BigDecimal.TWO, "bags", null, null, null));
        Visit given = only(id(answers));
        assertThat(given.service() + ", " + given.amount()).isEqualTo("Two bags of groceries, 2 bags");
        assertThat(given.attendance()).isEqualTo(Attendance.ATTENDED);
        visits.correct(worker, id(answers), given.id(), given.version(), came("Groceries"));
        assertThat(only(id(answers)).amount()).as("kept by the referral").isEqualTo("2 bags");
        visits.undo(worker, id(answers), given.id());
        assertThat(records.search(worker, "Procedure?status=completed&_count=100").stream()
                        .map(found -> found.json().toString()))
                .as("what was given on the referral stands")
                .anyMatch(json -> json.contains("Two bags of groceries"));
    }

    @Test
    void a_visit_by_hand_and_a_referral_closed_with_help_on_one_day_are_one_visit() throws Exception {
        String[] one = NAMES[used++];
        String person = person(one[0], one[1], one[2]);
        String task = send(person, food("Larder Lane"), "");
        referrals.accept(worker, task, 1, "");
        String client = cases.takeOn(worker, person).id();
        String planned = visits.add(
                worker,
                client,
                new Filled(days.today(), LocalTime.of(10, 0), Attendance.PLANNED, "Pick up", null, "", ""),
                UUID.randomUUID());
        outcomes.give(
                worker,
                task,
                referrals.find(worker, task).version(),
                "A crate of greens",
                new Outcome(null, BigDecimal.ONE, "crate", null, null, null));
        Visit visit = only(client);
        assertThat(visit.id()).as("the one that was planned").isEqualTo(planned);
        assertThat(visit.attendance()).isEqualTo(Attendance.ATTENDED);
        assertThat(visit.amount()).isEqualTo("1 crate");

        String second = send(person, food("Larder Lane"), "");
        referrals.accept(worker, second, 1, "");
        visits.undo(worker, client, planned);
        String byHand = visits.add(
                worker,
                client,
                new Filled(
                        days.today(), null, Attendance.ATTENDED, "Greens", BigDecimal.TEN, "kg", "Came with his aunt"),
                UUID.randomUUID());
        outcomes.give(
                worker,
                second,
                referrals.find(worker, second).version(),
                "Greens again",
                new Outcome(null, BigDecimal.TEN, "kg", null, null, null));
        assertThat(visits.of(worker, cases.one(worker, client)))
                .as("what was given by hand may be another thing")
                .hasSize(2);
        String page = desk.get(url("/cases/" + client)).body();
        assertThat(page).contains("Counted twice?");
        String join = "/cases/" + client + "/visits/" + byHand + "/join";
        assertThat(desk.post(url(join), Map.of("_csrf", Visitor.hidden(page, "_csrf")))
                        .statusCode())
                .isEqualTo(302);
        Visit joined = only(client);
        assertThat(joined.service() + ", " + joined.amount()).isEqualTo("Greens again, 10 kg");
        assertThat(joined.note()).isEqualTo("Came with his aunt");
        assertThat(desk.get(url("/cases/" + client)).body()).doesNotContain("Counted twice?");
        assertThatThrownBy(() -> visits.join(worker, client, joined.id())).isInstanceOf(Problem.class);
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
        assertThat(page).contains("Cooking class", "11:59", "PM", "Planned");
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
        String nobody = UUID.randomUUID().toString();
        assertThat(answer(foreign.get(url("/cases/" + id)).body()))
                .as("the answer to what is not there at all")
                .isEqualTo(answer(foreign.get(url("/cases/" + nobody)).body()))
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

    private static String answer(String page) {
        return page.replaceAll("(?s).*<main|</main>.*", "").replaceAll("value=\"[^\"]*\"|reference: \\w+", "");
    }

    @Test
    void a_system_of_the_organisation_keeps_the_list_by_fhir_and_nobody_elses_does() {
        String[] one = NAMES[used++];
        String[] name = one[0].split(" ");
        ObjectNode patient = Json.parse("""
                {"resourceType":"Patient","name":[{"given":["%s"],"family":"%s"}],"birthDate":"%s",
                 "telecom":[{"system":"phone","value":"%s"}]}""".formatted(name[0], name[1], one[1], one[2]));
        String own = records.create(worker, patient).reference();
        String episode = records.create(worker, episode(own, party)).id();
        assertThat(cases.one(worker, episode).name()).isEqualTo(one[0]);
        assertThat(cases.takeOn(worker, cases.one(worker, episode).person()).id())
                .isEqualTo(episode);
        assertThatThrownBy(() -> records.create(worker, episode(own, party)))
                .as("one case a person")
                .hasMessageContaining("on your list already");
        String encounter = records.create(worker, Json.parse("""
                {"resourceType":"Encounter","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},
                 "subject":{"reference":"%s"},"episodeOfCare":[{"reference":"EpisodeOfCare/%s"}],"type":[{"text":"Soup"}],
                 "period":{"start":"%sT12:00:00Z"}}""".formatted(
                                own, episode, days.today().minusDays(3))))
                .id();
        assertThat(only(episode).service()).isEqualTo("Soup");
        assertThat(cases.one(worker, episode).lastSeen()).isNotNull();
        records.delete(worker, "Encounter", encounter, null);
        assertThat(visits.of(worker, cases.one(worker, episode))).isEmpty();

        String theirs = Copies.write(records, clinic, "Gaspard Whittlesea", "1933-01-08", "978-555-0949", "1 Nowhere")
                .reference();
        records.create(clinic, episode(theirs, party));
        assertThat(cases.list(worker, Filter.of("Whittlesea", "all", "", ""), 10, 0))
                .as("a case that another organisation claims for this one")
                .isEmpty();
    }

    private static ObjectNode episode(String patient, String of) {
        return Json.parse("""
                {"resourceType":"EpisodeOfCare","status":"active","patient":{"reference":"%s"},"managingOrganization":{"reference":"%s"},
                 "type":[{"coding":[{"system":"https://weft.health/fhir/CodeSystem/case","code":"case-list"}]}]}""".formatted(patient, of));
    }

    // ------------------------------------------------------------------------------------------------ closing

    @Test
    void a_case_is_closed_for_a_reason_opened_again_for_one_and_found_by_either() {
        String id = someone().id();
        String family = NAMES[used - 1][0].split(" ")[1];
        cases.close(worker, id, Closing.MOVED, "To her sister in Lowell");
        cases.close(worker, id, Closing.MOVED, "To her sister in Lowell");
        assertThat(cases.one(worker, id).closed()).isEqualTo(days.today());
        assertThat(cases.one(worker, id).reason()).isEqualTo("moved");
        assertThat(cases.notes(worker, cases.one(worker, id)))
                .singleElement()
                .satisfies(note -> assertThat(note.words()).isEqualTo("To her sister in Lowell"));
        assertThat(found(family, "open")).isEmpty();
        assertThat(found(family, "closed")).containsExactly(id);
        assertThatThrownBy(() -> visits.add(worker, id, came("Food box"), UUID.randomUUID()))
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> cases.close(worker, id, Closing.OTHER, "")).hasMessageContaining("closed");
        assertThatThrownBy(() -> cases.reopen(worker, id, " ")).hasMessageContaining("why");
        cases.reopen(worker, id, "Came back");
        cases.reopen(worker, id, "Came back");
        assertThat(found(family, "open")).containsExactly(id);
        List<Note> notes = cases.notes(worker, cases.one(worker, id));
        assertThat(notes).hasSize(2);
        cases.unnote(worker, id, notes.getFirst().id());
        assertThat(cases.notes(worker, cases.one(worker, id))).hasSize(1);
        ObjectNode episode = records.read(worker, "EpisodeOfCare", id).json();
        assertThat(episode.path("statusHistory")).hasSize(2);
        assertThat(episode.has("extension")).isFalse();
    }

    private List<String> found(String name, String show) {
        return cases.list(worker, Filter.of(name, show, "", ""), 10, 0).stream()
                .map(Client::id)
                .toList();
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
