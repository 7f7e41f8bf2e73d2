package health.weft.directory;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.PagesTest;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** An organisation that two feeds bring shows once, when somebody has said so, however often the feeds come again. */
class SameOrganizationsTest extends PagesTest {
    @Autowired
    private SameOrganizations same;

    @Autowired
    private SameServices services;

    @Autowired
    private Feeds feeds;

    @Autowired
    private DirectorySearch search;

    @Autowired
    private JdbcClient jdbc;

    @TempDir
    private static Path folder;

    private final String mark = "z" + UUID.randomUUID().toString().replaceAll("[^a-f]", "");
    private final Caller steward =
            new Caller("same-" + mark, "Sigrun", "Organization/same-" + mark, "Network", Set.of(Role.CONVENER), "en");
    private final Caller worker =
            new Caller("none-" + mark, "Walt", "Organization/same-" + mark, "Network", Set.of(Role.COORDINATOR), "en");

    SameOrganizationsTest() {
        super("directory", "listing");
    }

    @BeforeAll
    void a_steward() {
        accounts.party(steward.party(), "Network", PartyKind.NETWORK);
        accounts.ensure(steward.username(), "Sigrun Keeper", steward.party(), steward.roles(), "en", PASSWORD);
    }

    private void bring(String feed, String name, String phone, String services) throws Exception {
        Path file = Files.writeString(folder.resolve(feed + ".json"), """
                {"id":"o","name":"%s","description":"x","website":"https://www.%s.example.org/about","phones":[{"id":"p","number":"%s"}],
                 "locations":[{"id":"l","location_type":"physical","name":"Hall","addresses":[{"id":"a","address_1":"418 Quarry Road",
                    "city":"Valdez","state_province":"AK","postal_code":"99686","country":"US","address_type":"physical"}]}],
                 "services":[%s]}""".formatted(name, mark, phone, services));
        feeds.apply(
                steward, feeds.check(steward, feed, feed + ".json", file, false).id());
    }

    private String service(String id, String name) {
        return "{\"id\":\"%s\",\"name\":\"%s %s\",\"status\":\"active\"}".formatted(id, name, mark);
    }

    private String organization(String feed) {
        return jdbc.sql("select id from directory.organization where feed = ?")
                .param(feed)
                .query(String.class)
                .single();
    }

    private List<String> found() {
        return search.find(new Wanted(mark, null, null, null, null, false, false), 0, 50).hits().stream()
                .map(hit -> hit.service().name().replace(" " + mark, ""))
                .sorted()
                .toList();
    }

    private List<SameOrganizations.Candidate> candidates(String feed) {
        return same.candidates(steward).stream()
                .filter(c -> c.one().feed().equals(feed) || c.other().feed().equals(feed))
                .toList();
    }

    @Test
    void what_two_feeds_bring_shows_once_after_somebody_said_so_and_twice_again_when_it_is_taken_back()
            throws Exception {
        String one = "one-" + mark;
        String two = "two-" + mark;
        String far = "far-" + mark;
        bring(
                one,
                "The Glacier Larder of Valdez, Inc.",
                "907-555-0161",
                service("a", "Soup kitchen") + "," + service("b", "Coats"));
        bring(two, "Glacier Larder Valdez", "(907) 555-0161", service("c", "Soup Kitchen"));
        Path other = Files.writeString(folder.resolve("far.json"), """
                {"id":"o","name":"Tundra Choir of %s","description":"x","phones":[{"id":"p","number":"907-555-0888"}],"services":[%s]}""".formatted(mark, service("s", "Singing")));
        feeds.apply(steward, feeds.check(steward, far, "far.json", other, false).id());
        assertThat(candidates(far)).isEmpty();
        assertThat(candidates(one)).singleElement().satisfies(c -> {
            assertThat(c.agrees()).contains("name", "phone", "address", "url");
            assertThat(Set.of(c.one().feed(), c.other().feed())).containsExactlyInAnyOrder(one, two);
        });
        assertThat(found()).containsExactly("Coats", "Singing", "Soup Kitchen", "Soup kitchen");

        decide(organization(one), organization(two), "same");
        assertThat(found()).hasSize(3).contains("Coats", "Singing");
        assertThat(candidates(one)).as("decided").isEmpty();
        String shown = search.find(new Wanted("soup " + mark, null, null, null, null, false, false), 0, 5)
                .hits()
                .getFirst()
                .service()
                .id();
        assertThat(same.others(shown)).as("the other listing, and whose").hasSize(1);
        bring(two, "Glacier Larder Valdez", "907-555-0161", service("c", "Soup Kitchen") + "," + service("d", "Coats"));
        assertThat(found()).as("after the feed came again").hasSize(3);

        decide(organization(two), organization(one), "undone");
        assertThat(found()).hasSize(5);
        assertThat(candidates(one)).hasSize(1);
        decide(organization(one), organization(two), "different");
        bring(one, "The Glacier Larder of Valdez, Inc.", "907-555-0161", service("a", "Soup kitchen"));
        assertThat(candidates(one)).as("nobody is asked again").isEmpty();
        assertThat(found()).hasSize(5);
        decide(organization(one), organization(two), "undone");
    }

