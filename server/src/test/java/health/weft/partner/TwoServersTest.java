package health.weft.partner;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.FhirClient;
import health.weft.ServerProcess;
import health.weft.conversation.Conversations;
import health.weft.conversation.Message;
import health.weft.database.EmbeddedDatabase;
import health.weft.database.OperatorDatabase;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.record.OperatorOrganizations;
import health.weft.referral.Outcome;
import health.weft.referral.Outcomes;
import health.weft.referral.Reason;
import health.weft.referral.Referral;
import health.weft.referral.ReferralNetwork;
import health.weft.referral.ReferralStatus;
import health.weft.referral.Referrals;
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
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Communication;
import org.hl7.fhir.r4.model.Procedure;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.StringType;
import org.hl7.fhir.r4.model.Task;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * SDOHCC's direct and indirect referrals between two running Weft servers and a plain FHIR server. The one of this process is the county's;
 * the other, a process of its own with its own database, serves a clinic that asks and a kitchen that helps.
 */
class TwoServersTest extends ReferralNetwork {
    private static final String OUTPUT =
            "http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes";

    private final Path folder = Path.of("target", "two-servers-" + UUID.randomUUID());
    private DataSource database = new org.springframework.jdbc.datasource.DriverManagerDataSource();
    private ServerProcess other;
    private int otherPort;
    private String kitchen = "";
    private String convenerPassword = "";
    private Caller hub = Caller.PLATFORM;

    @Autowired
    private Partners partners;

    @Autowired
    private Conversations conversations;

    @Autowired
    private Outcomes outcomes;

