package health.weft.mail;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.mail.MailException;
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.mail.javamail.MimeMessageHelper;
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
        send(to, subject, text, Map.of());
    }

    /**
     * Sends with headers of its own.
     *
     * @throws IOException when the mail server did not take it
     */
    public void send(String to, String subject, String text, Map<String, String> headers) throws IOException {
        JavaMailSender server = sender.getIfAvailable();
        if (server == null) {
            throw new IOException("No mail server is set.");
        }
        try {
            MimeMessage message = server.createMimeMessage();
            MimeMessageHelper mail = new MimeMessageHelper(message, StandardCharsets.UTF_8.name());
            mail.setFrom(from);
            mail.setTo(to);
            mail.setSubject(subject);
            mail.setText(text);
            for (Map.Entry<String, String> header : headers.entrySet()) {
                message.setHeader(header.getKey(), header.getValue());
            }
            server.send(message);
        } catch (MailException | MessagingException e) {
            throw new IOException("The mail server did not take it.");
        }
    }
}
