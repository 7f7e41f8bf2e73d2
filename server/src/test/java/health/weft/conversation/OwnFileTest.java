package health.weft.conversation;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FilePayload;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.referral.Reason;
import health.weft.referral.Referral;
import health.weft.referral.ReferralNetwork;
import health.weft.referral.ReferralStatus;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.node.ObjectNode;

/** A person sends files about their own referral to whoever helps: what is taken, what is refused and in which words, and who reads it. */
class OwnFileTest extends ReferralNetwork {
    private static final byte[] PDF = pdf(1);

    private Caller shelter = Caller.PLATFORM;
    private Caller stranger = Caller.PLATFORM;

    @Autowired
    private Conversations conversations;

    OwnFileTest() {
        super("conversation", "referral", "portal", "problem");
    }

    @BeforeAll
    void a_clinic_a_pantry_and_a_stranger() {
        clinic("Ptarmigan Clinic", "Petra Schnee");
        shelter = account("Ulrika Vinter", helper("Winter Larder"), Role.COMMUNITY_WORKER);
        stranger = account("Tarquin Fremd", helper("Fremd Hall"), Role.COMMUNITY_WORKER);
    }

    private static byte[] pdf(int n) {
        return ("%PDF-1.4\n1 0 obj<</N " + n + ">>endobj\ntrailer<<>>\n%%EOF").getBytes(StandardCharsets.US_ASCII);
    }

    /** Somebody with an account of their own. */
    private Caller patient(String name, String person) {
        accounts.party("Person/" + person, name, PartyKind.PERSON);
        return account(name, "Person/" + person, Role.PATIENT);
    }

    @ParameterizedTest
    @CsvSource({"Euphemia Tannenbaum, 1944-10-03, en, 1280", "Aristides Quesada, 1988-01-19, es, 390"})
    void the_person_sends_a_letter_from_their_page_and_takes_it_back(
            String name, String born, String language, int width) throws Exception {
        String person = person(name, born, "802-555-1" + width);
        String id = send(person, food("Winter Larder"), "");
        Caller me = patient(name, person);
        try (BrowserContext pocket = chromium.context(width, language);
                BrowserContext desk = chromium.context(width, language)) {
            Page page = signedIn(pocket, me.username(), language);
            page.navigate(url("/me"));
            page.click("#file-" + id + " summary");
            looksRight(page, "own-file-empty", language, width);
            refused(page, id, "program.pdf", new byte[] {'M', 'Z', (byte) 0x90, 0, 3, 0, 0, 0}, "PDF");
            byte[] large = new byte[10 * 1024 * 1024 + 1];
            System.arraycopy(PDF, 0, large, 0, PDF.length);
            refused(page, id, "scan.pdf", large, "10 MB");
            looksRight(page, "own-file-refused", language, width);
            page.setInputFiles("#file-input-" + id, new FilePayload("rent.pdf", "application/pdf", PDF));
            page.click("#file-" + id + " form button");
            page.waitForURL("**/me?sent=*");
            page.locator("#talk-" + id).evaluate("part => { part.open = true; }");
            assertThat(page.locator("#talk-" + id).innerText()).contains("rent.pdf");
            looksRight(page, "own-file-sent", language, width);

            Page theirs = signedIn(desk, shelter.username(), language);
            theirs.navigate(url("/inbox"));
            assertThat(theirs.locator("main").innerText())
                    .as("whoever helps is told")
                    .contains(name);
            theirs.navigate(url("/referrals/" + id + "/conversation"));
            Download download = theirs.waitForDownload(() -> theirs.click("main a[download]"));
            assertThat(Files.readAllBytes(download.path())).isEqualTo(PDF);
            looksRight(theirs, "own-file-received", language, width);
            String address = theirs.locator("main a[download]").getAttribute("href");

            page.locator("#talk-" + id)
                    .evaluate("part => { part.open = true; }"); // the page has been told of the reading
            press(page, "#talk-" + id + " form[action$='/withdraw'] button");
            theirs.navigate(url("/referrals/" + id + "/conversation"));
            assertThat(theirs.locator("main a[download]").count()).isZero();
            assertThat(desk.request().get(url(address)).status()).isEqualTo(404);
        }
    }

    private void refused(Page page, String id, String name, byte[] bytes, String words) {
        page.setInputFiles("#file-input-" + id, new FilePayload(name, "application/pdf", bytes));
        page.click("#file-" + id + " form button");
        page.waitForCondition(() ->
                page.locator("#file-" + id + " [data-upload-told]").innerText().contains(words));
    }

