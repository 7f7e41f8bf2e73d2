package health.weft.security;

import health.weft.store.RecordStore.Question;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;

/**
 * Who comes with a bearer token, asked in the same journey to the database as what they ask for.
 *
 * <p>Who may see what is a part of each query, so that the query cannot be made before it is known who asks. Here the caller that the token
 * had the last time is taken for a guess: the query is made for that caller, and the question whose token it is <em>now</em> goes before it. What was
 * found counts only when the answer is the very same caller. So nothing is decided by what is remembered: a token or a membership that has ended, or a role
 * that has changed, shows at the next request.
 */
@Component
public class Bearers {
    /** RFC 6750, 2.1. */
    private static final Pattern BEARER = Pattern.compile("(?i:bearer) ([a-zA-Z0-9\\-._~+/]+=*)");

    private static final int REMEMBERED = 4_000;

    private final Accounts accounts;
    private final RateLimits limits;
    private final boolean demo;
    /** By the hash of the token: tokens themselves are kept nowhere. */
    private final Map<ByteBuffer, Caller> last = Collections.synchronizedMap(new LinkedHashMap<>(64, .75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Caller> eldest) {
            return size() > REMEMBERED;
        }
    });

    Bearers(Accounts accounts, RateLimits limits, @Value("${weft.demo:false}") boolean demo) {
        this.accounts = accounts;
        this.limits = limits;
        this.demo = demo;
    }

    /** Somebody with a token, and whom it was the last time. */
    public static final class Bearer {
        private final byte[] hash;
        private final Caller guess;

        private Bearer(byte[] hash, Caller guess) {
            this.hash = hash;
            this.guess = guess;
        }

        /** Whether both bring the same token and are taken for the same caller. */
        public boolean isSame(Bearer other) {
            return guess.equals(other.guess) && MessageDigest.isEqual(hash, other.hash);
        }

        /** Whom to make the query for: not to be believed before the question is answered. */
        public Caller guess() {
            return guess;
        }
    }

    /** Who brings a token of an account with this request; empty for any other, and when the token is not known. */
    public Optional<Bearer> of(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null) {
            return Optional.empty();
        }
        Matcher bearer = BEARER.matcher(header);
        if (!bearer.matches() || bearer.group(1).startsWith(AppCallers.TOKEN)) {
            return Optional.empty();
        }
        String token = bearer.group(1);
        byte[] hash = Accounts.hash(token);
        Caller known = last.get(ByteBuffer.wrap(hash));
        if (known == null) {
            known = accounts.callerOf(token).orElse(null);
            if (known == null) {
                return Optional.empty();
            }
            last.put(ByteBuffer.wrap(hash), known);
        }
        return Optional.of(new Bearer(hash, known));
    }

    /** Whether the account may ask for this at present; counted once a request. */
    public boolean mayAsk(Bearer bearer, HttpServletRequest request) {
        return limits.isWithin(bearer.guess.username(), request);
    }

    /** Asks whose token it is now; the answer is whether the guess was right. */
    public Question<Boolean> question(Bearer bearer) {
        return new Question<>(Accounts.BY_TOKEN, List.of(bearer.hash, demo), rows -> {
            boolean right = rows.next() && Accounts.caller(rows, 0).equals(bearer.guess);
            if (!right) {
                last.remove(ByteBuffer.wrap(bearer.hash));
            }
            return right;
        });
    }
}
