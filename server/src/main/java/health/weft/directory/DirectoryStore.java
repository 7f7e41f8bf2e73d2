package health.weft.directory;

import health.weft.fhir.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** All SQL of the directory. */
@Component
class DirectoryStore {
    private static final String SERVICES = """
            select s.id, s.organization_id, o.name as organization_name, s.name, s.status, s.categories, s.languages,
                   s.minimum_age, s.maximum_age, s.available, s.maximum, s.unit, s.capacity_updated, s.assured_date,
                   s.document::text as document,
                   (select json_agg(json_build_object('id', l.id, 'name', l.name, 'address', l.address, 'city', l.city,
                            'postcode', l.postcode, 'latitude', l.latitude, 'longitude', l.longitude) order by l.name)
                      from directory.service_location l where l.service_id = s.id)::text as places
              from directory.service s join directory.organization o on o.id = s.organization_id
            """;

    private final JdbcClient jdbc;

    DirectoryStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void save(String id, String name, String kind, ObjectNode document) {
        jdbc.sql("""
                insert into directory.organization (id, name, kind, document) values (?, ?, ?, ?::jsonb)
                on conflict (id) do update set name = excluded.name, kind = excluded.kind, document = excluded.document""").params(id, name, kind, document.toString()).update();
    }

    /** Saves a service; its capacity is set only when it is new, since the organisation keeps that number itself. */
    void save(Service service) {
        jdbc.sql("""
                insert into directory.service (id, organization_id, name, status, categories, languages, minimum_age,
                    maximum_age, available, maximum, unit, capacity_updated, assured_date, document)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb)
                on conflict (id) do update set organization_id = excluded.organization_id, name = excluded.name,
                    status = excluded.status, categories = excluded.categories, languages = excluded.languages,
                    minimum_age = excluded.minimum_age, maximum_age = excluded.maximum_age,
                    maximum = excluded.maximum, unit = excluded.unit,
                    assured_date = excluded.assured_date, document = excluded.document""")
                .param(service.id())
                .param(service.party().substring("Organization/".length()))
                .param(service.name())
                .param(service.status())
                .param(service.categories().toArray(String[]::new))
                .param(service.languages().toArray(String[]::new))
                .param(service.minimumAge())
                .param(service.maximumAge())
                .param(service.available())
                .param(service.maximum())
                .param(service.unit())
                .param(service.capacityUpdated() == null ? null : Timestamp.from(service.capacityUpdated()))
                .param(service.assuredDate())
                .param(service.document().toString())
                .update();
        jdbc.sql("delete from directory.service_location where service_id = ?")
                .param(service.id())
                .update();
        for (Service.Place place : service.places()) {
            jdbc.sql("insert into directory.service_location values (?, ?, ?, ?, ?, ?, ?, ?)")
                    .param(service.id())
                    .param(place.id())
                    .param(place.name())
                    .param(place.address())
                    .param(place.city())
                    .param(place.postcode())
                    .param(place.latitude())
                    .param(place.longitude())
                    .update();
        }
    }

    Optional<Service> service(String id) {
        return jdbc.sql(SERVICES + " where s.id = ?")
                .param(id)
                .query(DirectoryStore::service)
                .optional();
    }

    List<Service> servicesOf(String organizationId) {
        return jdbc.sql(SERVICES + " where s.organization_id = ? order by s.name")
                .param(organizationId)
                .query(DirectoryStore::service)
                .list();
    }

    /** Services of a category, or of any when it is null, with these words somewhere in name, organisation or text. */
    List<Service> search(@Nullable String category, String words) {
        return jdbc.sql(SERVICES + """
                 where s.status in ('active', 'temporarily closed')
                   and (?::text is null or s.categories @> array[?::text])
                   and (? = '' or (s.name || ' ' || o.name || ' ' || coalesce(s.document ->> 'description', '') || ' '
                        || coalesce(s.document ->> 'translations', '')) ilike all (?))
                 order by o.name, s.name limit 500""")
                .param(category)
                .param(category)
                .param(words.strip())
                .param(java.util.Arrays.stream(words.strip().split("\\s+"))
                        .map(word -> "%" + word.replaceAll("([%_\\\\])", "\\\\$1") + "%")
                        .toArray(String[]::new))
                .query(DirectoryStore::service)
                .list();
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

    private static Service service(ResultSet rs, int n) throws SQLException {
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
                        place.path("latitude").isNumber()
                                ? place.path("latitude").asDouble()
                                : null,
                        place.path("longitude").isNumber()
                                ? place.path("longitude").asDouble()
                                : null));
            }
        }
        Timestamp updated = rs.getTimestamp("capacity_updated");
        return new Service(
                rs.getString("id"),
                "Organization/" + rs.getString("organization_id"),
                rs.getString("organization_name"),
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
                (ObjectNode) Json.mapper().readTree(rs.getString("document")));
    }
}
