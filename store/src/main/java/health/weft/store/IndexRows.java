package health.weft.store;

import health.weft.store.Extraction.Coding;
import health.weft.store.Extraction.Comp;
import health.weft.store.Extraction.Day;
import health.weft.store.Extraction.Geo;
import health.weft.store.Extraction.Qty;
import health.weft.store.Extraction.Ref;
import health.weft.store.Extraction.Str;
import health.weft.store.Extraction.Tok;
import health.weft.store.Extraction.Word;
import health.weft.store.Extraction.Words;
import health.weft.store.IndexTable.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The index rows that a set of changes adds and takes away: collected resource by resource, then written a table at a time. */
final class IndexRows {
    private static final List<IndexTable<?>> TABLES = List.of(
            new IndexTable<>("idx_tok", e -> e.tokens, Comparator.comparingLong(Tok::h))
                    .longs("h", Tok::h)
                    .ints("sp", Tok::sp)
                    .byPatient(),
            // As the resources come: the index by resource is the smaller for it, the one by target no larger.
            new IndexTable<>("idx_ref", e -> e.references, (one, other) -> 0)
                    .longs("tkey", Ref::tkey)
                    .ints("sp", Ref::sp),
            new IndexTable<>(
                            "idx_date",
                            e -> e.dates,
                            Comparator.comparingInt(Day::sp).thenComparingLong(Day::lo))
                    .longs("lo", Day::lo)
                    .longs("hi", Day::hi)
                    .ints("sp", Day::sp)
                    .byPatient(),
            new IndexTable<>(
                            "idx_str",
                            e -> e.strings,
                            Comparator.comparingInt(Str::sp).thenComparing(Str::v))
                    .texts("v", Str::v)
                    .longs("e", Str::e)
                    .ints("sp", Str::sp),
            new IndexTable<>(
                            "idx_qty",
                            e -> e.quantities,
                            Comparator.comparingInt(Qty::sp).thenComparingDouble(Qty::lo))
                    .doubles("lo", Qty::lo)
                    .doubles("hi", Qty::hi)
                    .longs("unit", Qty::unit)
                    .longs("code", Qty::code)
                    .ints("sp", Qty::sp),
            new IndexTable<>("idx_comp", e -> e.composites, Comparator.comparingLong(Comp::h))
                    .longs("h", Comp::h)
                    .longs("s", Comp::s)
                    .longs("lo", Comp::lo)
                    .longs("hi", Comp::hi)
                    .rareLongs("unit", Comp::unit)
                    .rareLongs("code", Comp::code)
                    .rareTexts("v", Comp::v)
                    .rareLongs("lo3", Comp::lo3)
                    .rareLongs("hi3", Comp::hi3),
            new IndexTable<>("idx_geo", e -> e.places, Comparator.comparingDouble(Geo::lat))
                    .doubles("lat", Geo::lat)
                    .doubles("lon", Geo::lon)
                    .ints("sp", Geo::sp));

    private final List<Difference<?>> differences =
            TABLES.stream().<Difference<?>>map(IndexRows::difference).toList();
    private final Set<Word> dictionary = new LinkedHashSet<>();
    private final Set<Coding> codings = new LinkedHashSet<>();
    private final Set<Words> wordings = new LinkedHashSet<>();

    private static <T> Difference<T> difference(IndexTable<T> table) {
        return new Difference<>(table);
    }

    /** Rows to put into one table and rows to take out of it. */
    private static final class Difference<T> {
        private final IndexTable<T> table;
        private final List<Row<T>> added = new ArrayList<>();
        private final List<Row<T>> removed = new ArrayList<>();

        Difference(IndexTable<T> table) {
            this.table = table;
        }

        void change(@Nullable Extraction before, long patBefore, @Nullable Extraction after, long patAfter, long rid) {
            boolean moved = table.isByPatient() && patBefore != patAfter;
            Set<T> old = table.of(before);
            Set<T> fresh = table.of(after);
            for (T value : old) {
                if (moved || !fresh.contains(value)) {
                    removed.add(new Row<>(value, patBefore, rid));
                }
            }
            for (T value : fresh) {
                if (moved || !old.contains(value)) {
                    added.add(new Row<>(value, patAfter, rid));
                }
            }
        }

        void renew(Extraction all, long pat, long rid) {
            for (T value : table.of(all)) {
                removed.add(new Row<>(value, pat, rid));
                added.add(new Row<>(value, pat, rid));
            }
        }

        void write(Sql sql) {
            table.take(sql, removed);
            table.put(sql, added);
        }
    }

