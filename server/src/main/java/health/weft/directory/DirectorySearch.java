package health.weft.directory;

import java.sql.Timestamp;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Finding services, for anybody. */
@Component
@Transactional(readOnly = true)
public class DirectorySearch {
    /** Of so many matches the best are sought; where there are more, the words were too few to tell. */
    private static final int RANKED = 2_000;

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

    private final JdbcClient jdbc;
    private final DirectoryStore store;

    DirectorySearch(JdbcClient jdbc, DirectoryStore store) {
        this.jdbc = jdbc;
        this.store = store;
    }

    /** @param metres to the nearest place; null where it was not asked, or is not known */
    public record Hit(Service service, @Nullable Double metres) {
        public @Nullable Double miles() {
            return metres == null ? null : metres / 1609.344;
        }
    }

    /**
     * @param more whether there are more than were looked at
     * @param instead words that stand nowhere, and what was searched for instead
     */
    public record Found(List<Hit> hits, int total, boolean more, Map<String, String> instead) {}

    /** The best first: by words, else by distance, else by name. */
    public Found find(Wanted wanted, int from, int size) {
        SearchWords words = SearchWords.of(wanted.words(), this::alike);
        Map<String, Object> params = new LinkedHashMap<>();
        StringBuilder where = new StringBuilder("s.status in ('active', 'temporarily closed')");
        Optional<String> query = query(words);
        query.ifPresent(q -> {
            params.put("q", q);
            where.append(" and s.search @@ cast(:q as tsquery)");
        });
        SdohCategory category = wanted.category();
        if (category != null) {
            params.put("category", new String[] {category.code()});
            where.append(" and s.categories @> :category");
        }
        String term = wanted.term();
        if (term != null) {
            params.put("term", new String[] {term});
            where.append(" and (s.terms @> :term or s.categories @> :term)");
        }
        if (wanted.room()) {
            where.append(" and s.status = 'active' and coalesce(s.available, 1) > 0");
        }
        if (wanted.openAt() != null) {
            params.put("open", Timestamp.from(wanted.openAt()));
            params.put("allDay", wanted.openAllDay());
            where.append(" and s.status = 'active' and " + OPEN);
        }
        Wanted.Near near = wanted.near();
        if (near != null) {
            params.putAll(Map.of("lat", near.latitude(), "lon", near.longitude(), "metres", near.metres()));
            params.put("up", near.metres() / 111_000);
            params.put("across", near.metres() / (111_000 * Math.max(0.01, Math.cos(Math.toRadians(near.latitude())))));
        }
        record Row(String id, @Nullable Double metres, int total) {}
        List<Row> rows = jdbc.sql("with " + (near == null ? "" : """
                near as materialized (
                    select a.service_id, min(directory.metres(:lat, :lon, l.latitude, l.longitude)) as metres
                      from directory.location l join directory.service_at_location a on a.location_id = l.id
                     where l.latitude between :lat - :up and :lat + :up and l.longitude between :lon - :across and :lon + :across
                     group by 1),
                """)
                        + """
                fits as (select s.id, s.name, s.search, s.available, %s from directory.service s %s where %s limit %d)
                select f.id, f.metres, count(*) over ()::int as total from fits f
                 order by %s f.metres nulls last, f.name, f.id offset :from limit :size""".formatted(
                                near == null ? "null::float8 as metres" : "n.metres",
                                near == null ? "" : "join near n on n.service_id = s.id and n.metres <= :metres",
                                where,
                                RANKED,
                                query.isPresent()
                                        ? "ts_rank('{0.05,0.2,0.4,1}', f.search, cast(:q as tsquery)) - coalesce(f.metres, 0) / 50000"
                                                + " - (coalesce(f.available, 1) = 0)::int * 0.5 desc,"
                                        : ""))
                .params(params)
                .param("from", from)
                .param("size", size)
                .query(Row.class)
                .list();
        Map<String, Service> services = new LinkedHashMap<>();
        store.services(rows.stream().map(Row::id).toList()).forEach(s -> services.put(s.id(), s));
        int total = rows.isEmpty() ? 0 : rows.getFirst().total();
        return new Found(
                rows.stream()
                        .filter(row -> services.containsKey(row.id()))
                        .map(row -> new Hit(java.util.Objects.requireNonNull(services.get(row.id())), row.metres()))
                        .toList(),
                total,
                total >= RANKED,
                words.instead());
    }

    /** The words as PostgreSQL's tsquery; asked for ahead, since the index serves only what is known when the search is planned. */
    private Optional<String> query(SearchWords words) {
        return words.groups().isEmpty()
                ? Optional.empty()
                : jdbc.sql("select directory.query_of(?)::text")
                        .param(words.groups().toArray(String[]::new))
                        .query((rs, n) -> Optional.ofNullable(rs.getString(1)))
                        .single();
    }

    /** What words mean, for {@code directory.query_of}. */
    String[] groups(String words) {
        return SearchWords.of(words, this::alike).groups().toArray(String[]::new);
    }

    /** Words of the directory spelt much like this one; the word itself where it stands there, or begins one that does. */
    private List<String> alike(String word) {
        boolean known = jdbc.sql("select exists (select from directory.word where word like ?)")
                .param(word + "%")
                .query(Boolean.class)
                .single();
        if (known) {
            return List.of(word);
        }
        jdbc.sql("select set_config('pg_trgm.similarity_threshold', '0.2', true)")
                .query((rs, n) -> true)
                .single();
        return jdbc.sql("""
                select word from directory.word
                 where word operator(public.%) :word and length(word) between length(:word) - 2 and length(:word) + 2
                 order by public.levenshtein_less_equal(word, :word, 3), public.similarity(word, :word) desc limit 8""")
                .param("word", word.substring(0, Math.min(40, word.length())))
                .query(String.class)
                .list();
    }

    /**
     * Where something is: {@code 42.26, -71.80}, or a postcode or town that places of the directory have, at the middle of these. Empty
     * when none has it.
     */
    public Optional<double[]> locate(String words) {
        String text = words.strip();
        if (text.matches("-?\\d{1,2}(\\.\\d+)?\\s*[,;]\\s*-?\\d{1,3}(\\.\\d+)?")) {
            String[] parts = text.split("\\s*[,;]\\s*");
            return Optional.of(new double[] {Double.parseDouble(parts[0]), Double.parseDouble(parts[1])});
        }
        if (text.isEmpty() || text.length() > 100) {
            return Optional.empty();
        }
        return jdbc.sql("""
                select avg(latitude), avg(longitude) from directory.location
                 where latitude is not null and (left(postcode, 5) = :text or directory.plain(city) = directory.plain(:text))
                having count(*) > 0""")
                .param("text", text)
                .query((rs, n) -> new double[] {rs.getDouble(1), rs.getDouble(2)})
                .optional();
    }
}
