package health.weft.referral;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** Several are asked at once, see what is needed and not by whom, and the first to say yes helps. */
class OpenReferralTest extends ReferralNetwork {
    private Caller ladle = Caller.PLATFORM;
    private Caller larder = Caller.PLATFORM;
    private Caller basket = Caller.PLATFORM;
    private Caller stranger = Caller.PLATFORM;

    OpenReferralTest() {
        super("referral", "directory");
    }

    @BeforeAll
    void a_clinic_and_three_that_may_help() {
        clinic("Gaslight Clinic", "Gwendolyn Gast");
        ladle = account("Leopold Ladd", helper("Ladle House"), Role.COMMUNITY_WORKER);
        larder = account("Marguerite Lard", helper("Larder Hall"), Role.COMMUNITY_WORKER);
        basket = account("Osbert Bask", helper("Basket Barn"), Role.COMMUNITY_WORKER);
        stranger = account("Prudence Strang", helper("Strange Inn"), Role.COMMUNITY_WORKER);
    }

    private List<String> three() {
        return List.of(food("Ladle House"), food("Larder Hall"), food("Basket Barn"));
    }

    private String asked(String person) {
        return send(coordinator, person, three(), "Cannot carry heavy bags");
    }

    // ------------------------------------------------------------------------------------------------ who sees what

    @Test
    void those_asked_see_the_need_and_not_whose_it_is_until_one_says_yes() {
        String task = asked(person("Aurelio Brackenbury", "1931-02-17", "508-555-1011"));
        Referral open = referrals.find(ladle, task);
        assertThat(open.outline().area()).isEqualTo("Worcester 01610");
        assertThat(open.ownerName()).contains("Ladle House", "Larder Hall", "Basket Barn");
        for (Caller one : List.of(ladle, larder, basket)) {
            assertThat(referrals.claimable(one)).extracting(Referral::id).contains(task);
            assertThat(records.find(one, "Patient", open.patientId())).isEmpty();
            assertThat(records.find(one, "ServiceRequest", open.requestId())).isEmpty();
            assertThat(records.find(one, "Consent", open.consentId())).isEmpty();
            assertThat(records.find(one, "Task", task).orElseThrow().json().toString())
                    .doesNotContain("Brackenbury", "heavy bags");
            assertThat(records.search(one, "Task?patient.family=Brackenbury").matches())
                    .isEmpty();
        }
        assertThat(referrals.claimable(stranger)).extracting(Referral::id).doesNotContain(task);
        refused(Category.NOT_FOUND, () -> referrals.find(stranger, task));
        refused(Category.NOT_FOUND, () -> claim(stranger, task));

        referrals.claim(larder, task, "We bring it");
        Referral theirs = referrals.find(larder, task);
        assertThat(theirs.owner()).isEqualTo(larder.party());
        assertThat(theirs.serviceName()).isEqualTo("Larder Hall food");
        assertThat(theirs.status()).isEqualTo(ReferralStatus.ACCEPTED);
        assertThat(referrals.rows(larder, List.of(theirs)).getFirst().person().name())
                .isEqualTo("Aurelio Brackenbury");
        assertThat(referrals.story(theirs))
                .extracting(Referral.Event::what, Referral.Event::words)
                .containsExactly(
                        tuple(Referral.What.SENT, "Cannot carry heavy bags"),
                        tuple(Referral.What.ACCEPTED, "We bring it"));
        for (Caller late : List.of(ladle, basket)) {
            assertThat(records.find(late, "Task", task)).isEmpty();
            assertThat(referrals.claimable(late)).extracting(Referral::id).doesNotContain(task);
            refused(Category.GONE, () -> referrals.find(late, task));
            refused(Category.GONE, () -> claim(late, task));
        }
        assertThat(referrals.candidates(theirs))
                .extracting(Candidate::state)
                .containsExactlyInAnyOrder(Candidate.State.CLAIMED, Candidate.State.PASSED, Candidate.State.PASSED);
    }

    /** A community organisation sends; what the clinic has written of the same person it cannot see, and cannot pass on. */
    @Test
    void a_yes_opens_no_copy_that_whoever_sent_it_could_not_see() {
        Caller hostel = account("Harbour System", helper("Harbour Hostel"), Role.SOURCE);
        Caller worker = account("Thaddeus Harb", hostel.party(), Role.COMMUNITY_WORKER);
        Stored theirs = Copies.write(records, hostel, "Evangeline Quillon", "1948-12-09", "508-555-7017", "9 Quay");
        Stored hidden = Copies.write(records, clinic, "Evangeline Quillon", "1948-12-09", "508-555-7017", "9 Quay");
        assertThat(identity.personOf(hidden.rid())).isEqualTo(identity.personOf(theirs.rid()));
        assertThat(records.find(worker, "Patient", hidden.id())).isEmpty();
        String person = identity.personOf(theirs.rid()).orElseThrow();

        String task = send(worker, person, three(), "");
        referrals.claim(ladle, task, "");
        assertThat(records.find(ladle, "Patient", theirs.id())).isPresent();
        assertThat(records.find(ladle, "Patient", hidden.id())).isEmpty();

        String direct = send(worker, person, List.of(food("Basket Barn")), "");
        referrals.accept(basket, direct, 1, "");
        assertThat(records.find(basket, "Patient", hidden.id())).isEmpty();
    }

