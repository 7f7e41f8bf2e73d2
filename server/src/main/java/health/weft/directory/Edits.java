package health.weft.directory;

import health.weft.audit.Audit;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Listings changed by people. What a person says of a field stays when a feed says otherwise later; each change is kept with what stood
 * there before, and can be taken back.
 */
@Component
@Transactional
public class Edits {
    private static final int HISTORY = 200;

    private final JdbcClient jdbc;
    private final DirectoryStore store;
    private final DirectoryViews views;
    private final Audit audit;
    private final ZoneId zone;

    Edits(
            JdbcClient jdbc,
            DirectoryStore store,
            DirectoryViews views,
            Audit audit,
            @Value("${weft.directory.zone:America/New_York}") String zone) {
        this.zone = ZoneId.of(zone);
        this.jdbc = jdbc;
        this.store = store;
        this.views = views;
        this.audit = audit;
    }

    /**
     * What somebody changed in a listing.
     *
     * @param field a property of HSDS
     * @param before JSON; null for nothing
     * @param by {@code feed:<id>}, {@code account:<name>} or {@code organization:<id>}
     * @param undone whether it was taken back
     * @param latest whether nothing was said of the field since
     */
    public record Change(
            long n,
            String field,
            @Nullable String before,
            @Nullable String after,
            String by,
            Instant at,
            boolean undone,
            boolean latest) {
        /** Whether the value before can be put back. */
        public boolean canBeUndone() {
            return latest && !undone;
        }
    }

    private record Listing(ObjectNode document, ObjectNode provenance) {}

    /** Whether somebody may change what an organisation lists: whoever looks after the directory, and its own people. */
    public static boolean mayChange(Caller caller, Service service) {
        return isSteward(caller) || service.takesReferrals() && service.party().equals(caller.party());
    }

    /** Whether somebody looks after the directory. */
    public static boolean isSteward(Caller caller) {
        return caller.is(Role.CONVENER, Role.STEWARD);
    }

    /**
     * Changes a listing; fields that have these words already stay as they are.
     *
     * @return how many fields changed
     * @throws Problem forbidden; not found; invalid, where words cannot stand in their field; unavailable, while a feed is written
     */
    public int set(Caller caller, String serviceId, Map<ListingField, String> words) {
        mayBeChanged(caller, serviceId);
        words.forEach((field, said) -> field.wrong(said.strip()).ifPresent(why -> {
            throw Problem.of(Category.INVALID, "directory.edit.wrong." + why);
        }));
        Listing listing = held(serviceId);
        Map<ListingField, String> ages = new EnumMap<>(ListingField.class);
        for (ListingField age : List.of(ListingField.MINIMUM_AGE, ListingField.MAXIMUM_AGE)) {
            ages.put(age, words.getOrDefault(age, age.in(listing.document())));
        }
        if ((words.containsKey(ListingField.MINIMUM_AGE) || words.containsKey(ListingField.MAXIMUM_AGE))
                && ListingField.agesContradict(ages)) {
            throw Problem.of(Category.INVALID, "directory.edit.wrong.ages");
        }
        int changed = 0;
        for (Map.Entry<ListingField, String> said : words.entrySet()) {
            ListingField field = said.getKey();
            String value = said.getValue().strip();
            if (!field.in(listing.document()).equals(value)) {
                change(
                        serviceId,
                        field.key(),
                        field.value(value, listing.document()),
                        listing,
                        "account:" + caller.username(),
                        null);
                changed++;
            }
        }
        if (changed > 0) {
            follow(caller, serviceId);
        }
        return changed;
    }

