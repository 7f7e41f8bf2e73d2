package health.weft.live;

import java.util.Collection;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Says that something changed, to every open page of the parties it concerns, on any instance. */
@Component
public class Live {
    static final String CHANNEL = "weft_live";
    private final JdbcClient jdbc;

    Live(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Told when the running transaction commits, and not at all when it rolls back.
     *
     * @param topic what kind of thing changed: {@code referrals}
     * @param parties who it concerns: {@code Organization/<id>}, {@code Person/<id>}
     */
    @Transactional
    public void changed(String topic, Collection<String> parties) {
        for (String party : parties) {
            jdbc.sql("select pg_notify(?, ?)")
                    .params(CHANNEL, topic + " " + party)
                    .query((rs, n) -> true)
                    .single();
        }
    }
}
