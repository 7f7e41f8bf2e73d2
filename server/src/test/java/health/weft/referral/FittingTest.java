package health.weft.referral;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.directory.Edits;
import health.weft.directory.ListingField;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

/** Services for one person: what is for others is left out, and what is full offers its waitlist or the next. */
class FittingTest extends ReferralNetwork {
    @Autowired
    private Fitting fitting;

    @Autowired
    private Edits edits;

    private String person = "";
    private Caller stranger = Caller.PLATFORM;

    FittingTest() {
        super("referral", "directory");
    }

    @BeforeAll
    void a_town_and_somebody_in_it() {
        clinic("Fitting Clinic " + mark, "Fiona Fitter");
        directory.publish(
                Json.parse(
                        """
                {"id":"fit-%1$s","name":"Fitters %1$s","description":"For a test","kind":"community","clinical":false,
                 "locations":[{"id":"fit-%1$s","location_type":"physical","name":"Hall","latitude":33.3,"longitude":-97.7,
                   "addresses":[{"address_1":"1 Main","city":"Fit%1$s","state_province":"TX","postal_code":"76999","country":"US","address_type":"physical"}]}],
                 "services":[%2$s]}""".formatted(
                                        mark,
                                        String.join(
                                                ",",
                                                service("elders", "\"minimum_age\":60,"),
                                                service(
                                                        "elsewhere",
                                                        "\"service_areas\":[{\"id\":\"1\",\"name\":\"Otherville\"}],"),
                                                service("medicare", "\"fees_description\":\"Medicare only\","),
                                                service("anybody", "\"languages\":[{\"code\":\"en\"}],"),
                                                service(
                                                        "ours",
                                                        "\"languages\":[{\"code\":\"es\"}],\"fees_description\":\"Medicaid\",\"service_areas\":[{\"id\":\"2\",\"name\":\"City of Fit"
                                                                + mark + "\"}],"),
                                                service(
                                                        "full",
                                                        "\"capacities\":[{\"id\":\"c\",\"unit\":{\"id\":\"u\",\"name\":\"places\"},\"available\":0,\"maximum\":4,\"updated\":\"2026-01-01T00:00:00Z\"}],")))));
        var patient = Copies.json(clinic, "Zulema Ajustado", "1991-07-21", "940-555-0188", "9 Ajustado Row");
        Copies.speaks(patient, "es");
        ((tools.jackson.databind.node.ObjectNode) patient.path("address").path(0)).put("city", "Fit" + mark);
        ((tools.jackson.databind.node.ObjectNode) patient.path("address").path(0)).remove("postalCode");
        var stored = records.create(clinic, patient);
        records.create(clinic, Json.parse("""
                {"resourceType":"Coverage","status":"active","beneficiary":{"reference":"Patient/%s"},
                 "type":{"coding":[{"system":"https://nahdo.org/sopt","code":"2","display":"MEDICAID"}]},
                 "payor":[{"display":"State Medicaid"}]}""".formatted(stored.id())));
        person = identity.personOf(stored.rid()).orElseThrow();
        stranger = account("Stella Stranger", helper("Strangers"), Role.COMMUNITY_WORKER);
    }

