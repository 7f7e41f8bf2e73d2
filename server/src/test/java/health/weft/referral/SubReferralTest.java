package health.weft.referral;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.PlainClient;
import health.weft.consent.Consents;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.referral.Referral.Loop;
import health.weft.referral.Referral.What;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.node.ObjectNode;

/** Whoever is asked asks another in its place; what that one does moves the first referral too. */
class SubReferralTest extends ReferralNetwork {
    private Caller hub = Caller.PLATFORM;
    private Caller mill = Caller.PLATFORM;
    private Caller oven = Caller.PLATFORM;
    private Caller stranger = Caller.PLATFORM;

    @Autowired
    private Outcomes outcomes;

    @Autowired
    private Consents consents;

    SubReferralTest() {
        super("referral", "directory");
    }

    @BeforeAll
    void a_clinic_a_hub_and_two_that_help() {
        clinic("Windrush Clinic", "Winifred Rush");
        hub = account("Hubert Spoke", helper("Spoke Hub"), Role.COMMUNITY_WORKER);
        mill = account("Millicent Grist", helper("Grist Mill"), Role.COMMUNITY_WORKER);
        oven = account("Oliver Crumb", helper("Crumb Oven"), Role.COMMUNITY_WORKER);
        stranger = account("Saskia Fern", helper("Fern Shed"), Role.COMMUNITY_WORKER);
    }

    // ------------------------------------------------------------------------------------------------ in step

    @Test
    void what_the_one_that_helps_does_shows_at_whoever_asked_first() {
        String person = person("Ignatius Thornbury", "1938-04-12", "508-555-2101");
        String whole = send(person, food("Spoke Hub"), "Soft food only");
        String part = passOn(whole, person, "Grist Mill");

        ObjectNode task = records.read(mill, "Task", part).json();
        assertThat(task.at("/partOf/0/reference").asString()).isEqualTo("Task/" + whole);
        ObjectNode request =
                records.read(mill, "ServiceRequest", find(part).requestId()).json();
        assertThat(Json.text(request, "intent")).isEqualTo("filler-order");
        assertThat(request.at("/basedOn/0/reference").asString())
                .isEqualTo("ServiceRequest/" + find(whole).requestId());
        assertThat(told(whole)).containsExactly(What.SENT, What.PASSED_ON);
        assertThat(referrals.rows(mill, List.of(find(part))).getFirst().person().name())
                .as("who helps knows whom")
                .isEqualTo("Ignatius Thornbury");
        assertThat(find(whole).status()).as("nobody has said yes").isEqualTo(ReferralStatus.REQUESTED);

        referrals.accept(mill, part, find(part).version(), "Tuesday");
        assertThat(find(whole).status()).isEqualTo(ReferralStatus.ACCEPTED);
        referrals.start(mill, part, find(part).version(), "");
        assertThat(find(whole).status()).isEqualTo(ReferralStatus.IN_PROGRESS);
        outcomes.give(mill, part, find(part).version(), "Soft groceries for a week", Outcome.UNSAID);

        Referral done = find(whole);
        assertThat(done.status()).isEqualTo(ReferralStatus.COMPLETED);
        assertThat(done.loop()).isEqualTo(Loop.CLOSED);
        String procedure = records.read(coordinator, "Task", whole)
                .json()
                .at("/output/0/valueReference/reference")
                .asString();
        for (Caller reader : List.of(coordinator, hub, mill)) {
            assertThat(records.read(reader, "Procedure", procedure.substring("Procedure/".length()))
                            .json()
                            .toString())
                    .contains("Soft groceries for a week");
        }
        assertThatThrownBy(() -> records.read(stranger, "Procedure", procedure.substring(10)))
                .isInstanceOf(Problem.class);
        assertThat(referrals.story(done).getLast().words()).isEqualTo("Soft groceries for a week");
    }

