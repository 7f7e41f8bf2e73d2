package health.weft.partner;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import health.weft.FhirClient;
import health.weft.conversation.Conversations;
import health.weft.conversation.Message;
import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.referral.Referral;
import health.weft.referral.ReferralNetwork;
import health.weft.referral.ReferralStatus;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.node.ObjectNode;

/** A partner that tells by Subscriptions, that knows this server by its keys, and what both sides write that goes across. */
class PartnerTalkTest extends ReferralNetwork {
    private static final byte[] PDF =
            "%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF".getBytes(StandardCharsets.US_ASCII);

    private Caller convener = Caller.PLATFORM;
    private OtherServer other;

    @Autowired
    private Partners partners;

    @Autowired
    private PartnerStore store;

    @Autowired
    private Conversations conversations;

    PartnerTalkTest() {
        super("partner", "conversation", "referral");
    }

    @BeforeAll
    void a_clinic_and_a_convener() {
        clinic("Osprey Clinic", "Ottoline Osprey");
        accounts.party("Organization/calling-" + mark, "Calling Office", PartyKind.NETWORK);
        convener = account("Caspar Vogel", "Organization/calling-" + mark, Role.CONVENER);
    }

    @BeforeEach
    void another_server() throws IOException {
        other = new OtherServer();
    }

    @AfterEach
    void stop() {
        other.close();
    }

    // ------------------------------------------------------------------------------------------------ being told

    @Test
    void a_server_that_takes_criteria_gets_a_subscription_whose_word_is_a_nudge_and_loses_it_at_the_end()
            throws Exception {
        other.offering("");
        String service = partner("Criteria Larder");
        String task = send(person("Ignatius Bellweather", "1951-06-14", "508-772-1001"), service, "");
        ObjectNode asked = subscription("Task");
        assertThat(Json.text(asked, "criteria")).isEqualTo("Task?requester=Organization/our-name");
        assertThat(asked.has("_criteria")).isFalse();
        assertThat(asked.at("/channel/type").asString()).isEqualTo("rest-hook");
        await().untilAsserted(() -> assertThat(other.all("Task")).hasSize(1));
        String remote = "Task/" + Json.text(other.one("Task"), "id");
        later(task);
        other.change(remote, there -> there.put("status", "accepted"));
        String endpoint = asked.at("/channel/endpoint").asString();
        String bearer = asked.at("/channel/header/0").asString().substring("Authorization: Bearer ".length());

        String lie = "{\"resourceType\":\"Bundle\",\"type\":\"history\",\"entry\":[{\"resource\":"
                + other.one("Task").deepCopy().put("status", "completed") + "}]}";
        assertThat(FhirClient.send("POST", endpoint, "guessed", lie).statusCode())
                .isEqualTo(401);
        assertThat(FhirClient.send(
                                "POST",
                                endpoint.replaceFirst(
                                        "[^/]+$", UUID.randomUUID().toString()),
                                bearer,
                                lie)
                        .statusCode())
                .isEqualTo(401);
        assertThat(due(task)).as("nobody looked").isTrue();
        assertThat(FhirClient.send("POST", endpoint, bearer, lie).statusCode()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(find(task).status()).isEqualTo(ReferralStatus.ACCEPTED));
        assertThat(row("Criteria Larder").told()).isNotNull();
        assertThat(row("Criteria Larder").watched()).isTrue();

        other.forget("Subscription/" + Json.text(asked, "id"));
        partners.check(convener, "Organization/" + id("Criteria Larder"));
        await().untilAsserted(() -> assertThat(other.all("Subscription"))
                .as("made again when it is gone")
                .hasSize(2));
        partners.end(convener, "Organization/" + id("Criteria Larder"));
        await().untilAsserted(() -> assertThat(other.all("Subscription")).isEmpty());
        assertThat(FhirClient.send("POST", endpoint, bearer, lie).statusCode()).isEqualTo(401);
        assertThat(jdbc.sql("select token is null and secret is null from partner.server where party = ?")
                        .param("Organization/" + id("Criteria Larder"))
                        .query(Boolean.class)
                        .single())
                .as("nothing is kept that opens anything")
                .isTrue();
    }

