package health.weft.screening;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import health.weft.PagesTest;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.node.ObjectNode;

/** A question that asks for a file: at the desk and by a link, what is taken and what is refused, and who reads it afterwards. */
class ScreeningFileTest extends PagesTest {
    private final String mark = UUID.randomUUID().toString().substring(0, 6);
    private Caller clinic = Caller.PLATFORM;
    private Caller worker = Caller.PLATFORM;
    private String form = "";

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private Links links;

    @TempDir
    private Path folder;

    ScreeningFileTest() {
        super("screening", "referral", "problem");
    }

    @BeforeAll
    void a_clinic_whose_form_asks_for_a_letter() throws Exception {
        clinic = Copies.clinic(accounts, "Quillwort Lane Clinic");
        records.put(Caller.PLATFORM, Json.parse("""
                {"resourceType":"Organization","id":"%s","name":"Quillwort Lane Clinic"}""".formatted(clinic.party().substring(13))));
        accounts.ensure(
                "quillwort-" + mark, "Quincy Quillwort", clinic.party(), Set.of(Role.COORDINATOR), "en", PASSWORD);
        worker = accounts.caller("quillwort-" + mark).orElseThrow();
        accounts.party("Organization/elsewhere-" + mark, "Elsewhere " + mark, PartyKind.CLINICAL);
        accounts.ensure(
                "elsewhere-" + mark,
                "Edda Elsewhere",
                "Organization/elsewhere-" + mark,
                Set.of(Role.COORDINATOR),
                "en",
                PASSWORD);
        form = records.create(worker, Json.parse("""
                        {"resourceType":"Questionnaire","url":"https://example.org/letter-%s","title":"A letter","status":"active","item":[
                         {"linkId":"what","type":"string","text":"What is it about?"},
                         {"linkId":"letter","type":"attachment","required":true,"text":"The letter","extension":[
                          {"url":"http://hl7.org/fhir/StructureDefinition/maxSize","valueDecimal":1}]},
                         {"linkId":"photo","type":"attachment","text":"A photo of the door","extension":[
                          {"url":"http://hl7.org/fhir/StructureDefinition/mimeType","valueCode":"image/png"}]}]}""".formatted(mark))).id();
    }

    @ParameterizedTest
    @CsvSource({
        "Ottoline Brackenbury, 1949-05-14, en, 1280",
        "Peregrine Lovelace, 1992-11-03, es, 390",
        "Thaddeus Winterbourne, 1971-08-21, en, 390",
        "Isadora Fennimore, 2001-02-17, es, 1280"
    })
    void a_file_is_an_answer_and_what_is_none_is_refused_in_words(String name, String born, String language, int width)
            throws Exception {
        var patient = Copies.write(records, clinic, name, born, "508-555-" + born.substring(0, 4), "9 Quillwort Lane");
        String person = identity.personOf(patient.rid()).orElseThrow();
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, "quillwort-" + mark, language);
            page.navigate(url("/people/" + person + "/screening?form=" + form));
            page.fill("[name=what]", "An eviction");
            page.setInputFiles("#letter", file("notice.exe", "MZ\u0090\u0000\u0003 a program", 0));
            told(
                    page,
                    "letter",
                    language.equals("en") ? "This kind of file is not taken" : "Este tipo de archivo no se acepta");
            page.setInputFiles("#letter", file("long.txt", "Dear tenant. ", 2_000_000));
            told(
                    page,
                    "letter",
                    language.equals("en") ? "The file may have at most 1" : "El archivo puede tener como mucho 1");
            page.setInputFiles("#letter", file("huge.txt", "Dear tenant. ", 25_000_000));
            told(
                    page,
                    "letter",
                    language.equals("en") ? "The file is larger than 10 MB" : "El archivo pesa más de 10 MB");
            page.setInputFiles("#photo", file("door.txt", "A door, in words.", 0));
            told(page, "photo", "PNG");
            looksRight(page, "screening-file-refused", language, width);
            press(page, "button[value=next]");
            assertThat(page.locator(".govuk-error-summary").innerText()).isNotBlank();

