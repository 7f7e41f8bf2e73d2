package health.weft.referral;

import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import health.weft.notice.SignedLinks;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.beans.factory.annotation.Autowired;

/** A mail server, organisations that are reached by mail alone, their mailbox, and the links that they open there. */
abstract class LightNetwork extends ReferralNetwork {
    private static final Pattern LINK = Pattern.compile("/reply/([A-Za-z0-9_-]{64})");

    protected final HttpClient http = HttpClient.newHttpClient();
    protected final String mailbox = "front-desk-" + mark + "@soup.example";
    protected GreenMail mails = new GreenMail();

    @Autowired
    protected SignedLinks signed;

    protected LightNetwork(String... bundles) {
        super(bundles);
    }

    @BeforeAll
    void a_mail_server() {
        mails = mailServer();
    }

    @AfterAll
    void no_mail_server() {
        mails.stop();
    }

    /** An organisation with a service for food that has a mailbox and no account; its party. */
    protected String reachedByMail(String name, String address) {
        String party = helper(name);
        jdbc.sql("""
                update directory.organization set member = false, document = document || jsonb_build_object('email', ?::text)
                 where id = ?""").params(address, id(name)).update();
        jdbc.sql("delete from security.party where party = ?").param(party).update();
        return party;
    }

    // ------------------------------------------------------------------------------------------------ the mailbox

    /** The secret part of the link that works for a referral, as it is mailed. */
    protected String newest(String task) {
        return signed.token(LightLinks.PATH, UUID.fromString(link(task)));
    }

    protected String link(String task) {
        return jdbc.sql("select id::text from referral.link where referral_id = ? and ended is null")
                .param(task)
                .query(String.class)
                .single();
    }

    /** The same, read in the mailbox. */
    protected String mailed(String task) throws Exception {
        due(task);
        String id = link(task);
        await().atMost(Duration.ofSeconds(20)).until(() -> sent(id));
        for (String text : texts().reversed()) {
            Matcher matcher = LINK.matcher(text);
            if (matcher.find() && named(matcher.group(1)).equals(id)) {
                return matcher.group(1);
            }
        }
        throw new AssertionError("no mail with the link " + id);
    }

    protected static String named(String token) {
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
        return new UUID(bytes.getLong(), bytes.getLong()).toString();
    }

    protected boolean sent(String link) {
        return jdbc.sql("select count(*) from notice.mail where link = ?::uuid and outcome = 'SENT'")
                        .param(link)
                        .query(Integer.class)
                        .single()
                == 1;
    }

    /** Not tomorrow morning, when this runs at night. */
    protected void due(String task) {
        jdbc.sql("""
                update notice.mail set due = now() where ended is null
                   and link in (select id from referral.link where referral_id = ?)""").param(task).update();
    }

    protected int mailsFor(String task) {
        return jdbc.sql(
                        "select count(*) from notice.mail where link in (select id from referral.link where referral_id = ?)")
                .param(task)
                .query(Integer.class)
                .single();
    }

    protected List<String> texts() throws MessagingException, IOException {
        List<String> texts = new ArrayList<>();
        for (var message : mails.getReceivedMessages()) {
            if (Arrays.toString(message.getAllRecipients()).contains(mailbox)) {
                texts.add(message.getSubject() + "\n" + message.getContent());
            }
        }
        return texts;
    }

    // ------------------------------------------------------------------------------------------------ the browser's
    // part

    protected HttpResponse<String> get(String link) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(url("/reply/" + link))).build(), BodyHandlers.ofString());
    }

    protected HttpResponse<String> post(String link, String step, String form)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(url("/reply/" + link + "/" + step)))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(form))
                        .build(),
                BodyHandlers.ofString());
    }
}
