package health.weft.conversation;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FilePayload;
import health.weft.conversation.Conversations.Talk;
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
import java.time.LocalDate;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.node.ObjectNode;

/** What the two organisations of a referral say to each other, the files they send, their own notes, and who does what next. */
class ConversationTest extends ReferralNetwork {
    private static final byte[] PDF =
            "%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF".getBytes(StandardCharsets.US_ASCII);

    private Caller baker = Caller.PLATFORM;
    private Caller colleague = Caller.PLATFORM;
    private Caller stranger = Caller.PLATFORM;

    @Autowired
    private Conversations conversations;

    ConversationTest() {
        super("conversation", "referral");
    }

    @BeforeAll
    void a_clinic_a_bakery_and_a_stranger() {
        clinic("Kestrel Clinic", "Kendra Falk");
        String bakery = helper("Rye Bakery");
        baker = account("Bram Roggen", bakery, Role.COMMUNITY_WORKER);
        colleague = account("Bettina Zuurdeeg", bakery, Role.COMMUNITY_WORKER);
        stranger = account("Sverre Holt", helper("Holt Pantry"), Role.COMMUNITY_WORKER);
        jdbc.sql("update security.account set mail = ? where username = ?")
                .params("bram-" + mark + "@example.org", baker.username())
                .update();
    }

    // ------------------------------------------------------------------------------------------------ messages

    @Test
    void a_question_goes_across_is_seen_and_is_answered() {
        String id = sent("Aldous Pennywhistle", "1944-02-11", "617-555-0101");
        write(baker, id, "Does he have a fridge?");

        assertThat(conversations.waiting(coordinator, 8).unread()).containsEntry(id, 1);
        Talk talk = conversations.of(coordinator, id);
        assertThat(talk.said()).extracting(Message::words).containsExactly("Does he have a fridge?");
        assertThat(talk.said().getFirst().partyName()).isEqualTo("Rye Bakery");
        assertThat(talk.sideName()).isEqualTo("Rye Bakery");
        assertThat(conversations.waiting(coordinator, 8).unread()).as("opened").doesNotContainKey(id);
        assertThat(conversations.of(baker, id).said().getFirst().seen()).isNotNull();

        write(coordinator, id, "Yes, a small one.");
        assertThat(conversations.of(colleague, id).said())
                .extracting(Message::words)
                .containsExactly("Does he have a fridge?", "Yes, a small one.");
        assertThat(mails(baker)).as("told without a word of it").contains("referral-message");
    }

    @Test
    void notes_are_read_by_ones_own_organisation_alone() {
        String id = sent("Brunhilde Oakley", "1957-07-30", "617-555-0202");
        conversations.note(baker, id, UUID.randomUUID(), "Her neighbour has a key");
        assertThat(conversations.of(colleague, id).notes())
                .extracting(Message::words)
                .containsExactly("Her neighbour has a key");
        assertThat(conversations.of(coordinator, id).messages()).isEmpty();
        String note = conversations.of(baker, id).notes().getFirst().id();
        assertThat(records.find(coordinator, "Communication", note)).isEmpty();
        assertThat(records.find(clinic, "Communication", note)).isEmpty();
        assertThat(records.search(clinic, "Communication?_count=200").matches())
                .noneMatch(stored -> stored.id().equals(note));
    }

    @Test
    void nobody_else_reads_or_writes_it() {
        String id = sent("Cuthbert Marlowe", "1939-10-05", "617-555-0303");
        write(coordinator, id, "He is hard of hearing");
        String message = conversations.of(coordinator, id).said().getFirst().id();
        refused(Category.NOT_FOUND, () -> conversations.of(stranger, id));
        refused(Category.NOT_FOUND, () -> write(stranger, id, "Hello"));
        refused(Category.NOT_FOUND, () -> conversations.note(stranger, id, UUID.randomUUID(), "Hello"));
        refused(Category.NOT_FOUND, () -> conversations.send(stranger, id, "a.pdf", PDF));
        refused(Category.NOT_FOUND, () -> conversations.withdraw(stranger, id, message));
        refused(Category.NOT_FOUND, () -> conversations.withdraw(baker, id, message));
        assertThat(records.find(stranger, "Communication", message)).isEmpty();
        records.create(stranger, Json.parse("""
                {"resourceType":"Communication","status":"completed","about":[{"reference":"Basic/x"}]}""".replace(
                        "Basic/x", "Organization/" + coordinator.party().substring(13))));
        assertThat(conversations.of(coordinator, id).said()).hasSize(1);
    }

