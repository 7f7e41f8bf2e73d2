package health.weft.security;

import health.weft.store.RecordStore.Question;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
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
 *
 * <p>Of an app the same is asked: whether account, grant and scopes are those of the last time. An app whose scopes name search
 * parameters is asked about on the long way.
 */
@Component
public class Bearers {
    /** RFC 6750, 2.1. */
    private static final Pattern BEARER = Pattern.compile("(?i:bearer) ([a-zA-Z0-9\\-._~+/]+=*)");

    private static final int REMEMBERED = 4_000;

    /** For so long an app is taken for who it was: then it is also noted again that it looked. */
    private static final Duration APP_REMEMBERED = Duration.ofSeconds(30);

    private final Accounts accounts;
    private final RateLimits limits;
    private final boolean demo;
    /** By the hash of the token: tokens themselves are kept nowhere. */
    private final Map<ByteBuffer, Remembered> last = Collections.synchronizedMap(new LinkedHashMap<>(64, .75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Remembered> eldest) {
            return size() > REMEMBERED;
        }
    });

    Bearers(Accounts accounts, RateLimits limits, @Value("${weft.demo:false}") boolean demo) {
        this.accounts = accounts;
        this.limits = limits;
        this.demo = demo;
    }

    /** @param at when it was asked, by the nanoseconds of this process */
    private record Remembered(AppCallers.Known known, long at) {
        boolean isFor(Duration most) {
            return System.nanoTime() - at < most.toNanos();
        }
    }

    /** Somebody with a token, and whom it was the last time. */
    public static final class Bearer {
        private final byte[] hash;
        private final Caller guess;
        private final Question<Boolean> still;

        private Bearer(byte[] hash, Caller guess, Question<Boolean> still) {
            this.hash = hash;
            this.guess = guess;
            this.still = still;
        }

        /** Whether both bring the same token and are taken for the same caller. */
        public boolean isSame(Bearer other) {
            return MessageDigest.isEqual(hash, other.hash) && guess.equals(other.guess);
        }

        /** Whom to make the query for: not to be believed before the question is answered. */
        public Caller guess() {
            return guess;
        }
    }

    /**
     * Who brings a token with this request; empty when there is none, when it is not known, and for an app whose rights are worked out
     * anew for each request.
     */
    public Optional<Bearer> of(HttpServletRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null) {
            return Optional.empty();
        }
        Matcher bearer = BEARER.matcher(header);
        if (!bearer.matches()) {
            return Optional.empty();
        }
        String token = bearer.group(1);
        boolean app = token.startsWith(AppCallers.TOKEN);
        byte[] hash = Accounts.hash(token);
        Remembered remembered = last.get(ByteBuffer.wrap(hash));
        if (remembered == null || app && !remembered.isFor(APP_REMEMBERED)) {
            AppCallers.Known known = (app ? accounts.app(token) : account(token, hash)).orElse(null);
            if (known == null) {
                return Optional.empty();
            }
            remembered = new Remembered(known, System.nanoTime());
            last.put(ByteBuffer.wrap(hash), remembered);
        }
        Question<Boolean> still = remembered.known().still();
        return still == null
                ? Optional.empty()
                : Optional.of(new Bearer(hash, remembered.known().caller(), still));
    }

    private Optional<AppCallers.Known> account(String token, byte[] hash) {
        return accounts.callerOf(token)
                .map(caller -> new AppCallers.Known(
                        caller,
                        new Question<>(
                                Accounts.BY_TOKEN,
                                List.of(hash, demo),
                                rows -> rows.next() && Accounts.caller(rows, 0).equals(caller))));
    }

    /** Whether the account may ask for this at present; counted once a request. */
    public boolean mayAsk(Bearer bearer, HttpServletRequest request) {
        return limits.isWithin(bearer.guess.username(), request);
    }

    /** Asks whose token it is now; the answer is whether the guess was right. */
    public Question<Boolean> question(Bearer bearer) {
        return new Question<>(bearer.still.sql(), bearer.still.args(), rows -> {
            boolean right = bearer.still.answer().read(rows);
            if (!right) {
                last.remove(ByteBuffer.wrap(bearer.hash));
            }
            return right;
        });
    }
}
