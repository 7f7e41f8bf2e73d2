package health.weft.store;

import health.weft.fhir.Json;
import health.weft.fhir.ParameterSet;
import health.weft.fhir.SearchParameter;
import health.weft.fhir.SearchParameter.Kind;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.SearchRequest.Include;
import health.weft.fhir.Structures;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * What {@code _include} and {@code _revinclude} bring along with a page (R4, 3.1.1.5.5): references are read from the bodies of
 * the matches, those that refer to them found in the index. With {@code :iterate} from what was brought as well, until nothing
 * new comes. What may be seen and not be found by its content brings nothing and is not brought by what it refers to: that would tell
 * of what it hides.
 */
final class Including {
    /** Included resources sent with one page, at most. */
    static final int MOST = 1000;
    /** Rounds of {@code :iterate}, at most. */
    private static final int ROUNDS = 10;

    private final Connection connection;
    private final Visibility who;
    private final Visibility match;
    private final ParameterSet known;
    private final Set<Long> present = new HashSet<>();
    private final Map<Long, Stored> found = new LinkedHashMap<>();

    Including(Session session) {
        this.connection = session.connection();
        this.who = session.who();
        this.match = session.match();
        this.known = session.known();
    }

    List<Stored> of(SearchRequest request, List<Stored> matches) throws SQLException {
        if (request.includes().isEmpty() || matches.isEmpty()) {
            return List.of();
        }
        matches.forEach(m -> present.add(m.rid()));
        List<Stored> from = round(request.includes(), matches);
        List<Include> again =
                request.includes().stream().filter(Include::iterate).toList();
        for (int i = 0; i < ROUNDS && !again.isEmpty() && !from.isEmpty(); i++) {
            from = round(again, from);
        }
        return List.copyOf(found.values());
    }

    /** What these bring that was not there before. */
    private List<Stored> round(List<Include> includes, List<Stored> from) throws SQLException {
        List<Stored> fresh = new ArrayList<>();
        Set<Long> forward = new HashSet<>();
        Set<Named> named = new LinkedHashSet<>();
        Set<Long> open = includes.stream().allMatch(Include::reverse) ? Set.of() : open(from);
        for (Include include : includes) {
            if (include.reverse()) {
                keep(referring(include, from), fresh);
            } else {
                for (Stored s : from) {
                    if (open.contains(s.rid())
                            && (include.source() == null || s.type().equals(include.source()))) {
                        forward.addAll(targets(include, s));
                        named.addAll(named(include, s));
                    }
                }
            }
        }
        if (!forward.isEmpty() && found.size() < MOST) {
            keep(
                    new Sql()
                            .add("select " + Sql.COLUMNS + " from record.res r where ")
                            .in(
                                    "r.tkey",
                                    forward.stream().mapToLong(Long::longValue).toArray())
                            .add(" and not r.deleted")
                            .visible(who)
                            .add(" order by r.rid limit " + MOST)
                            .list(connection),
                    fresh);
        }
        if (!named.isEmpty() && found.size() < MOST) {
            keep(byAddress(named), fresh);
        }
        return fresh;
    }

    /**
     * What a canonical reference may lead to.
     *
     * @param address without a version
     * @param version the one that it names; empty for whichever there is
     */
    private record Named(String type, String address, String version) {
        boolean is(Stored s) {
            return s.type().equals(type) && (version.isEmpty() || version.equals(Json.text(s.json(), "version")));
        }
    }

    private List<Named> named(Include include, Stored s) {
        List<Named> named = new ArrayList<>();
        var body = s.json();
        for (SearchParameter p : parameters(include, s.type())) {
            for (String canonical : Extraction.canonicals(body, p)) {
                int bar = canonical.indexOf('|');
                for (String type : include.target() == null ? p.targets() : List.of(include.target())) {
                    named.add(new Named(
                            type,
                            bar < 0 ? canonical : canonical.substring(0, bar),
                            bar < 0 ? "" : canonical.substring(bar + 1)));
                }
            }
        }
        return named;
    }