    @Test
    void a_partner_removed_while_its_subscriptions_are_looked_after_loses_them_at_once() throws Exception {
        other.offering("");
        partner("Hasty Larder");
        await().untilAsserted(() -> assertThat(other.all("Subscription")).hasSize(2));
        String party = "Organization/" + id("Hasty Larder");
        await().untilAsserted(() -> assertThat(row("Hasty Larder").watched()).isTrue());
        other.meanwhile.set(() -> partners.end(convener, party));
        other.forget("Subscription/" + Json.text(subscription("Task"), "id"));
        partners.check(convener, party);
        await().untilAsserted(() -> assertThat(other.all("Subscription")).isEmpty());
    }

    @Test
    void a_partner_removed_while_the_first_subscription_is_made_there_loses_it_and_nothing_is_kept_that_opens_anything()
            throws Exception {
        other.offering("");
        other.tokens.add("token");
        other.guarded = true;
        CountDownLatch removed = new CountDownLatch(1);
        other.meanwhile.set(() -> {
            partners.end(convener, "Organization/" + id("Fleeting Larder"));
            removed.countDown();
        });
        partner("Fleeting Larder");
        assertThat(removed.await(30, SECONDS)).isTrue();
        await().untilAsserted(() -> assertThat(jdbc.sql("""
                        select token is null and secret is null and not exists (select from partner.watch w where w.party = s.party)
                          from partner.server s where party = ?""")
                        .param("Organization/" + id("Fleeting Larder"))
                        .query(Boolean.class)
                        .single())
                .isTrue());
        assertThat(other.all("Subscription")).isEmpty();
    }

    @Test
    void a_server_with_topics_is_asked_by_the_topic_that_is_about_tasks_and_tells_nothing_but_that_something_changed()
            throws Exception {
        other.offering("https://example.org/fhir/SubscriptionTopic/task-status-change");
        partner("Topical Larder");
        ObjectNode asked = subscription("task-status-change");
        assertThat(asked.at("/_criteria/extension/0/valueString").asString())
                .isEqualTo("Task?requester=Organization/our-name");
        assertThat(asked.at("/channel/_payload/extension/0/valueCode").asString())
                .isEqualTo("empty");
        assertThat(other.all("Subscription")).as("no topic for messages").hasSize(1);
        other.change("Subscription/" + Json.text(asked, "id"), there -> there.put("status", "error"));
        partners.check(convener, "Organization/" + id("Topical Larder"));
        await().untilAsserted(() ->
                assertThat(Json.text(other.one("Subscription"), "status")).isEqualTo("requested"));
    }

    @Test
    void one_that_offers_none_or_refuses_it_is_asked_as_before_and_the_page_says_so() throws Exception {
        partner("Silent Larder");
        await().untilAsserted(
                        () -> assertThat(row("Silent Larder").server().offers()).isEqualTo("nothing"));
        assertThat(row("Silent Larder").watched()).isFalse();
        String task = send(person("Leopoldine Marsh", "1988-03-30", "508-772-2002"), food("Silent Larder"), "");
        await().untilAsserted(() -> assertThat(other.all("Task")).hasSize(1));
        other.change("Task/" + Json.text(other.one("Task"), "id"), there -> there.put("status", "accepted"));
        await().untilAsserted(() -> assertThat(find(task).status()).isEqualTo(ReferralStatus.ACCEPTED));
    }

    // ------------------------------------------------------------------------------------------------ by keys

    @Test
    void a_server_that_knows_us_by_our_keys_gives_tokens_that_are_kept_until_they_end() throws Exception {
        other.keysAt = url("/partners/keys");
        String service = partner("Signing Larder", OtherServer.CLIENT);
        String task = send(person("Balthasar Quickly", "1947-11-23", "508-772-3003"), service, "");
        // Keys are made at first use, which takes a busy machine a while.
        await().atMost(40, SECONDS)
                .untilAsserted(() -> assertThat(other.all("Task")).hasSize(1));
        String remote = "Task/" + Json.text(other.one("Task"), "id");
        other.change(remote, there -> there.put("status", "accepted"));
        await().untilAsserted(() -> assertThat(find(task).status()).isEqualTo(ReferralStatus.ACCEPTED));
        assertThat(other.assertions).as("one token for all of it").hasSize(1);

        other.tokens.clear(); // ended there before their time
        other.change(remote, there -> there.put("status", "in-progress"));
        await().untilAsserted(() -> assertThat(find(task).status()).isEqualTo(ReferralStatus.IN_PROGRESS));
        assertThat(other.assertions).as("one new token").hasSize(2);

        HttpResponse<String> keys = FhirClient.send("GET", url("/partners/keys"), "", "");
        assertThat(JWKSet.parse(keys.body()).getKeys())
                .noneMatch(JWK::isPrivate)
                .extracting(key -> key.getAlgorithm().getName())
                .contains("ES384", "RS384");
        assertThat(jdbc.sql("select encode(private, 'escape') from partner.key limit 1")
                        .query(String.class)
                        .single())
                .as("sealed")
                .doesNotContain("\"d\"");
    }

