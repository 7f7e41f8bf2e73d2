package health.weft.signin;

import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The second step: who needs it, one-time passwords, and recovery codes for the day the telephone is lost. */
@Component
class SecondFactors {
    static final int RECOVERY_CODES = 10;
    /** RFC 4226, section 4: at least 128 bits, better 160. */
    static final int SECRET_BYTES = 20;
    /** 80 bits: nobody finds one by its hash. */
    private static final int RECOVERY_BYTES = 10;

    /** {@code weft.sign-in.second-factor}. */
    enum Due {
        /** Where the account sees people's records or guards them. */
        ROLES,
        ALWAYS,
        NEVER
    }

    private static final Role[] GUARDED = {
        Role.COORDINATOR,
        Role.CLINICIAN,
        Role.DISCHARGE_PLANNER,
        Role.SPECIALIST,
        Role.PRIVACY_OFFICER,
        Role.IDENTITY_STEWARD,
        Role.ORGANISATION_ADMIN
    };

    private final JdbcClient jdbc;
    private final Accounts accounts;
    private final SecretBox box;
    private final Due due;

    SecondFactors(
            JdbcClient jdbc,
            Accounts accounts,
            SecretBox box,
            @Value("${weft.sign-in.second-factor:roles}") String due) {
        this.jdbc = jdbc;
        this.accounts = accounts;
        this.box = box;
        this.due = Due.valueOf(due.toUpperCase(Locale.ROOT));
    }

    /** Whether a password is not enough for this account: it must show a second factor, or has chosen to. */
    @Transactional(readOnly = true)
    public boolean isDue(String username) {
        return isRequired(username) || isEnrolled(username);
    }

    @Transactional(readOnly = true)
    public boolean isEnrolled(String username) {
        return hasOneTimePassword(username) || hasPasskey(username);
    }

    /** Whether the network asks it of this account; never of those that the demonstration made. */
    @Transactional(readOnly = true)
    public boolean isRequired(String username) {
        Optional<Caller> caller = accounts.caller(username);
        return caller.isPresent() && isRequired(caller.get().roles().toArray(Role[]::new)) && !isDemo(username);
    }

    boolean isRequired(Role... roles) {
        return switch (due) {
            case NEVER -> false;
            case ALWAYS -> true;
            case ROLES -> List.of(GUARDED).stream().anyMatch(List.of(roles)::contains);
        };
    }

    @Transactional(readOnly = true)
    public boolean hasOneTimePassword(String username) {
        return exists("select exists (select from security.one_time_password where username = ?)", username);
    }

    @Transactional(readOnly = true)
    public boolean hasPasskey(String username) {
        return exists("select exists (select from security.passkey where username = ?)", username);
    }

    /**
     * Takes a new secret, when the code that proves it was read is right.
     *
     * @return whether it was
     */
    @Transactional
    public boolean enrol(String username, byte[] secret, String code, Instant now) {
        OptionalLong step = Totp.matching(secret, digits(code), now);
        if (step.isEmpty()) {
            return false;
        }
        jdbc.sql("""
                insert into security.one_time_password (username, secret, sealed, last_step) values (?, ?, true, ?)
                on conflict (username) do update set secret = excluded.secret, sealed = true, since = now(),
                    last_step = excluded.last_step""")
                .params(username, box.seal(secret, username), step.getAsLong())
                .update();
        return true;
    }

    /** Whether this is the code of now and was not used before, or a recovery code that was not; it is used by this. */
    @Transactional
    public boolean uses(String username, String typed, Instant now) {
        String code = digits(typed);
        if (code.length() == Totp.DIGITS) {
            Optional<byte[]> secret = secret(username);
            OptionalLong step = secret.isEmpty() ? OptionalLong.empty() : Totp.matching(secret.get(), code, now);
            return step.isPresent()
                    && jdbc.sql("""
                            update security.one_time_password set last_step = :step
                             where username = :username and last_step < :step""")
                                    .param("step", step.getAsLong())
                                    .param("username", username)
                                    .update()
                            == 1;
        }
        return jdbc.sql("""
                        update security.recovery_code set used = now()
                         where username = ? and hash = ? and used is null""").params(username, Secrets.hash(recovery(typed))).update() == 1;
    }

    private record Kept(byte[] secret, boolean sealed) {}

    private Optional<byte[]> secret(String username) {
        return jdbc.sql("select secret, sealed from security.one_time_password where username = ?")
                .param(username)
                .query((row, n) -> new Kept(row.getBytes(1), row.getBoolean(2)))
                .optional()
                .flatMap(kept -> kept.sealed() ? box.open(kept.secret(), username) : Optional.of(kept.secret()));
    }

    private record Open(String username, byte[] secret) {}

    /** Seals the secrets that were kept before they were sealed. */
    @EventListener(ApplicationReadyEvent.class)
    @Transactional
    public void sealAll() {
        List<Open> open = jdbc.sql(
                        "select username, secret from security.one_time_password where not sealed for update")
                .query((row, n) -> new Open(row.getString(1), row.getBytes(2)))
                .list();
        for (Open one : open) {
            jdbc.sql("update security.one_time_password set secret = ?, sealed = true where username = ?")
                    .params(box.seal(one.secret(), one.username()), one.username())
                    .update();
        }
    }

    /** Ten new recovery codes, shown this once; those before stop working. */
    @Transactional
    public List<String> newRecoveryCodes(String username) {
        jdbc.sql("delete from security.recovery_code where username = ?")
                .param(username)
                .update();
        List<String> codes = new ArrayList<>();
        for (int i = 0; i < RECOVERY_CODES; i++) {
            String code = Secrets.base32(Secrets.random(RECOVERY_BYTES)).toLowerCase(Locale.ROOT);
            jdbc.sql("insert into security.recovery_code (username, hash) values (?, ?)")
                    .params(username, Secrets.hash(code))
                    .update();
            codes.add(Secrets.grouped(code));
        }
        return codes;
    }

    @Transactional(readOnly = true)
    public int recoveryCodesLeft(String username) {
        return jdbc.sql("select count(*)::int from security.recovery_code where username = ? and used is null")
                .param(username)
                .query(Integer.class)
                .single();
    }

    /** Forgets the one-time password; the codes stay as long as there is a passkey. */
    @Transactional
    public void removeOneTimePassword(String username) {
        jdbc.sql("delete from security.one_time_password where username = ?")
                .param(username)
                .update();
        if (!hasPasskey(username)) {
            jdbc.sql("delete from security.recovery_code where username = ?")
                    .param(username)
                    .update();
        }
    }

    /** Forgets everything: the person lost it all, and sets it up anew at the next sign-in. */
    @Transactional
    public void forget(String username) {
        for (String table : List.of("one_time_password", "recovery_code", "passkey")) {
            jdbc.sql("delete from security." + table + " where username = ?")
                    .param(username)
                    .update();
        }
    }

    /** Whether the demonstration made the account, so that anybody signs in with it by one click. */
    @Transactional(readOnly = true)
    public boolean isDemo(String username) {
        return exists("select exists (select from security.account where username = ? and demo)", username);
    }

    private boolean exists(String sql, String username) {
        return jdbc.sql(sql).param(username).query(Boolean.class).single();
    }

    /** Apps show "123 456". */
    private static String digits(String typed) {
        return typed.replaceAll("[\\s-]", "");
    }

    private static String recovery(String typed) {
        return digits(typed).toLowerCase(Locale.ROOT);
    }
}