    // ------------------------------------------------------------------------------------------------ how it ends

    @Test
    void when_all_say_no_it_goes_back_and_nobody_sees_it_any_more() {
        String task = asked(person("Clothilde Zimmer", "1959-06-28", "508-555-2022"));
        refused(Category.NOT_FOUND, () -> decline(stranger, task, ""));
        decline(ladle, task, "No milk");
        refused(Category.GONE, () -> claim(ladle, task));
        assertThat(records.find(ladle, "Task", task)).isEmpty();
        decline(larder, task, "");
        assertThat(referrals.find(coordinator, task).status()).isEqualTo(ReferralStatus.REQUESTED);
        decline(basket, task, "");
        Referral back = referrals.find(coordinator, task);
        assertThat(back.status()).isEqualTo(ReferralStatus.REJECTED);
        assertThat(back.reasonCode()).isEqualTo("all-declined");
        assertThat(back.needsRequester()).isTrue();
        assertThat(referrals.candidates(back)).extracting(Candidate::reasonText).contains("No milk");
        assertThat(Json.text(
                        records.read(coordinator, "ServiceRequest", back.requestId())
                                .json(),
                        "status"))
                .isEqualTo("revoked");
    }

    @Test
    void withdrawn_or_with_its_consent_taken_back_nobody_can_claim_it() {
        String withdrawn = asked(person("Ignatius Oyelaran", "1977-09-03", "508-555-3033"));
        referrals.stop(coordinator, withdrawn, 1, ReferralStatus.CANCELLED, Reason.NO_LONGER_NEEDED, "");
        String back = asked(person("Philippa Vandermeer", "1984-04-21", "508-555-4044"));
        Stored consent = records.read(
                coordinator, "Consent", referrals.find(coordinator, back).consentId());
        records.update(coordinator, consent.json().put("status", "inactive"), consent.version());
        for (String ended : List.of(withdrawn, back)) {
            refused(Category.GONE, () -> claim(ladle, ended));
            assertThat(records.find(larder, "Task", ended)).isEmpty();
            assertThat(referrals.claimable(basket)).extracting(Referral::id).doesNotContain(ended);
        }
        assertThat(referrals.find(coordinator, back).reasonCode()).isEqualTo("person-declined");
    }

    @Test
    void of_many_who_claim_and_one_who_withdraws_at_once_one_has_it() throws Exception {
        for (int round = 0; round < 3; round++) {
            String name = List.of("Balthazar Umber", "Seraphina Jolley", "Montague Kirsch")
                    .get(round);
            String task = asked(
                    person(name, (1926 + 23 * round) + "-0" + (3 + round) + "-1" + round, "508-55" + round + "-9090"));
            List<Callable<String>> at = new ArrayList<>();
            for (Caller one : List.of(ladle, larder, basket, ladle, larder)) {
                at.add(() -> said(() -> claim(one, task)));
            }
            at.add(() -> said(() -> {
                referrals.stop(coordinator, task, 1, ReferralStatus.CANCELLED, Reason.NO_LONGER_NEEDED, "");
                return task;
            }));
            List<String> said = new ArrayList<>();
            try (var pool = Executors.newFixedThreadPool(at.size())) {
                for (var done : pool.invokeAll(at)) {
                    said.add(done.get());
                }
            }
            assertThat(said).containsOnlyOnce("done");
            Referral ended = referrals.find(coordinator, task);
            long reading = jdbc.sql(
                            "select count(distinct party) from security.share where rid = ? and (until is null or until > now())")
                    .param(ended.pat())
                    .query(Long.class)
                    .single();
            assertThat(reading).as("who sees the person").isEqualTo(ended.status() == ReferralStatus.ACCEPTED ? 1 : 0);
        }
    }

    // ------------------------------------------------------------------------------------------------ another instead