    @Test
    void rsa_is_used_where_that_is_what_is_served_and_a_client_that_is_not_known_gets_nowhere() throws Exception {
        other.keysAt = url("/partners/keys");
        other.algorithm = "RS384";
        String service = partner("Older Larder", OtherServer.CLIENT);
        send(person("Cordelia Hathersage", "1962-02-08", "508-772-4004"), service, "");
        await().untilAsserted(() -> assertThat(other.all("Task")).hasSize(1));
        try (OtherServer stranger = new OtherServer()) {
            stranger.keysAt = url("/partners/keys");
            String party = helper("Stranger Larder");
            partners.add(
                    convener,
                    new Partners.Said(
                            party,
                            stranger.base(),
                            "Organization/our-name",
                            "Organization/their-name",
                            true,
                            "",
                            "somebody-else",
                            Partners.SCOPES));
            send(person("Peregrine Ashdown", "1979-09-17", "508-772-5005"), food("Stranger Larder"), "");
            await().untilAsserted(() ->
                    assertThat(row("Stranger Larder").server().problem()).contains("gave no token", "invalid_client"));
            assertThat(stranger.all("Task")).isEmpty();
        }
    }

    // ------------------------------------------------------------------------------------------------ messages

    @Test
    void what_the_clinic_writes_goes_there_once_in_its_order_and_is_taken_back_there() throws Exception {
        String service = partner("Writing Larder");
        String task = send(person("Thessaly Brightwater", "1940-01-05", "508-772-6006"), service, "");
        conversations.note(coordinator, task, UUID.randomUUID(), "Her son drinks");
        conversations.write(coordinator, task, UUID.randomUUID(), "She is deaf in one ear");
        other.lost = "Communication"; // the first answer does not arrive
        conversations.write(coordinator, task, UUID.randomUUID(), "Come to the side door");
        conversations.send(coordinator, task, "plan.pdf", PDF);
        await().untilAsserted(() -> assertThat(other.all("Communication")).hasSize(3));
        List<ObjectNode> there = other.all("Communication");
        String remote = "Task/" + Json.text(other.one("Task"), "id");
        assertThat(there)
                .extracting(message -> message.at("/payload/0/contentString").asString(""))
                .containsExactly("She is deaf in one ear", "Come to the side door", "");
        assertThat(there).allSatisfy(message -> {
            assertThat(message.at("/about/0/reference").asString()).isEqualTo(remote);
            assertThat(message.at("/sender/reference").asString()).isEqualTo("Organization/our-name");
            assertThat(message.at("/sender/display").asString()).isEqualTo("Osprey Clinic");
            assertThat(message.at("/recipient/0/reference").asString()).isEqualTo("Organization/their-name");
            assertThat(message.path("subject")).isEqualTo(other.one("Task").path("for"));
        });
        ObjectNode binary = other.one("Binary");
        assertThat(Base64.getDecoder().decode(Json.text(binary, "data"))).isEqualTo(PDF);
        assertThat(other.one("DocumentReference")
                        .at("/content/0/attachment/url")
                        .asString())
                .isEqualTo("Binary/" + Json.text(binary, "id"));
        assertThat(other.asked.toString()).doesNotContain("drinks");
        await().untilAsserted(() ->
                assertThat(said(task)).extracting(Message::delivery).containsOnly("THERE"));

        for (Message message : said(task)) {
            conversations.withdraw(coordinator, task, message.id());
        }
        await().untilAsserted(() -> assertThat(other.all("Communication"))
                .extracting(message -> Json.text(message, "status"))
                .containsOnly("entered-in-error"));
        await().untilAsserted(() -> assertThat(other.all("Binary")).isEmpty());
        assertThat(other.all("Communication").toString()).doesNotContain("deaf");
    }

