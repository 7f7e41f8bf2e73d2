package health.weft.record;

import health.weft.problem.Problem;
import health.weft.security.Caller;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Lets a client send a write again after a lost answer: under one Idempotency-Key it happens once, and the first answer comes
 * back. The key is kept in the transaction of the write, for a day.
 */
@Component
class Replay {
    private final JdbcClient jdbc;

    Replay(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * An answer to a write.
     *
     * @param updated when what it wrote was; not kept for the next time
     */
    record Answer(
            int status,
            @Nullable String location,
            @Nullable String etag,
            byte @Nullable [] body,
            @Nullable Instant updated) {}

    private record Kept(
            byte[] hash,
            @Nullable Integer status,
            @Nullable String location,
            @Nullable String etag,
            byte @Nullable [] body) {}

    /** The hash that tells whether two requests are the same. */
    static byte[] hash(String request, byte[] body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(request.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            digest.update((byte) 0);
            return digest.digest(body);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Does the write, or answers what it answered the first time.
     *
     * @throws Problem unprocessable when the key was used for another request; invalid when it is no key
     */
    @Transactional
    public Answer once(Caller caller, String key, byte[] hash, Supplier<Answer> write) {
        if (key.isBlank() || key.length() > 255) {
            throw Problem.invalid("The Idempotency-Key must have 1 to 255 characters.");
        }
        jdbc.sql("delete from record.replay where at < now() - interval '1 day'")
                .update();
        // A second one with the key waits here for the first.
        int first = jdbc.sql("insert into record.replay (username, key, hash) values (?, ?, ?) on conflict do nothing")
                .param(caller.username())
                .param(key)
                .param(hash)
                .update();
        if (first == 0) {
            Kept kept = jdbc.sql(
                            "select hash, status, location, etag, body from record.replay where username = ? and key = ?")
                    .param(caller.username())
                    .param(key)
                    .query(Kept.class)
                    .single();
            if (!Arrays.equals(kept.hash(), hash) || kept.status() == null) {
                throw Problem.unprocessable(
                        "This Idempotency-Key was used for another request. Use a new key for a new request.");
            }
            return new Answer(kept.status(), kept.location(), kept.etag(), kept.body(), null);
        }
        Answer answer = write.get();
        jdbc.sql("update record.replay set status = ?, location = ?, etag = ?, body = ? where username = ? and key = ?")
                .param(answer.status())
                .param(answer.location())
                .param(answer.etag())
                .param(answer.body())
                .param(caller.username())
                .param(key)
                .update();
        return answer;
    }
}