    @Test
    void what_nobody_answered_is_asked_of_another_instead_and_withdrawn_with_that() {
        String person = person("Leocadia Farnsworth", "1964-07-15", "508-555-7788");
        String other = person("Valerian Quist", "1929-11-06", "508-555-8899");
        String old = send(person, food("Ladle House"), "");
        refused(Category.NOT_FOUND, () -> referrals.sendInstead(coordinator, sending(other), old));
        refused(Category.NOT_FOUND, () -> referrals.sendInstead(stranger, sending(person), old));
        Referrals.Sending instead = sending(person);
        String sent = referrals.sendInstead(coordinator, instead, old);
        assertThat(referrals.sendInstead(coordinator, instead, old)).as("twice").isEqualTo(sent);
        Referral withdrawn = referrals.find(coordinator, old);
        assertThat(withdrawn.status()).isEqualTo(ReferralStatus.CANCELLED);
        assertThat(withdrawn.reasonCode()).isEqualTo("asked-elsewhere");
        assertThat(records.find(ladle, "Patient", withdrawn.patientId())).isEmpty();

        referrals.accept(larder, sent, 1, "");
        refused(Category.CONFLICT, () -> referrals.sendInstead(coordinator, sending(person), sent));
        assertThat(referrals.ofPerson(
                        coordinator, identity.person(coordinator, person).sources()))
                .as("nothing more was sent")
                .hasSize(2);
    }

    private Referrals.Sending sending(String person) {
        return new Referrals.Sending(
                person,
                SdohCategory.FOOD_INSECURITY,
                List.of(food("Larder Hall")),
                Optional.empty(),
                true,
                false,
                "",
                UUID.randomUUID());
    }

    // ------------------------------------------------------------------------------------------------ refusals

    @Test
    void what_cannot_be_asked_at_once_is_refused_and_nothing_is_stored() {
        String person = person("Cornelius Abernathy", "1969-01-30", "508-555-5055");
        directory.publish(Json.parse("""
                {"id":"%1$s","name":"Twin House","description":"For a test","kind":"community","clinical":false,
                 "services":[{"id":"%1$s-a","name":"A","status":"active","attributes":[{"taxonomy_term":{"code":"food-insecurity"}}]},
                  {"id":"%1$s-b","name":"B","status":"active","attributes":[{"taxonomy_term":{"code":"food-insecurity"}}]}]}""".formatted(id("Twin House"))));
        refused(
                Category.UNPROCESSABLE,
                () -> send(coordinator, person, List.of(id("Twin House") + "-a", id("Twin House") + "-b"), ""));
        refused(Category.UNPROCESSABLE, () -> send(coordinator, person, List.of(), ""));
        refused(
                Category.UNPROCESSABLE,
                () -> send(coordinator, person, List.of(food("Ladle House"), "no-such-service"), ""));
        jdbc.sql(
                        "update directory.service set document = jsonb_set(document, '{status}', '\"temporarily closed\"') where id = ?")
                .param(id("Twin House") + "-a")
                .update();
        refused(
                Category.CONFLICT,
                () -> send(coordinator, person, List.of(food("Ladle House"), id("Twin House") + "-a"), ""));
        assertThat(referrals.ofPerson(
                        coordinator, identity.person(coordinator, person).sources()))
                .isEmpty();
    }

    // ------------------------------------------------------------------------------------------------ by FHIR

    @Test
    void systems_find_open_tasks_and_claim_them_by_fhir() throws Exception {
        String sender = token(clinic);
        String one = system("ladle", ladle.party());
        String two = system("larder", larder.party());
        String none = system("strange", stranger.party());
        String task = asked(person("Rosamund Eckhart", "1990-10-12", "508-555-6066"));
        String open = "/Task?owner:missing=true&status=requested&_count=200";
        assertThat(send("GET", open, one, "").body()).contains(task).doesNotContain("Eckhart");
        assertThat(send("GET", open, none, "").body()).doesNotContain(task);

        ObjectNode read = Json.parse(send("GET", "/Task/" + task, one, "").body());
        assertThat(put(one, read.deepCopy().put("priority", "urgent")).statusCode())
                .as("anything else than claiming")
                .isEqualTo(422);
        assertThat(put(one, owned(read, larder).put("status", "accepted")).statusCode())
                .as("for another")
                .isEqualTo(422);
        assertThat(put(one, owned(read, ladle).put("status", "in-progress")).statusCode())
                .isEqualTo(422);
        assertThat(put(none, owned(read, stranger).put("status", "accepted")).statusCode())
                .isEqualTo(404);
        HttpResponse<String> claimed = put(two, owned(read, larder).put("status", "accepted"));
        assertThat(claimed.statusCode()).as(claimed.body()).isEqualTo(200);
        assertThat(put(one, owned(read, ladle).put("status", "accepted")).statusCode())
                .as("too late")
                .isEqualTo(404);
        Referral referral = referrals.find(larder, task);
        assertThat(send("GET", "/Patient/" + referral.patientId(), two, "").body())
                .contains("Eckhart");
        assertThat(send("GET", "/Patient/" + referral.patientId(), one, "").statusCode())
                .isEqualTo(404);
        assertThat(send("GET", "/Task/" + task + "/_history", one, "").body()).doesNotContain("Eckhart", "Larder");

        for (String said : List.of(
                "\"note\":[{\"text\":\"Rosamund\"}]",
                "\"description\":\"Rosamund\"",
                "\"input\":[{\"type\":{\"text\":\"x\"},\"valueString\":\"Rosamund\"}]",
                "\"for\":{\"reference\":\"Patient/" + referral.patientId() + "\",\"display\":\"Rosamund\"}")) {
            ObjectNode telling = read.deepCopy();
            telling.remove("id");
            telling.setAll((ObjectNode) Json.parse("{\"resourceType\":\"Task\"," + said + "}"));
            HttpResponse<String> refused = send("POST", "/Task", sender, telling.toString());
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(422);
            assertThat(refused.body()).contains("read by all who may claim it");
        }
    }

