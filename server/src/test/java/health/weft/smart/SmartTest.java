package health.weft.smart;

import health.weft.Visitor;
import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import health.weft.store.RecordStore;
import health.weft.store.Stored;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The base of tests of apps: a clinic, people with accounts and records, apps that are approved. */
abstract class SmartTest extends WeftTest {
    static final String PASSWORD = "a long secret";
    private static int people;

    final String mark = UUID.randomUUID().toString().substring(0, 6);
    private final List<String> accountsMade = new ArrayList<>();
    private final List<Visitor> visitors = new ArrayList<>();
    Caller clinic;

    @Autowired
    Records records;

    @Autowired
    Identity identity;

    @Autowired
    Apps apps;

    @Autowired
    RecordStore store;

    @Autowired
    JdbcClient jdbc;

    /**
     * Somebody with an account, a Patient at the clinic, a laboratory result and a measurement.
     *
     * @param person id, without its type
     */
    record Somebody(String username, String person, Stored patient, String laboratory, String vital) {}

    @BeforeAll
    void a_clinic() {
        clinic = Copies.clinic(accounts, "Smart " + getClass().getSimpleName());
    }

    @AfterAll
    void accounts_end() {
        accountsMade.forEach(accounts::end);
        visitors.forEach(Visitor::close);
    }

    Somebody somebody(String name) {
        int n = ++people;
        Stored patient = Copies.write(
                records,
                clinic,
                name,
                "19%02d-03-1%d".formatted(20 + n, n % 10),
                "508-555-9%03d".formatted(n),
                n + " Smart Street");
        String person = identity.personOf(patient.rid()).orElseThrow();
        String username = "smart-" + n + "-" + mark;
        accounts.party("Person/" + person, name, PartyKind.PERSON);
        accounts.ensure(username, name, "Person/" + person, Set.of(Role.PATIENT), "en", PASSWORD);
        accountsMade.add(username);
        return new Somebody(
                username,
                person,
                patient,
                observation(patient.id(), "laboratory"),
                observation(patient.id(), "vital-signs"));
    }

    String observation(String patient, String category) {
        return records.create(clinic, Json.parse(observationJson(patient, category)))
                .id();
    }

    static String observationJson(String patient, String category) {
        return """
                {"resourceType":"Observation","status":"final","subject":{"reference":"Patient/%s"},
                 "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"%s"}]}],
                 "code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]}}""".formatted(patient, category);
    }

    /** A coordinator of the clinic. */
    String coordinator() {
        String username = "smart-clerk-" + mark;
        accounts.ensure(username, "Clerk", clinic.party(), Set.of(Role.COORDINATOR), "en", PASSWORD);
        accountsMade.add(username);
        return username;
    }

    Visitor browser(String username) throws IOException, InterruptedException {
        Visitor visitor = new Visitor("en");
        visitors.add(visitor);
        return visitor.signIn(url(""), username, PASSWORD);
    }

    /** An approved app without a secret. */
    App app(String name, String... scopes) {
        return approved(
                Registration.of(
                                name,
                                "",
                                App.Kind.PUBLIC,
                                List.of(Flow.REDIRECT),
                                null,
                                List.of(scopes),
                                null,
                                null,
                                store.parameters())
                        .app(),
                null);
    }

    App approved(App app, String account) {
        apps.add(app);
        apps.decide(Caller.PLATFORM, app, App.State.APPROVED, account);
        return apps.find(app.id()).orElseThrow();
    }

    Flow flow(App app) {
        return new Flow(url(""), app);
    }

    int refusals(App app, String what) {
        return jdbc.sql("select count(*) from audit.event where outcome = 'refused' and subject = ?")
                .param("app/" + app.id() + "/" + what)
                .query(Integer.class)
                .single();
    }
}
