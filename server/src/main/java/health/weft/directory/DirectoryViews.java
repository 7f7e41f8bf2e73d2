package health.weft.directory;

import health.weft.fhir.Json;
import health.weft.record.Records;
import health.weft.security.Caller;
import java.sql.Date;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/** What follows from the directory's tables, in the same transaction: what search needs, the hours, and FHIR's view. */
@Component
class DirectoryViews {
    private static final int PART = 500;

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

    /** How many of the organisations, places and services that changed are done; told while it is not written yet. */
    public record Progress(long done, long total) {}

    /** Feeds are applied one at a time. */
    private volatile @Nullable Progress progress;

    Optional<Progress> progress() {
        return Optional.ofNullable(progress);
    }

    /** @param changed ids by type */
    void follow(Map<HsdsType, List<String>> changed) {
        List<String> organizations = changed.getOrDefault(HsdsType.ORGANIZATION, List.of());
        List<String> locations = changed.getOrDefault(HsdsType.LOCATION, List.of());
        Set<String> services = new LinkedHashSet<>(changed.getOrDefault(HsdsType.SERVICE, List.of()));
        services.addAll(store.servicesAround(
                organizations, changed.getOrDefault(HsdsType.SERVICE_AT_LOCATION, List.of()), locations));
        long total = organizations.size() + locations.size() + services.size();
        progress = new Progress(0, total);
        try {
            follow(organizations, locations, services);
        } finally {
            progress = null;
        }
    }

    private void follow(List<String> organizations, List<String> locations, Set<String> services) {
        inParts(organizations, part -> put(store.organizationViews(part)));
        inParts(locations, part -> put(store.locationViews(part)));
        inParts(services, part -> {
            store.index(part);
            List<Service> all = store.services(part);
            openings(part);
            all.forEach(service -> records.put(Caller.PLATFORM, DirectoryFhir.healthcareService(service)));
        });
        store.join();
    }

    private void put(List<ObjectNode> resources) {
        resources.forEach(resource -> records.put(Caller.PLATFORM, resource));
    }

    private interface Part {
        void take(List<String> ids);
    }

    private void inParts(Collection<String> ids, Part part) {
        List<String> all = new ArrayList<>(ids);
        for (int i = 0; i < all.size(); i += PART) {
            List<String> some = all.subList(i, Math.min(all.size(), i + PART));
            part.take(some);
            Progress now = progress;
            progress = now == null ? null : new Progress(now.done() + some.size(), now.total());
        }
    }

    private void openings(List<String> ids) {
        LocalDate today = LocalDate.now(clock.withZone(zone));
        List<Object[]> rows = new ArrayList<>();
        store.schedules(ids).forEach((id, schedules) -> {
            for (Opening o : Opening.of(Json.mapper().readTree(schedules), zone, today)) {
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
