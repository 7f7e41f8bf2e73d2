package health.weft.profile;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Which packages there are, how far each is in the record, and what they define. */
@Component
class PackageStore {
    private final JdbcClient jdbc;

    PackageStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A package and how far it is.
     *
     * @param status {@code loading}, {@code loaded} or {@code refused}
     * @param message what could not be done; empty when all went well
     */
    record Status(String name, String version, String status, int done, int total, String message, Instant changed) {}

    void tell(String name, String version, String status, int done, int total, String message) {
        jdbc.sql("""
                insert into profile.package (name, version, status, done, total, message) values (?, ?, ?, ?, ?, ?)
                on conflict (name, version) do update set status = excluded.status, done = excluded.done,
                    total = excluded.total, message = excluded.message, changed = now()""").params(name, version, status, done, total, message).update();
    }

    /** Forgets what is told of packages that are no longer in the folder; what they defined stays. */
    void keepOnly(List<String> names) {
        jdbc.sql("delete from profile.package where not (name || '@' || version = any(?))")
                .param(names.toArray(String[]::new))
                .update();
    }

    List<Status> all() {
        return jdbc.sql("""
                select name, version, status, done, total, message, changed from profile.package
                order by name, version""")
                .query((row, i) -> new Status(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getInt(4),
                        row.getInt(5),
                        row.getString(6),
                        row.getTimestamp(7).toInstant()))
                .list();
    }

    /**
     * Notes a definition; inside the transaction that writes it. Of two instances that load at once one waits here for the other,
     * and then has nothing to do.
     *
     * @return whether it is new, or its package brings it changed
     */
    boolean claim(Definition definition, String from) {
        return jdbc.sql("""
                insert into profile.definition as d (type, url, version, package, hash) values (?, ?, ?, ?, ?)
                on conflict (type, url, version) do update set hash = excluded.hash
                    where d.package = excluded.package and d.hash <> excluded.hash""")
                        .params(
                                definition.type(),
                                definition.url(),
                                definition.version(),
                                from,
                                sha256(definition.json()))
                        .update()
                > 0;
    }

    /** The package that defines this address; empty when none does. */
    List<String> definedBy(String type, String url) {
        return jdbc.sql("select distinct package from profile.definition where type = ? and url = ?")
                .params(type, url)
                .query(String.class)
                .list();
    }

    private static byte[] sha256(byte[] json) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(json);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