    @Test
    void a_message_without_words_or_with_too_many_is_not_sent_and_the_same_form_twice_is_one() throws Exception {
        String id = sent("Delphine Arrowsmith", "1970-05-22", "617-555-0404");
        refused(Category.UNPROCESSABLE, () -> write(coordinator, id, "  \n "));
        refused(Category.UNPROCESSABLE, () -> write(coordinator, id, "x".repeat(Message.LONGEST + 1)));
        write(coordinator, id, "x".repeat(Message.LONGEST));
        UUID form = UUID.randomUUID();
        Callable<Boolean> press = () -> {
            conversations.write(coordinator, id, form, "Once");
            return true;
        };
        try (var pool = Executors.newFixedThreadPool(2)) {
            for (var done : pool.invokeAll(List.of(press, press))) {
                assertThat(done.get()).isTrue();
            }
        }
        assertThat(conversations.of(baker, id).said()).hasSize(2);
    }

    @Test
    void what_is_taken_back_is_closed_to_the_other_side() {
        String id = sent("Ezekiel Dunmore", "1928-12-19", "617-555-0505");
        write(baker, id, "This was meant for another");
        conversations.send(baker, id, "list.pdf", PDF);
        assertThat(conversations.of(coordinator, id).said()).hasSize(2);
        List<Message> said = conversations.of(baker, id).said();
        said.forEach(message -> conversations.withdraw(baker, id, message.id()));
        conversations.withdraw(baker, id, said.getFirst().id());

        assertThat(conversations.of(baker, id).said())
                .allMatch(Message::isWithdrawn)
                .noneMatch(m -> !m.words().isEmpty());
        Message.File file = said.getLast().file();
        assertThat(file).isNotNull();
        refused(Category.NOT_FOUND, () -> conversations.content(coordinator, id, file.id()));
        assertThatThrownBy(() -> records.read(coordinator, "Binary", file.binary()))
                .isInstanceOf(Problem.class);
        assertThat(records.find(clinic, "Communication", said.getFirst().id())
                        .map(stored -> stored.json().toString())
                        .orElse(""))
                .doesNotContain("meant for another");
    }

    @Test
    void after_the_end_nothing_more_is_said_and_a_consent_taken_back_closes_it() {
        String id = sent("Fenella Greatorex", "1962-03-03", "617-555-0606");
        write(coordinator, id, "Second floor, no lift");
        step(coordinator, id, "Call her on Monday", false, null);
        assertThat(conversations.waiting(baker, 50).steps())
                .extracting(NextStep::words)
                .contains("Call her on Monday");
        String step = conversations.of(baker, id).steps().getFirst().id();
        ObjectNode consent =
                records.read(coordinator, "Consent", find(id).consentId()).json();
        records.update(coordinator, consent.put("status", "inactive"), null);

        assertThat(conversations.of(baker, id).messages()).isEmpty();
        refused(Category.UNPROCESSABLE, () -> write(coordinator, id, "Still there?"));
        referrals.stop(coordinator, id, find(id).version(), ReferralStatus.CANCELLED, Reason.PERSON_DECLINED, "");
        refused(Category.CONFLICT, () -> write(coordinator, id, "Still there?"));
        assertThat(conversations.of(coordinator, id).said())
                .as("what was said stays with whoever said it")
                .hasSize(1);
        assertThat(conversations.waiting(baker, 50).steps())
                .extracting(NextStep::words)
                .doesNotContain("Call her on Monday");
        assertThat(Json.text(records.read(coordinator, "Task", step).json(), "status"))
                .isEqualTo("cancelled");
    }

    @Test
    void no_mail_leaves_about_somebody_whose_notices_are_stopped() {
        String id = sent("Gideon Whitlock", "1951-08-08", "617-555-0707");
        int before = mails(baker).size();
        records.create(clinic, Json.parse("""
                {"resourceType":"Flag","status":"active","subject":{"reference":"Patient/%s"},
                 "code":{"coding":[{"system":"%s","code":"%s"}]}}""".formatted(
                        find(id).patientId(), "https://weft.health/fhir/CodeSystem/flag", "no-notices")));
        write(coordinator, id, "Do not ring");
        assertThat(mails(baker)).hasSize(before);
        assertThat(conversations.of(baker, id).said()).hasSize(1);
    }