    private void mayBeChanged(Caller caller, String serviceId) {
        Service service =
                store.service(serviceId).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "directory.problem.none"));
        if (!mayChange(caller, service)) {
            throw Problem.of(Category.FORBIDDEN, "directory.problem.other", service.organizationName());
        }
    }

    /** When a service is open: as its own listing says, or else where it is offered, or else the place. */
    @Transactional(readOnly = true)
    public WeekHours hours(String serviceId) {
        return WeekHours.of(schedules(serviceId));
    }

    /** The zone that times of this service are told in. */
    @Transactional(readOnly = true)
    public String zone(String serviceId) {
        JsonNode named = schedules(serviceId).path(0).path("timezone");
        return named.isString() ? named.asString() : named.isNumber() ? "UTC " + named.asString() : zone.getId();
    }

    private JsonNode schedules(String serviceId) {
        return Json.mapper().readTree(store.schedules(List.of(serviceId)).getOrDefault(serviceId, "[]"));
    }

    /**
     * Says when a service is open, in its own listing.
     *
     * @return whether anything changed
     * @throws Problem as {@link #set}
     */
    public boolean hours(Caller caller, String serviceId, WeekHours hours) {
        mayBeChanged(caller, serviceId);
        hours.wrong().ifPresent(why -> {
            throw Problem.of(Category.INVALID, "directory.hours.wrong." + why);
        });
        Listing listing = held(serviceId);
        JsonNode before = schedules(serviceId);
        if (WeekHours.of(before).equals(hours)) {
            return false;
        }
        JsonNode after = hours.schedules(serviceId, before, zone);
        change(
                serviceId,
                HsdsType.SCHEDULE.field(),
                after.isEmpty() ? null : after,
                listing,
                "account:" + caller.username(),
                null);
        follow(caller, serviceId);
        return true;
    }

    /**
     * Says that these listings are right as of today.
     *
     * @param by {@code account:<name>} or {@code organization:<id>}
     */
    public void assure(List<String> services, String by) {
        JsonNode today =
                Json.mapper().getNodeFactory().stringNode(LocalDate.now().toString());
        for (String id : services.stream().sorted().toList()) {
            Listing listing = held(id);
            if (!today.equals(listing.document().get("assured_date"))) {
                change(id, "assured_date", today, listing, by, null);
            }
        }
        views.follow(services);
    }

    /**
     * Puts back what stood in a field before a change, and gives the field back to whoever had said that.
     *
     * @return the listing it was in
     * @throws Problem forbidden; not found; conflict, when somebody said something of the field since or it was taken back before
     */
    public String undo(Caller caller, long n) {
        if (!isSteward(caller)) {
            throw Problem.of(Category.FORBIDDEN, "directory.problem.steward");
        }
        record Made(
                String id,
                String field,
                @Nullable String before,
                @Nullable String after,
                String byWhom,
                @Nullable String provenance) {}
        Made made = jdbc.sql("""
                select id, field, before::text, after::text, by_whom, provenance::text from directory.change where n = ? and type = 'service'""")
                .param(n)
                .query(Made.class)
                .optional()
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "directory.problem.none"));
        Listing listing = held(made.id());
        boolean latest = jdbc.sql(
                        "select not exists (select from directory.change where type = 'service' and id = ? and field = ? and n > ?)")
                .params(made.id(), made.field(), n)
                .query(Boolean.class)
                .single();
        if (!latest) {
            throw Problem.of(Category.CONFLICT, "directory.edit.since");
        }
        JsonNode before = made.before() == null ? null : Json.mapper().readTree(made.before());
        change(made.id(), made.field(), before, listing, "account:" + caller.username(), n);
        if (!made.byWhom().startsWith("feed:")) {
            provenance(made.id(), made.field(), made.provenance());
        }
        follow(caller, made.id());
        return made.id();
    }

    /** All that was changed in a listing, the latest first. */
    @Transactional(readOnly = true)
    public List<Change> history(String serviceId) {
        return jdbc.sql("""
                select c.n, c.field, c.before::text, c.after::text, c.by_whom as "by", c.at,
                       exists (select from directory.change u where u.undoes = c.n) as undone,
                       not exists (select from directory.change l where l.type = c.type and l.id = c.id and l.field = c.field and l.n > c.n) as latest
                  from directory.change c where c.type = 'service' and c.id = ? order by c.n desc limit ?""").params(serviceId, HISTORY).query(Change.class).list();
    }

    /** The listing, held until the transaction ends. While a feed is written nobody else writes: it may take minutes. */
    private Listing held(String id) {
        boolean free = jdbc.sql("select pg_try_advisory_xact_lock(hashtext('directory feeds'))")
                .query(Boolean.class)
                .single();
        if (!free) {
            throw Problem.of(Category.UNAVAILABLE, "directory.edit.feed");
        }
        return jdbc.sql("select document::text, provenance::text from directory.service where id = ? for update")
                .param(id)
                .query((rs, n) -> new Listing(Json.parse(rs.getString(1)), Json.parse(rs.getString(2))))
                .optional()
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "directory.problem.none"));
    }

    private void change(
            String id, String field, @Nullable JsonNode after, Listing listing, String by, @Nullable Long undoes) {
        JsonNode before = listing.document().get(field);
        JsonNode saidBy = listing.provenance().get(field);
        jdbc.sql("""
                insert into directory.change (type, id, field, before, after, by_whom, provenance, undoes)
                values ('service', :id, :field, :before::jsonb, :after::jsonb, :by, :provenance::jsonb, :undoes)""")
                .param("id", id)
                .param("field", field)
                .param("before", before == null ? null : before.toString())
                .param("after", after == null ? null : after.toString())
                .param("by", by)
                .param("provenance", saidBy == null ? null : saidBy.toString())
                .param("undoes", undoes)
                .update();
        jdbc.sql("""
                update directory.service
                   set document = case when :after::jsonb is null then document - :field else document || jsonb_build_object(:field, :after::jsonb) end,
                       provenance = provenance || jsonb_build_object(:field, jsonb_build_object('by', :by)), modified = now()
                 where id = :id""")
                .param("after", after == null ? null : after.toString())
                .param("field", field)
                .param("by", by)
                .param("id", id)
                .update();
    }

    private void provenance(String id, String field, @Nullable String provenance) {
        jdbc.sql("""
                update directory.service
                   set provenance = case when :said::jsonb is null then provenance - :field else provenance || jsonb_build_object(:field, :said::jsonb) end
                 where id = :id""")
                .param("said", provenance)
                .param("field", field)
                .param("id", id)
                .update();
    }

    private void follow(Caller caller, String id) {
        views.follow(List.of(id));
        audit.record(caller, Audit.Action.UPDATE, "directory service " + id, List.of());
    }
}
