package health.weft.listing;

import health.weft.directory.Directory;
import health.weft.directory.Edits;
import health.weft.directory.ListingField;
import health.weft.directory.Service;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import java.sql.Timestamp;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** What anybody says is wrong or missing in the directory, until somebody who looks after it has decided. */
@Component
@Transactional
public class Suggestions {
    /** What may be wrong. */
    public static final List<String> ABOUT = List.of("closed", "contact", "hours", "who", "other");

    static final int LONGEST = 1_000;
    private static final int SHOWN = 100;
    /** Open ones about one listing from whoever has no account: more say nothing new. */
    private static final int MOST = 20;

    private static final int MOST_IN_ALL = 2_000;

    private final JdbcClient jdbc;
    private final Directory directory;
    private final Edits edits;

    Suggestions(JdbcClient jdbc, Directory directory, Edits edits) {
        this.jdbc = jdbc;
        this.directory = directory;
        this.edits = edits;
    }

    /**
     * Keeps what somebody says; the same said twice stands once.
     *
     * @param fields what they would set; may be empty
     * @param words at most 1,000 characters
     * @param source as {@link Suggestion#source}
     * @throws Problem not found; invalid, when there are no words or too many, or words that cannot stand in a field; too many requests,
     *     while many wait about this listing
     */
    public void suggest(String serviceId, Map<ListingField, String> fields, String about, String words, String source) {
        Service service = directory
                .service(serviceId)
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "directory.problem.none"));
        String said = words.replace("\0", "").strip();
        if (fields.isEmpty() && said.isEmpty()) {
            throw Problem.of(Category.INVALID, "listing.problem.words");
        }
        if (said.length() > LONGEST) {
            throw Problem.of(Category.INVALID, "listing.problem.long", LONGEST);
        }
        fields.forEach((field, value) -> field.wrong(value.strip()).ifPresent(why -> {
            throw Problem.of(Category.INVALID, "directory.edit.wrong." + why);
        }));
        if (source.equals("public") && isFlooded(service.id())) {
            throw Problem.of(Category.CONFLICT, "listing.problem.many");
        }
        jdbc.sql("""
                insert into directory.suggestion (service_id, fields, about, words, source)
                values (:service, :fields::jsonb, :about, :words, :source) on conflict do nothing""")
                .param("service", service.id())
                .param(
                        "fields",
                        Json.mapper()
                                .writeValueAsString(fields.entrySet().stream()
                                        .collect(
                                                Collectors.toMap(f -> f.getKey().key(), f -> f.getValue()
                                                        .strip()))))
                .param("about", ABOUT.contains(about) ? about : "other")
                .param("words", said)
                .param("source", source)
                .update();
    }

    private boolean isFlooded(String serviceId) {
        return jdbc.sql("""
                select count(*) filter (where service_id = ?) >= ? or count(*) >= ?
                  from directory.suggestion where source = 'public' and state = 'open'""")
                .params(serviceId, MOST, MOST_IN_ALL)
                .query(Boolean.class)
                .single();
    }

    /** Listings about which something of this source waits. */
    @Transactional(readOnly = true)
    List<String> waitingFrom(String source) {
        return jdbc.sql("select distinct service_id from directory.suggestion where source = ? and state = 'open'")
                .param(source)
                .query(String.class)
                .list();
    }

    /** What waits, what organisations say of themselves first, then the oldest. */
    @Transactional(readOnly = true)
    public List<Suggestion> open(Caller caller) {
        steward(caller);
        record Row(
                long id, String serviceId, String fields, String about, String words, String source, Timestamp made) {}
        List<Row> rows = jdbc.sql("""
                select id, service_id, fields::text, about, words, source, made from directory.suggestion
                 where state = 'open' order by source not like 'organization:%', made, id limit ?""").param(SHOWN).query(Row.class).list();
        Map<String, Service> services =
                directory.services(rows.stream().map(Row::serviceId).distinct().toList());
        return rows.stream()
                .map(row -> {
                    Service service = Objects.requireNonNull(services.get(row.serviceId()));
                    Map<String, String> fields = new LinkedHashMap<>();
                    Map<String, String> now = new LinkedHashMap<>();
                    Json.mapper().readTree(row.fields()).propertyStream().forEach(f -> {
                        fields.put(f.getKey(), f.getValue().asString(""));
                        now.put(
                                f.getKey(),
                                ListingField.of(f.getKey())
                                        .map(field -> field.in(service.document()))
                                        .orElse(""));
                    });
                    return new Suggestion(
                            row.id(),
                            row.serviceId(),
                            service.name(),
                            service.organizationName(),
                            fields,
                            now,
                            row.about(),
                            row.words(),
                            row.source(),
                            row.made().toInstant());
                })
                .toList();
    }

    /** How many wait; 0 for whoever does not look after the directory. */
    @Transactional(readOnly = true)
    public int waiting(Caller caller) {
        return Edits.isSteward(caller)
                ? jdbc.sql("select count(*) from directory.suggestion where state = 'open'")
                        .query(Integer.class)
                        .single()
                : 0;
    }

    /** Writes a suggestion into its listing. */
    public void take(Caller caller, long id) {
        record Row(String serviceId, String fields) {}
        steward(caller);
        Row row = jdbc.sql(
                        "select service_id, fields::text from directory.suggestion where id = ? and state = 'open' for update")
                .param(id)
                .query(Row.class)
                .optional()
                .orElseThrow(() -> Problem.of(Category.CONFLICT, "listing.problem.decided"));
        Map<ListingField, String> fields = new LinkedHashMap<>();
        Json.mapper().readTree(row.fields()).propertyStream().forEach(f -> ListingField.of(f.getKey())
                .ifPresent(field -> fields.put(field, f.getValue().asString(""))));
        edits.set(caller, row.serviceId(), fields);
        decided(caller, id, "taken");
    }

    /** Ends a suggestion: what it says was done by hand, or is not so. */
    public void end(Caller caller, long id, boolean done) {
        steward(caller);
        if (!decided(caller, id, done ? "taken" : "declined")) {
            throw Problem.of(Category.CONFLICT, "listing.problem.decided");
        }
    }

    private boolean decided(Caller caller, long id, String state) {
        return jdbc.sql("""
                update directory.suggestion set state = ?, decided = now(), decided_by = ? where id = ? and state = 'open'""").params(state, caller.username(), id).update() == 1;
    }

    static void steward(Caller caller) {
        if (!Edits.isSteward(caller)) {
            throw Problem.of(Category.FORBIDDEN, "directory.problem.steward");
        }
    }
}
