package health.weft.notice;

import health.weft.problem.Words;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What stands in every mail to a person that is not necessary for their security: the link by which they stop such mails.
 *
 * @param address whole, with its secret part
 */
public record StopLink(String address) {

    /** The lines at the end of the mail. */
    public String text(List<Locale> locales) {
        return locales.stream().map(new Words("notice.mail-stop")::in).collect(Collectors.joining("\n")) + "\n"
                + address + "\n";
    }

    /** By which mail programs offer to stop such mails in one press (RFC 8058); none where the address is not https, which it asks for. */
    public Map<String, String> headers() {
        return address.startsWith("https://")
                ? Map.of("List-Unsubscribe", "<" + address + ">", "List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
                : Map.of();
    }
}
