package health.weft.mail;

import java.io.IOException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.mail.MailException;
import org.springframework.mail.SimpleMailMessage;
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.stereotype.Component;

/** Sends mail through the mail server that {@code spring.mail.host} names. A mail never carries a resource. */
@Component
public class Mail {
    private final ObjectProvider<JavaMailSender> sender;
    private final String from;

    Mail(
            ObjectProvider<JavaMailSender> sender,
            @Value("${weft.mail-from:${weft.subscription.mail-from:weft@localhost}}") String from) {
        this.sender = sender;
        this.from = from;
    }

    /** Whether there is a mail server at all. */
    public boolean isConfigured() {
        return sender.getIfAvailable() != null;
    }

    /**
     * Sends.
     *
     * @throws IOException when the mail server did not take it
     */
    public void send(String to, String subject, String text) throws IOException {
        JavaMailSender server = sender.getIfAvailable();
        if (server == null) {
            throw new IOException("No mail server is set.");
        }
        SimpleMailMessage mail = new SimpleMailMessage();
        mail.setFrom(from);
        mail.setTo(to);
        mail.setSubject(subject);
        mail.setText(text);
        try {
            server.send(mail);
        } catch (MailException e) {
            throw new IOException("The mail server did not take it.");
        }
    }
}
