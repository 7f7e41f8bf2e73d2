package health.weft.smart;

import health.weft.problem.Problem;
import health.weft.store.RecordStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Apps as an operator registers them on the machine itself: approved at once. */
public final class OperatorApps {
    private final JdbcClient jdbc;
    private final RecordStore store;

    public OperatorApps(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.store = new RecordStore(dataSource);
    }

    /**
     * Registers and approves one.
     *
     * @param redirect addresses with commas between; empty for a service
     * @param scopes with blanks or commas between
     * @param keys a file with a JWK Set, or the https address of one; null for an app without keys
     * @param account whom a service acts for
     * @param confidential whether it can keep a secret
     * @return what to tell the operator
     * @throws IllegalArgumentException saying what is wrong
     */
    public String register(
            String name,
            Optional<String> redirect,
            Optional<String> launch,
            String scopes,
            Optional<String> keys,
            Optional<String> account,
            boolean confidential) {
        App.Kind kind = account.isPresent()
                ? App.Kind.SERVICE
                : confidential || keys.isPresent() ? App.Kind.CONFIDENTIAL : App.Kind.PUBLIC;
        boolean published = keys.filter(k -> k.startsWith("https://")).isPresent();
        try {
            Registration registration = Registration.of(
                    name,
                    "",
                    kind,
                    redirect.map(r -> List.of(r.split(","))).orElse(List.of()),
                    launch.orElse(null),
                    List.of(scopes.strip().split("[ ,]+")),
                    published ? null : read(keys),
                    published ? keys.orElse(null) : null,
                    store.parameters());
            account.ifPresent(this::known);
            add(registration.app(), account.orElse(null));
            String secret = registration.secret();
            return "Registered and approved. Its client_id is "
                    + registration.app().id()
                    + (secret == null ? "" : " and its secret, told only now, is " + secret);
        } catch (Problem e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("The file with the keys cannot be read: " + keys.orElse(""), e);
        }
    }

    private static @Nullable String read(Optional<String> keys) throws IOException {
        return keys.isEmpty() ? null : Files.readString(Path.of(keys.get()));
    }

    private void known(String account) {
        if (jdbc.sql(
                                "select count(*) from security.account where username = ? and 'SOURCE' = any(roles) and security.acts(begins, ended)")
                        .param(account)
                        .query(Integer.class)
                        .single()
                == 0) {
            throw new IllegalArgumentException(
                    "There is no system " + account + ". ./weft token --list shows the names.");
        }
    }

    private void add(App app, @Nullable String account) {
        jdbc.sql("""
                insert into smart.app (id, name, kind, redirect_uris, launch_uri, scopes, secret, jwks, jwks_uri, account, state,
                    decided, decided_by) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'APPROVED', now(), 'operator')""")
                .param(app.id())
                .param(app.name())
                .param(app.kind().name())
                .param(app.redirectUris().toArray(String[]::new))
                .param(app.launchUri())
                .param(app.scopes().toArray(String[]::new))
                .param(app.secret())
                .param(app.jwks())
                .param(app.jwksUri())
                .param(account)
                .update();
    }

    /** Stops an app: its tokens work no more at their next request. */
    public String stop(String id) {
        int stopped = jdbc.sql(
                        "update smart.app set state = 'REFUSED', decided = now(), decided_by = 'operator' where id = ?")
                .param(id)
                .update();
        if (stopped == 0) {
            throw new IllegalArgumentException("There is no app " + id + ". ./weft app --list shows them.");
        }
        return "Stopped.";
    }

    /** Each app on a line. */
    public List<String> list() {
        return jdbc.sql("""
                select rpad(id, 26) || ' ' || rpad(state, 9) || ' ' || rpad(kind, 13) || ' ' || name from smart.app
                 order by registered""").query(String.class).list();
    }
}
