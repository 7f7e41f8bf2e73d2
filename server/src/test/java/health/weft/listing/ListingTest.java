package health.weft.listing;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.PagesTest;
import health.weft.Visitor;
import health.weft.directory.Directory;
import health.weft.directory.Edits;
import health.weft.directory.FeedRun;
import health.weft.directory.Feeds;
import health.weft.directory.ListingField;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import health.weft.signin.Secrets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The directory is kept right: suggestions, questions by mail, changes by hand and back, against feeds and each other. */
class ListingTest extends PagesTest {
    private static final Pattern LINK = Pattern.compile("/still-right/([\\w-]+)");

    @Autowired
    private org.springframework.context.MessageSource messages;

    @Autowired
    private Feeds feeds;

    @Autowired
    private Directory directory;

    @Autowired
    private Edits edits;

    @Autowired
    private Suggestions suggestions;

    @Autowired
    private StaleListings stale;

    @Autowired
    private StillRight stillRight;

    @Autowired
    private DataSource data;

    @Autowired
    private JdbcClient jdbc;

    private final String mark = "k" + UUID.randomUUID().toString().replaceAll("[^a-f]", "");
    private final String feed = "care-" + mark;
    private final Caller steward =
            new Caller("care-" + mark, "Stella", "Organization/care-" + mark, "Network", Set.of(Role.CONVENER), "en");
    private final Caller worker =
            new Caller("w-" + mark, "Walt", "Organization/elsewhere", "Else", Set.of(Role.COORDINATOR), "en");

    @TempDir
    private static Path folder;

    ListingTest() {
        super("listing");
    }

    @BeforeAll
    void organisations_with_listings() throws Exception {
        bring("Legal advice", "Come on Mondays");
        accounts.party("Organization/care-" + mark, "Network", PartyKind.NETWORK);
        accounts.ensure(steward.username(), "Stella Keeper", steward.party(), Set.of(Role.CONVENER), "en", PASSWORD);
    }

    /** Two organisations; the first has an address, and two listings. */
    private void bring(String name, String application) throws Exception {
        Path file = Files.writeString(folder.resolve("care.json"), """
                [{"id":"a","name":"Advice of %1$s","description":"x","email":"desk-%1$s@example.org","services":[
                   {"id":"s","name":"%2$s","description":"Advice about rent","status":"active","application_process":"%3$s",
                    "phones":[{"id":"p","number":"907-555-0111"},{"id":"q","number":"907-555-0112"}]},
                   {"id":"t","name":"Interpreters","description":"x","status":"active"}]},
                 {"id":"b","name":"Bikes of %1$s","description":"x","services":[
                   {"id":"u","name":"Bicycles","description":"x","status":"active"}]}]""".formatted(mark, name, application));
        FeedRun run = feeds.check(steward, feed, "care.json", file, false);
        feeds.apply(steward, run.id());
    }

    private String id(String sourceId) {
        return jdbc.sql("select id from directory.source where feed = ? and type = 'service' and source_id = ?")
                .params(feed, sourceId)
                .query(String.class)
                .single();
    }

    private String organization(String sourceId) {
        return jdbc.sql("select id from directory.source where feed = ? and type = 'organization' and source_id = ?")
                .params(feed, sourceId)
                .query(String.class)
                .single();
    }

    private String listed(String id, ListingField field) {
        return field.in(directory.service(id).orElseThrow().document());
    }

    @Test
    void what_a_person_changes_stays_against_a_feed_and_goes_back_to_it_when_taken_back() throws Exception {
        String id = id("s");
        edits.set(
                steward,
                id,
                Map.of(
                        ListingField.PHONE,
                        "907-555-0199",
                        ListingField.APPLICATION,
                        "",
                        ListingField.MINIMUM_AGE,
                        "18"));
        bring("Legal advice for all", "Come on Tuesdays");
        assertThat(listed(id, ListingField.NAME)).as("the feed's own").isEqualTo("Legal advice for all");
        assertThat(listed(id, ListingField.PHONE)).isEqualTo("907-555-0199");
        assertThat(listed(id, ListingField.APPLICATION)).as("taken out by hand").isEmpty();
        assertThat(directory.service(id).orElseThrow().minimumAge()).isEqualTo(18);
        assertThat(directory.service(id).orElseThrow().contacts("phones", "number"))
                .containsExactly("907-555-0199", "907-555-0112");
        bring("Legal advice for all", "Come on Wednesdays");
        assertThat(listed(id, ListingField.APPLICATION))
                .as("at each later import")
                .isEmpty();

        for (Edits.Change change : edits.history(id)) {
            if (change.by().startsWith("account:")) {
                edits.undo(steward, change.n());
            }
        }
        bring("Legal advice for all", "Come on Fridays");
        assertThat(listed(id, ListingField.PHONE)).isEqualTo("907-555-0111");
        assertThat(listed(id, ListingField.APPLICATION)).isEqualTo("Come on Fridays");
        assertThat(directory.service(id).orElseThrow().minimumAge()).isNull();
    }