    @Test
    void a_no_comes_back_to_whoever_passed_it_on_who_asks_the_next() {
        String person = person("Philomena Updike", "1990-09-03", "508-555-3202");
        String whole = send(person, food("Spoke Hub"), "");
        referrals.accept(hub, whole, find(whole).version(), "");
        String first = passOn(whole, person, "Grist Mill");
        referrals.stop(mill, first, find(first).version(), ReferralStatus.REJECTED, Reason.NO_CAPACITY, "");
        assertThat(find(whole).status()).as("not told to whoever asked first").isEqualTo(ReferralStatus.ACCEPTED);
        assertThat(referrals.needRequester(hub)).extracting(Referral::id).contains(first);
        assertThat(referrals.needRequester(coordinator))
                .extracting(Referral::id)
                .doesNotContain(whole);

        String second = passOn(whole, person, "Crumb Oven");
        referrals.accept(oven, second, find(second).version(), "");
        referrals.stop(oven, second, find(second).version(), ReferralStatus.ON_HOLD, Reason.WAITLIST, "");
        assertThat(find(whole).isOnWaitlist()).isTrue();
        referrals.start(oven, second, find(second).version(), "");
        outcomes.give(oven, second, find(second).version(), "Bread", Outcome.UNSAID);
        assertThat(find(whole).loop()).isEqualTo(Loop.CLOSED);
    }

    @Test
    void a_whole_of_two_parts_is_done_when_both_are() {
        assertThat(SubReferrals.reached(List.of(ReferralStatus.COMPLETED, ReferralStatus.REQUESTED)))
                .contains(ReferralStatus.IN_PROGRESS);
        assertThat(SubReferrals.reached(List.of(ReferralStatus.COMPLETED, ReferralStatus.FAILED)))
                .contains(ReferralStatus.COMPLETED);
        assertThat(SubReferrals.reached(List.of(ReferralStatus.ON_HOLD, ReferralStatus.ACCEPTED)))
                .contains(ReferralStatus.ACCEPTED);
        assertThat(SubReferrals.reached(List.of(ReferralStatus.ON_HOLD, ReferralStatus.REJECTED)))
                .contains(ReferralStatus.ON_HOLD);
        assertThat(SubReferrals.reached(List.of(ReferralStatus.REJECTED, ReferralStatus.CANCELLED)))
                .isEmpty();
        assertThat(SubReferrals.reached(List.of(ReferralStatus.REQUESTED))).isEmpty();

        String person = person("Barnaby Quillfeather", "1947-01-29", "508-555-4303");
        String whole = send(person, food("Spoke Hub"), "");
        String one = passOn(whole, person, "Grist Mill");
        String two = passOn(whole, person, "Crumb Oven");
        for (String part : List.of(one, two)) {
            Caller helper = part.equals(one) ? mill : oven;
            referrals.accept(helper, part, find(part).version(), "");
            referrals.start(helper, part, find(part).version(), "");
            outcomes.give(helper, part, find(part).version(), "Half of it", Outcome.UNSAID);
            assertThat(find(whole).status())
                    .isEqualTo(part.equals(one) ? ReferralStatus.IN_PROGRESS : ReferralStatus.COMPLETED);
        }
        assertThat(records.read(coordinator, "Task", whole).json().path("output"))
                .hasSize(2);
    }

    @Test
    void a_withdrawal_goes_all_the_way_down_and_a_consent_taken_back_closes_all_of_it() {
        String person = person("Cordelia Ashgrove", "1972-12-08", "508-555-5404");
        String whole = send(person, food("Spoke Hub"), "");
        String part = passOn(whole, person, "Grist Mill");
        String below = passOn(mill, part, person, "Crumb Oven");
        referrals.accept(oven, below, find(below).version(), "");
        assertThat(find(whole).status()).as("over two steps").isEqualTo(ReferralStatus.ACCEPTED);
        referrals.stop(
                coordinator,
                whole,
                find(whole).version(),
                ReferralStatus.CANCELLED,
                Reason.PERSON_DECLINED,
                "Moved away");
        for (String id : List.of(part, below)) {
            assertThat(find(id).status()).isEqualTo(ReferralStatus.CANCELLED);
            assertThat(find(id).reasonCode()).isEqualTo("person-declined");
        }
        assertThat(records.find(oven, "Patient", find(below).patientId())).isEmpty();

        String other = person("Desmond Larkspur", "1955-06-21", "508-555-6505");
        String again = send(other, food("Spoke Hub"), "");
        String passed = passOn(again, other, "Grist Mill");
        referrals.accept(mill, passed, find(passed).version(), "");
        assertThat(records.find(mill, "Patient", find(passed).patientId())).isPresent();
        ObjectNode consent =
                records.read(coordinator, "Consent", find(again).consentId()).json();
        records.update(coordinator, consent.put("status", "inactive"), null);
        assertThat(records.find(mill, "Patient", find(passed).patientId())).isEmpty();
        assertThat(records.find(hub, "Patient", find(again).patientId())).isEmpty();
    }

