package health.weft.store;

import health.weft.fhir.Clause;
import health.weft.fhir.OwnParameter;
import health.weft.fhir.ParameterSet;
import health.weft.fhir.SearchParameter;
import health.weft.fhir.SearchParameter.Kind;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.SearchValue;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the record is searched by at one moment: R4 and the network's own parameters, and which of it is not indexed everywhere
 * yet.
 *
 * @param generation number of this state; every change of what is searched by raises it
 * @param pending by key of a parameter: how far its index is; {@link #FAILED} when it came to no end
 * @param upgrade how far the index rows that searches need are; null when all resources have them
 */
record SearchState(
        long generation,
        ParameterSet known,
        Map<Integer, String> pending,
        @Nullable String upgrade) {
    /** The first version of the rules whose rows all searches find: of older ones some are refused until they are made anew. */
    private static final int WHOLE = 2;

    private static final String FAILED = "failed";

    static final SearchState R4 = new SearchState(0, ParameterSet.R4, Map.of(), null);

    static long generation(Connection c) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement("select generation from record.search_state");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    static SearchState read(Connection c) throws SQLException {
        long generation = generation(c);
        List<SearchParameter> own = new ArrayList<>();
        Map<Integer, String> pending = new HashMap<>();
        try (PreparedStatement statement = c.prepareStatement("""
                        select r.body, p.seed, i.status, i.done, i.total
                        from record.parameter p join record.res r on r.rid = p.rid
                        left join record.reindex i on i.seed = p.seed
                        """);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                List<SearchParameter> of =
                        OwnParameter.compile(health.weft.fhir.Json.parse(row.getBytes(1)), row.getLong(2));
                own.addAll(of);
                if (!"done".equals(row.getString(3))) {
                    String progress =
                            FAILED.equals(row.getString(3)) ? FAILED : progress(row.getLong(4), row.getLong(5));
                    of.forEach(p -> pending.put(p.key(), progress));
                }
            }
        }
        String upgrade = null;
        try (PreparedStatement statement = c.prepareStatement("""
                        select i.done, i.total from record.search_state s
                        left join record.reindex i on i.seed is null and i.status in ('waiting', 'running') where s.extraction < ?
                        """)) {
            statement.setInt(1, WHOLE);
            try (ResultSet row = statement.executeQuery()) {
                if (row.next()) {
                    upgrade = progress(row.getLong(1), row.getLong(2));
                }
            }
        }
        return new SearchState(generation, ParameterSet.with(own), Map.copyOf(pending), upgrade);
    }

    private static String progress(long done, long total) {
        return total == 0 ? "it is about to begin" : done + " of " + total + " resources are done";
    }

    /** What to say when others have just changed what is searched by, and this state is not told of it yet. */
    StoreException passed() {
        return new StoreException(
                StoreException.Category.NOT_READY,
                "What may be searched by has just been changed, and is taken up at this moment. Ask again in a second.");
    }

    /** Whether an index is being made. */
    boolean unfinished() {
        return upgrade != null || !pending.isEmpty();
    }

    /**
     * This state, or the one of this moment where the search asks for whatever refers to what it finds: such a search names no parameter that would
     * be missed.
     */
    SearchState now(SearchRequest request, Connection c) throws SQLException {
        boolean any = request.includes().stream().anyMatch(i -> i.reverse() && i.parameter() == null);
        return any && generation(c) != generation ? read(c) : this;
    }

    /**
     * Refuses a search by what is not indexed everywhere yet: it would find a part and look whole.
     *
     * @throws StoreException NOT_READY with how far it is, also for what was read by what was known before or after this state;
     *     UNSUPPORTED for what could not be indexed and will not be by itself
     */
    void check(SearchRequest request) {
        request.clauses().forEach(this::check);
        request.sort().forEach(s -> s.parameters().forEach(this::check));
        for (SearchRequest.Include include : request.includes()) {
            SearchParameter p = include.parameter();
            if (include.reverse() && p != null) {
                check(p);
            } else if (include.reverse()) {
                known.own().stream()
                        .filter(one -> one.kind() == Kind.REFERENCE
                                && (include.source() == null || one.base().equals(include.source()))
                                && !FAILED.equals(pending.get(one.key())))
                        .forEach(this::check);
            }
        }
    }

    private void check(Clause clause) {
        switch (clause) {
            case Clause.Match m -> {
                m.parameters().forEach(this::check);
                if (m.parameter().kind() == Kind.COMPOSITE
                        || m.parameter().kind() == Kind.SPECIAL
                        || m.values().stream().anyMatch(SearchState::ofThisVersion)) {
                    refuse(upgrade, "What this search needs");
                }
            }
            case Clause.Missing m -> {
                m.parameters().forEach(this::check);
                if (m.parameters().getFirst().kind() == Kind.SPECIAL) {
                    refuse(upgrade, "What this search needs");
                }
            }
            case Clause.Chain chain -> {
                chain.parameters().forEach(this::check);
                chain.targets().forEach(t -> check(t.inner()));
            }
            case Clause.Has has -> {
                check(has.reference());
                check(has.inner());
            }
            case Clause.All all -> all.clauses().forEach(this::check);
            case Clause.Any any -> any.clauses().forEach(this::check);
            case Clause.None none -> check(none.clause());
            case Clause.Words w -> refuse(upgrade, "What this search needs");
            case Clause.Ids i -> {}
            case Clause.Updated u -> {}
            case Clause.Listed l -> {}
            case Clause.Within w -> {}
        }
    }

    /** Whether the value is found by rows that the first version of the index did not have. */
    private static boolean ofThisVersion(SearchValue value) {
        return value instanceof SearchValue.Display
                || value instanceof SearchValue.TypedIdentifier
                || (value instanceof SearchValue.Uri u && u.reach() == SearchValue.Reach.BELOW);
    }

    private void check(SearchParameter p) {
        if (!p.own()) {
            return;
        }
        SearchParameter here = known.find(p.base(), p.code());
        if (here == null || here.key() != p.key()) {
            throw passed();
        }
        if (FAILED.equals(pending.get(p.key()))) {
            throw new StoreException(
                    StoreException.Category.UNSUPPORTED,
                    "The parameter '" + p.code()
                            + "' could not be indexed. Store its SearchParameter again to try again.");
        }
        refuse(pending.get(p.key()), "The parameter '" + p.code() + "'");
    }

    private static void refuse(@Nullable String progress, String what) {
        if (progress != null) {
            throw new StoreException(
                    StoreException.Category.NOT_READY,
                    what + " is being indexed: " + progress + ". Search again when it is finished.");
        }
    }
}
