package health.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import health.weft.PagesTest;
import health.weft.audit.Audit;
import health.weft.consent.Consents;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.identity.Identity;
import health.weft.mail.Mail;
import health.weft.notice.Quiet;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Proxies;
import health.weft.security.Relations;
import health.weft.security.Role;
import health.weft.store.Stored;
import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A clinic, a mail server, and people with a plain and a sensitive condition: what tests of helping stand on. */
abstract class ProxyNetwork extends PagesTest {
    protected static final String PAGE = "http://localhost/sign-in/helper/";
    private static final List<String> GIVEN = List.of(
            "Amandine",
            "Bertram",
            "Clothilde",
            "Desmond",
            "Eulalie",
            "Fitzgerald",
            "Georgiana",
            "Horatio",
            "Isadora",
            "Jocasta",
            "Kenelm",
            "Lavinia",
            "Mordecai",
            "Nerissa",
            "Octavius",
            "Philippa",
            "Quentin",
            "Rosamund",
            "Sebastian",
            "Theodora",
            "Ulysses",
            "Verity",
            "Wilfred",
            "Xanthe",
            "Yorick",
            "Zenobia",
            "Aloysius",
            "Briony",
            "Caspian",
            "Delphine",
            "Ephraim",
            "Felicity",
            "Gideon",
            "Hyacinth",
            "Ignatius",
            "Juniper",
            "Lysander",
            "Marigold",
            "Nathaniel",
            "Ottilie",
            "Peregrine",
            "Sunniva");

    protected final String mark = UUID.randomUUID().toString().substring(0, 6);
    protected final String letters = mark.replaceAll("[0-9]", "");
    protected int used;
    protected Caller clinic = Caller.PLATFORM;
    protected Caller nurse = Caller.PLATFORM;
    protected Caller stranger = Caller.PLATFORM;
    protected GreenMail mails = new GreenMail();

    @Autowired
    protected Records records;

    @Autowired
    protected Identity identity;

    @Autowired
    protected Helping helping;

    @Autowired
    protected Proxies proxies;

    @Autowired
    protected Consents consents;

    @Autowired
    protected Quiet quiet;

    @Autowired
    protected Audit audit;

    @Autowired
    protected Mail mail;

    @Autowired
    protected Relations relations;

    @Autowired
    protected JdbcClient jdbc;

    /** Somebody with a copy at the clinic, a plain and a sensitive condition, and an account. */
    protected record Someone(String name, String person, Stored copy, String plain, String sensitive, Caller self) {}

    /** @param first of the given names that are taken: the tests share a database, and nobody may resemble anybody of another */
    ProxyNetwork(int first) {
        super("proxy", "portal", "signin");
        used = first;
    }

    @BeforeAll
    void a_clinic_and_a_mail_server() {
        clinic = Copies.clinic(accounts, "Proxy Clinic");
        Caller elsewhere = Copies.clinic(accounts, "Proxy Elsewhere");
        nurse = account("proxy-nurse-" + mark, "Nan Nurse", clinic.party(), Role.CLINICIAN);
        stranger = account("proxy-stranger-" + mark, "Stan Stranger", elsewhere.party(), Role.CLINICIAN);
        for (Caller caller : List.of(clinic, elsewhere)) {
            records.put(Caller.PLATFORM, Json.parse("""
                    {"resourceType":"Organization","id":"%s","name":"%s"}""".formatted(caller.party().substring(13), caller.partyName())));
        }
        mails = mailServer();
    }

    @AfterAll
    void close() {
        mails.stop();
        // Other tests look for the patient of the demonstration among those who sign in.
        jdbc.sql(
                        "update security.account set ended = now() where username like 'proxy-%' or mail like '%.proxy@example.org'")
                .update();
    }

    protected static void refused(Category category, ThrowingCallable work) {
        assertThatThrownBy(work).isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.category())
                .isEqualTo(category));
    }

    protected Caller account(String username, String name, String party, Role role) {
        accounts.ensure(username, name, party, Set.of(role), "en", PASSWORD);
        return accounts.caller(username).orElseThrow();
    }

    /** Somebody with an account and no record. */
    protected Caller somebody() {
        String party = "Person/proxy-helper-" + ++used + "-" + mark;
        accounts.party(party, "Hal Helper", PartyKind.PERSON);
        return account("proxy-helper-" + used + "-" + mark, "Hal Helper", party, Role.PATIENT);
    }

    protected Someone someone(LocalDate born) {
        String name = GIVEN.get(used++ % GIVEN.size()) + " Ward" + letters + (char) ('a' + used % 26)
                + (char) ('a' + used / 26);
        Stored copy =
                Copies.write(records, clinic, name, born.toString(), "508-555-90" + (10 + used), used + " Ward Way");
        String person = identity.personOf(copy.rid()).orElseThrow();
        accounts.party("Person/" + person, name, PartyKind.PERSON);
        return new Someone(
                name,
                person,
                copy,
                condition(copy, "38341003", "Hypertension"),
                condition(copy, "7200002", "Alcoholism"),
                account("proxy-me-" + used + "-" + mark, name, "Person/" + person, Role.PATIENT));
    }

    protected String condition(Stored patient, String code, String words) {
        return records.create(clinic, Json.parse("""
                {"resourceType":"Condition","subject":{"reference":"Patient/%s"},"clinicalStatus":{"coding":[
                  {"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},
                 "code":{"text":"%s","coding":[{"system":"http://snomed.info/sct","code":"%s"}]}}""".formatted(patient.id(), words, code)))
                .id();
    }

    /** Does this and takes the link's random part from the mail that it sent. */
    protected String offered(Runnable offer) {
        int before = mails.getReceivedMessages().length;
        offer.run();
        assertThat(mails.waitForIncomingEmail(Duration.ofSeconds(10).toMillis(), before + 1))
                .isTrue();
        var all = mails.getReceivedMessages();
        Matcher link = Pattern.compile(Pattern.quote(PAGE) + "([A-Za-z0-9_-]+)").matcher(words(all[all.length - 1]));
        assertThat(link.find()).isTrue();
        return link.group(1);
    }

    protected Caller acting(Caller helper) {
        return proxies.acting(
                        helper, proxies.helpedBy(helper.username()).getFirst().id())
                .orElseThrow();
    }

    protected String mailTo(String address) {
        return Arrays.stream(mails.getReceivedMessages())
                .filter(mail -> GreenMailUtil.getAddressList(recipients(mail)).equals(address))
                .reduce((first, last) -> last)
                .map(ProxyNetwork::words)
                .orElseThrow();
    }

    protected static Address[] recipients(MimeMessage mail) {
        try {
            return mail.getAllRecipients();
        } catch (MessagingException e) {
            throw new AssertionError(e);
        }
    }

    protected static String words(MimeMessage mail) {
        try {
            return String.valueOf(mail.getContent());
        } catch (MessagingException | IOException e) {
            throw new AssertionError(e);
        }
    }
}
