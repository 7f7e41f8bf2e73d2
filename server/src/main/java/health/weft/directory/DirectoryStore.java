package health.weft.directory;

import health.weft.fhir.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** All SQL of the directory. */
@Component
class DirectoryStore {
    /** Where a service, or else its organisation, is written to. */
    private static final String MAIL = """
            substring(coalesce(nullif(s.document ->> 'email', ''), o.document ->> 'email')
                      from '^[^@[:space:]<>,;"]{1,64}@[^@[:space:]<>,;"]{1,190}$')""";

    /** When a service is open: its own schedules; else those of where it is offered; else those of the place. */
    private static final String SCHEDULES = """
            coalesce(nullif(s.document -> 'schedules', '[]'),
                     (select jsonb_agg(x order by a.id) from directory.service_at_location a, jsonb_path_query(a.document, '$.schedules[*]') x
                       where a.service_id = s.id),
                     (select jsonb_agg(x order by a.id) from directory.service_at_location a join directory.location l on l.id = a.location_id,
                             jsonb_path_query(l.document, '$.schedules[*]') x where a.service_id = s.id), '[]')::text""";

    private static final String SERVICES = """
            select s.id, s.organization_id, o.name as organization_name, o.member, s.name, s.status, s.categories, s.languages,
                   s.minimum_age, s.maximum_age, s.available, s.maximum, s.unit, s.capacity_updated, s.assured_date, s.traits,
                   s.document::text as document, %s as mail, %s as schedules,
                   (select p.name from directory.program p where p.id = s.program_id) as program,
                   (select json_agg(json_build_object('id', l.id, 'name', coalesce(l.name, ''),
                            'address', coalesce(l.document #>> '{addresses,0,address_1}', ''), 'city', coalesce(l.city, ''),
                            'postcode', coalesce(l.postcode, ''), 'latitude', l.latitude, 'longitude', l.longitude,
                            'access', l.document -> 'accessibility', 'about', l.about, 'phone', coalesce(l.document #>> '{phones,0,number}', '')) order by l.name)
                      from directory.service_at_location a join directory.place l on l.id = a.location_id
                     where a.service_id = s.id)::text as places
              from directory.service s join directory.organization o on o.id = s.organization_id
            """.formatted(MAIL, SCHEDULES);

    private static final String NEAREST = """
             (select min(directory.metres(:north, :east, l.latitude, l.longitude))
                from directory.service_at_location a join directory.place l on l.id = a.location_id
               where a.service_id = s.id) nulls last,""";

    private static final Set<String> UNITED_STATES =
            Set.of("US", "USA", "UNITED STATES", "UNITED STATES OF AMERICA", "PR", "VI", "GU", "AS", "MP");

    private final JdbcClient jdbc;
    private final ZoneId zone;

    DirectoryStore(JdbcClient jdbc, @Value("${weft.directory.zone:America/New_York}") String zone) {
        this.jdbc = jdbc;
        this.zone = ZoneId.of(zone);
    }

    /** It has accounts here, so referrals reach it. */
    void member(String id) {
        jdbc.sql("update directory.organization set member = true where id = ?")
                .param(id)
                .update();
    }

