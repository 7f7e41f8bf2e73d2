package health.weft.problem;

import static health.weft.ServerProcess.at;
import static org.assertj.core.api.Assertions.assertThat;

import health.weft.FhirClient;
import health.weft.database.EmbeddedDatabase;
import health.weft.database.OperatorDatabase;
import health.weft.fhir.Json;
import health.weft.record.OperatorOrganizations;
import health.weft.security.OperatorAccounts;
import health.weft.security.OperatorTokens;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is under way when a server is killed: referrals that whoever asked withdraws at the very moment at which whoever was asked accepts,
 * and a write whose answer nobody reads.
 */
final class Underway {
    static final String MAIL = "pat.receiver@pantry.example";
    static final int REFERRALS = 30;

    private final int port;
    private final Path data;
    private final String clinicParty;
    private final String pantryParty;
    final String clinic;
    final String pantry;
    private final ExecutorService people = Executors.newVirtualThreadPerTaskExecutor();
    private final String patient;
    private final List<Sent> sent = new ArrayList<>();
    /** Of each Task, how accepting and withdrawing was answered, as far as it was. */
    private final Map<String, List<Integer>> answers = new ConcurrentHashMap<>();

    /** A write that was sent under this key. */
    final String key = UUID.randomUUID().toString();

    final String lost;

    private record Sent(String task, String request) {}

    private enum Verb {
        ACCEPT("accepted"),
        WITHDRAW("cancelled");

        final String status;

        Verb(String status) {
            this.status = status;
        }
    }

    /** Makes the organisations and sends the referrals, through a server that runs. */
    Underway(int port, Path data) throws Exception {
        this.port = port;
        DataSource database = OperatorDatabase.open(Optional.of(data.toString()), Optional.empty())
                .dataSource();
        this.data = data;
        OperatorAccounts accounts = new OperatorAccounts(database);
        OperatorTokens tokens = new OperatorTokens(database);
        accounts.make("asking", "System", "Hillside Clinic", "CLINICAL", "SOURCE");
        accounts.make("asked", "System", "Hillside Pantry", "COMMUNITY", "SOURCE");
        accounts.make("pat", "Pat Receiver", "Hillside Pantry", "COMMUNITY", "COMMUNITY_WORKER");
        accounts.mail("pat", MAIL);
        new OperatorOrganizations(database).write();
        this.clinic = tokens.issue("asking", Duration.ofHours(1));
        this.pantry = tokens.issue("asked", Duration.ofHours(1));
        this.clinicParty = party("asking");
        this.pantryParty = party("asked");
        this.patient = Json.text(ok(clinic, "POST", "/Patient", """
                {"resourceType":"Patient","birthDate":"1961-02-03","name":[{"family":"Underhill","given":["Prudence"]}]}"""), "id");
        for (int i = 0; i < REFERRALS; i++) {
            sent.add(referral());
        }
        this.lost = "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":\"lost\",\"value\":\"" + key + "\"}]}";
    }

    /** Of the database as it runs now: it has another port after each start. */
    private JdbcClient jdbc() {
        return JdbcClient.create(
                new DriverManagerDataSource(EmbeddedDatabase.running(data).orElseThrow()));
    }

    private String party(String username) {
        return jdbc().sql("select party from security.account where username = ?")
                .param(username)
                .query(String.class)
                .single();
    }

    private Sent referral() throws Exception {
        ObjectNode answer = ok(clinic, "POST", "", """
                {"resourceType":"Bundle","type":"transaction","entry":[
                 {"fullUrl":"urn:uuid:00000000-0000-0000-0000-000000000001","request":{"method":"POST","url":"Consent"},
                  "resource":{"resourceType":"Consent","status":"active",
                   "scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
                   "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"IDSCL"}]}],
                   "patient":{"reference":"Patient/%1$s"},"dateTime":"2026-11-21",
                   "policyRule":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentpolicycodes","code":"hipaa-auth"}]},
                   "provision":{"type":"permit","actor":[{"role":{"coding":[{
                     "system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP"}]},"reference":{"reference":"%3$s"}}]}}},
                 {"fullUrl":"urn:uuid:00000000-0000-0000-0000-000000000003","request":{"method":"POST","url":"ServiceRequest"},
                  "resource":{"resourceType":"ServiceRequest","status":"active","intent":"order","subject":{"reference":"Patient/%1$s"},
                   "category":[{"coding":[{"system":"http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes",
                     "code":"food-insecurity"}]}],
                   "supportingInfo":[{"reference":"urn:uuid:00000000-0000-0000-0000-000000000001"}]}},
                 {"fullUrl":"urn:uuid:00000000-0000-0000-0000-000000000004","request":{"method":"POST","url":"Task"},
                  "resource":{"resourceType":"Task","status":"requested","intent":"order",
                   "code":{"coding":[{"system":"http://hl7.org/fhir/CodeSystem/task-code","code":"fulfill"}]},
                   "focus":{"reference":"urn:uuid:00000000-0000-0000-0000-000000000003"},"for":{"reference":"Patient/%1$s"},
                   "requester":{"reference":"%2$s"},"owner":{"reference":"%3$s"}}}]}""".formatted(patient, clinicParty, pantryParty));
        List<String> ids = answer.path("entry")
                .valueStream()
                .map(entry ->
                        entry.path("response").path("location").asString("").split("/"))
                .map(parts -> parts[parts.length - 3])
                .toList();
        return new Sent(ids.get(2), ids.get(1));
    }

    // ------------------------------------------------------------------------------------------------ before the kill