    /** A resource changed; null for what was not there, or is no more. */
    void change(@Nullable Extraction before, long patBefore, @Nullable Extraction after, long patAfter, long rid) {
        for (Difference<?> d : differences) {
            d.change(before, patBefore, after, patAfter, rid);
        }
        if (before != null) {
            retire(before, rid);
        }
        if (after != null) {
            know(after);
        }
    }

    private void know(Extraction e) {
        dictionary.addAll(e.dictionary);
        codings.addAll(e.codings);
        if (e.words != null) {
            wordings.add(e.words);
        }
    }

    /** The rows of a resource are to be there once, whichever of them are there already. */
    void renew(Extraction all, long pat, long rid) {
        for (Difference<?> d : differences) {
            d.renew(all, pat, rid);
        }
        retire(all, rid);
        know(all);
    }

    private final List<Row<Tok>> retired = new ArrayList<>();
    private final Set<Long> retiredTexts = new LinkedHashSet<>();

    private void retire(Extraction e, long rid) {
        retiredTexts.add(rid);
        for (Tok token : e.retired) {
            retired.add(new Row<>(token, 0, rid));
        }
    }

    /** Adds the statements that write them. */
    void write(Sql sql) {
        if (!retired.isEmpty()) {
            tokens().take(sql, retired);
        }
        if (!retiredTexts.isEmpty()) {
            sql.add("delete from record.idx_text where rid = any(?); ", (Object)
                    retiredTexts.stream().mapToLong(rid -> rid).toArray());
        }
        for (Difference<?> d : differences) {
            d.write(sql);
        }
        remember(sql, dictionary);
        know(sql, codings);
        say(sql, wordings);
    }

    @SuppressWarnings("unchecked")
    private static IndexTable<Tok> tokens() {
        return (IndexTable<Tok>) TABLES.getFirst();
    }

    /**
     * Puts new texts into the dictionary. Two that do so at once may both put one in: that does no harm, and no writer ever waits
     * for another's dictionary.
     */
    private static void remember(Sql sql, Collection<Word> words) {
        if (words.isEmpty()) {
            return;
        }
        sql.add(
                """
                insert into record.word (sp, v, h)
                select n.sp, n.v, n.h from unnest(?::int[], ?::text[], ?::bigint[]) as n(sp, v, h)
                where not exists (select from record.word w where w.sp = n.sp and w.v = n.v);
                """,
                words.stream().mapToInt(Word::sp).toArray(),
                words.stream().map(Word::v).toArray(String[]::new),
                words.stream().mapToLong(Word::h).toArray());
    }

    /** Puts new codes into their table; as of words, a second row of one does no harm. */
    private static void know(Sql sql, Collection<Coding> codings) {
        if (codings.isEmpty()) {
            return;
        }
        sql.add(
                """
                insert into record.coding (sp, c, s, h)
                select n.sp, n.c, n.s, n.h from unnest(?::int[], ?::bigint[], ?::bigint[], ?::bigint[]) as n(sp, c, s, h)
                where not exists (select from record.coding k where k.sp = n.sp and k.c = n.c and k.s = n.s);
                """,
                codings.stream().mapToInt(Coding::sp).toArray(),
                codings.stream().mapToLong(Coding::c).toArray(),
                codings.stream().mapToLong(Coding::s).toArray(),
                codings.stream().mapToLong(Coding::h).toArray());
    }

    /** Puts what is said for the first time into its table, and the texts of codes that go with it; as of words, a second row does no harm. */
    private static void say(Sql sql, Collection<Words> wordings) {
        if (wordings.isEmpty()) {
            return;
        }
        List<Word> texts = wordings.stream()
                .flatMap(w -> w.texts().stream().map(t -> new Word(t.sp(), t.v(), w.h())))
                .toList();
        if (!texts.isEmpty()) {
            sql.add(
                    """
                    insert into record.word (sp, v, h)
                    select n.sp, n.v, n.h from unnest(?::int[], ?::text[], ?::bigint[]) as n(sp, v, h)
                    where not exists (select from record.wording w where w.h = n.h);
                    """,
                    texts.stream().mapToInt(Word::sp).toArray(),
                    texts.stream().map(Word::v).toArray(String[]::new),
                    texts.stream().mapToLong(Word::h).toArray());
        }
        sql.add(
                """
                insert into record.wording (h, narrative, content)
                select n.h, to_tsvector('simple', n.narrative), to_tsvector('simple', n.content)
                from unnest(?::bigint[], ?::text[], ?::text[]) as n(h, narrative, content)
                where not exists (select from record.wording w where w.h = n.h);
                """,
                wordings.stream().mapToLong(Words::h).toArray(),
                wordings.stream().map(Words::narrative).toArray(String[]::new),
                wordings.stream().map(Words::content).toArray(String[]::new));
    }
}
