package health.weft.signin;

import health.weft.security.Accounts;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.stereotype.Component;

/**
 * The first step: user name and password.
 *
 * <p>No such account, a wrong password, and too many tries get the same answer after the same work: a hash is computed for each.
 * A hash made with older parameters is made anew once its password is known to be right.
 */
@Component
class PasswordSignIn implements AuthenticationProvider {
    /** Parameters as {@link Accounts#PASSWORDS}; the hash of nothing. */
    private static final String NOBODYS =
            "{argon2}$argon2id$v=19$m=19456,t=2,p=1$" + "A".repeat(22) + "$" + "A".repeat(43);

    private static final Semaphore HASHING =
            new Semaphore(Math.max(2, Runtime.getRuntime().availableProcessors()));

    private final Accounts accounts;
    private final Attempts attempts;
    private final Devices devices;
    private final SecondFactors secondFactors;

    PasswordSignIn(Accounts accounts, Attempts attempts, Devices devices, SecondFactors secondFactors) {
        this.accounts = accounts;
        this.attempts = attempts;
        this.devices = devices;
        this.secondFactors = secondFactors;
    }

    @Override
    public Authentication authenticate(Authentication typed) {
        String username = username(typed.getName());
        String password = String.valueOf(typed.getCredentials());
        if (!(typed.getDetails() instanceof Origin origin) || !isRight(username, password, origin)) {
            throw new BadCredentialsException("refused");
        }
        String authority = secondFactors.isDue(username) ? SignIns.PASSWORD_ONLY : SignIns.SIGNED_IN;
        UsernamePasswordAuthenticationToken known = UsernamePasswordAuthenticationToken.authenticated(
                username, null, List.of(new SimpleGrantedAuthority(authority)));
        // Else the manager puts there where it came from, and the session would keep the cookie.
        known.setDetails("password");
        return known;
    }

    /** Whether this is the account's password; also asked before something that only the person may change. */
    boolean isRight(String username, String password, Origin origin) {
        boolean known = devices.knows(username, origin.device());
        boolean allowed = attempts.begin(username, origin, known);
        Optional<String> hash = accounts.passwordHash(username);
        boolean right = password.length() <= 2 * PasswordRule.LONGEST && matches(password, hash.orElse(NOBODYS));
        if (!allowed || hash.isEmpty() || !right) {
            return false;
        }
        attempts.succeeded(username, origin, known);
        if (Accounts.PASSWORDS.upgradeEncoding(hash.get())) {
            accounts.password(username, password);
        }
        return true;
    }

    /** Each hash takes 19 MiB while it is computed: many tries at one moment wait for each other, and not for memory. */
    private static boolean matches(String password, String hash) {
        HASHING.acquireUninterruptibly();
        try {
            return Accounts.PASSWORDS.matches(password, hash);
        } finally {
            HASHING.release();
        }
    }

    static String username(String typed) {
        String name = typed.strip().toLowerCase(Locale.ROOT);
        return name.length() > 100 ? name.substring(0, 100) : name;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return UsernamePasswordAuthenticationToken.class.isAssignableFrom(authentication);
    }
}