    TwoServersTest() {
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
    private String bayside(String name) {
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

    // ------------------------------------------------------------------------------------------------ direct

    @Test
    void a_referral_goes_to_the_other_server_and_help_comes_back() throws Exception {
        String service = food(bayside("Bayside Direct"));
        String person = person("Leonora Fairweather", "1949-02-11", "508-555-3311");
        String task = send(person, service, "Lives on the third floor");
        ObjectNode there = theirs(task);
        assertThat(there.at("/requester/display").asString()).isEqualTo("Tollgate Clinic");
        ObjectNode patient = at(kitchen, there.at("/for/reference").asString());
        assertThat(patient.at("/name/0/family").asString()).isEqualTo("Fairweather");
        ObjectNode request = at(kitchen, there.at("/focus/reference").asString());
        assertThat(request.at("/category/1/coding/0/code").asString()).isEqualTo("food-insecurity");
        assertThat(request.toString()).doesNotContain("HealthcareService/");

        step(there, "accepted");
        await().untilAsserted(() -> assertThat(find(task).status()).isEqualTo(ReferralStatus.ACCEPTED));
        ObjectNode booked = at(kitchen, "Task/" + Json.text(there, "id"));
        booked.set("businessStatus", Json.parse("""
                {"coding":[{"system":"http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS","code":"5.1.1"}],"text":"Tuesday at ten"}"""));
        put(kitchen, booked);
        await().untilAsserted(() -> assertThat(referrals.story(find(task))).anySatisfy(event -> {
            assertThat(event.what()).isEqualTo(Referral.What.BOOKED);
            assertThat(event.words()).isEqualTo("Tuesday at ten");
        }));
        conversations.write(coordinator, task, UUID.randomUUID(), "The bell does not work");
        ObjectNode heard = await().until(() -> messages(kitchen, there), found -> found != null);
        assertThat(heard.at("/payload/0/contentString").asString()).isEqualTo("The bell does not work");
        assertThat(heard.at("/sender/display").asString()).isEqualTo("Tollgate Clinic");
        says(there, "We will ring from the street", "route.txt", "Second door on the left");
        await().untilAsserted(() ->
                assertThat(conversations.of(coordinator, task).said()).hasSize(2));
        Message answer = conversations.of(coordinator, task).said().getLast();
        assertThat(answer.words()).isEqualTo("We will ring from the street");
        assertThat(answer.partyName()).isEqualTo("Bayside Direct");
        assertThat(answer.file()).isNotNull();
        assertThat(conversations.content(coordinator, task, answer.file().id()).bytes())
                .asString()
                .isEqualTo("Second door on the left");
        step(there, "in-progress");
        give(there, "Three boxes a week");
        await().untilAsserted(() -> assertThat(find(task).loop()).isEqualTo(Referral.Loop.CLOSED));
        assertThat(records.search(
                                coordinator,
                                "Procedure?patient=Patient/" + find(task).patientId())
                        .matches())
                .singleElement()
                .satisfies(given -> assertThat(given.json().toString()).contains("Three boxes a week"));
        assertThat(referrals.story(find(task)))
                .extracting(Referral.Event::what)
                .contains(Referral.What.DELIVERED, Referral.What.ACCEPTED, Referral.What.GIVEN);
    }

    @Test
    void a_no_comes_back_with_its_reason_and_a_withdrawal_goes_there() throws Exception {
        String service = food(bayside("Bayside No"));
        String person = person("Mortimer Glass", "1977-05-19", "508-555-4422");
        String declined = send(person, service, "");
        ObjectNode no = theirs(declined);
        no.put("status", "rejected");
        no.set("statusReason", Json.parse("{\"text\":\"The oven is broken\"}"));
        put(kitchen, no);
        await().untilAsserted(() -> assertThat(find(declined).status()).isEqualTo(ReferralStatus.REJECTED));
        assertThat(find(declined).reasonText()).isEqualTo("The oven is broken");

        String withdrawn = send(person, service, "");
        ObjectNode there = theirs(withdrawn);
        step(there, "accepted");
        await().untilAsserted(() -> assertThat(find(withdrawn).status()).isEqualTo(ReferralStatus.ACCEPTED));
        referrals.stop(
                coordinator,
                withdrawn,
                find(withdrawn).version(),
                ReferralStatus.CANCELLED,
                Reason.NO_LONGER_NEEDED,
                "");
        await().untilAsserted(() -> assertThat(Json.text(at(kitchen, "Task/" + Json.text(there, "id")), "status"))
                .isEqualTo("cancelled"));
    }

    // ------------------------------------------------------------------------------------------------ indirect

    @Test
    void a_clinic_there_asks_the_hub_here_which_passes_on_to_the_kitchen_there_and_all_are_in_step() throws Exception {
        bayside("Bayside Chain");
        // Each knows the other: their server sends references to this one, and this one reads them there.
        String westgate = account("westgate-" + mark, clinicParty("Westgate"), Role.SOURCE)
                .username();
        registerThere(
                "Wheelhouse Hub",
                "http://localhost:" + port + "/fhir",
                accounts.caller(westgate).orElseThrow().party(),
                hub.party(),
                "references",
                accounts.token(westgate, Duration.ofHours(1)));
        partners.add(
                convener(),
                new Partners.Said(
                        accounts.caller(westgate).orElseThrow().party(),
                        "http://localhost:" + otherPort + "/fhir",
                        theirParty("Wheelhouse Hub"),
                        theirParty("Westgate Clinic"),
                        true,
                        new OperatorTokens(database)
                                .issue("partner-" + theirParty("Wheelhouse Hub").substring(13), Duration.ofHours(1))));

        String source = new OperatorTokens(database).issue("westgate", Duration.ofHours(1));
        String asked = asks(source, "Wheelhouse Hub", "Perpetua", "Sandringham", "1936-12-24");
        Referral came = await().until(
                        () -> referrals.waiting(hub, "").stream().findFirst().orElse(null), found -> found != null);
        assertThat(referrals.patients(hub, List.of(came)).get(came.patientId()).toString())
                .contains("Sandringham");
        ObjectNode kept = records.read(hub, "Task", came.id()).json();
        assertThat(kept.at("/focus/reference").asString()).isEqualTo("ServiceRequest/" + came.requestId());

        String part = referrals.passOn(
                hub,
                new Referrals.Sending(
                        identity.personOf(came.pat()).orElseThrow(),
                        SdohCategory.FOOD_INSECURITY,
                        List.of(food("Bayside Chain")),
                        Optional.empty(),
                        true,
                        false,
                        "",
                        UUID.randomUUID()),
                came.id());
        ObjectNode there = theirs(part);
        assertThat(Json.text(at(kitchen, there.at("/focus/reference").asString()), "intent"))
                .isEqualTo("filler-order");
        step(there, "accepted");
        await().untilAsserted(() ->
                assertThat(Json.text(at(source, "Task/" + asked), "status")).isEqualTo("accepted"));
        step(there, "in-progress");
        give(there, "Soup, delivered");
        await().untilAsserted(() ->
                assertThat(Json.text(at(source, "Task/" + asked), "status")).isEqualTo("completed"));
        assertThat(find(part).loop()).isEqualTo(Referral.Loop.CLOSED);
        assertThat(find(came.id()).loop()).isEqualTo(Referral.Loop.CLOSED);
        String given = at(source, "Task/" + asked)
                .at("/output/0/valueReference/reference")
                .asString();
        assertThat(at(source, given).at("/code/text").asString()).isEqualTo("Soup, delivered");

        assertThat(JdbcClient.create(database)
                        .sql("select told is not null from partner.server where party = ?")
                        .param(theirParty("Wheelhouse Hub"))
                        .query(Boolean.class)
                        .single())
                .as("their server holds a subscription here, and was told by it")
                .isTrue();

        // Indirect light: whoever helps works on this server, the coordination platform itself.
        Caller pocket = account("Pip Pocket", helper("Pocket Pantry"), Role.COMMUNITY_WORKER);
        String third = asks(source, "Wheelhouse Hub", "Ermintrude", "Holloway", "1952-03-19");
        Referral platform = await().until(
                        () -> referrals.waiting(hub, "").stream().findFirst().orElse(null), found -> found != null);
        String here = referrals.passOn(
                hub,
                new Referrals.Sending(
                        identity.personOf(platform.pat()).orElseThrow(),
                        SdohCategory.FOOD_INSECURITY,
                        List.of(food("Pocket Pantry")),
                        Optional.empty(),
                        true,
                        false,
                        "",
                        UUID.randomUUID()),
                platform.id());
        referrals.accept(pocket, here, 1, "");
        outcomes.give(pocket, here, find(here).version(), "Bread for a week", Outcome.UNSAID);
        await().untilAsserted(() ->
                assertThat(Json.text(at(source, "Task/" + third), "status")).isEqualTo("completed"));

        // A consent taken back there closes what it opened here.
        String again = asks(source, "Wheelhouse Hub", "Cuthbert", "Yarrow", "1980-07-07");
        Referral second = await().until(
                        () -> referrals.waiting(hub, "").stream().findFirst().orElse(null), found -> found != null);
        assertThat(records.find(hub, "Patient", second.patientId())).isPresent();
        JsonNode request =
                at(source, at(source, "Task/" + again).at("/focus/reference").asString());
        ObjectNode consent =
                at(source, request.at("/supportingInfo/0/reference").asString());
        put(source, consent.put("status", "inactive"));
        await().untilAsserted(() ->
                assertThat(records.find(hub, "Patient", second.patientId())).isEmpty());
    }

    // ------------------------------------------------------------------------------------------------ a plain FHIR
    // server

    @Test
    void a_plain_fhir_server_gets_the_task_reads_the_rest_here_and_is_followed() throws Exception {
        try (PlainFhirServer plain = new PlainFhirServer(folder.toAbsolutePath())) {
            registerThere(
                    "Plain Pantry",
                    plain.base(),
                    "Organization/other-network",
                    "Organization/pantry",
                    "references",
                    "");
            String source = new OperatorTokens(database).issue("westgate", Duration.ofHours(1));
            String asked = asks(source, "Plain Pantry", "Ludovic", "Hawthorne", "1928-03-03");
            Task task = await().until(
                            () -> plain.tasks.getStoredResources().stream()
                                    .findFirst()
                                    .orElse(null),
                            found -> found != null);
            assertThat(task.getOwner().getReference()).isEqualTo("Organization/pantry");
            String focus = task.getFocus().getReference();
            assertThat(focus).startsWith("http://localhost:" + otherPort + "/fhir/ServiceRequest/");
            String pantry = new OperatorTokens(database)
                    .issue("partner-" + theirParty("Plain Pantry").substring(13), Duration.ofHours(1));
            assertThat(FhirClient.send("GET", focus, pantry, "").statusCode())
                    .as("the pantry reads the request where it stands")
                    .isEqualTo(200);
            assertThat(FhirClient.send("GET", focus, kitchen, "").statusCode())
                    .as("another does not")
                    .isEqualTo(404);

            String said = say(source, asked, "Plain Pantry", "Two bags are too heavy for him");
            await().untilAsserted(() -> assertThat(plain.messages.getStoredResources())
                    .singleElement()
                    .satisfies(message -> {
                        assertThat(message.getPayloadFirstRep()
                                        .getContentStringType()
                                        .getValue())
                                .isEqualTo("Two bags are too heavy for him");
                        assertThat(message.getAboutFirstRep().getReference())
                                .isEqualTo(task.getIdElement()
                                        .toUnqualifiedVersionless()
                                        .getValue());
                        assertThat(message.getIdentifierFirstRep().getValue()).isEqualTo(said);
                    }));
            Communication reply = new Communication();
            reply.setStatus(Communication.CommunicationStatus.COMPLETED)
                    .addAbout(new Reference(task.getIdElement().toUnqualifiedVersionless()))
                    .addRecipient(new Reference("Organization/other-network"))
                    .setSender(new Reference("Organization/pantry"))
                    .addPayload()
                    .setContent(new StringType("We bring it up"));
            plain.messages.store(reply);
            await().untilAsserted(() -> assertThat(JdbcClient.create(database)
                            .sql("select words from conversation.message where referral_id = ? order by at")
                            .param(asked)
                            .query(String.class)
                            .list())
                    .containsExactly("Two bags are too heavy for him", "We bring it up"));
            assertThat(JdbcClient.create(database)
                            .sql("select offers from partner.server where party = ?")
                            .param(theirParty("Plain Pantry"))
                            .query(String.class)
                            .single())
                    .isEqualTo("nothing");

            Procedure given = new Procedure();
            given.setStatus(Procedure.ProcedureStatus.COMPLETED)
                    .setSubject(task.getFor())
                    .setCode(new CodeableConcept().setText("Groceries from the shelf"));
            Task done = task.copy().setStatus(Task.TaskStatus.COMPLETED);
            done.addOutput()
                    .setType(new CodeableConcept()
                            .addCoding(new org.hl7.fhir.r4.model.Coding(OUTPUT, "resulting-activity", null)))
                    .setValue(new Reference(plain.procedures.store(given).toUnqualifiedVersionless()));
            plain.tasks.store(done);
            await().untilAsserted(() ->
                    assertThat(Json.text(at(source, "Task/" + asked), "status")).isEqualTo("completed"));
            assertThat(plain.tasks.getStoredResources()).as("sent once").hasSize(1);
        }
    }

    // ------------------------------------------------------------------------------------------------ steps

    private Caller convener() {
        accounts.party("Organization/network-" + mark, "County Network", PartyKind.NETWORK);
        return account("Cornelia Vane", "Organization/network-" + mark, Role.CONVENER);
    }

    private String clinicParty(String name) {
        String party = "Organization/" + id(name);
        accounts.party(party, name, PartyKind.CLINICAL);
        records.put(Caller.PLATFORM, Json.parse("""
                {"resourceType":"Organization","id":"%s","name":"%s"}""".formatted(id(name), name)));
        return party;
    }

    private String theirParty(String name) {
        return JdbcClient.create(database)
                .sql("select party from security.party where name = ?")
                .param(name)
                .query(String.class)
                .single();
    }

    /** The convener of the other server adds a partner on its page. */
    private void registerThere(String organisation, String base, String asker, String asked, String way, String token) {
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

    /** A referral made on the other server; the id of its Task. */
    private String asks(String source, String of, String given, String family, String born) throws Exception {
        String owner = theirParty(of);
        HttpResponse<String> made =
                FhirClient.send("POST", "http://localhost:" + otherPort + "/fhir", source, """
                {"resourceType":"Bundle","type":"transaction","entry":[
                 {"fullUrl":"urn:uuid:11111111-0000-4000-8000-000000000001","request":{"method":"POST","url":"Patient"},
                  "resource":{"resourceType":"Patient","name":[{"given":["%1$s"],"family":"%2$s"}],"birthDate":"%3$s"}},
                 {"fullUrl":"urn:uuid:11111111-0000-4000-8000-000000000002","request":{"method":"POST","url":"Consent"},
                  "resource":{"resourceType":"Consent","status":"active",
                   "scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
                   "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"IDSCL"}]}],
                   "patient":{"reference":"urn:uuid:11111111-0000-4000-8000-000000000001"},
                   "policyRule":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentpolicycodes","code":"hipaa-auth"}]},
                   "provision":{"type":"permit","actor":[{"role":{"coding":[{
                     "system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP"}]},"reference":{"reference":"%4$s"}}]}}},
                 {"fullUrl":"urn:uuid:11111111-0000-4000-8000-000000000003","request":{"method":"POST","url":"ServiceRequest"},
                  "resource":{"resourceType":"ServiceRequest","status":"active","intent":"order","category":[{"coding":[{
                    "system":"http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes","code":"food-insecurity"}]}],
                   "code":{"coding":[{"system":"http://snomed.info/sct","code":"710925007"}]},
                   "subject":{"reference":"urn:uuid:11111111-0000-4000-8000-000000000001"},
                   "supportingInfo":[{"reference":"urn:uuid:11111111-0000-4000-8000-000000000002"}]}},
                 {"fullUrl":"urn:uuid:11111111-0000-4000-8000-000000000004","request":{"method":"POST","url":"Task"},
                  "resource":{"resourceType":"Task","status":"requested","intent":"order",
                   "code":{"coding":[{"system":"http://hl7.org/fhir/CodeSystem/task-code","code":"fulfill"}]},
                   "focus":{"reference":"urn:uuid:11111111-0000-4000-8000-000000000003"},
                   "for":{"reference":"urn:uuid:11111111-0000-4000-8000-000000000001"},"authoredOn":"2026-11-21T10:00:00Z",
                   "requester":{"reference":"%5$s"},"owner":{"reference":"%4$s"}}}]}
                """.formatted(
                                given, family, born, owner, theirParty("Westgate Clinic")));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
        return Json.parse(made.body())
                .at("/entry/3/response/location")
                .asString()
                .replaceAll(".*Task/", "")
                .replaceAll("/_history.*", "");
    }

    /** A Task of this server as it stands on the other, once it is there. */
    private ObjectNode theirs(String task) {
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

    private ObjectNode at(String token, String reference) {
        try {
            HttpResponse<String> read =
                    FhirClient.send("GET", "http://localhost:" + otherPort + "/fhir/" + reference, token, "");
            assertThat(read.statusCode()).as(reference + " " + read.body()).isEqualTo(200);
            return Json.parse(read.body());
        } catch (java.io.IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void put(String token, ObjectNode resource) throws Exception {
        HttpResponse<String> put = FhirClient.send(
                "PUT",
                "http://localhost:" + otherPort + "/fhir/" + Json.text(resource, "resourceType") + "/"
                        + Json.text(resource, "id"),
                token,
                resource.toString());
        assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
    }

    private void step(ObjectNode there, String status) throws Exception {
        put(kitchen, at(kitchen, "Task/" + Json.text(there, "id")).put("status", status));
    }

    private void give(ObjectNode there, String what) throws Exception {
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
    private @Nullable ObjectNode messages(String token, ObjectNode there) {
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
    private void says(ObjectNode there, String words, String name, String text) throws Exception {
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
    private String say(String source, String task, String to, String words) throws Exception {
        ObjectNode asked = at(source, "Task/" + task);
        return made(source, """
                {"resourceType":"Communication","status":"completed","about":[{"reference":"Task/%s"}],"subject":{"reference":"%s"},
                 "sender":{"reference":"%s"},"recipient":[{"reference":"%s"}],"payload":[{"contentString":"%s"}]}""".formatted(
                task, asked.at("/for/reference").asString(), theirParty("Westgate Clinic"), theirParty(to), words));
    }

    private String made(String token, String resource) throws Exception {
        HttpResponse<String> made = FhirClient.send(
                "POST",
                "http://localhost:" + otherPort + "/fhir/" + Json.text(Json.parse(resource), "resourceType"),
                token,
                resource);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return Json.text(Json.parse(made.body()), "id");
    }

    private Referral find(String id) {
        return referrals.find(Caller.PLATFORM, id);
    }
}