    private String service(String name, String more) {
        return """
                {"id":"%1$s-%2$s","name":"Food for %1$s","status":"active",%3$s
                 "service_at_locations":[{"id":"at-%1$s-%2$s","location_id":"fit-%2$s"}],
                 "attributes":[{"taxonomy_term":{"code":"food-insecurity"}}]}""".formatted(name, mark, more);
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void what_is_for_others_is_left_out_and_their_language_comes_first(String language, int width) {
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, coordinator.username(), language);
            page.navigate(url("/people/" + person + "/referrals/new"));
            press(page, "a[href$='/help']");
            assertThat(page.locator("#services h2 a").allInnerTexts())
                    .containsExactly("Food for ours", "Food for anybody", "Food for full");
            assertThat(page.locator("main").innerText()).contains("Medicaid");
            looksRight(page, "fitting", language, width);
            page.fill("#words", "anybody");
            press(page, "main form[action$='/help'] button[type=submit]");
            assertThat(page.locator("#services h2 a").allInnerTexts()).containsExactly("Food for anybody");
            assertThat(page.url())
                    .as("nothing of what is asked is in the address")
                    .endsWith("/help");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Ottavio Solitario, 1948-02-11, 1, 'Room for one,Room for anybody,Room for both', en, 1280",
        "Remedios Bullicio, 1986-10-29, 5, 'Room for six,Room for anybody,Room for both', es, 390",
        "Casimir Untold, 1969-06-05, , 'Room for one,Room for six,Room for anybody,Room for both', en, 390",
        "Leontyne Ausente, 1994-12-17, 0, 'Room for one,Room for six,Room for anybody,Room for both', es, 1280"
    })
    void what_says_it_is_for_other_households_is_left_out(
            String name, String born, @Nullable Integer together, String rooms, String language, int width) {
        String city = "Hearth" + mark;
        for (String term : List.of("Individuals", "Families with children")) {
            String id = mark + term.charAt(0);
            jdbc.sql("insert into directory.taxonomy_term (id, document) values (?, ?::jsonb) on conflict do nothing")
                    .params(id, "{\"id\":\"%s\",\"name\":\"%s\",\"description\":\"x\"}".formatted(id, term))
                    .update();
        }
        directory.publish(Json.parse("""
                {"id":"hearth-%1$s","name":"Hearths %1$s","description":"For a test","kind":"community","clinical":false,
                 "locations":[{"id":"hearth-%1$s","location_type":"physical","name":"House","latitude":44.7,"longitude":-103.4,
                   "addresses":[{"address_1":"2 Ember Way","city":"%2$s","state_province":"SD","postal_code":"57799","country":"US","address_type":"physical"}]}],
                 "services":[%3$s]}""".formatted(
                mark,
                city,
                String.join(",", room("one", "I"), room("six", "F"), room("both", "IF"), room("anybody", "")))));
        var patient =
                Copies.json(clinic, name, born, "605-555-01" + born.substring(8), born.substring(5, 7) + " Ember Way");
        ((tools.jackson.databind.node.ObjectNode) patient.path("address").path(0))
                .put("city", city)
                .remove("postalCode");
        var stored = records.create(clinic, patient);
        if (together != null) {
            asked(stored.reference(), 3, "2019-03-03");
            asked(stored.reference(), together, "2026-05-05");
        }
        String whom = identity.personOf(stored.rid()).orElseThrow();
        var heard = new ch.qos.logback.core.read.ListAppender<ch.qos.logback.classic.spi.ILoggingEvent>();
        var root = (ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        heard.start();
        root.addAppender(heard);
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, coordinator.username(), language);
            page.navigate(url("/people/" + whom + "/help"));
            assertThat(page.locator("#services h2 a").allInnerTexts()).containsExactlyInAnyOrder(rooms.split(","));
            looksRight(page, "fitting-household", language, width);
        } finally {
            root.detachAppender(heard);
        }
        assertThat(List.copyOf(heard.list))
                .as("nothing of the person is in a log")
                .noneMatch(event -> event.getFormattedMessage().contains(name.split(" ")[1])
                        || event.getFormattedMessage().contains(born)
                        || event.getFormattedMessage().contains(city));
    }

    private String room(String whom, String terms) {
        String filed = terms.chars()
                .mapToObj(term -> ",{\"taxonomy_term_id\":\"" + mark + (char) term + "\"}")
                .collect(Collectors.joining());
        return """
                {"id":"room-%1$s-%2$s","name":"Room for %1$s","status":"active",
                 "service_at_locations":[{"id":"room-at-%1$s-%2$s","location_id":"hearth-%2$s"}],
                 "attributes":[{"taxonomy_term":{"code":"inadequate-housing"}}%3$s]}""".formatted(whom, mark, filed);
    }

    private void asked(String patient, int together, String day) {
        records.create(clinic, Json.parse("""
                {"resourceType":"Observation","status":"final","subject":{"reference":"%s"},"effectiveDateTime":"%s","valueInteger":%d,
                 "code":{"coding":[{"system":"http://loinc.org","code":"63512-8"}]}}""".formatted(patient, day, together)));
    }

    @Test
    void who_may_not_see_the_person_learns_nothing_of_them() {
        assertThatThrownBy(() -> fitting.of(stranger, person)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> fitting.of(coordinator, "nobody")).isInstanceOf(Problem.class);
    }

    @Test
    void a_coverage_is_read_by_code_and_by_words() {
        assertThat(insured("\"type\":{\"coding\":[{\"code\":\"1\"}]}")).containsExactly("medicare");
        assertThat(insured("\"type\":{\"text\":\"Commercial PPO\"}")).containsExactly("private");
        assertThat(insured("\"payor\":[{\"display\":\"MassHealth\"}]")).containsExactly("medicaid");
        assertThat(insured("\"type\":{\"coding\":[{\"code\":\"x\",\"display\":null},7]},\"payor\":{}"))
                .isEmpty();
    }

    private static Set<String> insured(String members) {
        return Fitting.insurances(Json.parse("{\"resourceType\":\"Coverage\"," + members + "}"));
    }

    @ParameterizedTest
    @CsvSource({"es, 1280", "en, 390"})
    void a_full_service_offers_its_waitlist_or_the_next(String language, int width) {
        String full = "full-" + mark;
        Caller keeper = new Caller("keeper-" + mark, "Kay", "Organization/k", "K", Set.of(Role.CONVENER), "en");
        edits.set(keeper, full, Map.of(ListingField.CAPACITY, ""));
        assertThatThrownBy(() -> send(person, full, "")).hasMessageContaining("full");
        assertThatThrownBy(() -> edits.set(keeper, full, Map.of(ListingField.CAPACITY, "plenty")))
                .isInstanceOf(Problem.class);
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, coordinator.username(), language);
            page.navigate(url("/people/" + person + "/referrals/new"));
            page.check("input[value=food-insecurity]");
            press(page, "main form button[type=submit]");
            look(page, full, "Food for full Fitters " + mark);
            assertThat(page.locator("input[value='" + full + "']").isDisabled()).isTrue();
            assertThat(page.locator(".weft-service:has(input[value='" + full + "'])")
                            .innerText())
                    .contains("Food for ");
            edits.set(keeper, full, Map.of(ListingField.CAPACITY, "waitlist"));
            page.navigate(url("/people/" + person + "/referrals/new"));
            page.check("input[value=food-insecurity]");
            press(page, "main form button[type=submit]");
            choose(page, full, "Food for full Fitters " + mark);
            looksRight(page, "send-full", language, width);
        }
        String task = send(person, full, "She has two children");
        assertThat(records.read(coordinator, "Task", task)
                        .json()
                        .at("/note/0/text")
                        .asString())
                .as("the service reads that a place on the waitlist is asked for")
                .isEqualTo("Please put the person on the waitlist.\nShe has two children");
    }
}