    /** They are found by their content, and so only what may be. */
    private List<Stored> byAddress(Set<Named> named) throws SQLException {
        LongStream.Builder hashes = LongStream.builder();
        for (Named one : named) {
            SearchParameter url = known.find(one.type(), "url");
            if (url != null && url.kind() == Kind.URI) {
                hashes.add(Extraction.uri(url, one.address()));
            }
        }
        long[] all = hashes.build().distinct().toArray();
        if (all.length == 0) {
            return List.of();
        }
        return new Sql()
                        .add("select " + Sql.COLUMNS + " from record.res r where not r.deleted")
                        .visible(match)
                        .add(" and r.rid in (select x.rid from record.idx_tok x where ")
                        .in("x.h", all)
                        .add(") order by r.rid limit " + MOST)
                        .list(connection)
                        .stream()
                        .filter(s -> named.stream()
                                .anyMatch(one -> one.is(s) && one.address().equals(Json.text(s.json(), "url"))))
                        .toList();
    }

    /** Those of these whose content may be searched by. */
    private Set<Long> open(List<Stored> from) throws SQLException {
        Sql sql = new Sql()
                .add("select r.rid from record.res r where ")
                .in("r.rid", from.stream().mapToLong(Stored::rid).toArray())
                .visible(match);
        Set<Long> open = new HashSet<>();
        try (PreparedStatement statement = sql.prepare(connection);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                open.add(rows.getLong(1));
            }
        }
        return open;
    }

    private void keep(List<Stored> brought, List<Stored> fresh) {
        for (Stored s : brought) {
            if (found.size() < MOST && present.add(s.rid())) {
                found.put(s.rid(), s);
                fresh.add(s);
            }
        }
    }

    private List<Long> targets(Include include, Stored s) {
        List<Long> targets = new ArrayList<>();
        var body = s.json();
        String target = include.target();
        for (SearchParameter p : parameters(include, s.type())) {
            for (String literal : Extraction.literals(body, p)) {
                if (target == null || literal.startsWith(target + "/")) {
                    targets.add(Extraction.tkey(literal));
                }
            }
        }
        return targets;
    }

    private List<Stored> referring(Include include, List<Stored> from) throws SQLException {
        Collection<Stored> to = include.target() == null
                ? from
                : from.stream().filter(s -> s.type().equals(include.target())).toList();
        if (to.isEmpty() || found.size() >= MOST) {
            return List.of();
        }
        Set<String> names = new HashSet<>();
        to.forEach(m -> names.addAll(names(m)));
        Sql sql = new Sql()
                .add("select " + Sql.COLUMNS + " from record.res r where not r.deleted")
                .visible(match);
        String source = include.source();
        if (source != null) {
            sql.add(" and ").ofType("r.rtype", List.of(source));
        }
        sql.add(" and r.rid in (select x.rid from record.idx_ref x where ")
                .in("x.tkey", names.stream().mapToLong(Extraction::tkey).toArray());
        if (source != null) {
            sql.add(" and ").in("x.sp", ClauseSql.indexed(parameters(include, source), SearchParameter::key));
        }
        List<Stored> referring = sql.add(") order by r.rid limit " + MOST).list(connection);
        return names.size() == to.size()
                ? referring
                : referring.stream().filter(s -> refers(include, s, names)).toList();
    }

    /** What others call it: its literal reference; of what has an address, that with and without its version. */
    private static List<String> names(Stored s) {
        String url = Structures.shape(s.type()) instanceof Structures.Shape shape && shape.child("url") != null
                ? Json.text(s.json(), "url")
                : "";
        String version = url.isEmpty() ? "" : Json.text(s.json(), "version");
        return url.isEmpty()
                ? List.of(s.reference())
                : version.isEmpty() ? List.of(s.reference(), url) : List.of(s.reference(), url, url + "|" + version);
    }

    /** The index has a canonical reference without its version too: one to another version is none to this. */
    private boolean refers(Include include, Stored s, Set<String> names) {
        var body = s.json();
        for (SearchParameter p : parameters(include, s.type())) {
            if (Extraction.canonicals(body, p).stream().anyMatch(names::contains)
                    || Extraction.literals(body, p).stream().anyMatch(names::contains)) {
                return true;
            }
        }
        return false;
    }

    private List<SearchParameter> parameters(Include include, String source) {
        SearchParameter one = include.parameter();
        return one != null
                ? List.of(one)
                : known.of(source).values().stream()
                        .filter(p -> p.kind() == Kind.REFERENCE)
                        .toList();
    }
}
