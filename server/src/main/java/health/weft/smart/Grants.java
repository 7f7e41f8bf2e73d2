package health.weft.smart;

import health.weft.identity.Identity;
import health.weft.security.AppCallers;
import health.weft.security.Caller;
import health.weft.security.Grant;
import health.weft.security.Role;
import health.weft.store.RecordStore;
import health.weft.store.RecordStore.Question;
import health.weft.store.Visibility;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Whom the token of an app stands for, asked once for every request, and what it may. */
@Component
class Grants implements AppCallers {
    /** What must still be so: the account lives and is no demonstration's outside one, the app is approved, nothing was withdrawn. */
    private static final String STANDS = """
             join smart.app p on p.id = z.app and p.state = 'APPROVED' and (p.account is null or p.account = z.username)
             join security.account a on a.username = z.username and security.acts(a.begins, a.ended) and (not a.demo or ?)
             join security.party q on q.party = a.party
            where z.withdrawn is null
            """;

    private static final String COLUMNS =
            "select z.id, z.pat, p.name as app, p.kind, a.username, a.display_name, a.party, q.name as party_name, a.roles, a.language, q.kind = 'PUBLIC_HEALTH' as public_health";

    /** What a token stands for. One of a clock that was ahead is none. */
    private static final String GOOD = COLUMNS
            + ", t.scopes from smart.access_token t join smart.authorized z on z.id = t.grantee" + STANDS
            + " and t.hash = ? and t.expires > now() and t.issued < now() + interval '5 minutes'";

    private final JdbcClient jdbc;
    private final RecordStore store;
    private final Apps apps;
    private final boolean demo;

    Grants(JdbcClient jdbc, RecordStore store, Apps apps, @Value("${weft.demo:false}") boolean demo) {
        this.jdbc = jdbc;
        this.store = store;
        this.apps = apps;
        this.demo = demo;
    }

    @Override
    public Optional<Caller> byToken(String token) {
        return row(Assertions.hash(token)).map(this::caller);
    }

    @Override
    public Optional<Known> known(String token) {
        byte[] hash = Assertions.hash(token);
        return row(hash).map(row -> {
            // What a scope with search parameters opens depends on how the network searches at that moment.
            boolean alike = Scope.all(row.scopes()).stream()
                    .allMatch(scope -> scope.query().isEmpty());
            return new Known(
                    caller(row),
                    alike
                            ? new Question<>(
                                    GOOD,
                                    List.of(demo, hash),
                                    rows -> rows.next() && Row.of(rows, 0).equals(row))
                            : null);
        });
    }

    /** One statement; once a minute it also notes that the app looked. */
    private Optional<Row> row(byte[] hash) {
        return jdbc.sql("""
                with looked as (
                    update smart.authorized u set last_used = now() from smart.access_token t
                     where t.hash = ? and t.expires > now() and t.issued < now() + interval '5 minutes' and u.id = t.grantee
                       and (u.last_used is null or u.last_used < now() - interval '1 minute'))
                """ + GOOD).params(hash, demo, hash).query(Row::of).optional();
    }

    @Override
    public Optional<Caller> byName(String username) {
        UUID id;
        try {
            id = UUID.fromString(username.substring(username.indexOf(VIA) + 1));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        return jdbc.sql(COLUMNS + ", z.scopes from smart.authorized z" + STANDS + " and z.id = ?")
                .params(demo, id)
                .query(Row::of)
                .optional()
                .map(this::caller)
                .filter(caller -> caller.username().equals(username));
    }

    @Override
    public boolean isOrigin(String origin) {
        return origin.length() < 300 && apps.isOrigin(origin);
    }

    private record Row(
            String id, @Nullable Long pat, String app, boolean service, Caller account, List<String> scopes) {
        static Row of(ResultSet row, int n) throws SQLException {
            long pat = row.getLong("pat");
            return new Row(
                    row.getString("id"),
                    row.wasNull() ? null : pat,
                    row.getString("app"),
                    row.getString("kind").equals("SERVICE"),
                    new Caller(
                            row.getString("username"),
                            row.getString("display_name"),
                            row.getString("party"),
                            row.getString("party_name"),
                            Arrays.stream((String[]) row.getArray("roles").getArray())
                                    .map(Role::valueOf)
                                    .collect(Collectors.toSet()),
                            row.getString("language"),
                            null,
                            row.getBoolean("public_health")),
                    List.of((String[]) row.getArray("scopes").getArray()));
        }
    }

    private Caller caller(Row row) {
        List<Grant.Rule> rules = new ArrayList<>();
        for (Scope scope : Scope.all(row.scopes())) {
            try {
                Visibility only = scope.query().isEmpty() ? null : store.condition(scope.search(store.parameters()));
                rules.add(new Grant.Rule(scope.type(), scope.interactions(), scope.ofPatient(), only));
            } catch (IllegalArgumentException e) {
                // The network no longer searches by this parameter: the scope opens nothing.
                continue;
            }
        }
        Long pat = row.pat();
        Caller of = row.account();
        return new Caller(
                of.username() + VIA + row.id(),
                row.service() ? row.app() : row.app() + " (" + of.name() + ")",
                of.party(),
                of.partyName(),
                of.roles(),
                of.language(),
                new Grant(rules, pat == null ? null : Identity.recordOf(pat)),
                of.publicHealth());
    }
}
