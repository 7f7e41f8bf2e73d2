package health.weft.directory;

import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.store.TransactionResult;
import java.sql.Date;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/** What follows from the directory's tables: what search needs, the hours, and FHIR's view. */
@Component
class DirectoryViews {
    private static final int FIRST_REFUSAL = 400;

    private final DirectoryStore store;
    private final Records records;
    private final JdbcTemplate template;
    private final ZoneId zone;
    private final Clock clock = Clock.systemUTC();

    DirectoryViews(
            DirectoryStore store,
            Records records,
            JdbcTemplate template,
            @Value("${weft.directory.zone:America/New_York}") String zone) {
        this.store = store;
        this.records = records;
        this.template = template;
        this.zone = ZoneId.of(zone);
    }

    /**
     * Makes anew what follows from these: all organisations before all places before all services, as FHIR's references need it.
     *
     * @param some ids of one type, as many as are written in one journey
     * @param alone whether each stands for itself: one that FHIR cannot say is left out of the record then, and the others are not
     * @return why, by the id of what was left out
     */
    Map<String, String> follow(HsdsType type, List<String> some, boolean alone) {
        return switch (type) {
            case LOCATION -> {
                store.place(some);
                yield put(fhir(type, some), alone);
            }
            case SERVICE -> {
                store.index(some);
                openings(some);
                yield put(fhir(type, some), alone);
            }
            default -> put(fhir(type, some), alone);
        };
    }

    /**
     * These as FHIR has them.
     *
     * @param type organisations, places or services
     */
    List<ObjectNode> fhir(HsdsType type, List<String> ids) {
        return switch (type) {
            case ORGANIZATION -> store.organizationViews(ids);
            case LOCATION -> store.locationViews(ids);
            case SERVICE ->
                store.services(ids).stream()
                        .map(DirectoryFhir::healthcareService)
                        .toList();
            default -> throw new IllegalArgumentException("FHIR has no view of a " + type.key());
        };
    }

    /** The same for services that somebody changed, with all that it asks for. */
    void follow(List<String> services) {
        follow(HsdsType.SERVICE, services, false);
        join();
    }

    /** Places without a point whose postcode nobody has looked up: those of before, and those that an older instance wrote. */
    List<String> unplaced(int most) {
        return store.unplaced(most);
    }

    /** Which services stand for others, worked out anew once all are followed. */
    void join() {
        store.join();
    }

    private Map<String, String> put(List<ObjectNode> resources, boolean alone) {
        Map<String, String> wrong = new LinkedHashMap<>();
        if (resources.isEmpty()) {
            return wrong;
        }
        ObjectNode bundle = Json.object("Bundle").put("type", alone ? "batch" : "transaction");
        for (ObjectNode resource : resources) {
            ObjectNode entry = bundle.withArray("entry").addObject();
            entry.set("resource", resource);
            entry.putObject("request")
                    .put("method", "PUT")
                    .put("url", Json.text(resource, "resourceType") + "/" + Json.text(resource, "id"));
        }
        List<TransactionResult.Entry> entries =
                records.transaction(Caller.PLATFORM, bundle).entries();
        for (int i = 0; i < resources.size(); i++) {
            if (entries.get(i).status() >= FIRST_REFUSAL) {
                wrong.put(
                        Json.text(resources.get(i), "id"),
                        entries.get(i).issues().stream().map(Issue::diagnostics).collect(Collectors.joining(" ")));
            }
        }
        return wrong;
    }

    private void openings(List<String> ids) {
        LocalDate today = LocalDate.now(clock.withZone(zone));
        List<Object[]> rows = new ArrayList<>();
        store.schedules(ids).forEach((id, schedules) -> {
            List<Opening> told = Opening.of(Json.mapper().readTree(schedules), zone, today);
            for (Opening o : told.stream().flatMap(Opening::withinDays).toList()) {
                rows.add(new Object[] {
                    id,
                    o.day() == null ? null : o.day().getValue(),
                    sql(o.date()),
                    o.closed(),
                    o.opens(),
                    o.closes(),
                    o.zone(),
                    sql(o.from()),
                    sql(o.to())
                });
            }
        });
        template.update(
                "delete from directory.opening where service_id = any (?)", (Object) ids.toArray(String[]::new));
        template.batchUpdate("""
                insert into directory.opening (service_id, day, on_date, closed, opens, closes, zone, valid_from, valid_to)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?)""", rows);
    }

    private static @Nullable Date sql(@Nullable LocalDate date) {
        return date == null ? null : Date.valueOf(date);
    }
}