    @Test
    void only_the_latest_change_of_a_field_is_taken_back_and_once() {
        String id = id("t");
        edits.set(steward, id, Map.of(ListingField.FEES, "Free"));
        edits.set(steward, id, Map.of(ListingField.FEES, "Ten dollars"));
        List<Edits.Change> history = edits.history(id);
        assertThat(history).extracting(Edits.Change::canBeUndone).startsWith(true, false);
        assertThatThrownBy(() -> edits.undo(steward, history.get(1).n())).isInstanceOf(Problem.class);
        edits.undo(steward, history.getFirst().n());
        assertThat(listed(id, ListingField.FEES)).isEqualTo("Free");
        assertThatThrownBy(() -> edits.undo(steward, history.getFirst().n()))
                .as("twice")
                .isInstanceOf(Problem.class);
        assertThatThrownBy(() -> edits.undo(worker, edits.history(id).getFirst().n()))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.category()).isEqualTo(Category.FORBIDDEN));
        assertThatThrownBy(() -> edits.undo(steward, Long.MAX_VALUE))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.category()).isEqualTo(Category.NOT_FOUND));
    }

    @ParameterizedTest
    @CsvSource({
        "NAME, ''",
        "STATUS, sometimes",
        "PHONE, call me",
        "EMAIL, nobody",
        "URL, javascript:alert(1)",
        "MINIMUM_AGE, -3",
        "MAXIMUM_AGE, 500"
    })
    void words_that_cannot_stand_in_a_field_are_refused_and_nothing_changes(ListingField field, String words) {
        String before = directory.service(id("u")).orElseThrow().document().toString();
        assertThatThrownBy(() -> edits.set(steward, id("u"), Map.of(ListingField.FEES, "5", field, words)))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.category()).isEqualTo(Category.INVALID));
        assertThat(directory.service(id("u")).orElseThrow().document()).hasToString(before);
    }

    @Test
    void ages_that_let_nobody_in_are_refused_together_or_one_after_the_other() {
        assertThatThrownBy(() -> edits.set(
                        steward, id("u"), Map.of(ListingField.MINIMUM_AGE, "70", ListingField.MAXIMUM_AGE, "18")))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.category()).isEqualTo(Category.INVALID));
        edits.set(steward, id("u"), Map.of(ListingField.MINIMUM_AGE, "9"));
        assertThatThrownBy(() -> edits.set(steward, id("u"), Map.of(ListingField.MAXIMUM_AGE, "8")))
                .isInstanceOf(Problem.class);
        edits.set(steward, id("u"), Map.of(ListingField.MAXIMUM_AGE, "10"));
        edits.set(steward, id("u"), Map.of(ListingField.MINIMUM_AGE, "", ListingField.MAXIMUM_AGE, ""));
        assertThat(ListingPages.errors(
                                Map.of(ListingField.MINIMUM_AGE, "70", ListingField.MAXIMUM_AGE, "18"),
                                new health.weft.ui.Text(messages, java.util.Locale.ENGLISH, java.time.ZoneOffset.UTC))
                        .of(ListingField.MAXIMUM_AGE.key()))
                .contains("below the youngest");
    }

    @Test
    void what_no_text_can_hold_is_refused_or_left_out() {
        assertThatThrownBy(() -> edits.set(steward, id("t"), Map.of(ListingField.DESCRIPTION, "a\0b")))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.category()).isEqualTo(Category.INVALID));
        suggestions.suggest(id("t"), Map.of(), "nonsense", "Ring\0 twice", "public");
        List<Suggestion> said = about(id("t"));
        assertThat(said).extracting(Suggestion::words).contains("Ring twice");
        assertThat(said).extracting(Suggestion::about).containsOnly("other");
        said.forEach(s -> suggestions.end(steward, s.id(), false));
        assertThatThrownBy(() -> suggestions.end(steward, said.getFirst().id(), true))
                .as("decided before")
                .isInstanceOf(Problem.class);
    }

    @Test
    void others_change_nothing_decide_nothing_and_see_no_queue() {
        assertThatThrownBy(() -> edits.set(worker, id("u"), Map.of(ListingField.FEES, "5")))
                .isInstanceOf(Problem.class);
        assertThatThrownBy(() -> suggestions.open(worker)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> stale.find(worker, "", 0, 10)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> stale.ask(worker, List.of(organization("a")))).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> stale.assure(worker, List.of(organization("a"))))
                .isInstanceOf(Problem.class);
        assertThat(suggestions.waiting(worker)).isZero();
    }

    @Test
    void nobody_edits_while_a_feed_is_written() throws Exception {
        try (Connection other = data.getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute("select pg_advisory_xact_lock(hashtext('directory feeds'))");
            assertThatThrownBy(() -> edits.set(steward, id("u"), Map.of(ListingField.FEES, "7")))
                    .isInstanceOfSatisfying(
                            Problem.class, p -> assertThat(p.category()).isEqualTo(Category.UNAVAILABLE));
            other.rollback();
        }
        assertThat(edits.set(steward, id("u"), Map.of(ListingField.FEES, "7"))).isOne();
    }

    @Test
    void a_stranger_says_something_without_a_session_and_nobody_says_it_in_the_name_of_who_is_signed_in()
            throws Exception {
        String path = url("/find-help/services/" + id("t"));
        about(id("t")).forEach(s -> suggestions.end(steward, s.id(), false));
        try (Visitor stranger = new Visitor("en");
                Visitor keeper = new Visitor("en").signIn(url(""), steward.username(), PASSWORD)) {
            assertThat(stranger.get(path).headers().firstValue("set-cookie")).isEmpty();
            assertThat(stranger.post(path, Map.of("about", "hours", "words", "Closed on Sundays"))
                            .headers()
                            .firstValue("location"))
                    .hasValueSatisfying(to -> assertThat(to).endsWith(id("t")));
            assertThat(stranger.get(path).body()).contains("Thank you");
            assertThat(about(id("t")))
                    .extracting(Suggestion::source, Suggestion::words)
                    .containsExactly(tuple("public", "Closed on Sundays"));
            keeper.post(path, Map.of("about", "hours", "words", "By the form of another site"));
            assertThat(about(id("t"))).as("without the form's own token").hasSize(1);
            keeper.post(
                    path,
                    Map.of(
                            "about",
                            "hours",
                            "words",
                            "By the form of the page",
                            "_csrf",
                            Visitor.hidden(keeper.get(path).body(), "_csrf")));
            assertThat(about(id("t"))).extracting(Suggestion::words).contains("By the form of the page");
        }
    }

    @Test
    void the_same_said_twice_stands_once_and_a_flood_ends() {
        String id = id("u");
        about(id).forEach(s -> suggestions.end(steward, s.id(), true));
        for (int i = 0; i < 2; i++) {
            suggestions.suggest(id, Map.of(), "hours", "Open on Sundays", "public");
        }
        assertThat(about(id)).hasSize(1);
        assertThatThrownBy(() -> suggestions.suggest(id, Map.of(), "hours", " ", "public"))
                .isInstanceOf(Problem.class);
        assertThatThrownBy(() -> suggestions.suggest(id, Map.of(), "hours", "x".repeat(1_001), "public"))
                .isInstanceOf(Problem.class);
        assertThatThrownBy(() -> suggestions.suggest("nowhere", Map.of(), "hours", "x", "public"))
                .isInstanceOf(Problem.class);
        for (int i = 1; i < 20; i++) {
            suggestions.suggest(id, Map.of(), "hours", "Said " + i, "public");
        }
        assertThatThrownBy(() -> suggestions.suggest(id, Map.of(), "hours", "Once more", "public"))
                .isInstanceOf(Problem.class);
        about(id).forEach(s -> suggestions.end(steward, s.id(), false));
        assertThat(about(id)).isEmpty();
    }

    private List<Suggestion> about(String service) {
        return suggestions.open(steward).stream()
                .filter(s -> s.serviceId().equals(service))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void an_organisation_is_asked_by_mail_answers_without_an_account_and_the_steward_decides(String language, int width)
            throws Exception {
        jdbc.sql("update directory.ask set made = made - interval '40 days' where organization_id = ?")
                .param(organization("a"))
                .update();
        jdbc.sql("delete from directory.suggestion where service_id in (?, ?, ?)")
                .params(id("s"), id("t"), id("u"))
                .update();
        jdbc.sql("update directory.service set document = document - 'assured_date' where id in (?, ?)")
                .params(id("s"), id("t"))
                .update();
        GreenMail mails = mailServer();
        try (BrowserContext context = chromium.context(width, language);
                BrowserContext organisation = chromium.context(width, language)) {
            Page page = signedIn(context, steward.username(), language);
            page.navigate(url("/directory/care?words=" + mark));
            assertThat(page.locator("#stale tbody tr").count()).isEqualTo(2);
            looksRight(page, "care", language, width);
            page.locator("#stale tbody input").first().check();
            press(page, page.locator("#stale form[method=post] button").first());
            assertThat(stale.ask(steward, List.of(organization("a"), organization("b"))))
                    .as("asked already, and nowhere to ask")
                    .isZero();
            await().atMost(Duration.ofSeconds(60)).until(() -> mails.getReceivedMessages().length > 0);
            String mail = String.valueOf(mails.getReceivedMessages()[0].getContent());
            assertThat(mail).contains("Advice of " + mark).contains("no necesita cuenta");
            Matcher link = LINK.matcher(mail);
            assertThat(link.find()).isTrue();

            Page theirs = organisation.newPage();
            theirs.navigate(url("/still-right/" + link.group(1)));
            looksRight(theirs, "still-right", language, width);
            theirs.locator("a[href*='service=" + id("s") + "']").click();
            theirs.fill("#phones", "not a number");
            press(theirs, "main form button");
            assertThat(theirs.locator(".govuk-error-summary li").count()).isOne();
            looksRight(theirs, "still-right-change", language, width);
            theirs.fill("#phones", "907-555-0177");
            theirs.locator("main form button").click();
            theirs.locator("main form button[value=right]").click();
            assertThat(listed(id("s"), ListingField.PHONE)).as("waits").isNotEqualTo("907-555-0177");
            assertThat(directory.service(id("t")).orElseThrow().assuredDate()).isEqualTo(LocalDate.now());
            assertThat(directory.service(id("s")).orElseThrow().assuredDate())
                    .as("they said that it is not right")
                    .isNull();

            theirs.navigate(url("/find-help/services/" + id("u")));
            press(theirs, theirs.locator("main form button").last());
            assertThat(theirs.locator(".govuk-error-summary li").count()).isOne();
            theirs.fill("#words", "Open on Sundays, too");
            press(theirs, theirs.locator("main form button").last());
            looksRight(theirs, "service", language, width);

            page.navigate(url("/directory/care"));
            looksRight(page, "suggestions", language, width);
            press(page, page.locator("form[action$='/take'] button").first());
            assertThat(listed(id("s"), ListingField.PHONE)).isEqualTo("907-555-0177");
            page.navigate(url("/directory/services/" + id("s")));
            looksRight(page, "listing", language, width);
            press(page, page.locator("form[action$='/undo'] button").first());
            assertThat(listed(id("s"), ListingField.PHONE)).isNotEqualTo("907-555-0177");
            APIResponse csv = page.request().get(url("/directory/care.csv"));
            assertThat(csv.text()).contains("Bikes of " + mark).doesNotContain("Advice of " + mark + "\",\"2\"");
        } finally {
            mails.stop();
        }
    }

    @Test
    void a_link_that_is_none_or_too_old_or_of_another_organisation_opens_nothing() {
        try (BrowserContext context = chromium.context(390, "en")) {
            Page page = context.newPage();
            assertThat(page.navigate(url("/still-right/" + "A".repeat(43))).status())
                    .isEqualTo(404);
            jdbc.sql(
                            "insert into directory.ask (organization_id, mail, by_whom, sent, hash, expires) values (?, 'x@example.org', 'x', now(), ?, now() + interval '1 hour')")
                    .params(organization("b"), Secrets.hash("link-" + mark))
                    .update();
            page.navigate(url("/still-right/link-" + mark + "?service=" + id("s")));
            assertThat(page.locator("main").innerText()).contains("Bicycles").doesNotContain("Legal advice");
            jdbc.sql("update directory.ask set expires = now() where hash = ?")
                    .param(Secrets.hash("link-" + mark))
                    .update();
            assertThat(page.navigate(url("/still-right/link-" + mark)).status()).isEqualTo(404);
        }
        assertThatThrownBy(() -> stillRight.change("link-" + mark, id("s"), Map.of(ListingField.STATUS, "defunct"), ""))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.category()).isEqualTo(Category.NOT_FOUND));
    }
}
