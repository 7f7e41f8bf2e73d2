package health.weft.directory;

import health.weft.audit.Audit;
import health.weft.fhir.Json;
import health.weft.matching.Blocks;
import health.weft.matching.Demographics;
import health.weft.matching.FieldKind;
import health.weft.matching.Frequencies;
import health.weft.matching.Model;
import health.weft.matching.Score;
import health.weft.matching.Scorer;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;

/**
 * Organisations that two directories bring and that are one. Candidates are found as people's records are, by blocks and field by field;
 * whoever keeps the directory decides, and that holds however often feeds come again. Services of one name of what is one show once
 * in searches; both listings stay.
 */
@Component
@Transactional
public class SameOrganizations {
    private static final int SHOWN = 50;
    /** Organisations that share a key; more say nothing of one (the phone of a helpline). */
    private static final int LARGEST_BLOCK = 20;

    private final JdbcClient jdbc;
    private final SameListings listings;
    private final Audit audit;
    private final Scorer scorer = new Scorer(Model.standard(), Frequencies.NONE);

    SameOrganizations(JdbcClient jdbc, SameListings listings, Audit audit) {
        this.jdbc = jdbc;
        this.listings = listings;
        this.audit = audit;
    }

    /** An organisation as it is told to whoever decides. */
    public record Side(String id, String name, String feed, String address, String phone, String url, int services) {}

    /**
     * Two that may be one.
     *
     * @param agrees in which fields: {@code name}, {@code phone}, {@code address}, {@code url}, {@code mail}, {@code number}
     */
    public record Candidate(Side one, Side other, List<String> agrees) {}

    /** What was decided of a pair, the latest word. */
    public record Decided(
            String one, String other, String oneName, String otherName, String verdict, String by, Instant at) {}

    private record Row(Side side, Demographics record) {}

    /** Pairs of different feeds that nobody decided about, those that agree in most first. */
    @Transactional(readOnly = true)
    public List<Candidate> candidates(Caller caller) {
        Feeds.allowed(caller);
        List<Row> rows = rows();
        Map<String, List<Row>> blocks = new HashMap<>();
        for (Row row : rows) {
            Blocks.keys(row.record()).forEach(key -> blocks.computeIfAbsent(key, k -> new ArrayList<>())
                    .add(row));
        }
        Set<String> seen = decidedPairs();
        List<Candidate> found = new ArrayList<>();
        for (List<Row> block : blocks.values()) {
            for (int i = 0; i < block.size() && block.size() <= LARGEST_BLOCK; i++) {
                for (Row other : block.subList(i + 1, block.size())) {
                    Row one = block.get(i);
                    if (!one.side().feed().equals(other.side().feed())
                            && seen.add(pair(one.side().id(), other.side().id()))) {
                        candidate(one, other).ifPresent(found::add);
                    }
                }
            }
        }
        found.sort(Comparator.comparing((Candidate c) -> -c.agrees().size())
                .thenComparing(c -> c.one().name()));
        return List.copyOf(found.subList(0, Math.min(SHOWN, found.size())));
    }

    /** The name and something else, or two others where the name does not speak against it. */
    private Optional<Candidate> candidate(Row one, Row other) {
        List<String> agrees = new ArrayList<>();
        boolean named = false;
        for (Score.Field field : scorer.score(one.record(), other.record()).fields()) {
            if (field.log2() > 0) {
                named |= field.kind() == FieldKind.FAMILY;
                agrees.add(told(field.kind()));
            }
        }
        List<String> distinct =
                agrees.stream().filter(word -> !word.isEmpty()).distinct().toList();
        return distinct.size() >= (named ? 2 : 3)
                ? Optional.of(new Candidate(one.side(), other.side(), distinct))
                : Optional.empty();
    }

    private static String told(FieldKind kind) {
        return switch (kind) {
            case FAMILY -> "name";
            case PHONE -> "phone";
            case EMAIL -> "mail";
            case STREET -> "address";
            case IDENTIFIER -> "url";
            default -> "";
        };
    }

    private List<Row> rows() {
        return jdbc.sql("""
                select o.id, o.name, o.feed, o.document::text, l.document::text as place,
                       (select count(*) from directory.service s where s.organization_id = o.id) as services
                  from directory.organization o
                  left join lateral (select document from directory.location where organization_id = o.id
                                      order by jsonb_exists(document, 'addresses') desc, id limit 1) l on true""")
                .query((rs, n) -> row(
                        rs.getString("id"),
                        rs.getString("name"),
                        rs.getString("feed"),
                        Json.parse(rs.getString("document")),
                        rs.getString("place") == null
                                ? Json.mapper().createObjectNode()
                                : Json.parse(rs.getString("place")),
                        rs.getInt("services")))
                .list();
    }