    @Test
    void before_anybody_has_claimed_it_there_is_nobody_to_write_to() {
        String person = person("Hyacinth Loxley", "1933-06-16", "617-555-0808");
        String id = send(coordinator, person, List.of(food("Rye Bakery"), food("Holt Pantry")), "");
        refused(Category.CONFLICT, () -> write(coordinator, id, "Anybody?"));
        assertThat(conversations.of(coordinator, id).side()).isEmpty();
        referrals.claim(stranger, id, "");
        write(stranger, id, "We are on it");
        assertThat(conversations.of(coordinator, id).said()).hasSize(1);
        refused(Category.GONE, () -> conversations.of(baker, id));
    }

    // ------------------------------------------------------------------------------------------------ by FHIR

    @Test
    void a_system_writes_a_communication_about_the_task_and_the_other_side_reads_it_on_its_page() {
        String id = sent("Isolde Featherstone", "1948-11-27", "617-555-0909");
        ObjectNode message = communication(id, baker.party(), coordinator.party(), "From our own system");
        String made = records.create(baker, message.deepCopy()).id();
        assertThat(conversations.of(coordinator, id).said())
                .extracting(Message::words)
                .containsExactly("From our own system");

        refused(
                Category.UNPROCESSABLE,
                () -> records.create(
                        baker, communication(id, coordinator.party(), coordinator.party(), "In their name")));
        ObjectNode nobody = message.deepCopy();
        nobody.remove("subject");
        refused(Category.UNPROCESSABLE, () -> records.create(baker, nobody));
        refused(
                Category.UNPROCESSABLE,
                () -> records.create(
                        baker, communication(id, baker.party(), coordinator.party(), "x".repeat(Message.LONGEST + 1))));
        ObjectNode other = records.read(baker, "Communication", made).json();
        ((ObjectNode) other.path("payload").path(0)).put("contentString", "Never said");
        refused(Category.CONFLICT, () -> records.update(baker, other, null));
        refused(
                Category.FORBIDDEN,
                () -> records.update(
                        coordinator,
                        records.read(coordinator, "Communication", made).json().put("status", "entered-in-error"),
                        null));
        assertThat(conversations.of(coordinator, id).said()).hasSize(1);
        ObjectNode read = records.read(coordinator, "Communication", made).json();
        assertThat(read.at("/about/0/reference").asString()).isEqualTo("Task/" + id);
    }

    @Test
    void a_file_of_somebody_elses_is_not_sent_along() {
        String id = sent("Jethro Cavanaugh", "1965-01-14", "617-555-1010");
        String patient = "Patient/" + find(id).patientId();
        String theirs =
                records.create(clinic, Json.parse("""
                {"resourceType":"DocumentReference","status":"current","subject":{"reference":"%s"},
                 "content":[{"attachment":{"contentType":"application/pdf","title":"theirs.pdf"}}]}""".formatted(patient))).id();
        ObjectNode message = communication(id, baker.party(), coordinator.party(), "Look");
        message.withArray("payload")
                .addObject()
                .putObject("contentReference")
                .put("reference", "DocumentReference/" + theirs);
        refused(Category.UNPROCESSABLE, () -> records.create(baker, message));
        assertThat(conversations.of(coordinator, id).said()).isEmpty();
    }

    // ------------------------------------------------------------------------------------------------ files

    @Test
    void a_file_is_what_its_content_is_and_comes_out_as_it_went_in() {
        String id = sent("Katinka Rosewater", "1978-09-09", "617-555-1111");
        conversations.send(baker, id, "C:\\Users\\x\\Proof of <address>.PDF", PDF);
        conversations.send(baker, id, "again.pdf", PDF);
        List<Message> said = conversations.of(coordinator, id).said();
        assertThat(said).as("the same file twice is one").hasSize(1);
        Message.File file = said.getFirst().file();
        assertThat(file).isNotNull();
        assertThat(file.name()).isEqualTo("Proof of _address_.pdf");
        assertThat(file.contentType()).isEqualTo("application/pdf");
        Conversations.Content content = conversations.content(coordinator, id, file.id());
        assertThat(content.bytes()).isEqualTo(PDF);
        refused(Category.NOT_FOUND, () -> conversations.content(stranger, id, file.id()));
        assertThat(records.find(stranger, "Binary", file.binary())).isEmpty();
        assertThat(records.find(stranger, "DocumentReference", file.id())).isEmpty();
        ObjectNode document =
                records.read(clinic, "DocumentReference", file.id()).json();
        assertThat(document.at("/context/related/0/reference").asString()).isEqualTo("Task/" + id);
        assertThat(document.at("/content/0/attachment/size").asInt()).isEqualTo(PDF.length);
    }

