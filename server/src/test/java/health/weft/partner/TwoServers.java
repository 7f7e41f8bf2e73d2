package health.weft.partner;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.FhirClient;
import health.weft.PlainClient;
import health.weft.ServerProcess;
import health.weft.conversation.Conversations;
import health.weft.database.EmbeddedDatabase;
import health.weft.database.OperatorDatabase;
import health.weft.fhir.Json;
import health.weft.record.OperatorOrganizations;
import health.weft.referral.Outcomes;
import health.weft.referral.Referral;
import health.weft.referral.ReferralNetwork;
import health.weft.security.Caller;
import health.weft.security.OperatorAccounts;
import health.weft.security.OperatorTokens;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.node.ObjectNode;

/**
 * Two running Weft servers. The one of this process is the county's; the other, a process of its own with its own database, serves a clinic
 * that asks and a kitchen that helps.
 */
abstract class TwoServers extends ReferralNetwork {
    protected static final String OUTPUT =
            "http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes";

    protected final Path folder = Path.of("target", "two-servers-" + UUID.randomUUID());
    protected DataSource database = new org.springframework.jdbc.datasource.DriverManagerDataSource();
    protected ServerProcess other;
    protected int otherPort;
    protected String kitchen = "";
    protected String convenerPassword = "";
    protected Caller hub = Caller.PLATFORM;

    @Autowired
    protected Partners partners;

    @Autowired
    protected Conversations conversations;

    @Autowired
    protected Outcomes outcomes;

    TwoServers() {
        super("partner", "referral");
    }

    @BeforeAll
    void another_server_with_a_clinic_and_a_kitchen() throws Exception {
        clinic("Tollgate Clinic", "Theodora Toll");
        hub = account("Hester Wheel", helper("Wheelhouse Hub"), Role.COMMUNITY_WORKER);
        Files.createDirectories(folder);
        otherPort = ServerProcess.freePort();
        List<String> java = new ArrayList<>(List.of(
                "-Dweft.base-url=http://localhost:" + otherPort,
                "-Dweft.partner.http-hosts=localhost",
                "-Dweft.partner.poll=1s",
                "-Dweft.partner.refresh=1s",
                "-Dweft.sign-in.second-factor=never"));
        java.addAll(ServerProcess.classPath());
        other = ServerProcess.start(
                folder.resolve("log"), java, "serve", "--port=" + otherPort, "--data=" + folder.resolve("data"));
        other.awaitReady(otherPort);
        database = OperatorDatabase.open(Optional.of(folder.resolve("data").toString()), Optional.empty())
                .dataSource();
        OperatorAccounts theirs = new OperatorAccounts(database);
        theirs.make("county", "County system", "County Network", "CLINICAL", "SOURCE");
        theirs.make("westgate", "Westgate system", "Westgate Clinic", "CLINICAL", "SOURCE");
        theirs.make("kitchen", "Kitchen system", "Bayside Kitchen", "COMMUNITY", "SOURCE");
        theirs.make("hub", "Hub", "Wheelhouse Hub", "COMMUNITY", "SOURCE");
        theirs.make("plain", "Plain", "Plain Pantry", "COMMUNITY", "SOURCE");
        theirs.make("sundial", "Sundial system", "Sundial Clinic", "CLINICAL", "SOURCE");
        theirs.make("lodestar", "Lodestar system", "Lodestar Hub", "COMMUNITY", "SOURCE");
        theirs.make("stockpot", "Stockpot system", "Stockpot Kitchen", "COMMUNITY", "SOURCE");
        new OperatorOrganizations(database).write();
        String made = theirs.make("connie", "Connie Vener", "Other Network", "NETWORK", "CONVENER");
        convenerPassword = made.substring(made.lastIndexOf(' ') + 1);
        kitchen = new OperatorTokens(database).issue("kitchen", Duration.ofHours(1));
    }

    @AfterAll
    void stop() throws Exception {
        if (other != null) {
            other.close();
        }
        EmbeddedDatabase.erase(folder.resolve("data"));
    }

    /** The kitchen is a partner of the county, which sends it copies. */
    protected String bayside(String name) {
        String party = helper(name);
        partners.add(
                convener(),
                new Partners.Said(
                        party,
                        "http://localhost:" + otherPort + "/fhir",
                        theirParty("County Network"),
                        theirParty("Bayside Kitchen"),
                        true,
                        new OperatorTokens(database).issue("county", Duration.ofHours(1))));
        return name;
    }

    // ------------------------------------------------------------------------------------------------ steps

    protected Caller convener() {
        accounts.party("Organization/network-" + mark, "County Network", PartyKind.NETWORK);
        return account("Cornelia Vane", "Organization/network-" + mark, Role.CONVENER);
    }

    protected String clinicParty(String name) {
        String party = "Organization/" + id(name);
        accounts.party(party, name, PartyKind.CLINICAL);
        records.put(Caller.PLATFORM, Json.parse("""
                {"resourceType":"Organization","id":"%s","name":"%s"}""".formatted(id(name), name)));
        return party;
    }

    protected String theirParty(String name) {
        return JdbcClient.create(database)
                .sql("select party from security.party where name = ?")
                .param(name)
                .query(String.class)
                .single();
    }