    @Test
    void the_same_file_twice_is_one_and_more_than_ten_are_not_taken() {
        String person = person("Wenceslas Oberholzer", "1951-06-30", "802-555-2002");
        String id = send(person, food("Winter Larder"), "");
        Caller me = patient("Wenceslas Oberholzer", person);
        for (int i = 1; i <= 10; i++) {
            conversations.send(me, id, "letter " + i + ".pdf", pdf(i));
            conversations.send(me, id, "again.pdf", pdf(i));
        }
        assertThat(conversations.of(shelter, id).said()).hasSize(10);
        refused(Category.CONFLICT, () -> conversations.send(me, id, "letter 11.pdf", pdf(11)));
        conversations.withdraw(
                me, id, conversations.of(me, id).said().getFirst().id());
        conversations.send(me, id, "letter 11.pdf", pdf(11));
        assertThat(conversations.of(shelter, id).said().stream()
                        .map(Message::file)
                        .filter(java.util.Objects::nonNull)
                        .map(Message.File::name))
                .hasSize(10)
                .contains("letter 11.pdf");
        refused(
                Category.UNPROCESSABLE,
                () -> conversations.send(me, id, "page.pdf", "<html><script>".getBytes(StandardCharsets.UTF_8)));
        refused(Category.UNPROCESSABLE, () -> conversations.send(me, id, "empty.pdf", new byte[0]));
    }

    @Test
    void nobody_sends_or_reads_one_on_somebody_elses_referral() throws Exception {
        String person = person("Ludmila Hatherley", "1979-02-11", "802-555-3003");
        String id = send(person, food("Winter Larder"), "");
        Caller me = patient("Ludmila Hatherley", person);
        Caller other = patient("Bartholomew Quine", person("Bartholomew Quine", "1936-09-27", "802-555-4004"));
        conversations.send(me, id, "passport.pdf", PDF);
        Message.File file = conversations.of(shelter, id).said().getFirst().file();
        assertThat(file).isNotNull();
        for (Caller one : List.of(other, stranger)) {
            refused(Category.NOT_FOUND, () -> conversations.send(one, id, "mine.pdf", pdf(7)));
            refused(Category.NOT_FOUND, () -> conversations.content(one, id, file.id()));
            assertThat(records.find(one, "Binary", file.binary())).isEmpty();
            assertThat(records.find(one, "DocumentReference", file.id())).isEmpty();
        }
        ObjectNode document =
                records.read(shelter, "DocumentReference", file.id()).json();
        assertThat(document.at("/author/0/reference").asString())
                .isEqualTo("Patient/" + referrals.find(shelter, id).patientId());
        ObjectNode words =
                Json.parse("""
                {"resourceType":"Communication","status":"completed","about":[{"reference":"Task/%s"}],
                 "subject":{"reference":"Patient/%s"},"recipient":[{"reference":"%s"}],"payload":[{"contentString":"Hello"}]}""".formatted(id, referrals.find(shelter, id).patientId(), shelter.party()));
        HttpResponse<String> said =
                send("POST", "/Communication", accounts.token(me.username(), Duration.ofHours(1)), words.toString());
        assertThat(said.statusCode()).as("words alone are not theirs to send").isEqualTo(403);
    }

    @Test
    void before_anybody_helps_and_after_it_has_ended_there_is_nobody_to_send_to() {
        String person = person("Leontyne Hazelwood", "1967-12-05", "802-555-5005");
        Caller me = patient("Leontyne Hazelwood", person);
        String open = send(coordinator, person, List.of(food("Winter Larder"), food("Fremd Hall")), "");
        refused(Category.CONFLICT, () -> conversations.send(me, open, "rent.pdf", PDF));
        String ended = send(person, food("Winter Larder"), "");
        referrals.stop(shelter, ended, 1, ReferralStatus.REJECTED, Reason.NO_CAPACITY, "Full");
        refused(Category.CONFLICT, () -> conversations.send(me, ended, "rent.pdf", PDF));
        Referral still = referrals.find(Caller.PLATFORM, ended);
        assertThat(records.search(me, "DocumentReference?patient=Patient/" + still.patientId())
                        .matches())
                .isEmpty();
    }

    private interface Step {
        void run();
    }

    private static void refused(Category category, Step step) {
        assertThatThrownBy(step::run).isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.category())
                .isEqualTo(category));
    }
}
