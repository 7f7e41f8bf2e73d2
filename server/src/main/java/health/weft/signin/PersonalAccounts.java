package health.weft.signin;

import health.weft.problem.Problem;
import health.weft.security.Accounts;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Accounts of people who come by a link to act for somebody, and belong to no organisation. */
@Component
public class PersonalAccounts {
    /** The shortest password, in characters: it is all that is asked. */
    public static final int SHORTEST = PasswordRule.SHORTEST_ALONE;

    private static final int LONGEST_NAME = 100;

    private final Accounts accounts;
    private final Membership membership;
    private final SignIns signIns;

    PersonalAccounts(Accounts accounts, Membership membership, SignIns signIns) {
        this.accounts = accounts;
        this.membership = membership;
        this.signIns = signIns;
    }

    /** The message key of what is wrong with a name; empty when it will do. */
    public Optional<String> refusedName(String name) {
        return isName(name) ? Optional.empty() : Optional.of("signin.problem.name");
    }

    /** The message key of what is wrong with a password; empty when it will do. */
    public Optional<String> refusedPassword(String password, String mail, String name) {
        return PasswordRule.refusal(password, false, mail, name);
    }

    /** No word may mix letters of these: what looks like one name would be another (Unicode Technical Standard 39, section 5). */
    private static final Set<Character.UnicodeScript> ALIKE = EnumSet.of(
            Character.UnicodeScript.LATIN,
            Character.UnicodeScript.CYRILLIC,
            Character.UnicodeScript.GREEK,
            Character.UnicodeScript.ARMENIAN,
            Character.UnicodeScript.CHEROKEE);

    /** Letters, and nothing that turns the order of what is read around or hides in it. */
    static boolean isName(String name) {
        return name.length() >= 2
                && name.length() <= LONGEST_NAME
                && name.codePoints()
                        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT)
                && Arrays.stream(name.split("[^\\p{L}\\p{M}]+")).noneMatch(PersonalAccounts::mixes);
    }

    private static boolean mixes(String word) {
        return word.codePoints()
                        .mapToObj(Character.UnicodeScript::of)
                        .filter(ALIKE::contains)
                        .distinct()
                        .count()
                > 1;
    }

    /**
     * Makes the account of a new person, whose user name is the address.
     *
     * @throws Problem conflict, when there is an account with this address
     */
    public String make(String mail, String name, String language, String password) {
        String party = "Person/" + UUID.randomUUID();
        accounts.party(party, name, PartyKind.PERSON);
        Instant now = Instant.now();
        return membership.join(
                new MailLinks.Invitation("", mail, party, name, Set.of(Role.PATIENT), now, now),
                name,
                language,
                password);
    }

    /** Signs in who has just chosen their password. */
    public void enter(HttpServletRequest request, HttpServletResponse response, String username) {
        signIns.firstStep(request, response, username, false);
    }
}
