package health.weft.directory;

import health.weft.fhir.Json;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/** What the HSDS API answers, put together by the database. */
@Component
class HsdsStore {
    /** A service's document with what the directory knows better by now: room and the last change. */
    private static final String SERVICE = """
            (s.document || jsonb_build_object('last_modified', to_char(s.modified at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
             || case when s.available is null or not jsonb_exists(s.document, 'capacities') then '{}' else jsonb_build_object('capacities',
                     jsonb_set(s.document -> 'capacities', '{0}', s.document #> '{capacities,0}' || jsonb_build_object(
                        'available', s.available, 'updated', to_char(s.capacity_updated at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))) end)""";

    private static final String PLACES = """
            coalesce((select jsonb_agg(a.document || jsonb_build_object('location', l.document) order by a.id)
                        from directory.service_at_location a join directory.location l on l.id = a.location_id
                       where a.service_id = s.id), '[]')""";
    private static final String FULL_SERVICE = SERVICE + """
             || jsonb_build_object('organization', o.document, 'service_at_locations',\s""" + PLACES + """
            ) || coalesce((select jsonb_build_object('program', p.document) from directory.program p where p.id = s.program_id), '{}')""";

    private final JdbcClient jdbc;

    HsdsStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A list of the API: which tables its filters need, which more are shown, what to show of each row, and its filters so far. */
    static final class Asked {
        private final String from;
        private final String more;
        private final String shown;
        private final StringBuilder where = new StringBuilder("true");
        private final Map<String, Object> params = new LinkedHashMap<>();

        private Asked(String from, String shown) {
            this(from, "", shown);
        }

        private Asked(String from, String more, String shown) {
            this.from = from;
            this.more = more;
            this.shown = shown;
        }

        /** The same for the same question. */
        String key() {
            return from + " " + where + " "
                    + new TreeMap<>(params)
                            .values().stream().map(HsdsStore::words).toList();
        }

        Asked and(String condition, String name, Object value) {
            where.append(" and ").append(condition);
            params.put(name, value);
            return this;
        }
    }

    static Asked services(boolean full, boolean minimal) {
        return new Asked(
                "directory.service s",
                " join directory.organization o on o.id = s.organization_id",
                minimal
                        ? "jsonb_build_object('id', s.id, 'modified_date', to_char(s.modified at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'))"
                        : full ? FULL_SERVICE : SERVICE);
    }

    static Asked organizations(boolean full, boolean fullService) {
        String services =
                fullService ? FULL_SERVICE : "jsonb_build_object('id', s.id, 'name', s.name, 'status', s.status)";
        return new Asked(
                "directory.organization s", "s.document" + (full || fullService ? """
                 || jsonb_build_object('locations', coalesce((select jsonb_agg(l.document order by l.id) from directory.location l
                            where l.organization_id = s.id), '[]'),
                        'programs', coalesce((select jsonb_agg(p.document order by p.id) from directory.program p
                            where p.organization_id = s.id), '[]'),
                        'services', coalesce((select jsonb_agg(%s order by s.id) from directory.service s
                            join directory.organization o on o.id = s.organization_id where s.organization_id = outer_id.id), '[]'))""".formatted(services) : ""));
    }

    static Asked offers(boolean full) {
        return new Asked(
                """
                directory.service_at_location s join directory.place l on l.id = s.location_id
                  join directory.service v on v.id = s.service_id""",
                " join directory.organization o on o.id = v.organization_id",
                full
                        ? "s.document || jsonb_build_object('location', l.document, 'service', v.document || jsonb_build_object('organization', o.document))"
                        : "s.document");
    }

    static Asked taxonomies() {
        return new Asked("directory.taxonomy s", "s.document");
    }

    static Asked terms() {
        return new Asked("directory.taxonomy_term s", "s.document");
    }

