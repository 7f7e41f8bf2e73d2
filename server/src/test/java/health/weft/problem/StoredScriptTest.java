package health.weft.problem;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.Visitor;
import health.weft.conversation.Conversations;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.referral.ReferralNetwork;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/**
 * Abuse case 50: words that are a script, a formula or an address that runs, wherever somebody may leave words; and everybody who reads
 * them, on every page that leads on from there.
 */
class StoredScriptTest extends ReferralNetwork {
    /** Breaks out of text, of an attribute in either quotes, and of a script. */
    private static final String WORDS =
            "'\"></script><script>alert(50)</script><b data-evil=1 onclick=alert(50)>[x](javascript:alert(50))";

    /** As it would stand in a page that it has broken out into. */
    private static final String RAW = "<b data-evil";

    private static final Pattern RUNS =
            Pattern.compile("(?i)(href|src|action|formaction)=\"\\s*(javascript|data:text|vbscript):");
    private static final Pattern LINK = Pattern.compile("(?:href|hx-get)=\"(/[^\"#]*)");
    private static final int PAGES = 35;

    @Autowired
    private Conversations conversations;

    private String person = "";
    private String referral = "";
    private String pantryParty = "";

    StoredScriptTest() {
        super("ui");
    }

    private static String json(String words) {
        return words.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    @BeforeAll
    void words_that_run_wherever_words_can_be_left() throws Exception {
        clinic("Zz Script Clinic " + mark, "Zephaniah Scriptor");
        pantryParty = "Organization/zz-script-" + mark;
        directory.publish(Json.parse("""
                {"id":"zz-script-%1$s","name":"Zz %2$s","description":"%2$s","kind":"community","clinical":false,
                 "url":"javascript:alert(50)","email":"x@y.example","alternate_name":"%2$s",
                 "services":[{"id":"zz-script-%1$s-s","name":"Zz %2$s","description":"%2$s","status":"active","url":"javascript:alert(50)",
                  "application_process":"%2$s","fees_description":"%2$s","languages":[{"code":"en"}],
                  "attributes":[{"taxonomy_term":{"code":"incarceration-status"}}]}]}""".formatted(mark, json(WORDS))));
        var patient = Copies.json(clinic, "Zachariah Evilson" + mark, "1918-11-03", "617-555-0050", "1 Road");
        patient.withArray("name")
                .addObject()
                .put("family", WORDS)
                .putArray("given")
                .add(WORDS);
        ((tools.jackson.databind.node.ObjectNode) patient.path("address").path(0)).put("city", WORDS);
        patient.putArray("contact").addObject().putObject("name").put("text", WORDS);
        Stored stored = records.create(clinic, patient);
        person = identity.personOf(stored.rid()).orElseThrow();
        for (String resource : List.of(
                "\"Condition\",\"code\":{\"text\":\"%s\"},\"note\":[{\"text\":\"%s\"}],\"subject\"",
                "\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"%s\"},\"valueString\":\"%s\",\"note\":[{\"text\":\"%1$s\"}],\"subject\"",
                "\"AllergyIntolerance\",\"clinicalStatus\":{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical\",\"code\":\"active\"}]},\"code\":{\"text\":\"%s\"},\"note\":[{\"text\":\"%s\"}],\"patient\"",
                "\"MedicationRequest\",\"status\":\"active\",\"intent\":\"order\",\"medicationCodeableConcept\":{\"text\":\"%s\"},\"note\":[{\"text\":\"%s\"}],\"subject\"",
                "\"Immunization\",\"status\":\"completed\",\"occurrenceString\":\"%s\",\"vaccineCode\":{\"text\":\"%s\"},\"patient\"",
                "\"Procedure\",\"status\":\"completed\",\"code\":{\"text\":\"%s\"},\"note\":[{\"text\":\"%s\"}],\"subject\"",
                "\"CarePlan\",\"status\":\"active\",\"intent\":\"plan\",\"title\":\"%s\",\"description\":\"%s\",\"subject\"",
                "\"Goal\",\"lifecycleStatus\":\"active\",\"description\":{\"text\":\"%s\"},\"note\":[{\"text\":\"%s\"}],\"subject\"",
                "\"DocumentReference\",\"status\":\"current\",\"description\":\"%s\",\"content\":[{\"attachment\":{\"title\":\"%s\",\"url\":\"javascript:alert(50)\"}}],\"subject\"",
                "\"Encounter\",\"status\":\"finished\",\"class\":{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ActCode\",\"code\":\"AMB\",\"display\":\"%s\"},\"type\":[{\"text\":\"%s\"}],\"subject\"")) {
            String words = json(WORDS);
            records.create(
                    clinic,
                    Json.parse("{\"resourceType\":" + resource.formatted(words, words) + ":{\"reference\":\""
                            + stored.reference() + "\"}}"));
        }
        Caller worker = account("Zuleika Receiver", pantryParty, Role.COMMUNITY_WORKER);
        accounts.ensure(worker.username(), "Zz " + WORDS, pantryParty, Set.of(Role.COMMUNITY_WORKER), "en", PASSWORD);
        referral = referrals.send(
                coordinator,
                new health.weft.referral.Referrals.Sending(
                        person,
                        SdohCategory.INCARCERATION_STATUS,
                        List.of("zz-script-" + mark + "-s"),
                        java.util.Optional.empty(),
                        true,
                        false,
                        WORDS,
                        UUID.randomUUID()));
        Caller receiver = accounts.caller(worker.username()).orElseThrow();
        referrals.accept(receiver, referral, 1, WORDS);
        conversations.write(receiver, referral, UUID.randomUUID(), WORDS);
        conversations.note(coordinator, referral, UUID.randomUUID(), WORDS);
        conversations.send(
                receiver,
                referral,
                WORDS.replace("/", "") + ".txt",
                "words".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        accounts.party("Person/" + person, "Zz " + WORDS, PartyKind.PERSON);
        accounts.ensure("zz-own-" + mark, "Zz " + WORDS, "Person/" + person, Set.of(Role.PATIENT), "en", PASSWORD);
        accounts.party("Organization/zz-office-" + mark, "Zz Office", PartyKind.NETWORK);
        account("Zebedee Privacy", "Organization/zz-office-" + mark, Role.PRIVACY_OFFICER);
    }

    @AfterAll
    void they_go() {
        jdbc.sql("select username from security.account where display_name like 'Z%' and username like ?")
                .param("%-" + mark)
                .query(String.class)
                .list()
                .forEach(accounts::end);
        directory.publish(Json.parse("""
                {"id":"zz-script-%1$s","name":"Zz Gone %1$s","description":"-","kind":"community","clinical":false,
                 "services":[{"id":"zz-script-%1$s-s","name":"Zz Gone","status":"defunct","languages":[{"code":"en"}],
                  "attributes":[{"taxonomy_term":{"code":"incarceration-status"}}]}]}""".formatted(mark)));
    }

    @Test
    void whoever_asks_reads_it_as_words_on_every_page() throws Exception {
        read(coordinator.username(), "/people/" + person, "/referrals/" + referral, "/find-help", "/inbox");
    }

    @Test
    void whoever_helps_reads_it_as_words_on_every_page() throws Exception {
        read("zuleika-receiver-" + mark, "/referrals/" + referral, "/inbox", "/directory", "/cases");
    }

    @Test
    void the_person_reads_it_as_words_on_every_page_and_in_their_pdf() throws Exception {
        read("zz-own-" + mark, "/me", "/me/access", "/me/sharing");
        try (Visitor own = visitor("zz-own-" + mark)) {
            HttpResponse<byte[]> pdf = own.http()
                    .send(
                            java.net.http.HttpRequest.newBuilder(java.net.URI.create(url("/me/access.pdf")))
                                    .build(),
                            java.net.http.HttpResponse.BodyHandlers.ofByteArray());
            assertThat(pdf.statusCode()).isEqualTo(200);
            assertThat(pdf.headers().firstValue("Content-Type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("application/pdf"));
            try (PDDocument document = Loader.loadPDF(pdf.body())) {
                assertThat(new PDFTextStripper().getText(document).replaceAll("\\s", ""))
                        .contains("<script>alert(50)</script>");
                assertThat(document.getDocumentCatalog().getOpenAction()).isNull();
                assertThat(document.getDocumentCatalog().getNames() == null
                                || document.getDocumentCatalog().getNames().getJavaScript() == null)
                        .isTrue();
                for (var page : document.getPages()) {
                    assertThat(page.getAnnotations()).as("nothing to press").isEmpty();
                }
            }
        }
    }

    @Test
    void whoever_keeps_watch_reads_it_as_words_on_every_page() throws Exception {
        read("zebedee-privacy-" + mark, "/audit", "/unusual", "/emergencies");
    }

    @Test
    void a_file_of_the_api_is_answered_as_a_resource_and_as_nothing_that_a_browser_runs() throws Exception {
        String token = accounts.token(clinic.username(), java.time.Duration.ofMinutes(5));
        for (String type : List.of("text/html", "image/svg+xml", "application/xhtml+xml")) {
            HttpResponse<String> made = send("POST", "/Binary", token, """
                    {"resourceType":"Binary","contentType":"%s","data":"PHNjcmlwdD5hbGVydCg1MCk8L3NjcmlwdD4="}""".formatted(type));
            assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
            HttpResponse<String> read = send(
                    "GET",
                    "/Binary/" + Json.text(Json.parse(made.body()), "id"),
                    token,
                    "",
                    "Accept",
                    type + ", */*;q=0.1");
            assertThat(read.body()).doesNotContain("<script>alert(50)");
            assertThat(read.headers().firstValue("Content-Type").orElse("")).doesNotContain("html", "svg");
            assertThat(read.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        }
        HttpResponse<String> scripted = send("POST", "/Basic", token, """
                {"resourceType":"Basic","code":{"text":"x"},"text":{"status":"generated",
                 "div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><script>alert(50)</script></div>"}}""");
        assertThat(scripted.statusCode()).as("a narrative that runs is none").isEqualTo(400);
    }

    /** What a template is given it writes escaped, for where it stands; this would be the way round it. */
    @Test
    void no_template_writes_anything_unescaped_and_no_script_of_ours_makes_elements_of_words() throws IOException {
        assertThat(lines(Path.of("src/main/jte"), ".jte", "$unsafe")).isEmpty();
        for (String way : List.of("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")) {
            assertThat(lines(Path.of("src/main/resources/static"), ".js", way))
                    .as(way)
                    .isEmpty();
        }
    }

    private static List<String> lines(Path below, String end, String what) throws IOException {
        try (Stream<Path> files = Files.walk(below)) {
            return files.filter(file -> file.toString().endsWith(end))
                    .flatMap(file -> {
                        try {
                            return Files.readAllLines(file).stream()
                                    .filter(line -> line.contains(what))
                                    .map(line -> file + ": " + line);
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    })
                    .toList();
        }
    }

    private Visitor visitor(String username) throws Exception {
        return new Visitor("en").signIn(url(""), username, PASSWORD);
    }

    /** Goes from these pages on, as far as links lead, and looks at each. */
    private void read(String username, String... from) throws Exception {
        Deque<String> next = new ArrayDeque<>(List.of(from));
        Set<String> seen = new HashSet<>(next);
        int shown = 0;
        try (Visitor reader = visitor(username)) {
            while (!next.isEmpty() && seen.size() - next.size() <= PAGES) {
                String path = next.poll();
                HttpResponse<String> page = reader.get(url(path));
                String type = page.headers().firstValue("Content-Type").orElse("");
                assertThat(page.statusCode()).as(path).isIn(200, 302, 403, 404);
                if (type.startsWith("text/csv")) {
                    assertThat(page.body()).as(path).doesNotContainPattern("(?m)(^|,)\"?[=+@]");
                    continue;
                }
                assertThat(page.body()).as(path).doesNotContain(RAW, "<script>alert(50)");
                assertThat(RUNS.matcher(page.body()).find()).as(path).isFalse();
                shown += page.body().contains("&lt;script&gt;alert(50)") ? 1 : 0;
                Matcher link = LINK.matcher(page.body());
                while (link.find()) {
                    String to = link.group(1).replace("&amp;", "&");
                    if (!to.startsWith("/assets") && !to.contains("/sign-") && !to.contains("/live") && seen.add(to)) {
                        // What leads to our own person and referral first.
                        if (to.contains(person) || to.contains(referral) || to.contains(mark)) {
                            next.addFirst(to);
                        } else {
                            next.addLast(to);
                        }
                    }
                }
            }
        }
        assertThat(shown).as("pages that show the words").isPositive();
    }
}
