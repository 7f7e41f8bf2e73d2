package health.weft.security;

import java.security.SecureRandom;
import java.sql.Types;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Accounts as an operator makes them on the machine itself: how a network gets its first people. */
public final class OperatorAccounts {
    private final JdbcClient jdbc;
    private final Accounts accounts;
    private final TransactionTemplate transaction;

    public OperatorAccounts(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.accounts = new Accounts(jdbc, false);
        this.transaction = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
    }

    /**
     * Makes the account, and the organisation when no party has that name yet.
     *
     * @return what to tell the operator: the new password, or how to get a token
     * @throws IllegalArgumentException when the account is there already or a word is none of the known ones
     */
    public String make(String username, String name, String organisation, String kind, String role) {
        if (!username.matches("[a-z0-9][a-z0-9._@-]{1,80}")) {
            throw new IllegalArgumentException("A user name is lower case letters, digits, dots and dashes.");
        }
        Role chosen = one(Role.class, role, "--role");
        PartyKind partyKind = one(PartyKind.class, kind, "--kind");
        if (chosen == Role.PLATFORM || chosen == Role.PATIENT || partyKind == PartyKind.PERSON) {
            throw new IllegalArgumentException("Choose a role and a kind from ./weft account --help.");
        }
        if (isThere(username)) {
            throw new IllegalArgumentException("There is an account " + username + " already.");
        }
        clear(name, "--name");
        clear(organisation, "--organisation");
        byte[] secret = new byte[12];
        new SecureRandom().nextBytes(secret);
        String password = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        transaction.executeWithoutResult(status -> {
            String party = jdbc.sql("select party from security.party where name = ? and kind <> 'PERSON'")
                    .param(organisation)
                    .query(String.class)
                    .optional()
                    .orElseGet(() -> {
                        likeNoOther(organisation);
                        String made = "Organization/" + UUID.randomUUID();
                        accounts.party(made, organisation, partyKind);
                        return made;
                    });
            accounts.ensure(username, name, party, Set.of(chosen), "en", chosen == Role.SOURCE ? null : password);
        });
        return chosen == Role.SOURCE
                ? "Made. Get a token for it with ./weft token --as " + username
                : "Made. " + name + " signs in as " + username + " with the password " + password;
    }

    private static void clear(String name, String option) {
        ClearName.wrong(name).ifPresent(why -> {
            throw new IllegalArgumentException(
                    why == ClearName.Wrong.HIDDEN
                            ? option + ": something in this name cannot be seen, or turns it around. Type it anew."
                            : option + ": the word " + ClearName.mixedWord(name).orElse("")
                                    + " mixes letters of different alphabets that look alike. Type it anew in one alphabet.");
        });
    }

    private void likeNoOther(String organisation) {
        jdbc.sql("select name from security.party where kind <> 'PERSON'").query(String.class).list().stream()
                .filter(known -> ClearName.looksLike(known, organisation))
                .findFirst()
                .ifPresent(known -> {
                    throw new IllegalArgumentException("There is an organisation that looks the same: " + known
                            + ". Write the name as it is there to mean that one, or choose another.");
                });
    }

    /** Sets where mail reaches a person, so that they can ask for a new password themselves. */
    public void mail(String username, String address) {
        String mail = address.strip().toLowerCase(Locale.ROOT);
        if (!mail.matches("[^@\\s]{1,64}@[^@\\s]{3,190}")) {
            throw new IllegalArgumentException(address + " is not a mail address.");
        }
        known(username);
        if (jdbc.sql("""
                        update security.account set mail = :mail where username = :username
                           and not exists (select from security.account o where o.mail = :mail and o.username <> :username)""").param("mail", mail).param("username", username).update() == 0) {
            throw new IllegalArgumentException("Another account has the address " + mail + ".");
        }
    }

    /**
     * Says which sensitive categories whatever an organisation writes carries. What it wrote before is labelled by the running server within
     * a minute.
     *
     * @param categories names with commas between, or {@code none}
     * @return what to tell the operator
     * @throws IllegalArgumentException when there is no such organisation, or a word is no category
     */
    public String sensitive(String organisation, String categories) {
        int bits = 0;
        for (String word : categories.split(",")) {
            if (!word.strip().equals("none")) {
                bits |= one(SensitiveCategory.class, word.strip(), "--sensitive")
                        .bit();
            }
        }
        int all = bits;
        transaction.executeWithoutResult(status -> {
            int found = jdbc.sql("update security.party set categories = ? where name = ? and kind <> 'PERSON'")
                    .params(all, organisation)
                    .update();
            if (found == 0) {
                throw new IllegalArgumentException("There is no organisation " + organisation + ".");
            }
            jdbc.sql("update security.labelling set codes = '', position = 0, done = false")
                    .update();
        });
        return organisation + ": "
                + (all == 0
                        ? "nothing is sensitive by itself."
                        : SensitiveCategory.in(all).stream()
                                        .map(SensitiveCategory::key)
                                        .collect(java.util.stream.Collectors.joining(", "))
                                + " is hidden from others.");
    }

    /** Ends an account at its next request. */
    public void end(String username) {
        known(username);
        accounts.end(username);
    }

    /**
     * Says from which day on an account acts, and from which on it does not any more: the days of this machine.
     *
     * @param from null leaves it as it is; a day that has come lets it act at once
     * @param until null leaves it as it is
     * @throws IllegalArgumentException when there is no such account, or the account would end before it begins
     */
    public void period(String username, @Nullable LocalDate from, @Nullable LocalDate until) {
        known(username);
        if (jdbc.sql("""
                        update security.account set begins = coalesce(:from, begins), ended = coalesce(:until, ended)
                         where username = :username
                           and coalesce(coalesce(:from, begins) < coalesce(:until, ended), true)""")
                        .param("from", start(from), Types.TIMESTAMP_WITH_TIMEZONE)
                        .param("until", start(until), Types.TIMESTAMP_WITH_TIMEZONE)
                        .param("username", username)
                        .update()
                == 0) {
            throw new IllegalArgumentException(
                    "The account would end before it begins. Give a later day with --until.");
        }
    }

    private static @Nullable OffsetDateTime start(@Nullable LocalDate day) {
        return day == null ? null : day.atStartOfDay(ZoneId.systemDefault()).toOffsetDateTime();
    }

    /** Whether there is such an account that has not ended; it may begin on a later day. */
    private boolean isThere(String username) {
        return jdbc.sql(
                        "select exists (select from security.account where username = ? and (ended is null or ended > now()))")
                .param(username)
                .query(Boolean.class)
                .single();
    }

    private void known(String username) {
        if (!isThere(username)) {
            throw new IllegalArgumentException("There is no account " + username + ".");
        }
    }

    private static <E extends Enum<E>> E one(Class<E> type, String word, String option) {
        try {
            return Enum.valueOf(type, word.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(option + " " + word + " is not known; see ./weft account --help.");
        }
    }
}