    @Test
    void what_they_write_comes_once_in_its_order_and_what_is_not_theirs_or_not_about_it_does_not() throws Exception {
        String service = partner("Answering Larder");
        String task = send(person("Ambrosius Kettle", "1934-08-26", "508-772-7007"), service, "");
        await().untilAsserted(() -> assertThat(other.all("Task")).hasSize(1));
        String remote = "Task/" + Json.text(other.one("Task"), "id");
        other.keep(
                Json.parse("{\"resourceType\":\"Binary\",\"id\":\"b1\",\"contentType\":\"application/pdf\",\"data\":\""
                        + Base64.getEncoder().encodeToString(PDF) + "\"}"));
        other.keep(Json.parse("""
                {"resourceType":"DocumentReference","id":"d1","status":"current","content":[{"attachment":{
                 "contentType":"application/pdf","url":"Binary/b1","title":"menu.pdf"}}]}"""));
        message(
                "m2",
                remote,
                "Organization/their-name",
                "2031-01-01T10:02:00Z",
                "\"contentString\":\"We have a lift\"");
        message(
                "m1",
                remote,
                "Organization/their-name",
                "2031-01-01T10:01:00Z",
                "\"contentString\":\"Is there a lift?\"");
        message("m3", remote, "Organization/their-name", "2031-01-01T10:03:00Z", """
                "contentReference":{"reference":"DocumentReference/d1"}""");
        message(
                "x1",
                "Task/another",
                "Organization/their-name",
                "2031-01-01T10:00:00Z",
                "\"contentString\":\"Another's\"");
        message("x2", remote, "Organization/somebody", "2031-01-01T10:00:00Z", "\"contentString\":\"A stranger's\"");
        message(
                "x3",
                remote,
                "Organization/their-name",
                "2031-01-01T10:04:00Z",
                "\"contentString\":\"%s\"".formatted("long ".repeat(900)));
        await().untilAsserted(() -> assertThat(said(task)).hasSize(3));
        assertThat(said(task)).extracting(Message::words).containsExactly("Is there a lift?", "We have a lift", "");
        assertThat(said(task)).extracting(Message::partyName).containsOnly("Answering Larder");
        Message.File file = said(task).getLast().file();
        assertThat(file).isNotNull();
        assertThat(conversations.content(coordinator, task, file.id()).bytes()).isEqualTo(PDF);
        await().untilAsserted(() -> assertThat(row("Answering Larder").unsaid()).isOne());
        assertThat(conversations.waiting(coordinator, 50).unread()).doesNotContainKey(task);

        other.change("Communication/m1", there -> there.put("status", "entered-in-error")
                .remove("payload"));
        other.forget("Communication/m3");
        await().untilAsserted(() ->
                assertThat(said(task)).extracting(Message::isWithdrawn).containsExactly(true, false, true));
        assertThat(other.all("Communication"))
                .as("theirs do not go back to them")
                .hasSize(5);
    }

    @Test
    void after_help_was_given_what_is_written_still_goes_there() throws Exception {
        String service = partner("Lasting Larder");
        String task = send(person("Melisande Frost", "1945-05-29", "508-772-9009"), service, "");
        await().untilAsserted(() -> assertThat(other.all("Task")).hasSize(1));
        other.keep(Json.parse("""
                {"resourceType":"Procedure","id":"p1","status":"completed","code":{"coding":[{"system":"http://snomed.info/sct",
                 "code":"710925007"}],"text":"Bread"}}"""));
        other.change("Task/" + Json.text(other.one("Task"), "id"), there -> {
            there.put("status", "completed");
            there.withArray("/output").add(Json.parse("""
                    {"type":{"coding":[{"system":"http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes",
                     "code":"resulting-activity"}]},"valueReference":{"reference":"Procedure/p1"}}"""));
        });
        await().untilAsserted(() -> assertThat(find(task).status()).isEqualTo(ReferralStatus.COMPLETED));
        conversations.write(coordinator, task, UUID.randomUUID(), "She liked it, thank you");
        await().untilAsserted(() -> assertThat(other.all("Communication"))
                .extracting(message -> message.at("/payload/0/contentString").asString(""))
                .containsExactly("She liked it, thank you"));
    }

