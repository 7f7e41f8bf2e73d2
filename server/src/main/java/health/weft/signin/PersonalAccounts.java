package health.weft.signin;

import health.weft.problem.Problem;
import health.weft.security.Accounts;
import health.weft.security.ClearName;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
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
        return wrong(name);
    }

    /** The message key of what is wrong with a password; empty when it will do. */
    public Optional<String> refusedPassword(String password, String mail, String name) {
        return PasswordRule.refusal(password, false, mail, name);
    }

    /** Not too short or long, and what it looks like. */
    static boolean isName(String name) {
        return wrong(name).isEmpty();
    }

    /** The message key of what is wrong with it; empty when it will do. */
    static Optional<String> wrong(String name) {
        if (name.length() < 2 || name.length() > LONGEST_NAME) {
            return Optional.of("signin.problem.name");
        }
        return ClearName.wrong(name)
                .map(why -> why == ClearName.Wrong.MIXED ? "signin.problem.letters" : "signin.problem.hidden");
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
                new MailLinks.Invitation("", mail, party, name, Set.of(Role.PATIENT), now, now, null),
                name,
                language,
                password);
    }

    /** Signs in who has just chosen their password. */
    public void enter(HttpServletRequest request, HttpServletResponse response, String username) {
        signIns.firstStep(request, response, username, false);
    }
}