    // ------------------------------------------------------------------------------------------------ who may not, and
    // what not

    @Test
    void only_whoever_is_asked_passes_it_on_for_the_same_person_never_in_a_circle_and_not_after_its_end() {
        String person = person("Euphemia Rookwood", "1983-03-17", "508-555-7606");
        String other = person("Florian Tansy", "1921-10-30", "508-555-8707");
        String whole = send(person, food("Spoke Hub"), "");
        refused(Category.NOT_FOUND, () -> passOn(stranger, whole, person, "Grist Mill"));
        refused(Category.NOT_FOUND, () -> passOn(coordinator, whole, person, "Grist Mill"));
        refused(Category.NOT_FOUND, () -> passOn(hub, whole, other, "Grist Mill"));
        refused(Category.UNPROCESSABLE, () -> passOn(hub, whole, person, "Spoke Hub"));
        String part = passOn(whole, person, "Grist Mill");
        refused(Category.UNPROCESSABLE, () -> passOn(mill, part, person, "Spoke Hub"));
        UUID form = UUID.randomUUID();
        String once = referrals.passOn(hub, sending(person, "Crumb Oven", form), whole);
        assertThat(referrals.passOn(hub, sending(person, "Crumb Oven", form), whole))
                .as("the same form twice")
                .isEqualTo(once);
        referrals.stop(hub, whole, find(whole).version(), ReferralStatus.REJECTED, Reason.WRONG_SERVICE, "");
        assertThat(find(part).status()).isEqualTo(ReferralStatus.CANCELLED);
        refused(Category.CONFLICT, () -> passOn(whole, person, "Fern Shed"));
    }

    @Test
    void by_fhir_a_part_must_fill_the_order_it_is_part_of() {
        String person = person("Gwendolen Marsh", "1966-08-14", "508-555-9808");
        String whole = send(person, food("Spoke Hub"), "");
        String patient = "Patient/" + find(whole).patientId();
        var consent =
                consents.permit(hub, patient, java.util.Map.of(mill.party(), "Grist Mill"), 0, java.time.Instant.now());
        ObjectNode request =
                records.read(hub, "ServiceRequest", find(whole).requestId()).json();
        request.remove("id");
        request.remove("meta");
        request.remove("performer");
        request.set("requester", Json.parse("{\"reference\":\"%s\"}".formatted(hub.party())));
        request.set(
                "supportingInfo",
                Json.parse("{\"x\":[{\"reference\":\"Consent/%s\"}]}".formatted(consent.id()))
                        .path("x"));
        String plain = records.create(hub, request.deepCopy()).id();
        refused(Category.UNPROCESSABLE, () -> records.create(hub, part(whole, plain, patient)));
        request.put("intent", "filler-order");
        request.withArray("basedOn")
                .addObject()
                .put("reference", "ServiceRequest/" + find(whole).requestId());
        String filling = records.create(hub, request).id();
        refused(Category.UNPROCESSABLE, () -> records.create(hub, part("no-such-task", filling, patient)));
        String part = records.create(hub, part(whole, filling, patient)).id();
        ObjectNode accepted = records.read(mill, "Task", part).json().put("status", "accepted");
        records.update(mill, accepted, null);
        assertThat(find(whole).status()).isEqualTo(ReferralStatus.ACCEPTED);
    }

    @Test
    void what_is_passed_on_by_fhir_about_somebody_who_must_not_be_contacted_says_so() {
        String person = person("Rosalba Nightingale-Ito", "2001-07-24", "508-555-3131");
        records.create(clinic, Json.parse("""
                {"resourceType":"Flag","status":"active","subject":{"reference":"%s"},
                 "code":{"coding":[{"system":"https://weft.health/fhir/CodeSystem/flag","code":"no-notices"}]}}""".formatted(
                        identity.patientOf(clinic, person).reference())));
        String whole = send(person, food("Spoke Hub"), "");
        PlainClient hubs = new PlainClient(
                url("/fhir"), accounts.token(hub.username(), java.time.Duration.ofHours(1)), hub.party());
        String part = hubs.passesOn(whole, mill.party(), "");
        assertThat(records.read(mill, "ServiceRequest", find(part).requestId())
                        .json()
                        .at("/orderDetail/0/coding/0/code")
                        .asString())
                .isEqualTo("contacting-subject-prohibited");
    }

