package health.weft.referral;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FormData;
import com.microsoft.playwright.options.RequestOptions;
import health.weft.Visitor;
import health.weft.directory.Option;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

/** More services fit than anybody reads: the best stand first, others are found by words or one press away, and nothing chosen is lost. */
class ChoosingTest extends ReferralNetwork {
    private static final SdohCategory KIND = SdohCategory.EDUCATIONAL_ATTAINMENT;

    private String person = "";

    @Autowired
    private ServicesToAsk services;

    ChoosingTest() {
        super("referral", "directory");
    }

    @BeforeAll
    void sixty_organisations_along_a_road() {
        clinic("Longlist Clinic", "Lavinia Longo");
        for (int i = 0; i < 60; i++) {
            String id = "road-" + i + "-" + mark;
            directory.publish(Json.parse("""
                    {"id":"%1$s","name":"Milestone %2$d %3$s","description":"For a test","kind":"community","clinical":false,
                     "locations":[{"id":"%1$s","location_type":"physical","name":"Hall %2$d","latitude":%4$s,"longitude":-100.0,
                       "addresses":[{"address_1":"%2$d Road","city":"Mile%3$s","state_province":"TX","postal_code":"76001","country":"US","address_type":"physical"}]}],
                     "services":[{"id":"%1$s-food","name":"%5$s","status":"active","languages":[{"code":"%6$s"}],
                      "eligibility_description":"Anybody along the road",
                      "service_at_locations":[{"id":"%1$s-at","location":{"id":"%1$s"}}],%7$s
                      "attributes":[{"taxonomy_term":{"code":"%8$s"}}]}]}""".formatted(
                            id,
                            i,
                            mark,
                            Double.toString(35 + i / 69.0),
                            i == 44 ? "Saxophone lessons" : "Help at milestone " + i,
                            i % 2 == 0 ? "es" : "en",
                            i == 2
                                    ? "\"capacities\":[{\"id\":\"" + id
                                            + "\",\"unit\":{\"id\":\"u\",\"name\":\"places\"},\"available\":0,\"maximum\":4,\"updated\":\"2026-01-01T00:00:00Z\"}],"
                                    : "",
                            KIND.code())));
        }
        var patient = Copies.json(clinic, "Ferdinand Wegweiser", "1957-08-23", "806-555-0142", "1 Road");
        Copies.speaks(patient, "es");
        var place = ((tools.jackson.databind.node.ObjectNode)
                        patient.path("address").path(0))
                .withArray("extension")
                .addObject()
                .put("url", "http://hl7.org/fhir/StructureDefinition/geolocation")
                .putArray("extension");
        place.addObject().put("url", "latitude").put("valueDecimal", 35.0);
        place.addObject().put("url", "longitude").put("valueDecimal", -100.0);
        person = identity.personOf(records.create(clinic, patient).rid()).orElseThrow();
    }

    private String at(int milestone) {
        return "road-" + milestone + "-" + mark + "-food";
    }

    private List<String> best() {
        return services.of(coordinator, person, KIND).best("").stream()
                .map(option -> option.service().id())
                .filter(id -> id.contains(mark))
                .toList();
    }

    // ------------------------------------------------------------------------------------------------ in what order

    @Test
    void those_near_that_speak_the_language_and_have_room_come_first_and_full_ones_last() {
        List<String> best = best();
        assertThat(best).hasSize(60);
        assertThat(best.subList(0, 5)).containsExactly(at(0), at(4), at(6), at(8), at(10));
        assertThat(best.getLast()).as("it is full").isEqualTo(at(2));
    }

    @Test
    void whoever_answers_soon_comes_before_who_is_a_little_nearer_and_whoever_lets_people_wait_after() {
        Caller quick = account("Quentin Quick", "Organization/road-18-" + mark, Role.COMMUNITY_WORKER);
        for (int i = 0; i < 3; i++) {
            referrals.accept(quick, send(person, at(18), ""), 1, "");
            String late = send(person, at(16), "");
            jdbc.sql(
                            "update referral.referral set sent_at = now() - interval '11 days 12 hours', overdue = now() - interval '5 days' where id = ?")
                    .param(late)
                    .update();
        }
        assertThat(best().indexOf(at(18))).isLessThan(best().indexOf(at(14)));
        assertThat(best().indexOf(at(16))).isGreaterThan(best().indexOf(at(20)));
        Shortlist list = list("Milestone 18");
        assertThat(list.days())
                .containsEntry("Organization/road-18-" + mark, 1)
                .containsEntry("Organization/road-16-" + mark, 12)
                .as("asked too seldom")
                .doesNotContainKey("Organization/road-20-" + mark);
    }

