package health.weft.partner;

import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** All SQL of the keys by which this server shows others who it is. */
@Component
class KeyStore {
    private final JdbcClient jdbc;

    KeyStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A private key. */
    record Sealed(String id, byte[] key) {}

    boolean hasYounger(String algorithm, Duration age) {
        return jdbc.sql("""
                select exists (select from partner.key where alg = ? and made > now() - make_interval(secs => ?))""")
                .params(algorithm, age.toSeconds())
                .query(Boolean.class)
                .single();
    }

    /** Keeps a key, unless there is a younger one than of this age by now; those that stopped signing a month ago go. */
    void keep(String id, String algorithm, String publicKey, byte[] closed, Duration age) {
        jdbc.sql("""
                insert into partner.key (id, alg, public, private) select ?, ?, ?, ?
                 where not exists (select from partner.key where alg = ? and made > now() - make_interval(secs => ?))""")
                .param(id)
                .param(algorithm)
                .param(publicKey)
                .param(closed)
                .param(algorithm)
                .param(age.toSeconds())
                .update();
        jdbc.sql("""
                delete from partner.key k
                 where exists (select from partner.key younger where younger.alg = k.alg and younger.made > k.made
                                  and younger.made < now() - interval '31 days')""").update();
    }

    List<String> published() {
        return jdbc.sql("select public from partner.key order by made desc, id")
                .query(String.class)
                .list();
    }

    /** The key that signs: the youngest that others have had a day to read, or the first there is. */
    Sealed signing(String algorithm) {
        return jdbc.sql("""
                select id, private as key from partner.key where alg = ?
                 order by made < now() - interval '1 day' desc,
                          extract(epoch from made) * case when made < now() - interval '1 day' then -1 else 1 end
                 limit 1""")
                .param(algorithm)
                .query((rs, n) -> new Sealed(rs.getString("id"), rs.getBytes("key")))
                .single();
    }
}
