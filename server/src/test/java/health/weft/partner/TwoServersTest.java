package health.weft.partner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.FhirClient;
import health.weft.PlainClient;
import health.weft.conversation.Message;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.referral.Outcome;
import health.weft.referral.Reason;
import health.weft.referral.Referral;
import health.weft.referral.ReferralStatus;
import health.weft.referral.Referrals;
import health.weft.security.Caller;
import health.weft.security.OperatorTokens;
import health.weft.security.Role;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Communication;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.StringType;
import org.hl7.fhir.r4.model.Task;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** SDOHCC's direct and indirect referrals between two running Weft servers and a plain FHIR server. */
class TwoServersTest extends TwoServers {
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
    void that_somebody_must_not_be_contacted_goes_along_with_what_is_asked() throws Exception {
        String service = food(bayside("Bayside Hush"));
        String person = person("Eudora Pemberly", "1983-10-27", "508-555-7781");
        records.create(clinic, Json.parse("""
                {"resourceType":"Flag","status":"active","subject":{"reference":"%s"},
                 "code":{"coding":[{"system":"https://weft.health/fhir/CodeSystem/flag","code":"no-notices"}]}}""".formatted(
                        identity.patientOf(clinic, person).reference())));
        ObjectNode there = theirs(send(person, service, ""));
        assertThat(at(kitchen, there.at("/focus/reference").asString())
                        .at("/orderDetail/0/coding/0/code")
                        .asString())
                .isEqualTo("contacting-subject-prohibited");
        assertThat(JdbcClient.create(database)
                        .sql("select bool_or(notice.is_quiet(pat)) from record.res where rtype = 'Patient' and id = ?")
                        .param(there.at("/for/reference").asString().replace("Patient/", ""))
                        .query(Boolean.class)
                        .single())
                .as("and holds every notice there")
                .isTrue();
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

            plain.gives(task, "Groceries from the shelf");
            await().untilAsserted(() ->
                    assertThat(Json.text(at(source, "Task/" + asked), "status")).isEqualTo("completed"));
            assertThat(plain.tasks.getStoredResources()).as("sent once").hasSize(1);
        }
    }

    // ------------------------------------------------------------------------------------------------ indirect,
    // between
    // plain FHIR servers

    @Test
    void a_plain_clinic_asks_the_hub_which_passes_on_to_a_plain_kitchen_and_both_tasks_are_in_step() throws Exception {
        PlainClient clinics = partner("westgate", "Westgate Clinic");
        PlainClient hubs = partner("lodestar", "Lodestar Hub");
        try (PlainFhirServer stockpot = stockpot()) {
            String whole = clinics.asks(hubs.party(), "", "Bartholomea", "Quince-Adeyemi", "1917-08-05");
            passedOnAndDone(stockpot, clinics, hubs, whole, "Quince-Adeyemi");
        }
    }

    @Test
    void a_plain_clinic_keeps_what_it_asks_on_its_own_server_and_the_hub_reads_it_there() throws Exception {
        PlainClient clinics = partner("sundial", "Sundial Clinic");
        PlainClient hubs = partner("lodestar", "Lodestar Hub");
        try (PlainFhirServer sundial = new PlainFhirServer(folder.toAbsolutePath());
                PlainFhirServer stockpot = stockpot()) {
            registerThere(
                    "Sundial Clinic",
                    sundial.base(),
                    "Organization/that-network",
                    "Organization/sundial",
                    "references",
                    "");
            String person = sundial.keeps(PlainClient.patient("Hjalmar", "Obuya-Lindqvist", "2011-01-23"));
            String consent = sundial.keeps(PlainClient.consent(person, "Organization/that-network"));
            String request = sundial.keeps(PlainClient.request(person, consent));
            String whole = clinics.makes(
                    clinics.task(sundial.base() + "/" + request, sundial.base() + "/" + person, hubs.party()));
            passedOnAndDone(stockpot, clinics, hubs, whole, "Obuya-Lindqvist");
        }
    }

    @Test
    void what_a_plain_clinic_withdraws_is_withdrawn_at_the_plain_kitchen_too() throws Exception {
        PlainClient clinics = partner("westgate", "Westgate Clinic");
        PlainClient hubs = partner("lodestar", "Lodestar Hub");
        try (PlainFhirServer stockpot = stockpot()) {
            String whole = clinics.asks(hubs.party(), "", "Wulfric", "Papadaki-Nunez", "1966-05-14");
            String part = hubs.passesOn(whole, theirParty("Stockpot Kitchen"), "");
            stockpot.tasks.store(stockpot.task(part).copy().setStatus(Task.TaskStatus.ACCEPTED));
            inStep(clinics, hubs, whole, part, "accepted");
            ObjectNode back = clinics.read("Task/" + whole).put("status", "cancelled");
            back.putObject("statusReason").put("text", "His sister took him in");
            clinics.changes(back);
            inStep(clinics, hubs, whole, part, "cancelled");
            await().untilAsserted(
                            () -> assertThat(stockpot.task(part).getStatus()).isEqualTo(Task.TaskStatus.CANCELLED));
        }
    }

    /** The system of an account on the other server. */
    private PlainClient partner(String username, String name) {
        return plain(new OperatorTokens(database).issue(username, Duration.ofHours(1)), name);
    }

    /** The kitchen's own server, which takes the Task alone. */
    private PlainFhirServer stockpot() throws Exception {
        PlainFhirServer stockpot = new PlainFhirServer(folder.toAbsolutePath());
        registerThere(
                "Stockpot Kitchen",
                stockpot.base(),
                "Organization/that-network",
                "Organization/stockpot",
                "references",
                "");
        return stockpot;
    }

    private void passedOnAndDone(
            PlainFhirServer stockpot, PlainClient clinics, PlainClient hubs, String whole, String family)
            throws Exception {
        assertThat(hubs.read("Task?status=requested&owner=" + hubs.party())
                        .at("/entry/0/resource/id")
                        .asString())
                .as("the hub is asked")
                .isEqualTo(whole);
        PlainClient kitchens =
                partner("partner-" + theirParty("Stockpot Kitchen").substring(13), "Stockpot Kitchen");
        String part = hubs.passesOn(whole, kitchens.party(), "");
        Task asked = stockpot.task(part);
        assertThat(asked.getOwner().getReference()).isEqualTo("Organization/stockpot");
        assertThat(asked.getFocus().getReference())
                .as("and reads the rest at the hub's server")
                .isEqualTo(kitchens.base() + "/"
                        + kitchens.read("Task/" + part).at("/focus/reference").asString());
        assertThat(Json.text(kitchens.requestOf(part), "intent")).isEqualTo("filler-order");
        assertThat(kitchens.requestOf(part).at("/basedOn/0/reference").asString())
                .isEqualTo(clinics.read("Task/" + whole).at("/focus/reference").asString());
        assertThat(kitchens.read("Task/" + part).at("/partOf/0/reference").asString())
                .isEqualTo("Task/" + whole);
        assertThat(FhirClient.send("GET", asked.getFor().getReference(), kitchens.token(), "")
                        .body())
                .as("who helps knows whom")
                .contains(family);
        assertThat(FhirClient.send("GET", kitchens.base() + "/Task/" + whole, kitchens.token(), "")
                        .statusCode())
                .as("and not what the clinic asked the hub")
                .isEqualTo(404);

        stockpot.tasks.store(asked.copy().setStatus(Task.TaskStatus.ACCEPTED));
        inStep(clinics, hubs, whole, part, "accepted");
        stockpot.tasks.store(asked.copy()
                .setStatus(Task.TaskStatus.ONHOLD)
                .setStatusReason(new CodeableConcept().setText("The cook is ill")));
        inStep(clinics, hubs, whole, part, "on-hold");
        assertThat(clinics.read("Task/" + whole).at("/statusReason/text").asString())
                .isEqualTo("The cook is ill");
        stockpot.tasks.store(asked.copy().setStatus(Task.TaskStatus.INPROGRESS));
        inStep(clinics, hubs, whole, part, "in-progress");
        stockpot.gives(asked, "Stew for nine days");
        inStep(clinics, hubs, whole, part, "completed");
        assertThat(List.of(clinics.given(whole), hubs.given(whole), hubs.given(part)))
                .containsOnly("Stew for nine days");
        assertThat(Json.text(clinics.requestOf(whole), "status")).isEqualTo("completed");
        assertThat(stockpot.tasks.getStoredResources()).as("sent once").hasSize(1);
    }

    private static void inStep(PlainClient clinics, PlainClient hubs, String whole, String part, String status) {
        await().untilAsserted(() -> {
            assertThat(clinics.status(whole)).isEqualTo(status);
            assertThat(hubs.status(part)).isEqualTo(status);
        });
    }
}