    private ObjectNode part(String whole, String request, String patient) {
        return Json.parse("""
                {"resourceType":"Task","status":"requested","intent":"order","partOf":[{"reference":"Task/%s"}],
                 "code":{"coding":[{"system":"http://hl7.org/fhir/CodeSystem/task-code","code":"fulfill"}]},
                 "focus":{"reference":"ServiceRequest/%s"},"for":{"reference":"%s"},"authoredOn":"2026-11-21T10:00:00Z",
                 "requester":{"reference":"%s"},"owner":{"reference":"%s"}}""".formatted(whole, request, patient, hub.party(), mill.party()));
    }

    @Test
    void a_yes_below_and_a_withdrawal_above_at_once_are_decided_once() throws Exception {
        String person = person("Horatio Bellweather", "1958-11-11", "508-555-1909");
        for (int i = 0; i < 5; i++) {
            String whole = send(person, food("Spoke Hub"), "");
            String part = passOn(whole, person, "Grist Mill");
            int partVersion = find(part).version();
            int wholeVersion = find(whole).version();
            List<Callable<String>> both = List.of(
                    () -> said(() -> referrals.accept(mill, part, partVersion, "")),
                    () -> said(() -> referrals.stop(
                            coordinator, whole, wholeVersion, ReferralStatus.CANCELLED, Reason.NO_LONGER_NEEDED, "")));
            try (var pool = Executors.newFixedThreadPool(2)) {
                List<String> said = new ArrayList<>();
                for (var done : pool.invokeAll(both)) {
                    said.add(done.get());
                }
                assertThat(said).contains("done");
            }
            ReferralStatus above = find(whole).status();
            ReferralStatus under = find(part).status();
            assertThat(List.of(above, under))
                    .isIn(
                            List.of(ReferralStatus.CANCELLED, ReferralStatus.CANCELLED),
                            List.of(ReferralStatus.ACCEPTED, ReferralStatus.ACCEPTED));
        }
    }

    private static String said(Runnable step) {
        try {
            step.run();
            return "done";
        } catch (Problem problem) {
            return problem.category().name();
        }
    }

    // ------------------------------------------------------------------------------------------------ the page

    @Test
    void the_page_passes_on_and_shows_to_whom() {
        String person = person("Jocasta Winterbourne", "1931-05-05", "508-555-2020");
        String whole = send(person, food("Spoke Hub"), "Ground floor");
        try (BrowserContext wide = chromium.context(1280, "en");
                BrowserContext phone = chromium.context(390, "es")) {
            Page page = signedIn(wide, hub.username(), "en");
            page.navigate(url("/referrals/" + whole));
            page.click("#pass-on summary");
            press(page, "#pass-on a");
            press(page, "main form.weft-form button");
            assertThat(page.locator("main").innerText()).contains("Windrush Clinic asked you");
            choose(page, food("Grist Mill"), "Grist Mill");
            page.check("#consent");
            looksRight(page, "pass-on", "en", 1280);
            press(page, "#send");
            looksRight(page, "pass-on-part", "en", 1280);
            page.navigate(url("/referrals/" + whole));
            assertThat(page.locator("main table").first().innerText()).contains("Grist Mill");
            looksRight(page, "passed-on", "en", 1280);
            Page small = signedIn(phone, hub.username(), "es");
            small.navigate(url("/referrals/" + whole));
            looksRight(small, "passed-on", "es", 390);
        }
    }

    private Referral find(String id) {
        return referrals.find(Caller.PLATFORM, id);
    }

    private List<What> told(String id) {
        return referrals.story(find(id)).stream().map(Referral.Event::what).toList();
    }

    private String passOn(String whole, String person, String to) {
        return passOn(hub, whole, person, to);
    }

    private String passOn(Caller by, String whole, String person, String to) {
        return referrals.passOn(by, sending(person, to, UUID.randomUUID()), whole);
    }

    private Referrals.Sending sending(String person, String to, UUID form) {
        return new Referrals.Sending(
                person, SdohCategory.FOOD_INSECURITY, List.of(food(to)), Optional.empty(), true, false, "", form);
    }

    private static void refused(Category category, Callable<?> step) {
        assertThatThrownBy(step::call).isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.category())
                .isEqualTo(category));
    }
}