    /** The convener of the other server adds a partner on its page. */
    protected void registerThere(
            String organisation, String base, String asker, String asked, String way, String token) {
        String site = "http://localhost:" + otherPort;
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = context.newPage();
            page.navigate(site + "/sign-in");
            page.fill("#username", "connie");
            page.fill("#password", convenerPassword);
            press(page, "main form button[type=submit]");
            page.navigate(site + "/partners");
            page.selectOption("#party", theirParty(organisation));
            page.fill("#base", base);
            page.fill("#asker", asker);
            page.fill("#asked", asked);
            page.check("input[name=way][value=" + way + "]");
            page.fill("#token", token);
            press(page, "#partner button");
            assertThat(page.locator("main").innerText()).contains(base);
        }
    }

    /** A system on the other server, of whoever is called so there. */
    protected PlainClient plain(String token, String name) {
        return new PlainClient("http://localhost:" + otherPort + "/fhir", token, theirParty(name));
    }

    /** A referral made on the other server; the id of its Task. */
    protected String asks(String source, String of, String given, String family, String born) {
        return plain(source, "Westgate Clinic").asks(theirParty(of), "", given, family, born);
    }

    /** A Task of this server as it stands on the other, once it is there. */
    protected ObjectNode theirs(String task) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> jdbc.sql("select remote is not null from partner.exchange where task_id = ?")
                        .param(task)
                        .query(Boolean.class)
                        .optional()
                        .orElse(false));
        return at(
                kitchen,
                jdbc.sql("select remote from partner.exchange where task_id = ?")
                        .param(task)
                        .query(String.class)
                        .single());
    }

    protected ObjectNode at(String token, String reference) {
        return new PlainClient("http://localhost:" + otherPort + "/fhir", token, "").read(reference);
    }

    protected void put(String token, ObjectNode resource) throws Exception {
        HttpResponse<String> put = FhirClient.send(
                "PUT",
                "http://localhost:" + otherPort + "/fhir/" + Json.text(resource, "resourceType") + "/"
                        + Json.text(resource, "id"),
                token,
                resource.toString());
        assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
    }

    protected void step(ObjectNode there, String status) throws Exception {
        put(kitchen, at(kitchen, "Task/" + Json.text(there, "id")).put("status", status));
    }

    protected void give(ObjectNode there, String what) throws Exception {
        HttpResponse<String> made =
                FhirClient.send("POST", "http://localhost:" + otherPort + "/fhir/Procedure", kitchen, """
                {"resourceType":"Procedure","status":"completed","subject":{"reference":"%s"},"performedDateTime":"2026-11-21",
                 "code":{"coding":[{"system":"http://snomed.info/sct","code":"710925007"}],"text":"%s"}}""".formatted(
                                there.at("/for/reference").asString(), what));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        ObjectNode task = at(kitchen, "Task/" + Json.text(there, "id")).put("status", "completed");
        task.set(
                "output",
                Json.parse("""
                {"x":[{"type":{"coding":[{"system":"%s","code":"resulting-activity"}]},
                 "valueReference":{"reference":"Procedure/%s"}}]}""".formatted(OUTPUT, Json.text(Json.parse(made.body()), "id")))
                        .path("x"));
        put(kitchen, task);
    }

    /** The message to the kitchen about a Task there; null while there is none. */
    protected @Nullable ObjectNode messages(String token, ObjectNode there) {
        return (ObjectNode)
                at(token, "Communication?subject=" + there.at("/for/reference").asString())
                        .path("entry")
                        .valueStream()
                        .map(entry -> entry.path("resource"))
                        .filter(message ->
                                message.at("/about/0/reference").asString("").equals("Task/" + Json.text(there, "id")))
                        .findFirst()
                        .orElse(null);
    }

    /** The kitchen writes to the county on its own server, with a file. */
    protected void says(ObjectNode there, String words, String name, String text) throws Exception {
        String person = there.at("/for/reference").asString();
        String binary = made(kitchen, """
                {"resourceType":"Binary","contentType":"text/plain","securityContext":{"reference":"%s"},"data":"%s"}""".formatted(
                        person, Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))));
        String document = made(kitchen, """
                {"resourceType":"DocumentReference","status":"current","subject":{"reference":"%s"},
                 "content":[{"attachment":{"contentType":"text/plain","url":"Binary/%s","title":"%s"}}]}""".formatted(person, binary, name));
        made(kitchen, """
                {"resourceType":"Communication","status":"completed","about":[{"reference":"Task/%s"}],"subject":{"reference":"%s"},
                 "sent":"2026-11-21T10:00:00Z","sender":{"reference":"%s"},"recipient":[{"reference":"%s"}],
                 "payload":[{"contentString":"%s"},{"contentReference":{"reference":"DocumentReference/%s"}}]}""".formatted(
                        Json.text(there, "id"),
                        person,
                        theirParty("Bayside Kitchen"),
                        theirParty("County Network"),
                        words,
                        document));
    }

    /** A message from whoever asks there; its id. */
    protected String say(String source, String task, String to, String words) throws Exception {
        ObjectNode asked = at(source, "Task/" + task);
        return made(source, """
                {"resourceType":"Communication","status":"completed","about":[{"reference":"Task/%s"}],"subject":{"reference":"%s"},
                 "sender":{"reference":"%s"},"recipient":[{"reference":"%s"}],"payload":[{"contentString":"%s"}]}""".formatted(
                task, asked.at("/for/reference").asString(), theirParty("Westgate Clinic"), theirParty(to), words));
    }

    protected String made(String token, String resource) throws Exception {
        HttpResponse<String> made = FhirClient.send(
                "POST",
                "http://localhost:" + otherPort + "/fhir/" + Json.text(Json.parse(resource), "resourceType"),
                token,
                resource);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return Json.text(Json.parse(made.body()), "id");
    }

    protected Referral find(String id) {
        return referrals.find(Caller.PLATFORM, id);
    }
}