    @Test
    void services_that_two_feeds_call_differently_are_one_when_somebody_says_so_and_two_again_when_it_is_taken_back()
            throws Exception {
        String one = "here-" + mark;
        String two = "there-" + mark;
        bring(one, "Permafrost Pantry", "907-555-0262", service("g", "Warm meals"));
        bring(two, "Permafrost Pantry", "907-555-0262", service("h", "Hot food") + "," + service("i", "Ice fishing"));
        String meals = serviceOf(one, "Warm meals");
        String food = serviceOf(two, "Hot food");
        assertThatThrownBy(() -> services.decide(steward, meals, food, "same"))
                .as("of organisations that nobody said are one")
                .isInstanceOf(Problem.class);
        decide(organization(one), organization(two), "same");
        assertThat(pairs(meals)).hasSize(2);
        assertThatThrownBy(() -> services.candidates(worker)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> services.decide(worker, meals, food, "same")).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> services.decide(steward, meals, meals, "same")).isInstanceOf(Problem.class);

        decided(meals, food, "same");
        assertThat(found()).as("two of three").filteredOn(AMONG::contains).hasSize(2);
        assertThat(same.others(meals)).containsValue(two);
        bring(two, "Permafrost Pantry", "907-555-0262", service("h", "Hot food") + "," + service("i", "Ice fishing"));
        assertThat(found())
                .as("after the feed came again")
                .filteredOn(AMONG::contains)
                .hasSize(2);
        decided(meals, serviceOf(two, "Ice fishing"), "different");
        assertThat(pairs(meals)).isEmpty();

        decided(food, meals, "undone");
        assertThat(found()).filteredOn(AMONG::contains).hasSize(3);
        decide(organization(one), organization(two), "undone");
        assertThat(pairs(meals)).as("two organisations again").isEmpty();
    }

    private static final Set<String> AMONG = Set.of("Warm meals", "Hot food", "Ice fishing");

    private List<SameServices.Candidate> pairs(String service) {
        return services.candidates(steward).stream()
                .filter(pair -> pair.one().equals(service) || pair.other().equals(service))
                .toList();
    }

    private String serviceOf(String feed, String name) {
        return jdbc.sql("select id from directory.service where feed = ? and name like ?")
                .params(feed, name + "%")
                .query(String.class)
                .single();
    }

    private void decided(String one, String other, String verdict) {
        await().ignoreExceptionsMatching(e -> e instanceof Problem p && p.category() == Category.UNAVAILABLE)
                .atMost(Duration.ofSeconds(60))
                .until(() -> {
                    services.decide(steward, one, other, verdict);
                    return true;
                });
    }

    /** Whatever else is being brought in at that moment. */
    private void decide(String one, String other, String verdict) {
        await().ignoreExceptionsMatching(e -> e instanceof Problem p && p.category() == Category.UNAVAILABLE)
                .atMost(Duration.ofSeconds(60))
                .until(() -> {
                    same.decide(steward, one, other, verdict);
                    return true;
                });
    }

    @Test
    void others_decide_nothing_and_nonsense_is_refused() {
        assertThatThrownBy(() -> same.candidates(worker)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> same.decided(worker)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> same.decide(worker, "a", "b", "same")).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> same.decide(steward, "a", "a", "same")).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> same.decide(steward, "a", "b", "perhaps")).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> same.decide(steward, "no-" + mark, "nor-" + mark, "same"))
                .isInstanceOf(Problem.class);
        assertThatThrownBy(() -> same.decide(steward, "no " + mark, "nor", "same"))
                .isInstanceOf(Problem.class);
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void the_steward_decides_on_a_page_and_takes_it_back(String language, int width) throws Exception {
        String one = "left-" + width + "-" + mark;
        String two = "right-" + width + "-" + mark;
        bring(one, "Borealis Boathouse " + width, "907-555-0" + width % 1000, service("e", "Rowing " + width));
        bring(
                two,
                "Borealis Boathouse " + width,
                "907-555-0" + width % 1000,
                service("f", "Rowing " + width) + "," + service("q", "Boats " + width));
        String form = "form:has(input[value='" + organization(one) + "'])";
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, steward.username(), language);
            page.navigate(url("/directory/same"));
            looksRight(page, "same", language, width);
            press(
                    page,
                    page.locator(
                            form + ":has(input[value='" + organization(two) + "']):has(input[value=same]) button"));
            String id = jdbc.sql("select id from directory.service where feed = ? and name like 'Rowing%'")
                    .param(one)
                    .query(String.class)
                    .single();
            assertThat(same.others(id)).containsValue(two);
            page.navigate(url("/directory/services/" + id));
            assertThat(page.locator("#others").innerText()).contains(two);
            looksRight(page, "service-others", language, width);
            page.navigate(url("/directory/same"));
            looksRight(page, "same-decided", language, width);
            assertThat(page.locator("#services").innerText()).contains("Boats " + width);
            press(page, page.locator("#decided " + form + " button").first());
            assertThat(same.others(id)).isEmpty();
        }
    }
}