    @Test
    void what_a_computer_runs_is_not_taken_whatever_it_is_called() {
        String id = sent("Leopold Nightingale", "1936-04-25", "617-555-1212");
        byte[] program = {'M', 'Z', (byte) 0x90, 0, 3, 0, 0, 0, 4, 0, 0, 0, (byte) 0xFF, (byte) 0xFF, 0, 0};
        byte[] page = "<html><script>alert(1)</script></html>".getBytes(StandardCharsets.UTF_8);
        byte[] drawing = "<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>".getBytes(StandardCharsets.UTF_8);
        byte[] archive = {'P', 'K', 3, 4, 20, 0, 0, 0, 8, 0};
        for (byte[] bytes : List.of(
                program, page, drawing, archive, new byte[0], "#!/bin/sh\nrm".getBytes(StandardCharsets.UTF_8))) {
            refused(Category.UNPROCESSABLE, () -> conversations.send(baker, id, "letter.pdf", bytes));
        }
        assertThat(conversations.of(baker, id).messages()).isEmpty();
        assertThat(records.search(baker, "DocumentReference?patient=Patient/" + find(id).patientId())
                        .matches())
                .isEmpty();
    }

    @Test
    void a_file_that_is_too_large_is_refused_in_words_on_the_page_and_by_fhir() throws Exception {
        String id = sent("Sigismund Halloway", "1931-03-14", "617-555-1717");
        byte[] large = new byte[10 * 1024 * 1024 + 1];
        System.arraycopy(PDF, 0, large, 0, PDF.length);
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, coordinator.username(), "en");
            page.navigate(url("/referrals/" + id + "/conversation"));
            page.click("#file summary");
            page.setInputFiles("#file-input", new FilePayload("scan.pdf", "application/pdf", large));
            page.click("#file form button");
            page.waitForCondition(
                    () -> page.locator("#file [data-upload-told]").innerText().contains("10 MB"));
        }
        String person = find(id).patientId();
        String system = accounts.token(clinic.username(), Duration.ofHours(1));
        String binary = made(
                system, "/Binary", """
                {"resourceType":"Binary","contentType":"application/pdf","securityContext":{"reference":"Patient/%s"},"data":"%s"}""".formatted(person, Base64.getEncoder().encodeToString(large)));
        String document = made(system, "/DocumentReference", """
                {"resourceType":"DocumentReference","status":"current","subject":{"reference":"Patient/%s"},
                 "content":[{"attachment":{"contentType":"application/pdf","url":"Binary/%s","title":"scan.pdf","size":3}}]}""".formatted(person, binary));
        ObjectNode message = communication(id, clinic.party(), find(id).owner(), "See this");
        message.withArray("payload")
                .addObject()
                .putObject("contentReference")
                .put("reference", "DocumentReference/" + document);
        HttpResponse<String> refused = send("POST", "/Communication", system, message.toString());
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(413);
        assertThat(refused.body()).contains("10 MB");
        assertThat(conversations.of(baker, id).messages()).isEmpty();
    }

    private String made(String token, String path, String resource) throws Exception {
        HttpResponse<String> made = send("POST", path, token, resource);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return Json.text(Json.parse(made.body()), "id");
    }

    // ------------------------------------------------------------------------------------------------ next steps

    @Test
    void whoever_does_a_step_ticks_it_off_and_whoever_added_it_takes_it_out() {
        String id = sent("Mirabelle Thackeray", "1942-02-28", "617-555-1313");
        step(coordinator, id, "Bring proof of address", false, LocalDate.now().minusDays(1));
        step(coordinator, id, "Send the lab report", true, null);
        assertThat(conversations.waiting(baker, 50).steps())
                .extracting(NextStep::words)
                .contains("Bring proof of address")
                .doesNotContain("Send the lab report");
        assertThat(mails(baker)).contains("referral-step");
        List<NextStep> steps = conversations.of(baker, id).steps();
        assertThat(steps).extracting(NextStep::partyName).containsExactly("Rye Bakery", "Kestrel Clinic");
        assertThat(steps.getFirst().isLate(LocalDate.now())).isTrue();

        String theirs = steps.getFirst().id();
        refused(Category.FORBIDDEN, () -> conversations.move(coordinator, id, theirs, "completed"));
        refused(
                Category.FORBIDDEN,
                () -> conversations.move(baker, id, steps.getLast().id(), "completed"));
        refused(Category.NOT_FOUND, () -> conversations.move(stranger, id, theirs, "completed"));
        conversations.move(baker, id, theirs, "completed");
        conversations.move(baker, id, theirs, "completed");
        assertThat(conversations.of(coordinator, id).steps().getLast().doneBy()).isEqualTo("Bram Roggen");
        conversations.move(baker, id, theirs, "in-progress");
        assertThat(conversations.of(coordinator, id).steps()).noneMatch(NextStep::isDone);
        conversations.move(coordinator, id, theirs, "cancelled");
        assertThat(conversations.of(baker, id).steps())
                .extracting(NextStep::words)
                .containsExactly("Send the lab report");
    }

    @Test
    void a_step_of_nobodys_without_words_or_changed_afterwards_is_refused() {
        String id = sent("Nathaniel Bramble", "1929-09-17", "617-555-1414");
        refused(Category.UNPROCESSABLE, () -> step(coordinator, id, " ", true, null));
        refused(Category.UNPROCESSABLE, () -> step(coordinator, id, "x".repeat(NextStep.LONGEST + 1), true, null));
        ObjectNode task = Json.parse("""
                {"resourceType":"Task","status":"requested","intent":"order","partOf":[{"reference":"Task/%s"}],
                 "description":"Ring","for":{"reference":"Patient/%s"},"owner":{"reference":"%s"}}""".formatted(id, find(id).patientId(), stranger.party()));
        refused(Category.UNPROCESSABLE, () -> records.create(coordinator, task));
        step(coordinator, id, "Ring the bell", true, null);
        String step = conversations.of(baker, id).steps().getFirst().id();
        ObjectNode changed = records.read(coordinator, "Task", step).json().put("description", "Something else");
        refused(Category.UNPROCESSABLE, () -> records.update(coordinator, changed, null));
        refused(Category.CONFLICT, () -> records.delete(coordinator, "Task", step, null));
        assertThat(conversations.of(coordinator, id).steps()).hasSize(1);
    }

    // ------------------------------------------------------------------------------------------------ pages

    @Test
    void the_pages_write_send_a_file_and_tick_a_step_in_both_languages() throws Exception {
        String id = sent("Octavia Sommerfield", "1954-10-10", "617-555-1515");
        referrals.accept(baker, id, find(id).version(), "");
        step(coordinator, id, "Say which day suits", false, LocalDate.now().minusDays(2));
        conversations.note(baker, id, UUID.randomUUID(), "Rings twice");
        try (BrowserContext wide = chromium.context(1280, "en");
                BrowserContext phone = chromium.context(390, "es")) {
            Page page = signedIn(wide, coordinator.username(), "en");
            page.navigate(url("/referrals/" + id));
            page.fill("#message", "Two children,\none of them is allergic to nuts");
            press(page, "#message-form button");
            page.click("#file summary");
            page.setInputFiles(
                    "#file-input",
                    new FilePayload("virus.pdf", "application/pdf", "MZ not".getBytes(StandardCharsets.UTF_8)));
            page.click("#file form button");
            page.waitForCondition(() -> !page.locator("#file [data-upload-told]")
                            .innerText()
                            .contains("%")
                    && page.locator("#file [data-upload-told]").innerText().contains("."));
            page.setInputFiles("#file-input", new FilePayload("Allergies Octavia.pdf", "application/pdf", PDF));
            page.evaluate("document.documentElement.dataset.left = ''");
            page.click("#file form button");
            page.waitForURL("**/conversation");
            assertThat(page.locator("main").innerText())
                    .contains("Allergies Octavia.pdf")
                    .contains("allergic to nuts");
            assertThat(page.url()).doesNotContain("Octavia");
            looksRight(page, "conversation", "en", 1280);
            page.fill("#message", " ");
            press(page, "#message-form button");
            assertThat(page.locator("#message-error").innerText()).contains("Write something");

            Page small = signedIn(phone, baker.username(), "es");
            small.navigate(url("/inbox"));
            assertThat(small.locator("#inbox .weft-card").innerText())
                    .contains("Octavia Sommerfield")
                    .contains("2 mensajes nuevos de Kestrel Clinic");
            looksRight(small, "inbox-news", "es", 390);
            press(small, small.locator("#inbox .weft-card a").first());
            looksRight(small, "referral-conversation", "es", 390);
            Download download = small.waitForDownload(() -> small.click("#conversation a[download]"));
            assertThat(Files.readAllBytes(download.path())).isEqualTo(PDF);
            assertThat(download.suggestedFilename()).isEqualTo("Allergies Octavia.pdf");
            press(small, ".weft-steps button");
            assertThat(small.locator(".weft-steps__item--done").innerText()).contains("Bram Roggen");
            page.navigate(url("/referrals/" + id));
            assertThat(page.locator(".weft-steps__item--done").count()).isEqualTo(1);
            assertThat(page.locator("#conversation").innerText())
                    .contains("Opened")
                    .doesNotContain("Rings twice");
            looksRight(page, "referral-conversation", "en", 1280);
        }
    }

    @Test
    void the_person_reads_on_their_own_page_what_was_written_about_them_and_no_note() throws Exception {
        String id = sent("Philippa Underhill", "1969-12-31", "617-555-1616");
        write(coordinator, id, "She prefers to be called Pippa");
        conversations.send(coordinator, id, "menu.pdf", PDF);
        conversations.note(baker, id, UUID.randomUUID(), "Seen at the market");
        String person = identity.personOf(find(id).pat()).orElseThrow();
        accounts.party("Person/" + person, "Philippa Underhill", PartyKind.PERSON);
        Caller pippa = account("Philippa Underhill", "Person/" + person, Role.PATIENT);
        try (BrowserContext phone = chromium.context(390, "en")) {
            Page page = signedIn(phone, pippa.username(), "en");
            page.navigate(url("/me"));
            page.click("summary:has-text('wrote to each other')");
            assertThat(page.locator("main").innerText())
                    .contains("She prefers to be called Pippa")
                    .doesNotContain("Seen at the market");
            Download download = page.waitForDownload(() -> page.click("main a[download]"));
            assertThat(Files.readAllBytes(download.path())).isEqualTo(PDF);
            looksRight(page, "conversation-mine", "en", 390);
        }
        refused(Category.FORBIDDEN, () -> write(pippa, id, "Hello"));
        assertThat(conversations.of(coordinator, id).said().getFirst().seen())
                .as("not opened by the other side")
                .isNull();
    }

    private String sent(String name, String born, String phone) {
        return send(person(name, born, phone), food("Rye Bakery"), "");
    }

    private void write(Caller by, String id, String words) {
        conversations.write(by, id, UUID.randomUUID(), words);
    }

    private void step(Caller by, String id, String words, boolean ours, LocalDate due) {
        conversations.addStep(by, id, UUID.randomUUID(), words, ours, due);
    }

    private Referral find(String id) {
        return referrals.find(Caller.PLATFORM, id);
    }

    private ObjectNode communication(String id, String sender, String recipient, String words) {
        return Json.parse("""
                {"resourceType":"Communication","status":"completed","about":[{"reference":"Task/%s"}],
                 "subject":{"reference":"Patient/%s"},"sender":{"reference":"%s"},"recipient":[{"reference":"%s"}],
                 "payload":[{"contentString":"%s"}]}""".formatted(id, find(id).patientId(), sender, recipient, words));
    }

    /** What was kept to be mailed to somebody about messages and steps. */
    private List<String> mails(Caller reader) {
        return jdbc.sql(
                        "select distinct words from notice.mail where username = ? and words in ('referral-message', 'referral-step') order by words")
                .param(reader.username())
                .query(String.class)
                .list();
    }

    private interface Step {
        void run();
    }

    private static void refused(Category category, Step step) {
        assertThatThrownBy(step::run).isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.category())
                .isEqualTo(category));
    }
}