    /** What search needs of these services, made anew: each row is written once, and each text made plain once. */
    void index(List<String> ids) {
        jdbc.sql("""
                with texts as materialized (
                    select s.id, directory.plain(concat_ws(' ', s.name, s.document ->> 'alternate_name', s.document #>> '{translations,es,name}',
                               s.document #>> '{translations,en,name}')) as names,
                           directory.plain(concat_ws(' ', o.name, o.document ->> 'alternate_name', p.name,
                               (select string_agg(concat_ws(' ', a #>> '{taxonomy_term,name}', a ->> 'label'), ' ')
                                  from jsonb_path_query(s.document, '$.attributes[*]') a))) as filed,
                           directory.plain(concat_ws(' ', s.document ->> 'description', s.document ->> 'keywords',
                               s.document -> 'translations' ->> 'es', s.document ->> 'eligibility_description')) as told,
                           directory.plain((select string_agg(concat_ws(' ', l.name, l.city), ' ')
                               from directory.service_at_location a join directory.location l on l.id = a.location_id
                              where a.service_id = s.id)) as places,
                           exists (select from directory.service_at_location a join directory.location l on l.id = a.location_id
                                    where a.service_id = s.id and l.wheelchair) as wheelchair
                      from directory.service s join directory.organization o on o.id = s.organization_id
                      left join directory.program p on p.id = s.program_id
                     where s.id = any (:ids)),
                simply as materialized (
                    select *, to_tsvector('pg_catalog.simple', names) as simple_names, to_tsvector('pg_catalog.simple', filed) as simple_filed,
                           to_tsvector('pg_catalog.simple', told) as simple_told, to_tsvector('pg_catalog.simple', places) as simple_places
                      from texts),
                words as (
                    insert into directory.word
                    select distinct w from simply, unnest(tsvector_to_array(simple_names || simple_filed || simple_told || simple_places)) w
                     where length(w) between 3 and 40 and w !~ '[0-9]'
                        on conflict do nothing)
                update directory.service s
                   set search = %s || %s || %s || %s,
                       traits = array(select 'lang:' || l from unnest(s.languages) l) || array(select 'takes:' || i from unnest(s.insurances) i)
                             || case when directory.is_free(s.document) then '{free}'::text[] else '{}' end
                             || case when t.wheelchair then '{wheelchair}'::text[] else '{}' end
                  from simply t where t.id = s.id""".formatted(
                        weighed("names", "A"), weighed("filed", "B"), weighed("told", "C"), weighed("places", "D")))
                .param("ids", ids.toArray(String[]::new))
                .update();
        jdbc.sql("""
                with gone as (delete from directory.area_shape where service_id = any (:ids))
                insert into directory.area_shape (service_id, shape)
                select s.id, shape from directory.service s, directory.shapes_of(s.document) shape where s.id = any (:ids)""").param("ids", ids.toArray(String[]::new)).update();
    }

    /** What a plain text is found by, as {@code directory.vector} makes it. */
    private static String weighed(String text, String weight) {
        return "setweight(simple_%1$s || to_tsvector('pg_catalog.english', %1$s) || to_tsvector('pg_catalog.spanish', %1$s), '%2$s')"
                .formatted(text, weight);
    }

    /** Which services stand for others of the same organisation, worked out anew. */
    void join() {
        jdbc.sql("select count(*) from directory.join_services()")
                .query(Long.class)
                .single();
    }

    List<Service> services(List<String> ids) {
        return jdbc.sql(SERVICES + " where s.id = any (?)")
                .param(ids.toArray(String[]::new))
                .query(this::row)
                .list();
    }

    /** Schedules by service. */
    Map<String, String> schedules(List<String> ids) {
        Map<String, String> schedules = new LinkedHashMap<>();
        jdbc.sql("select s.id, " + SCHEDULES + " from directory.service s where s.id = any (?)")
                .param(ids.toArray(String[]::new))
                .query((rs, n) -> schedules.put(rs.getString(1), rs.getString(2)))
                .list();
        return schedules;
    }

    /**
     * Ids of organisations, places or services, in their order.
     *
     * @param organization of this one; null for all
     * @param after those behind this id; the first ones when empty
     */
    List<String> ids(HsdsType type, @Nullable String organization, String after, int most) {
        String of = type == HsdsType.ORGANIZATION ? "id" : "organization_id";
        JdbcClient.StatementSpec sql = jdbc.sql(
                        "select id from directory.%s where id > :after%s order by id limit :most"
                                .formatted(type.key(), organization == null ? "" : " and " + of + " = :organization"))
                .param("after", after)
                .param("most", most);
        return (organization == null ? sql : sql.param("organization", organization))
                .query(String.class)
                .list();
    }

    List<ObjectNode> organizationViews(List<String> ids) {
        return jdbc.sql("""
                select o.id, o.document::text,
                       (select l.document #> '{addresses,0}' from directory.location l
                         where l.organization_id = o.id and jsonb_exists(l.document, 'addresses') order by l.id limit 1)::text
                  from directory.organization o where o.id = any (?)""")
                .param(ids.toArray(String[]::new))
                .query((rs, n) -> DirectoryFhir.organization(
                        rs.getString(1),
                        Json.parse(rs.getString(2)),
                        Json.mapper().readTree(rs.getString(3) == null ? "null" : rs.getString(3))))
                .list();
    }