    private Shortlist list(String words) {
        ServicesToAsk.Choice choice = services.of(coordinator, person, KIND);
        return choice.few(new Shortlist.Look(words, Shortlist.FIRST), choice.best(""), List.of(at(30)));
    }

    @Test
    void what_is_chosen_stays_whatever_is_looked_for() {
        Shortlist found = list("saxofone lesons");
        assertThat(found.options().stream().map(Option::service).map(one -> one.id()))
                .as("with words spelt wrong")
                .containsExactly(at(30), at(44));
        assertThat(found.found()).isOne();
        Shortlist none = list("zeppelin");
        assertThat(none.options()).extracting(option -> option.service().id()).containsExactly(at(30));
        assertThat(none.found()).isZero();
        Shortlist few = list("");
        assertThat(few.options()).hasSize(1 + Shortlist.FIRST);
        assertThat(few.left()).isEqualTo(few.found() - 1 - Shortlist.FIRST);
    }

    // ------------------------------------------------------------------------------------------------ on the page

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390", "es, 1280", "en, 390"})
    void a_tired_worker_chooses_within_one_screen(String language, int width) {
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, coordinator.username(), language);
            start(page);
            looksRight(page, "choose-few", language, width);
            assertThat(page.locator(".weft-service").count()).isEqualTo(Shortlist.FIRST);
            assertThat(page.locator(".weft-service").nth(2).boundingBox().y)
                    .as("three of the best without scrolling")
                    .isLessThan(width < 600 ? 844 : 900);
            assertThat(page.locator("#service").inputValue()).isEqualTo(at(0));
            page.check("input[name=service][value='" + at(6) + "']");
            page.fill("#note", "Knocks twice");
            press(page, "#more");
            assertThat(page.locator(".weft-service").count())
                    .as("one chosen, and fifteen others")
                    .isEqualTo(1 + Shortlist.FIRST + 10);
            assertThat(page.locator("#service").isChecked()).isTrue();
            page.fill("#look", "Saxophone");
            page.press("#look", "Enter");
            page.waitForCondition(() -> page.locator(".weft-service").count() == 2);
            assertThat(page.isChecked("input[name=service][value='" + at(6) + "']"))
                    .as("what was chosen stays")
                    .isTrue();
            assertThat(page.inputValue("#note")).isEqualTo("Knocks twice");
            page.check("input[name=service][value='" + at(44) + "']");
            looksRight(page, "choose-found", language, width);
            press(page, "#send");
            assertThat(page.locator("#consent-error").isVisible()).isTrue();
            assertThat(page.inputValue("#look")).isEqualTo("Saxophone");
            assertThat(page.isChecked("input[name=service][value='" + at(44) + "']"))
                    .isTrue();
            page.fill("#look", "zeppelin");
            press(page, "#find");
            looksRight(page, "choose-none", language, width);
            assertThat(page.locator(".weft-service").count()).isOne();
            page.check("#consent");
            press(page, "#send");
            String task = page.url().replaceAll(".*/", "");
            assertThat(referrals.find(coordinator, task).serviceName()).isEqualTo("Saxophone lessons");
            referrals.stop(coordinator, task, 1, ReferralStatus.CANCELLED, Reason.NO_LONGER_NEEDED, "For a test");
        }
    }

    @Test
    void several_are_ticked_from_different_searches_and_all_of_them_are_asked() {
        try (BrowserContext context = chromium.context(390, "es")) {
            Page page = signedIn(context, coordinator.username(), "es");
            start(page);
            press(
                    page,
                    page.locator("form:has(input[name=several][value=true]) button")
                            .first());
            while (page.locator("input[name=service]:checked").count() > 0) {
                page.locator("input[name=service]:checked").first().uncheck();
            }
            for (int one : List.of(33, 51)) {
                page.fill("#look", "Milestone " + one + " " + mark);
                press(page, "#find");
                page.check("input[name=service][value='" + at(one) + "']");
            }
            looksRight(page, "choose-several", "es", 390);
            page.check("#consent");
            press(page, "#send");
            String task = page.url().replaceAll(".*/", "");
            assertThat(referrals.candidates(referrals.find(coordinator, task)))
                    .extracting(Candidate::serviceId)
                    .containsExactlyInAnyOrder(at(33), at(51));
        }
    }

    @Test
    void a_session_that_ends_brings_back_what_was_chosen_far_down() {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, coordinator.username(), "en");
            start(page);
            choose(page, at(44), "Saxophone");
            page.fill("#note", "Knocks twice");
            assertThat(jdbc.sql("delete from platform.spring_session where principal_name = ?")
                            .param(coordinator.username())
                            .update())
                    .isPositive();
            page.click("#send");
            page.waitForURL("**/sign-in?lost");
            page.fill("#username", coordinator.username());
            page.fill("#password", PASSWORD);
            page.press("#password", "Enter");
            page.waitForURL("**/referrals/new");
            page.check("input[value=" + KIND.code() + "]");
            press(page, "main form.weft-form button");
            page.waitForCondition(() -> page.locator("input[name=service][value='" + at(44) + "']:checked")
                            .count()
                    == 1);
            assertThat(page.inputValue("#note")).isEqualTo("Knocks twice");
        }
    }

    /** As a browser without scripts sends it: the button's own address, and every field. */
    @Test
    void without_scripts_the_next_ones_come_and_a_number_that_is_none_does_no_harm() {
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, coordinator.username(), "en");
            start(page);
            FormData form = FormData.create()
                    .set("_csrf", Visitor.hidden(page.content(), "_csrf"))
                    .set("_once", Visitor.hidden(page.content(), "_once"))
                    .set("category", KIND.code())
                    .set("service", at(21));
            String more = context.request()
                    .post(
                            url("/people/" + person + "/referrals/new"),
                            RequestOptions.create().setForm(form.set("more", "15")))
                    .text();
            assertThat(shown(more)).hasSize(16).startsWith(at(21));
            for (String wrong : List.of("-1", "99999999999", "x", "")) {
                String few = context.request()
                        .post(
                                url("/people/" + person + "/referrals/new"),
                                RequestOptions.create().setForm(form.set("more", wrong)))
                        .text();
                assertThat(shown(few)).as(wrong).hasSize(1 + Shortlist.FIRST);
            }
        }
    }

    private static List<String> shown(String html) {
        return java.util.regex.Pattern.compile("name=\"service\" value=\"([^\"]+)\"")
                .matcher(html)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toList());
    }

    @Test
    void for_several_needs_each_list_is_short_and_searched_by_itself() {
        try (BrowserContext context = chromium.context(390, "en")) {
            Page page = signedIn(context, coordinator.username(), "en");
            page.navigate(url("/people/" + person + "/referrals/kinds"));
            page.check("input[value=" + KIND.code() + "]");
            page.check("input[value=employment-status]");
            press(page, "main form button[type=submit]");
            int nth = page.locator("input[name=category]")
                            .evaluateAll("all => all.map(one => one.value)")
                            .toString()
                            .startsWith("[" + KIND.code())
                    ? 0
                    : 1;
            assertThat(page.locator("#service-" + nth + " option").count())
                    .as("nobody, the best that is chosen, and fifteen others")
                    .isEqualTo(1 + 1 + 15);
            page.fill("#note", "Knocks twice");
            choose(page, nth, at(44), "saxophone");
            assertThat(page.inputValue("#note")).isEqualTo("Knocks twice");
            looksRight(page, "choose-many", "en", 390);
            page.check("#consent");
            press(page, "#send");
            assertThat(page.locator("main").innerText()).contains("sent");
        }
    }

    private void start(Page page) {
        page.navigate(url("/people/" + person + "/referrals/new"));
        page.check("input[value=" + KIND.code() + "]");
        press(page, "main form.weft-form button");
    }
}
