package health.weft.directory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Finding services, for anybody. */
@Component
@Transactional(readOnly = true)
public class DirectorySearch {
    /** Names of terms, in small letters, for who lives alone and for who lives with others. */
    private static final String FOR_ONE = "^(individuals?|single (adults?|individuals?|men|people|persons?|women))$";

    private static final String FOR_SEVERAL =
            "^(couples?|spouses?|famil(y|ies)|famil(y|ies) with .*|large families|single parents?|single.parent families)$";

    private final JdbcClient jdbc;
    private final DirectoryStore store;

    DirectorySearch(JdbcClient jdbc, DirectoryStore store) {
        this.jdbc = jdbc;
        this.store = store;
    }

    /**
     * @param metres to the nearest place; null where it was not asked, or is not known
     * @param about whether that place is known by its postcode only
     */
    public record Hit(Service service, @Nullable Double metres, boolean about) {
        public @Nullable Distance distance() {
            return metres == null ? null : new Distance(metres / 1609.344, about);
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
        SearchSql sql = sql(wanted, words);
        // A plan for any words whatever reads half the index for words that every listing has.
        jdbc.sql("select set_config('plan_cache_mode', 'force_custom_plan', true)")
                .query((rs, n) -> true)
                .single();
        record Row(String id, @Nullable Double metres, int total) {}
        List<Row> rows = jdbc.sql(sql.page())
                .params(sql.params)
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
                        .map(row -> hit(Objects.requireNonNull(services.get(row.id())), row.metres(), wanted.near()))
                        .toList(),
                total,
                total >= SearchSql.RANKED,
                words.instead());
    }

    private static Hit hit(Service service, @Nullable Double metres, Wanted.@Nullable Near near) {
        return new Hit(
                service,
                metres,
                near != null
                        && service.nearest(near.latitude(), near.longitude())
                                .map(Service.Place::about)
                                .orElse(false));
    }

    SearchSql sql(Wanted wanted, SearchWords words) {
        Wanted.Fit fit = wanted.filters().fits();
        return new SearchSql(
                wanted,
                query(words),
                terms(wanted.term()),
                fit == null || fit.household().isEmpty()
                        ? SearchSql.Households.ANY
                        : households(fit.household().getAsInt()));
    }

    /**
     * HSDS has no field for it: listings are filed under terms that name households, as Open Eligibility has them among human situations.
     */
    private SearchSql.Households households(int size) {
        List<String> alone = new ArrayList<>();
        List<String> together = new ArrayList<>();
        jdbc.sql(
                        "select id, lower(name) ~ :one from directory.taxonomy_term where lower(name) ~ :one or lower(name) ~ :several limit 1000")
                .param("one", FOR_ONE)
                .param("several", FOR_SEVERAL)
                .query(row -> {
                    (row.getBoolean(2) ? alone : together).add(row.getString(1));
                });
        return size == 1 ? new SearchSql.Households(alone, together) : new SearchSql.Households(together, alone);
    }

    /** A term with all below it, by id, and by what was asked itself: a code may stand in listings without its taxonomy. */
    private List<String> terms(@Nullable String term) {
        return term == null
                ? List.of()
                : jdbc.sql("""
                        with recursive meant (id) as (
                            select id from directory.taxonomy_term where id = :term or document ->> 'code' = :term
                            union select t.id from directory.taxonomy_term t join meant m on t.parent_id = m.id)
                        select :term union select id from meant limit 2000""").param("term", term).query(String.class).list();
    }

    /** Terms that stand at the top of their taxonomies, by name, to choose from: at most 100. */
    public Map<String, String> topTerms() {
        Map<String, String> names = new LinkedHashMap<>();
        jdbc.sql("""
                select id, name from directory.taxonomy_term t where parent_id is null
                   and (exists (select from directory.taxonomy_term c where c.parent_id = t.id)
                        or exists (select from directory.service s where s.terms @> array[t.id]))
                 order by name, id limit 100""")
                .query((rs, n) -> names.put(rs.getString(1), rs.getString(2)))
                .list();
        return names;
    }

    /** What a term is called, by id or code. */
    public Optional<String> termName(String term) {
        return jdbc.sql(
                        "select name from directory.taxonomy_term where id = :term or document ->> 'code' = :term order by id limit 1")
                .param("term", term)
                .query(String.class)
                .optional();
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

    /** What words mean, as PostgreSQL's tsquery; one that finds nothing when they say nothing. */
    String query(String words) {
        return query(SearchWords.of(words, this::alike)).orElse("");
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
     * A place as service areas are written: with the town, county and state of the directory's places there. Of coordinates, the place
     * alone.
     */
    public Optional<Wanted.Area> area(String words) {
        return locate(words).map(at -> {
            Set<String> names = new LinkedHashSet<>();
            jdbc.sql("""
                    select distinct directory.plain(n.name) from directory.location l,
                           lateral (values (left(postcode, 5)), (city), (regexp_replace(region, ' county$', '', 'i')), (state)) n (name)
                     where (left(postcode, 5) = :text or directory.plain(city) = directory.plain(:text)) and n.name <> '' limit 50""")
                    .param("text", words.strip())
                    .query((rs, n) -> names.add(rs.getString(1)))
                    .list();
            return new Wanted.Area(names, at[0], at[1]);
        });
    }

    /**
     * Where something is: {@code 42.26, -71.80}; a postcode, by {@link PostcodeCentroids}; or a postcode or town that places of the directory have, at the
     * middle of these. Empty when none has it.
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
        Optional<double[]> postcode = PostcodeCentroids.of(text);
        if (postcode.isPresent()) {
            return postcode;
        }
        return jdbc.sql("""
                select avg(latitude), avg(longitude) from directory.place
                 where latitude is not null and (left(postcode, 5) = :text or directory.plain(city) = directory.plain(:text))
                having count(*) > 0""")
                .param("text", text)
                .query((rs, n) -> new double[] {rs.getDouble(1), rs.getDouble(2)})
                .optional();
    }
}