    List<ObjectNode> locationViews(List<String> ids) {
        return jdbc.sql("""
                select l.id, l.document::text, coalesce(o.name, ''), l.about, l.latitude, l.longitude from directory.place l
                  left join directory.organization o on o.id = l.organization_id where l.id = any (?)""")
                .param(ids.toArray(String[]::new))
                .query((rs, n) -> DirectoryFhir.location(
                        rs.getString(1),
                        Json.parse(rs.getString(2)),
                        rs.getString(3),
                        rs.getBoolean(4) ? new double[] {rs.getDouble(5), rs.getDouble(6)} : null))
                .list();
    }

    /** Looks up the middles of the postcodes of these places; what their source says is left as it is. */
    void place(List<String> ids) {
        record Postcode(
                String id,
                @Nullable String postcode,
                @Nullable String country) {}
        List<Postcode> postcodes = jdbc.sql("""
                select id, postcode, document #>> '{addresses,0,country}' as country from directory.location where id = any (?) order by id""")
                .param(ids.toArray(String[]::new))
                .query(Postcode.class)
                .list();
        @Nullable Double[] latitudes = new @Nullable Double[postcodes.size()];
        @Nullable Double[] longitudes = new @Nullable Double[postcodes.size()];
        for (int i = 0; i < postcodes.size(); i++) {
            Postcode one = postcodes.get(i);
            Optional<double[]> middle = one.postcode() == null || !isUnitedStates(one.country())
                    ? Optional.empty()
                    : PostcodeCentroids.of(one.postcode());
            latitudes[i] = middle.map(at -> at[0]).orElse(null);
            longitudes[i] = middle.map(at -> at[1]).orElse(null);
        }
        jdbc.sql("""
                update directory.location l set middle_latitude = m.latitude, middle_longitude = m.longitude, middle_of = l.postcode
                  from unnest(cast(:ids as text[]), cast(:latitudes as float8[]), cast(:longitudes as float8[])) m (id, latitude, longitude)
                 where l.id = m.id""")
                .param("ids", postcodes.stream().map(Postcode::id).toArray(String[]::new))
                .param("latitudes", latitudes)
                .param("longitudes", longitudes)
                .update();
    }

    /** Five digits are a postcode of many countries; these, and no country, are in the table. */
    private static boolean isUnitedStates(@Nullable String country) {
        return country == null
                || country.isBlank()
                || UNITED_STATES.contains(country.strip().toUpperCase(Locale.ROOT));
    }

    /** Places without a point whose postcode nobody has looked up. */
    List<String> unplaced(int most) {
        return jdbc.sql("""
                select id from directory.location
                 where (latitude is null or longitude is null) and middle_of is distinct from postcode limit ?""").param(most).query(String.class).list();
    }

    Optional<Service> service(String id) {
        return jdbc.sql(SERVICES + " where s.id = ?").param(id).query(this::row).optional();
    }

    List<Service> servicesOf(String organizationId) {
        return jdbc.sql(SERVICES + " where s.organization_id = ? order by s.name")
                .param(organizationId)
                .query(this::row)
                .list();
    }

    /**
     * Services for a need that members offer, and others that can be written to, if wanted: the nearest first where a place is known, at
     * most 500.
     *
     * @param query what they must be found by, as PostgreSQL's tsquery; empty for any
     */
    List<Service> reached(Need need, boolean byMail, Optional<String> query) {
        boolean placed = need.latitude() != null && need.longitude() != null;
        JdbcClient.StatementSpec sql = jdbc.sql(SERVICES
                        + """
                 where s.status in ('active', 'temporarily closed') and s.same_as is null and s.categories @> array[cast(:category as text)]
                   and (o.member or (:byMail and %s is not null))%s
                 order by o.member desc,%s o.name, s.name limit 500""".formatted(
                                        MAIL,
                                        query.isPresent() ? " and s.search @@ cast(:query as tsquery)" : "",
                                        placed ? NEAREST : ""))
                .param("category", need.category().code())
                .param("byMail", byMail);
        if (query.isPresent()) {
            sql = sql.param("query", query.get());
        }
        if (placed) {
            sql = sql.param("north", need.latitude()).param("east", need.longitude());
        }
        return sql.query(this::row).list();
    }