    /**
     * Entities as they are kept; of a service with the room it has by now, where that is another.
     *
     * @param organization only what is of this one; null for all
     */
    static Asked raw(HsdsType type, @Nullable String organization) {
        Asked asked = new Asked("directory." + type.key() + " s", type == HsdsType.SERVICE ? """
                s.document || case when s.available is null or s.available = directory.number_of(s.document #>> '{capacities,0,available}')
                                        or not jsonb_exists(s.document, 'capacities') then '{}'
                    else jsonb_build_object('capacities', jsonb_set(s.document -> 'capacities', '{0}', s.document #> '{capacities,0}' || jsonb_build_object(
                        'available', s.available, 'updated', to_char(s.capacity_updated at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))) end""" : "s.document");
        String of =
                switch (type) {
                    case ORGANIZATION -> "s.id = :organization";
                    case PROGRAM, LOCATION, SERVICE -> "s.organization_id = :organization";
                    case SERVICE_AT_LOCATION ->
                        "s.service_id in (select id from directory.service where organization_id = :organization)";
                    default -> "true";
                };
        return organization == null ? asked : asked.and(of, "organization", organization);
    }

    Optional<ObjectNode> one(Asked asked, String id) {
        asked.and("s.id = :id", "id", id);
        return page(asked, 0, 1).stream().findFirst();
    }

    long count(Asked asked) {
        return jdbc.sql("select count(*) from " + asked.from + " where " + asked.where)
                .params(asked.params)
                .query(Long.class)
                .single();
    }

    /** What is shown is put together for this page alone, and not for those before it. */
    List<ObjectNode> page(Asked asked, long offset, int size) {
        return shown(asked, asked.where + " order by s.id limit :size offset :offset", "size", size, "offset", offset);
    }

    /**
     * Where pages begin.
     *
     * @param ids of the first row of each page
     * @param total rows of all pages
     */
    record Starts(List<String> ids, long total) {}

    /** Where every page of this size begins, found by going through all rows once. */
    Starts starts(Asked asked, int size) {
        record Start(String id, long total) {}
        List<Start> starts = jdbc.sql("""
                        select id, total from (
                            select s.id, row_number() over (order by s.id) - 1 as n, count(*) over () as total from %s where %s) t
                         where n %% :size = 0 order by n""".formatted(asked.from, asked.where))
                .params(asked.params)
                .param("size", size)
                .query(Start.class)
                .list();
        return new Starts(
                starts.stream().map(Start::id).toList(),
                starts.isEmpty() ? 0 : starts.getFirst().total());
    }

    /**
     * A page between where it begins and where the next one does. Told both ends, PostgreSQL reads the rows between by their ids, whatever
     * else is asked.
     *
     * @param next null for the last page
     */
    List<ObjectNode> between(Asked asked, String first, @Nullable String next, int size) {
        return next == null
                ? from(asked, first, true, size)
                : shown(
                        asked,
                        asked.where + " and s.id >= :first and s.id < :next order by s.id",
                        "first",
                        first,
                        "next",
                        next);
    }

    /** From this id on, itself or not. */
    List<ObjectNode> from(Asked asked, String id, boolean inclusive, int size) {
        return shown(
                asked,
                asked.where + (inclusive ? " and s.id >= :last" : " and s.id > :last") + " order by s.id limit :size",
                "last",
                id,
                "size",
                size);
    }

    private static String words(Object value) {
        return value instanceof Object[] several ? Arrays.toString(several) : value.toString();
    }

    /** All of it, a part at a time, each after the last id of the one before. */
    void all(Asked asked, Consumer<ObjectNode> taking) {
        String last = "";
        for (List<ObjectNode> part = after(asked, last); !part.isEmpty(); part = after(asked, last)) {
            part.forEach(taking);
            last = part.getLast().path("id").asString("");
        }
    }

    private List<ObjectNode> after(Asked asked, String last) {
        return shown(asked, asked.where + " and s.id > :last order by s.id limit :size", "last", last, "size", 500);
    }

    private List<ObjectNode> shown(Asked asked, String which, String one, Object value, String other, Object its) {
        // The services of an organization are joined to it from inside a query that calls them s as well.
        String outer = asked.shown.contains("outer_id") ? ", lateral (select s.id) outer_id" : "";
        return jdbc.sql(
                        "select (%s)::text from %s%s%s where s.id = any (array(select s.id from %s where %s)) order by s.id"
                                .formatted(asked.shown, asked.from, asked.more, outer, asked.from, which))
                .params(asked.params)
                .param(one, value)
                .param(other, its)
                .query((rs, n) -> Json.parse(rs.getString(1)))
                .list();
    }
}