    private HttpResponse<String> put(String token, ObjectNode task) throws Exception {
        return send("PUT", "/Task/" + Json.text(task, "id"), token, task.toString());
    }

    private static ObjectNode owned(ObjectNode task, Caller by) {
        ObjectNode owned = task.deepCopy();
        owned.putObject("owner").put("reference", by.party());
        return owned;
    }

    private String system(String name, String party) {
        accounts.ensure(name + "-system-" + mark, name, party, Set.of(Role.SOURCE), "en", null);
        return accounts.token(name + "-system-" + mark, Duration.ofHours(1));
    }

    private String token(Caller caller) {
        return accounts.token(caller.username(), Duration.ofHours(1));
    }

    // ------------------------------------------------------------------------------------------------ pages

    @ParameterizedTest
    @CsvSource({"Wolfgang Tremblay, 1953-03-06, en, 1280", "Xiomara Delacroix, 1981-08-25, es, 390"})
    void a_coordinator_asks_several_and_one_of_them_helps(String name, String born, String language, int width) {
        String person = person(name, born, "508-777-1" + width);
        try (BrowserContext context = chromium.context(width, language);
                BrowserContext theirs = chromium.context(width, language);
                BrowserContext late = chromium.context(width, language)) {
            Page page = signedIn(context, coordinator.username(), language);
            page.navigate(url("/people/" + person + "/referrals/new"));
            page.locator("input[name=category][value=food-insecurity]").check();
            press(page, "main form.weft-form button");
            press(
                    page,
                    page.locator("form:has(input[name=several][value=true]) button")
                            .first());
            while (page.locator("input[name=service]:checked").count() > 0) {
                page.locator("input[name=service]:checked").first().uncheck();
            }
            choose(page, food("Ladle House"), "Ladle House");
            choose(page, food("Larder Hall"), "Larder Hall");
            choose(page, food("Basket Barn"), "Basket Barn");
            looksRight(page, "open-send", language, width);
            page.locator("input[name=service][value='" + food("Larder Hall") + "']")
                    .uncheck();
            page.locator("input[name=service][value='" + food("Basket Barn") + "']")
                    .uncheck();
            page.check("#consent");
            press(page, "#send");
            assertThat(page.locator(".govuk-error-summary li").count())
                    .as("one alone")
                    .isOne();
            choose(page, food("Larder Hall"), "Larder Hall");
            press(page, "#send");
            looksRight(page, "open-sent", language, width);
            String task = page.url().substring(page.url().lastIndexOf('/') + 1);

            Page helper = signedIn(theirs, ladle.username(), language);
            helper.navigate(url("/inbox?show=open"));
            looksRight(helper, "open-inbox", language, width);
            Page other = signedIn(late, larder.username(), language);
            other.navigate(url("/referrals/" + task));
            press(helper, "a[href='/referrals/" + task + "']");
            assertThat(helper.locator("main").innerText()).doesNotContain(name);
            looksRight(helper, "open-asked", language, width);
            helper.click("details:has(form[action$='/pass']) summary");
            press(helper, "form[action$='/pass'] button");
            assertThat(helper.locator(".govuk-error-summary li").count())
                    .as("why not?")
                    .isOne();
            press(helper, "form[action$='/claim'] button");
            assertThat(helper.locator("main").innerText()).contains(name);
            press(other, "form[action$='/claim'] button");
            looksRight(other, "open-late", language, width);
        }
    }

    // ------------------------------------------------------------------------------------------------ steps

    private String claim(Caller by, String task) {
        referrals.claim(by, task, "");
        return task;
    }

    private String decline(Caller by, String task, String words) {
        referrals.pass(by, task, Reason.NO_CAPACITY, words);
        return task;
    }

    private static String said(Callable<String> step) throws Exception {
        try {
            step.call();
            return "done";
        } catch (Problem problem) {
            return problem.category().name();
        }
    }

    private static void refused(Category category, Callable<?> step) {
        assertThatThrownBy(step::call).isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.category())
                .isEqualTo(category));
    }
}