    List<Supply> supply() {
        return jdbc.sql("""
                select category, count(*) as services, count(*) filter (where s.status = 'active' and coalesce(available, 1) > 0) as open,
                       count(*) filter (where s.status = 'active' and available = 0) as full,
                       sum(available) filter (where s.status = 'active') as room
                  from directory.service s join directory.organization o on o.id = s.organization_id
                  cross join lateral unnest(s.categories) category
                 where o.member and s.status in ('active', 'temporarily closed') group by 1 order by 2 desc, 1""").query(Supply.class).list();
    }

    /** Locks the service until the transaction ends, so that two referrals do not take the same last place. */
    void lock(String id) {
        jdbc.sql("select 1 from directory.service where id = ? for update")
                .param(id)
                .query((rs, n) -> true)
                .optional();
    }

    void setAvailable(String id, int available) {
        jdbc.sql("update directory.service set available = ?, capacity_updated = now() where id = ?")
                .params(available, id)
                .update();
    }

    void changeAvailable(String id, int by) {
        jdbc.sql("""
                update directory.service
                   set available = least(greatest(available + ?, 0), coalesce(maximum, available + ?))
                 where id = ? and available is not null""").params(by, by, id).update();
    }

    Map<String, String> organizationNames() {
        Map<String, String> names = new LinkedHashMap<>();
        jdbc.sql("select 'Organization/' || id, name from directory.organization order by name")
                .query((rs, n) -> names.put(rs.getString(1), rs.getString(2)))
                .list();
        return names;
    }

    private Service row(ResultSet rs, int n) throws SQLException {
        List<Service.Place> places = new ArrayList<>();
        String json = rs.getString("places");
        if (json != null) {
            for (JsonNode place : Json.mapper().readTree(json)) {
                places.add(new Service.Place(
                        place.path("id").asString(""),
                        place.path("name").asString(""),
                        place.path("address").asString(""),
                        place.path("city").asString(""),
                        place.path("postcode").asString(""),
                        place.path("phone").asString(""),
                        access(place.path("access")),
                        place.path("latitude").isNumber()
                                ? place.path("latitude").asDouble()
                                : null,
                        place.path("longitude").isNumber()
                                ? place.path("longitude").asDouble()
                                : null,
                        place.path("about").asBoolean(false)));
            }
        }
        Timestamp updated = rs.getTimestamp("capacity_updated");
        return new Service(
                rs.getString("id"),
                "Organization/" + rs.getString("organization_id"),
                rs.getString("organization_name"),
                rs.getBoolean("member"),
                rs.getString("mail"),
                rs.getString("name"),
                rs.getString("status"),
                List.of((String[]) rs.getArray("categories").getArray()),
                List.of((String[]) rs.getArray("languages").getArray()),
                rs.getObject("minimum_age", Integer.class),
                rs.getObject("maximum_age", Integer.class),
                rs.getObject("available", Integer.class),
                rs.getObject("maximum", Integer.class),
                rs.getString("unit"),
                updated == null ? null : updated.toInstant(),
                rs.getObject("assured_date", java.time.LocalDate.class),
                places,
                rs.getString("program"),
                Json.mapper().readTree(rs.getString("schedules")),
                zone,
                List.of((String[]) rs.getArray("traits").getArray()),
                (ObjectNode) Json.mapper().readTree(rs.getString("document")));
    }

    private static List<String> access(JsonNode accessibility) {
        return accessibility
                .valueStream()
                .map(one -> Stream.of("description", "details")
                        .map(field -> one.path(field).asString("").strip())
                        .filter(words -> !words.isEmpty())
                        .collect(Collectors.joining(" ")))
                .filter(words -> !words.isEmpty())
                .toList();
    }
}
