package health.weft.referral;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.Visitor;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** Whoever has many requests finds one by the person it is for, or by whom and what it asks. */
class ReferralSearchTest extends ReferralNetwork {
    private Caller worker = Caller.PLATFORM;
    private String task = "";

    @Autowired
    private ReferralSearch search;

    ReferralSearchTest() {
        super("referral");
    }

    @BeforeAll
    void a_clinic_that_asked_a_kitchen_for_somebody() {
        clinic("Whimbrel Clinic", "Hedwig Quarmby");
        directory.publish(Json.parse("""
                {"id":"%1$s","name":"Saint Brannoc's Kitchen","description":"For a test","kind":"community","clinical":false,
                 "services":[{"id":"%1$s-food","name":"Broth & bread","status":"active","translations":{"es":{"name":"Caldo y pan, señora"},"zh":{"name":"汤和面包"}},
                  "attributes":[{"taxonomy_term":{"code":"food-insecurity"}}]}]}""".formatted(id("Brannoc"))));
        worker = account("Ottoline Brannoc", "Organization/" + id("Brannoc"), Role.COMMUNITY_WORKER);
        task = send(person("Thaddeus Wrzesniewski", "1938-01-17", "508-771-4408"), food("Brannoc"), "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "thaddeus",
                "WRZES thad",
                "Thadeus Wrzesnewski",
                "508-771-4408",
                "brannoc",
                "saint branno",
                "bread",
                "caldo pan",
                "kitchen broth",
                "BRANNÓC",
                "sen\u0303ora caldo",
                "senora",
                "汤和"
            })
    void who_sent_it_finds_it_by_the_person_the_organisation_and_the_service(String typed) {
        assertThat(found(coordinator, typed)).containsExactly(task);
    }

    @ParameterizedTest
    @ValueSource(strings = {"thaddeus wrzesniewski", "whimbrel", "broth bread", "wrzesnewski"})
    void who_was_asked_finds_it_too(String typed) {
        assertThat(found(worker, typed)).containsExactly(task);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "%",
                "_",
                "' or 1=1 --",
                "\\",
                "branno% bread",
                "rannoc",
                "kitchen soup",
                "食物",
                "thaddeus whimbrel",
                "\u0301"
            })
    void what_names_nothing_finds_nothing(String typed) {
        assertThat(found(worker, typed)).isEmpty();
    }

    @Test
    void words_without_end_are_cut_and_not_refused() {
        assertThat(found(coordinator, "thaddeus ".repeat(20_000))).containsExactly(task);
    }

    @Test
    void nobody_else_finds_it() {
        String party = helper("Curlew Pantry");
        assertThat(found(account("Peregrine Curlew", party, Role.COMMUNITY_WORKER), "thaddeus"))
                .isEmpty();
        assertThat(found(account("Isolde Curlew", party, Role.COORDINATOR), "brannoc"))
                .isEmpty();
    }

    @Test
    void whoever_declined_finds_it_by_who_asked_and_no_more_by_the_persons_name() {
        Caller declines = account("Lazarus Godwit", helper("Godwit House"), Role.COMMUNITY_WORKER);
        String declined = send(person("Marguerite Oyelaran", "1984-10-30", "508-662-9013"), food("Godwit House"), "");
        assertThat(found(declines, "oyelaran")).containsExactly(declined);
        referrals.stop(
                declines,
                declined,
                1,
                ReferralStatus.REJECTED,
                Reason.of("no-capacity").orElseThrow(),
                "");
        assertThat(found(declines, "oyelaran")).isEmpty();
        assertThat(found(declines, "whimbrel")).containsExactly(declined);
        assertThat(found(coordinator, "oyelaran")).containsExactly(declined);
    }

    @Test
    void of_more_than_are_asked_for_the_latest_are_told() {
        Caller asks = account("Cressida Dunlin", clinic.party(), Role.COORDINATOR);
        String somebody = person("Benedikt Ashworthy", "1969-06-04", "508-443-7760");
        List<String> sent = new ArrayList<>();
        for (String name : List.of("Dunlin Barn", "Dunlin Mill", "Dunlin Ark")) {
            helper(name, SdohCategory.FOOD_INSECURITY);
        }
        for (String name :
                List.of("Dunlin Mill", "Dunlin Barn", "Dunlin Mill", "Dunlin Ark", "Dunlin Mill", "Dunlin Barn")) {
            sent.add(send(asks, somebody, List.of(food(name)), ""));
        }
        List<String> latest = sent.reversed();
        for (int limit = 1; limit <= sent.size(); limit++) {
            assertThat(search.find(asks, "dunlin", limit).stream().map(Referral::id))
                    .containsExactlyElementsOf(latest.subList(0, limit));
            assertThat(search.find(asks, "ashworthy", limit).stream().map(Referral::id))
                    .containsExactlyElementsOf(latest.subList(0, limit));
        }
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void while_somebody_types_what_they_look_for_appears(String language, int width) {
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, worker.username(), language);
            page.navigate(url("/inbox"));
            page.locator("#found-box").pressSequentially("wrzes");
            page.waitForSelector("#found a[href='/referrals/" + task + "']");
            assertThat(page.url()).as("no name in the address").endsWith("/inbox");
            assertThat(page.locator("#found").innerText())
                    .contains(
                            "Thaddeus Wrzesniewski",
                            "Whimbrel Clinic",
                            language.equals("es") ? "Caldo y pan" : "Broth & bread");
            looksRight(page, "inbox-found", language, width);
            page.locator("#found-box").fill("zzyzx");
            page.waitForSelector("#found .weft-empty");
            looksRight(page, "inbox-found-none", language, width);
        }
    }

    @Test
    void without_a_script_the_page_comes_back_with_what_was_found_and_says_nothing_in_its_address() throws Exception {
        Visitor visitor = new Visitor("en").signIn(url(""), worker.username(), PASSWORD);
        String csrf = Visitor.hidden(visitor.get(url("/inbox")).body(), "_csrf");
        var page = visitor.post(url("/inbox"), Map.of("_csrf", csrf, "q", "thaddeus"));
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("/referrals/" + task, "value=\"thaddeus\"");
    }

    @Test
    void what_is_sent_while_somebody_types_has_what_was_found_and_no_list() throws Exception {
        Visitor visitor = new Visitor("en").signIn(url(""), worker.username(), PASSWORD);
        String csrf = Visitor.hidden(visitor.get(url("/inbox")).body(), "_csrf");
        var page = visitor.post(url("/inbox"), Map.of("_csrf", csrf, "q", "no such name"), "HX-Request", "true");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("id=\"found\"").doesNotContain("/referrals/" + task);
        page = visitor.post(url("/inbox"), Map.of("_csrf", csrf, "q", "thaddeus"), "HX-Request", "true");
        assertThat(page.body()).containsOnlyOnce("/referrals/" + task);
    }

    private List<String> found(Caller caller, String typed) {
        return search.find(caller, typed, 50).stream().map(Referral::id).toList();
    }
}