    /** Sends the write and goes away; then, pair after pair, accepts and withdraws at once. */
    void begin() throws IOException {
        byte[] body = lost.getBytes(StandardCharsets.UTF_8);
        try (Socket gone = new Socket("127.0.0.1", port)) {
            gone.getOutputStream().write(("""
                    POST /fhir/Patient HTTP/1.1\r
                    Host: 127.0.0.1\r
                    Authorization: Bearer %s\r
                    Idempotency-Key: %s\r
                    Content-Type: application/fhir+json\r
                    Content-Length: %d\r
                    \r
                    """.formatted(clinic, key, body.length)).getBytes(StandardCharsets.UTF_8));
            gone.getOutputStream().write(body);
        }
        people.submit(() -> {
            for (Sent one : sent) {
                both(one);
            }
            return null;
        });
    }

    /** Whether the write is stored, and some of the referrals are decided. */
    boolean isMidway() {
        return jdbc().sql("select exists (select from record.replay where key = ? and status is not null)")
                        .param(key)
                        .query(Boolean.class)
                        .single()
                && decided() >= 3;
    }

    int decided() {
        return jdbc().sql("select count(*)::int from referral.referral where status <> 'requested'")
                .query(Integer.class)
                .single();
    }

    void awaitEnd() throws InterruptedException {
        people.shutdown();
        assertThat(people.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }

    private void both(Sent one) throws Exception {
        answers.put(one.task(), List.of(0, 0));
        try (ExecutorService two = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> accepted = two.submit(() -> says(pantry, one, Verb.ACCEPT));
            Future<Integer> withdrawn = two.submit(() -> says(clinic, one, Verb.WITHDRAW));
            answers.put(one.task(), List.of(accepted.get(), withdrawn.get()));
        }
    }

    /** How it was answered; 0 when it was not. Whoever says it has seen the first version. */
    private int says(String token, Sent one, Verb verb) throws InterruptedException {
        try {
            ObjectNode task = Json.parse(send(token, "GET", "/Task/" + one.task() + "/_history/1", "")
                    .body());
            task.put("status", verb.status).putObject("statusReason").put("text", "At the same moment");
            return send(token, "PUT", "/Task/" + one.task(), task.toString(), "If-Match", "W/\"1\"")
                    .statusCode();
        } catch (IOException | health.weft.fhir.InvalidResource lost) {
            return 0;
        }
    }

    // ------------------------------------------------------------------------------------------------ after it

    HttpResponse<String> sendsAgain() throws Exception {
        return send(clinic, "POST", "/Patient", lost, "Idempotency-Key", key);
    }

    /** Task, request, row, story and what is open of each referral say the same; of the two that were said one holds, or none came through. */
    void allPartsAgree() throws Exception {
        for (Sent one : sent) {
            ObjectNode task = ok(clinic, "GET", "/Task/" + one.task(), "");
            String status = Json.text(task, "status");
            boolean undecided = status.equals("requested");
            assertThat(status).isIn("requested", Verb.ACCEPT.status, Verb.WITHDRAW.status);
            List<Integer> said = answers.getOrDefault(one.task(), List.of(0, 0));
            for (Verb verb : Verb.values()) {
                if (said.get(verb.ordinal()) == 200) {
                    assertThat(status).as("acknowledged").isEqualTo(verb.status);
                }
            }
            assertThat(row(one))
                    .as("row, versions, request, story, what the pantry may read of the person")
                    .isEqualTo(
                            switch (status) {
                                case "requested" -> "requested 1 1 SENT open";
                                case "accepted" -> "accepted 2 2 SENT ACCEPTED open";
                                default -> "cancelled 2 2 SENT WITHDRAWN closed";
                            });
            assertThat(Json.text(ok(clinic, "GET", "/ServiceRequest/" + one.request(), ""), "status"))
                    .isEqualTo(status.equals(Verb.WITHDRAW.status) ? "revoked" : "active");
            assertThat(undecided || task.at("/meta/versionId").asString("").equals("2"))
                    .isTrue();
        }
    }

    private String row(Sent one) {
        return jdbc().sql("""
                select r.status || ' ' || r.version || ' '
                       || (select 1 + count(*) from record.res_hist h join record.res t using (rid) where t.rtype = 'Task' and t.id = r.id)
                       || ' ' || (select string_agg(what, ' ' order by id) from referral.event e where e.referral_id = r.id) || ' '
                       || case when exists (select from security.share s where s.basis = 'Task/' || r.id and s.party = r.owner and s.rid = r.pat
                                             and (s.until is null or s.until > now())) then 'open' else 'closed' end
                  from referral.referral r where r.id = ?""").param(one.task()).query(String.class).single();
    }

    /** Both say again what they said, as whoever had no answer does. */
    void bothSayItAgain() throws Exception {
        for (Sent one : sent) {
            String before = Json.text(ok(clinic, "GET", "/Task/" + one.task(), ""), "status");
            both(one);
            List<Integer> said = answers.get(one.task());
            if (before.equals("requested")) {
                assertThat(said)
                        .as("one is taken, the other told")
                        .containsOnlyOnce(200)
                        .containsAnyOf(409, 412);
            } else {
                assertThat(said).as("decided before: " + before).doesNotContain(200, 0);
            }
        }
        assertThat(decided()).isEqualTo(REFERRALS);
    }

    private ObjectNode ok(String token, String method, String path, String body) throws Exception {
        HttpResponse<String> answer = send(token, method, path, body);
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
        return Json.parse(answer.body());
    }

    private HttpResponse<String> send(String token, String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        return FhirClient.send(method, at(port, "/fhir" + path).toString(), token, body, headers);
    }
}