    @Test
    void what_is_written_while_a_round_comes_to_its_end_goes_at_once_and_not_with_the_next_round() throws Exception {
        String service = partner("Wakeful Larder");
        String task = send(person("Zebediah Thistlewaite", "1938-02-11", "508-772-9431"), service, "");
        UUID holder = UUID.randomUUID();
        await().until(() -> jdbc.sql("""
                        update partner.exchange set holder = ?, leased = now() + interval '1 minute'
                         where task_id = ? and step = 'FOLLOW' and (leased is null or leased < now())""").params(holder, task).update() == 1);
        PartnerStore.Exchange round = store.exchange(task).orElseThrow();
        conversations.write(coordinator, task, UUID.randomUUID(), "Ring twice");
        store.next(round, holder, PartnerStore.Step.FOLLOW, Duration.ofHours(1), null);
        await().untilAsserted(() -> assertThat(other.all("Communication"))
                .extracting(message -> message.at("/payload/0/contentString").asString(""))
                .containsExactly("Ring twice"));
    }

    @Test
    void a_consent_that_was_taken_back_keeps_here_what_is_written_then() throws Exception {
        String service = partner("Closing Larder");
        String task = send(person("Wilhelmina Crabtree", "1969-12-02", "508-772-8008"), service, "");
        await().untilAsserted(() -> assertThat(other.all("Task")).hasSize(1));
        ObjectNode consent =
                records.read(Caller.PLATFORM, "Consent", find(task).consentId()).json();
        records.update(coordinator, consent.put("status", "inactive"), null);
        Problem refused = catchThrowableOfType(
                Problem.class, () -> conversations.write(coordinator, task, UUID.randomUUID(), "She moved"));
        assertThat(refused).isNotNull();
        assertThat(other.all("Communication")).isEmpty();
    }

    // ------------------------------------------------------------------------------------------------ steps

    private void message(String id, String about, String sender, String sent, String payload) {
        other.keep(Json.parse("""
                {"resourceType":"Communication","id":"%s","status":"completed","about":[{"reference":"%s"}],
                 "sender":{"reference":"%s"},"recipient":[{"reference":"Organization/our-name"}],"sent":"%s","payload":[{%s}]}""".formatted(id, about, sender, sent, payload)));
    }

    private List<Message> said(String task) {
        return conversations.of(coordinator, task).said();
    }

    private ObjectNode subscription(String criteria) {
        return await().until(
                        () -> other.all("Subscription").stream()
                                .filter(made -> Json.text(made, "criteria").contains(criteria))
                                .findFirst()
                                .orElse(null),
                        made -> made != null);
    }

    private String partner(String name) {
        return partner(name, "");
    }

    /** An organisation that works on the other server; its service. */
    private String partner(String name, String clientId) {
        partners.add(
                convener,
                new Partners.Said(
                        helper(name),
                        other.base(),
                        "Organization/our-name",
                        "Organization/their-name",
                        true,
                        clientId.isEmpty() ? "token" : "",
                        clientId,
                        clientId.isEmpty() ? "" : Partners.SCOPES));
        return food(name);
    }

    private Partners.Row row(String name) {
        return partners.all(convener).stream()
                .filter(row -> row.server().party().equals("Organization/" + id(name)))
                .findFirst()
                .orElseThrow();
    }

    /** The next look lies far ahead. */
    private void later(String task) {
        await().untilAsserted(() -> assertThat(jdbc.sql(
                                "update partner.exchange set due = now() + interval '1 hour' where task_id = ? and step = 'FOLLOW'"
                                        + " and (leased is null or leased < now())")
                        .param(task)
                        .update())
                .isOne());
    }

    private boolean due(String task) {
        return jdbc.sql("select due > now() + interval '30 minutes' from partner.exchange where task_id = ?")
                .param(task)
                .query(Boolean.class)
                .single();
    }

    private Referral find(String id) {
        return referrals.find(Caller.PLATFORM, id);
    }
}