    private static Row row(String id, String name, String feed, JsonNode document, JsonNode place, int services) {
        JsonNode address = place.path("addresses").path(0);
        String phone = document.path("phones")
                .path(0)
                .path("number")
                .asString(place.path("phones").path(0).path("number").asString(""));
        String url = document.path("website").asString(document.path("url").asString(""));
        Demographics record = Demographics.builder()
                .family(plain(name))
                .phone(phone)
                .email(document.path("email").asString(""))
                .addressLine(address.path("address_1").asString(""))
                .city(address.path("city").asString(""))
                .state(address.path("state_province").asString(""))
                .postcode(address.path("postal_code").asString(""))
                .identifier("url", host(url))
                .identifier("tax", document.path("tax_id").asString(""))
                .build();
        String where = (address.path("address_1").asString("") + ", "
                        + address.path("city").asString("") + " "
                        + address.path("postal_code").asString(""))
                .replaceAll("^[, ]+|[, ]+$", "");
        return new Row(new Side(id, name, feed, where, phone, url, services), record);
    }

    /** A name without what is put to names of organisations. */
    private static String plain(String name) {
        return SearchWords.plain(name)
                .replaceAll("\\b(the|of|and|inc|incorporated|llc|corp|corporation|co|ltd|nonprofit)\\b", " ")
                .replaceAll(" +", " ")
                .strip();
    }

    private static String host(String url) {
        try {
            String host =
                    URI.create(url.contains("://") ? url : "https://" + url).getHost();
            return host == null ? "" : host.toLowerCase(Locale.ROOT).replaceFirst("^www\\.", "");
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private Set<String> decidedPairs() {
        return new HashSet<>(jdbc.sql("""
                select one || ' ' || other from (select distinct on (one, other) * from directory.same order by one, other, n desc) s
                 where verdict <> 'undone'""").query(String.class).list());
    }

    private static String pair(String one, String other) {
        return one.compareTo(other) < 0 ? one + " " + other : other + " " + one;
    }

    /** What was decided, the latest first. */
    @Transactional(readOnly = true)
    public List<Decided> decided(Caller caller) {
        Feeds.allowed(caller);
        return jdbc.sql("""
                select s.one, s.other, a.name as one_name, b.name as other_name, s.verdict, s.by_whom as "by", s.at
                  from (select distinct on (one, other) * from directory.same order by one, other, n desc) s
                  join directory.organization a on a.id = s.one join directory.organization b on b.id = s.other
                 where s.verdict <> 'undone' order by s.n desc limit ?""").param(SHOWN).query(Decided.class).list();
    }

    /**
     * Decides about two, or takes the decision back.
     *
     * @param verdict {@code same}, {@code different} or {@code undone}
     * @throws Problem forbidden; not found; invalid for any other verdict, or one organisation twice; unavailable, while a feed is written
     */
    public void decide(Caller caller, String one, String other, String verdict) {
        List<String> pair = listings.held(caller, one, other, verdict);
        int kept = jdbc.sql("""
                insert into directory.same (one, other, verdict, by_whom)
                select a.id, b.id, ?, ? from directory.organization a, directory.organization b where a.id = ? and b.id = ?""")
                .params(verdict, "account:" + caller.username(), pair.getFirst(), pair.getLast())
                .update();
        if (kept == 0) {
            throw Problem.of(Category.NOT_FOUND, "directory.problem.none");
        }
        listings.join();
        audit.record(caller, Audit.Action.UPDATE, "directory organizations " + String.join(" ", pair), List.of());
    }

    /** Other listings of the same service, by id, with the directory that each came from. */
    @Transactional(readOnly = true)
    public Map<String, String> others(String serviceId) {
        Map<String, String> others = new java.util.LinkedHashMap<>();
        jdbc.sql("""
                select s.id, s.feed from directory.service s, directory.service t
                 where t.id = ? and s.id <> t.id and coalesce(s.same_as, s.id) = coalesce(t.same_as, t.id) order by s.feed, s.id""")
                .param(serviceId)
                .query((rs, n) -> others.put(rs.getString(1), rs.getString(2)))
                .list();
        return others;
    }
}
