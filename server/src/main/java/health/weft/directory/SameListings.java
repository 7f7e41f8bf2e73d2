package health.weft.directory;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import java.util.List;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What is the same for deciding about two organisations and about two services that feeds bring; within the transaction of whoever decides. */
@Component
class SameListings {
    private static final Set<String> VERDICTS = Set.of("same", "different", "undone");

    private final JdbcClient jdbc;

    SameListings(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Holds the directory, so that no feed is written meanwhile.
     *
     * @param verdict {@code same}, {@code different} or {@code undone}
     * @return both ids in the order in which pairs are kept
     * @throws Problem forbidden; invalid for any other verdict, or one listing twice; unavailable, while a feed is written
     */
    List<String> held(Caller caller, String one, String other, String verdict) {
        Feeds.allowed(caller);
        if (!VERDICTS.contains(verdict) || one.equals(other)) {
            throw Problem.of(Category.INVALID, "directory.same.problem");
        }
        boolean free = jdbc.sql("select pg_try_advisory_xact_lock(hashtext('directory feeds'))")
                .query(Boolean.class)
                .single();
        if (!free) {
            throw Problem.of(Category.UNAVAILABLE, "directory.edit.feed");
        }
        return one.compareTo(other) < 0 ? List.of(one, other) : List.of(other, one);
    }

    /** Works out anew which services stand for others. */
    void join() {
        jdbc.sql("select count(*) from directory.join_services()")
                .query(Long.class)
                .single();
    }
}
