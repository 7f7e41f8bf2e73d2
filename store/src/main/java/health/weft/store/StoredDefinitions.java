package health.weft.store;

import health.weft.fhir.Hash;
import health.weft.fhir.Json;
import health.weft.fhir.SearchParameter;
import health.weft.fhir.terminology.CodeSystem;
import health.weft.fhir.terminology.Definitions;
import health.weft.fhir.terminology.StandardDefinitions;
import health.weft.fhir.terminology.Versions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Definitions of R4, then those of the record that may be seen. What R4 defines whole stands: a resource under the same address is
 * used only where it is asked for by a version that R4's is not. Of several the one with the latest version is meant, a retired one
 * last.
 */
final class StoredDefinitions implements Definitions {
    /** Versions of one address looked at, those written last. */
    private static final int MOST_VERSIONS = 100;

    private static final int MOST_MAPS = 200;

    private final Connection connection;
    private final Visibility who;
    private final CodeSystems known;
    private final SearchParameter supplements;

    StoredDefinitions(Connection connection, Visibility who, CodeSystems known) {
        this.connection = connection;
        this.who = who;
        this.known = known;
        this.supplements = Objects.requireNonNull(
                health.weft.fhir.SearchParameters.find("CodeSystem", "supplements"), "supplements");
    }

    @Override
    public @Nullable CodeSystem codeSystem(String canonical) {
        CodeSystem standard = StandardDefinitions.R4.codeSystem(canonical);
        CodeSystem found = standard != null && standard.complete() ? standard : stored(canonical);
        if (found == null) {
            return standard;
        }
        Sql sql = new Sql()
                .add(
                        "select r.rid, r.ver from record.res r where r.rtype = 'CodeSystem' and not r.deleted"
                                + " and r.rid in (select x.rid from record.idx_ref x where x.tkey = ? and x.sp = ?)",
                        Hash.of(found.url()),
                        supplements.key());
        return found.supplemented(
                compiled(sql).stream().map(CodeSystems.Known::system).toList());
    }

    private @Nullable CodeSystem stored(String canonical) {
        CodeSystems.Known best = null;
        for (CodeSystems.Known one : compiled(at("select r.rid, r.ver", "CodeSystem", canonical))) {
            if (best == null
                    || LATEST.compare(
                                    one.status(),
                                    one.system().version(),
                                    best.status(),
                                    best.system().version())
                            > 0) {
                best = one;
            }
        }
        return best == null ? null : best.system();
    }

    private interface Order {
        int compare(String status, String version, String otherStatus, String otherVersion);
    }

    private static final Order LATEST = (status, version, otherStatus, otherVersion) -> {
        int retired = Boolean.compare(otherStatus.equals("retired"), status.equals("retired"));
        return retired != 0 ? retired : Versions.ORDER.compare(version, otherVersion);
    };

    @Override
    public @Nullable ObjectNode valueSet(String canonical) {
        ObjectNode standard = StandardDefinitions.R4.valueSet(canonical);
        return standard != null ? standard : latest("ValueSet", canonical);
    }

    @Override
    public @Nullable ObjectNode conceptMap(String canonical) {
        ObjectNode standard = StandardDefinitions.R4.conceptMap(canonical);
        return standard != null ? standard : latest("ConceptMap", canonical);
    }

    @Override
    public List<ObjectNode> conceptMaps(String system, boolean to) {
        List<ObjectNode> maps = new ArrayList<>(resources(new Sql()
                .add(
                        "select " + Sql.COLUMNS + " from record.res r where r.rtype = 'ConceptMap' and not r.deleted"
                                + " and r.rid in (select x.rid from record.idx_tok x where x.h = ?)",
                        Hash.of(to ? "ConceptMap.target-system" : "ConceptMap.source-system", "u", system))
                .visible(who)
                .add(" order by r.updated desc limit ?", MOST_MAPS)));
        maps.addAll(StandardDefinitions.R4.conceptMaps(system, to));
        return maps;
    }

    /** The resource of an id; null when there is none. */
    @Nullable
    ObjectNode byId(String reference) {
        List<ObjectNode> found = resources(new Sql()
                .add(
                        "select " + Sql.COLUMNS + " from record.res r where r.tkey = ? and not r.deleted",
                        Hash.of(reference))
                .visible(who));
        return found.isEmpty() ? null : found.getFirst();
    }

    private @Nullable ObjectNode latest(String type, String canonical) {
        Comparator<ObjectNode> order = (a, b) -> LATEST.compare(
                Json.text(a, "status"), Json.text(a, "version"), Json.text(b, "status"), Json.text(b, "version"));
        // Of equals the first, which was written last.
        return resources(at("select " + Sql.COLUMNS, type, canonical)).stream()
                .reduce((a, b) -> order.compare(b, a) > 0 ? b : a)
                .orElse(null);
    }

    private Sql at(String select, String type, String canonical) {
        int bar = canonical.indexOf('|');
        String url = bar < 0 ? canonical : canonical.substring(0, bar);
        Sql sql = new Sql()
                .add(
                        select + " from record.res r where r.rtype = ? and not r.deleted"
                                + " and r.rid in (select x.rid from record.idx_tok x where x.h = ?)",
                        type,
                        Hash.of(type + ".url", "u", url));
        if (bar > 0) {
            sql.add(
                    " and r.rid in (select x.rid from record.idx_tok x where x.h = ?)",
                    Extraction.implied(type + ".version", canonical.substring(bar + 1)));
        }
        return sql.visible(who).add(" order by r.updated desc limit ?", MOST_VERSIONS);
    }

    private List<ObjectNode> resources(Sql sql) {
        try {
            return sql.list(connection).stream().map(Stored::json).toList();
        } catch (SQLException e) {
            throw new RecordStore.UncheckedSql(e);
        }
    }

    /** The systems of these rows, read where they are not known yet. */
    private List<CodeSystems.Known> compiled(Sql sql) {
        List<CodeSystems.Key> keys = new ArrayList<>();
        try (PreparedStatement statement = sql.prepare(connection);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                keys.add(new CodeSystems.Key(rows.getLong(1), rows.getInt(2)));
            }
        } catch (SQLException e) {
            throw new RecordStore.UncheckedSql(e);
        }
        return keys.stream().map(this::compiled).toList();
    }

    private CodeSystems.Known compiled(CodeSystems.Key key) {
        return known.get(key).orElseGet(() -> {
            List<ObjectNode> read = resources(new Sql()
                    .add("select " + Sql.COLUMNS + " from record.res r where r.rid = ?", key.rid())
                    .visible(who));
            CodeSystems.Known system = CodeSystems.Known.of(read.getFirst());
            known.put(key, system);
            return system;
        });
    }
}
