package health.weft.smart;

import health.weft.audit.Audit;
import health.weft.security.Caller;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The registered apps. */
@Component
@Transactional
class Apps {
    private static final String SELECT =
            "select id, name, contact, kind, redirect_uris, launch_uri, scopes, secret, jwks, jwks_uri,"
                    + " account, state, registered from smart.app ";
    /** Registrations that wait at once: nobody fills the list of those who decide. */
    static final int MOST_WAITING = 200;

    private final JdbcClient jdbc;
    private final Audit audit;

    Apps(JdbcClient jdbc, Audit audit) {
        this.jdbc = jdbc;
        this.audit = audit;
    }

    /** The app, whatever its state. */
    @Transactional(readOnly = true)
    public Optional<App> find(String id) {
        return jdbc.sql(SELECT + "where id = ?").param(id).query(Apps::app).optional();
    }

    /** Those that wait first, then the newest. */
    @Transactional(readOnly = true)
    public List<App> all() {
        return jdbc.sql(SELECT + "order by state <> 'PENDING', registered desc limit 500")
                .query(Apps::app)
                .list();
    }

    /** Those that can be opened from a person's record, by name. */
    @Transactional(readOnly = true)
    public List<App> launched() {
        return jdbc.sql(SELECT + "where state = 'APPROVED' and launch_uri is not null order by name")
                .query(Apps::app)
                .list();
    }

    /** Whether there is room for another registration to wait. */
    @Transactional(readOnly = true)
    public boolean isRoom() {
        return jdbc.sql("select count(*) < ? from smart.app where state = 'PENDING'")
                .param(MOST_WAITING)
                .query(Boolean.class)
                .single();
    }

    public void add(App app) {
        jdbc.sql("""
                insert into smart.app (id, name, contact, kind, redirect_uris, launch_uri, scopes, secret, jwks, jwks_uri)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")
                .param(app.id())
                .param(app.name())
                .param(app.contact())
                .param(app.kind().name())
                .param(app.redirectUris().toArray(String[]::new))
                .param(app.launchUri())
                .param(app.scopes().toArray(String[]::new))
                .param(app.secret())
                .param(app.jwks())
                .param(app.jwksUri())
                .update();
    }

    /**
     * Lets an app work, or no longer: its tokens stop at their next request.
     *
     * @param account whom a service acts for
     */
    public void decide(Caller by, App app, App.State state, @Nullable String account) {
        jdbc.sql("update smart.app set state = ?, account = ?, decided = now(), decided_by = ? where id = ?")
                .params(Arrays.asList(state.name(), account, by.username(), app.id()))
                .update();
        audit.record(
                by,
                Audit.Action.APP,
                "app/" + app.id() + "/" + state.name().toLowerCase(java.util.Locale.ROOT),
                List.of());
    }

    /** The accounts of an organisation's own systems: a service acts for one of them. */
    @Transactional(readOnly = true)
    public List<String> systems(String party) {
        return jdbc.sql("""
                select username from security.account where party = ? and 'SOURCE' = any(roles) and security.acts(begins, ended)
                 order by username""").param(party).query(String.class).list();
    }

    /** Whether pages of this origin belong to an approved app. */
    @Transactional(readOnly = true)
    public boolean isOrigin(String origin) {
        return jdbc.sql("""
                select exists (select from smart.app, unnest(redirect_uris) u
                  where state = 'APPROVED' and (u = ? or starts_with(u, ? || '/') or starts_with(u, ? || '?')))""").params(origin, origin, origin).query(Boolean.class).single();
    }

    private static App app(ResultSet row, int n) throws SQLException {
        return new App(
                row.getString("id"),
                row.getString("name"),
                row.getString("contact"),
                App.Kind.valueOf(row.getString("kind")),
                List.of((String[]) row.getArray("redirect_uris").getArray()),
                row.getString("launch_uri"),
                List.of((String[]) row.getArray("scopes").getArray()),
                row.getString("secret"),
                row.getString("jwks"),
                row.getString("jwks_uri"),
                row.getString("account"),
                App.State.valueOf(row.getString("state")),
                row.getTimestamp("registered").toInstant());
    }
}
