package health.weft.directory;

import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A search of the directory as SQL: conditions on a service {@code s}, their parameters, and the order. */
final class SearchSql {
    /** Of so many matches the best are sought; where there are more, the words were too few to tell. */
    static final int RANKED = 2_000;

    /** Metres that somebody goes further for a service in their language. */
    private static final int FOR_LANGUAGE = 5_000;

    /**
     * Whether a service is open, one candidate at a time: asked of all schedules first, it would read those of every service. What is closed
     * on a day is closed whatever else is said.
     */
    private static final String OPEN = """
            coalesce((
                select bool_or(not o.closed and (o.day is null or o.day = extract(isodow from t.there))
                               and (o.on_date is null or o.on_date = t.there::date)
                               and (:allDay or (t.there::time >= o.opens and t.there::time < o.closes))) and not bool_or(o.closed)
                  from directory.opening o, lateral (select cast(:open as timestamptz) at time zone o.zone as there) t
                 where o.service_id = s.id
                   and (o.valid_from is null or t.there::date >= o.valid_from) and (o.valid_to is null or t.there::date <= o.valid_to)), false)""";

    final Map<String, Object> params = new LinkedHashMap<>();
    private final StringBuilder where =
            new StringBuilder("s.status in ('active', 'temporarily closed') and s.same_as is null");
    private final boolean words;
    private final boolean near;
    private final boolean wheelchair;
    private final boolean speaks;

    /**
     * @param query the words as PostgreSQL's tsquery
     * @param terms that are meant, by id and code; empty where none is asked for
     * @param households terms for households such as that of whom it must fit, and for others
     */
    SearchSql(Wanted wanted, Optional<String> query, List<String> terms, Households households) {
        query.ifPresent(q -> and("s.search @@ cast(:q as tsquery)", "q", q));
        SdohCategory category = wanted.category();
        if (category != null) {
            and("s.categories @> cast(:category as text[])", "category", new String[] {category.code()});
        }
        if (!terms.isEmpty()) {
            and(
                    "(s.terms && cast(:terms as text[]) or s.categories && cast(:terms as text[]))",
                    "terms",
                    terms.toArray(String[]::new));
        }
        if (wanted.room()) {
            where.append(" and s.status = 'active' and coalesce(s.available, 1) > 0");
        }
        Wanted.Filters filters = wanted.filters();
        traits(filters);
        if (filters.serves() != null) {
            area("", filters.serves());
        }
        Wanted.Fit fit = filters.fits();
        if (fit != null) {
            fits(fit);
            households(households);
        }
        if (wanted.openAt() != null) {
            and("s.status = 'active' and " + OPEN, "open", Timestamp.from(wanted.openAt()));
            params.put("allDay", wanted.openAllDay());
        }
        Wanted.Near at = wanted.near();
        if (at != null) {
            params.putAll(Map.of("lat", at.latitude(), "lon", at.longitude(), "metres", at.metres()));
            params.put("up", at.up());
            params.put("across", at.across());
        }
        this.words = query.isPresent();
        this.near = at != null;
        this.wheelchair = filters.wheelchair();
        this.speaks = fit != null && fit.language() != null;
    }

    /** Terms by which listings say for what households they are: such as are asked for, and others. */
    record Households(List<String> such, List<String> others) {
        static final Households ANY = new Households(List.of(), List.of());
    }

    /** What says that it is for other households, and not for such as well, is left out. */
    private void households(Households households) {
        if (!households.others().isEmpty()) {
            and(
                    "(not s.terms && cast(:others as text[]) or s.terms && cast(:such as text[]))",
                    "others",
                    households.others().toArray(String[]::new));
            params.put("such", households.such().toArray(String[]::new));
        }
    }

    private void and(String condition, String name, Object value) {
        where.append(" and ").append(condition);
        params.put(name, value);
    }

    private void traits(Wanted.Filters filters) {
        List<String> traits = new ArrayList<>();
        if (filters.insurance() != null) {
            traits.add("takes:" + filters.insurance());
        }
        if (filters.language() != null) {
            traits.add("lang:" + filters.language());
        }
        if (filters.free()) {
            traits.add("free");
        }
        if (filters.wheelchair()) {
            traits.add("wheelchair");
        }
        if (!traits.isEmpty()) {
            and("s.traits @> cast(:traits as text[])", "traits", traits.toArray(String[]::new));
        }
    }

    /** A service that names no area is for all. */
    private void area(String prefix, Wanted.Area area) {
        List<String> names = new ArrayList<>(area.names());
        names.add("anywhere");
        String outlines = "select from directory.area_shape a where a.service_id = s.id";
        and(
                "(s.areas && cast(:%1$sareas as text[]) or (s.areas = '{}' and not exists (%2$s))%3$s)"
                        .formatted(
                                prefix,
                                outlines,
                                area.latitude() == null
                                        ? ""
                                        : " or exists (%2$s and a.shape @> point(:%1$seast, :%1$snorth))"
                                                .formatted(prefix, outlines)),
                prefix + "areas",
                names.toArray(String[]::new));
        if (area.latitude() != null && area.longitude() != null) {
            params.put(prefix + "north", area.latitude());
            params.put(prefix + "east", area.longitude());
        }
    }

    private void fits(Wanted.Fit fit) {
        if (fit.age().isPresent()) {
            and(
                    "coalesce(s.minimum_age, 0) <= :age and coalesce(s.maximum_age, 1000) >= :age",
                    "age",
                    fit.age().getAsInt());
        }
        if (!fit.insurances().isEmpty()) {
            and(
                    "(s.insurances = '{}' or s.insurances && cast(:insured as text[]) or s.traits @> '{free}')",
                    "insured",
                    fit.insurances().toArray(String[]::new));
        }
        if (fit.area() != null) {
            area("their", fit.area());
        }
        if (fit.language() != null) {
            params.put("speaks", new String[] {"lang:" + fit.language()});
        }
    }

    /** Ids with the distance and how many there are, the best first: by words, else by distance, else by name. */
    String page() {
        String order = words
                ? "ts_rank('{0.05,0.2,0.4,1}', f.search, cast(:q as tsquery)) - coalesce(f.metres, 0) / 50000"
                        + " - (coalesce(f.available, 1) = 0)::int * 0.5 + f.speaks * 0.2 desc,"
                : "";
        return "with " + (near ? """
                near as materialized (
                    select a.service_id, min(directory.metres(:lat, :lon, l.latitude, l.longitude)) as metres
                      from directory.place l join directory.service_at_location a on a.location_id = l.id
                     where l.latitude between :lat - :up and :lat + :up and l.longitude between :lon - :across and :lon + :across %s
                     group by 1),
                """.formatted(wheelchair ? "and l.wheelchair" : "") : "")
                + """
                fits as (select s.id, s.name, s.search, s.available, %s, %s as speaks from directory.service s %s where %s limit %d)
                select f.id, f.metres, count(*) over ()::int as total from fits f
                 order by %s f.metres - f.speaks * %d nulls last, f.speaks desc, f.name, f.id offset :from limit :size""".formatted(
                                near ? "n.metres" : "null::float8 as metres",
                                speaks ? "(s.traits @> cast(:speaks as text[]))::int" : "0",
                                near ? "join near n on n.service_id = s.id and n.metres <= :metres" : "",
                                where,
                                RANKED,
                                order,
                                FOR_LANGUAGE);
    }
}
