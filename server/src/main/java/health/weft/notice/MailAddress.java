package health.weft.notice;

import java.util.regex.Pattern;

/** What can stand behind "To:" as one address and nothing else. */
final class MailAddress {
    private static final Pattern FORM =
            Pattern.compile("[^@\\s,;<>\"]{1,64}@[^@\\s,;<>\"]{1,190}\\.[^@\\s,;<>\"]{2,63}");

    private MailAddress() {}

    static boolean isOne(String address) {
        return FORM.matcher(address).matches();
    }
}