            page.setInputFiles("#letter", file("notice " + mark + ".txt", "You have to leave by Friday.", 0));
            page.waitForSelector("text=notice " + mark + ".txt");
            assertThat(page.inputValue("[name=what]"))
                    .as("what was typed is still there")
                    .isEqualTo("An eviction");
            looksRight(page, "screening-file-taken", language, width);
            press(page, "button[value='unfile:0-letter']");
            assertThat(page.locator("button[value^='unfile:']").count()).isZero();
            page.setInputFiles("#letter", file("notice " + mark + ".txt", "You have to leave by Friday.", 0));
            page.waitForSelector("text=notice " + mark + ".txt");
            page.locator("button[value=next]").click();
            page.waitForURL("**/screening/*");
            looksRight(page, "screening-file-answered", language, width);
            Download download = page.waitForDownload(
                    () -> page.locator("a[download]").first().click());
            assertThat(download.suggestedFilename()).isEqualTo("notice " + mark + ".txt");
            assertThat(Files.readString(download.path())).isEqualTo("You have to leave by Friday.");
            String address = page.locator("a[download]").first().getAttribute("href");
            nobodyElse(address);
        }
        ObjectNode response = records.search(worker, "QuestionnaireResponse?patient=" + patient.reference()).stream()
                .findFirst()
                .orElseThrow()
                .json();
        assertThat(response.findValue("valueAttachment").path("url").asString(""))
                .startsWith("Binary/");
        assertThat(response.findValue("valueAttachment").has("data")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"Cordelia Ashdown, 1966-12-30, es, 390"})
    void a_person_sends_one_by_a_link(String name, String born, String language, int width) throws Exception {
        var patient = Copies.write(records, clinic, name, born, "508-555-7788", "11 Quillwort Lane");
        String person = identity.personOf(patient.rid()).orElseThrow();
        Links.Link link = links.make(worker, person, form, language, Way.LINK, "", "");
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = context.newPage();
            page.navigate(url("/answer/" + links.token(link.id())));
            page.setInputFiles("#letter", file("carta.txt", "Tiene que irse el viernes.", 0));
            page.waitForSelector("text=carta.txt");
            looksRight(page, "screening-file-link", language, width);
            page.locator("button[value=next]").click();
            page.waitForURL("**/answer/thanks*");
        }
        assertThat(records.search(worker, "QuestionnaireResponse?patient=" + patient.reference()).stream()
                        .map(stored -> stored.json()
                                .findValue("valueAttachment")
                                .path("title")
                                .asString("")))
                .containsExactly("carta.txt");
    }

    /** The form asks for the letter of an HIV test among others; who sees the person for something else sees neither. */
    @ParameterizedTest
    @CsvSource({"Philomena Garside, 1954-03-08, en, 1280", "Octavio Barrientos, 1983-07-26, es, 390"})
    void a_person_who_has_signed_in_sends_their_own_and_what_answers_a_sensitive_question_is_hidden_as_the_answer_is(
            String name, String born, String language, int width) throws Exception {
        String url = "https://example.org/own-" + mark + "-" + width;
        // One of the network's own, which everybody who signs in is offered.
        ObjectNode letters = Json.parse("""
                {"resourceType":"Questionnaire","url":"%s","title":"Two letters","status":"active","item":[
                 {"linkId":"rent","type":"attachment","text":"The letter about the rent"},
                 {"linkId":"test","type":"attachment","text":"The letter about the test",
                  "code":[{"system":"http://snomed.info/sct","code":"86406008"}]}]}""".formatted(url));
        String own = records.create(Caller.PLATFORM, letters).id();
        var patient = Copies.write(records, clinic, name, born, "508-555-60" + width / 100, "3 Quillwort Lane");
        Caller elsewhere = accounts.caller("elsewhere-" + mark).orElseThrow();
        var theirs = Copies.write(records, elsewhere, name, born, "508-555-60" + width / 100, "3 Quillwort Lane");
        String person = identity.personOf(patient.rid()).orElseThrow();
        assertThat(identity.personOf(theirs.rid())).contains(person);
        accounts.party("Person/" + person, name, PartyKind.PERSON);
        String username = "own-" + width + "-" + mark;
        accounts.ensure(username, name, "Person/" + person, Set.of(Role.PATIENT), "en", PASSWORD);
        String response;
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = signedIn(context, username, language);
            page.navigate(url("/me/screening/" + own));
            page.setInputFiles("#rent", file("rent.exe", "MZ\u0090\u0000\u0003 a program", 0));
            told(
                    page,
                    "rent",
                    language.equals("en") ? "This kind of file is not taken" : "Este tipo de archivo no se acepta");
            page.setInputFiles("#rent", file("huge.txt", "Dear tenant. ", 25_000_000));
            told(page, "rent", "10 MB");
            page.setInputFiles("#rent", file("rent.txt", "The rent is due.", 0));
            page.waitForSelector("text=rent.txt");
            page.setInputFiles("#test", file("test.txt", "The result.", 0));
            page.waitForSelector("text=test.txt");
            looksRight(page, "screening-file-own", language, width);
            page.locator("button[value=next]").click();
            page.waitForURL("**/me/needs/*");
            response = page.url().replaceAll(".*/", "");
            assertThat(page.locator("a[download]").allInnerTexts()).containsExactlyInAnyOrder("rent.txt", "test.txt");
            looksRight(page, "screening-file-own-sent", language, width);
            Download download = page.waitForDownload(
                    () -> page.locator("a[download]:has-text('test.txt')").click());
            assertThat(Files.readString(download.path())).isEqualTo("The result.");
        }
        assertThat(records.read(accounts.caller(username).orElseThrow(), "QuestionnaireResponse", response))
                .isNotNull();
        Caller me = accounts.caller(username).orElseThrow();
        assertThat(binaries(me, me, url)).containsExactlyInAnyOrder("The rent is due.", "The result.");
        for (Caller reader : java.util.List.of(worker, elsewhere)) {
            assertThat(titles(reader, url))
                    .as("who sees the person, and not what is sensitive")
                    .containsExactly("rent.txt");
            assertThat(binaries(me, reader, url)).containsExactly("The rent is due.");
        }
        accounts.end(username);
        records.update(
                Caller.PLATFORM,
                records.read(Caller.PLATFORM, "Questionnaire", own).json().put("status", "retired"),
                null);
    }

    private java.util.List<String> titles(Caller reader, String form) {
        return records.search(reader, "QuestionnaireResponse?questionnaire=" + form).matches().stream()
                .flatMap(stored -> stored.json().findValues("valueAttachment").stream())
                .map(attachment -> attachment.path("title").asString(""))
                .toList();
    }

    /** What the files hold that this reader finds, of all that the person has sent in answer to this form. */
    private java.util.List<String> binaries(Caller me, Caller reader, String form) {
        return records.search(me, "QuestionnaireResponse?questionnaire=" + form).matches().stream()
                .flatMap(stored -> stored.json().findValues("valueAttachment").stream())
                .map(attachment -> attachment.path("url").asString("").replace("Binary/", ""))
                .flatMap(id -> records.find(reader, "Binary", id).stream())
                .map(stored -> new String(
                        java.util.Base64.getDecoder()
                                .decode(stored.json().path("data").asString("")),
                        StandardCharsets.UTF_8))
                .toList();
    }

    private void nobodyElse(String address) throws Exception {
        try (health.weft.Visitor stranger = new health.weft.Visitor("en")) {
            stranger.signIn(url(""), "elsewhere-" + mark, PASSWORD);
            HttpResponse<String> answer = stranger.get(url(address));
            assertThat(answer.statusCode()).isIn(403, 404);
            assertThat(answer.body()).doesNotContain("leave by Friday");
        }
    }

    private static void told(Page page, String field, String words) {
        PlaywrightAssertions.assertThat(page.locator("div:has(> #" + field + ") > [data-upload-told]"))
                .containsText(words);
    }

    private Path file(String name, String words, int bytes) throws Exception {
        String all = bytes == 0 ? words : words.repeat(bytes / words.length() + 1);
        return Files.write(folder.resolve(name), all.getBytes(StandardCharsets.ISO_8859_1));
    }
}
