package health.weft.store;

import health.weft.fhir.Hash;
import health.weft.fhir.Item;
import health.weft.fhir.SearchParameter.Kind;
import health.weft.fhir.SearchParameter.Pairing;
import health.weft.fhir.SearchParameter.Part;
import health.weft.store.Extraction.Comp;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The rows of a composite (R4, 3.1.1.4.14): every first value with every second that stands in the same element. */
final class Pairs {
    /** Rows of one element, at most: nothing real comes near, and nobody shall fill the index with one resource. */
    private static final int MOST = 200;

    private Pairs() {}

    /** The first value: the hash it is found by, and that of its system. */
    private record First(long h, long s) {}

    /** The second value, or the third. */
    private record Range(
            long lo,
            long hi,
            @Nullable Long unit,
            @Nullable Long code,
            @Nullable String v) {}

    static long first(Pairing pairing, String value) {
        return Hash.of(pairing.name(), value);
    }

    /** What a system's hash is when the structure implies the system. */
    static final long IMPLIED = 0;

    static List<Comp> of(Pairing pairing, ObjectNode resource, Item root) {
        List<Comp> rows = new ArrayList<>();
        List<Part> parts = pairing.parts();
        if (parts.size() < 2 || parts.size() > 3) {
            return rows;
        }
        for (Item element : pairing.path().evaluate(resource, root, r -> null)) {
            // Of the many that a type has, most find no second value: they cost no more than that.
            List<Range> seconds = ranges(parts.get(1), resource, element);
            if (seconds.isEmpty()) {
                continue;
            }
            List<First> firsts = new ArrayList<>();
            items(parts.get(0), resource, element).forEach(i -> firsts.addAll(firsts(pairing, i)));
            List<Range> thirds = parts.size() == 3 ? ranges(parts.get(2), resource, element) : List.of();
            int from = rows.size();
            for (First first : firsts) {
                for (Range second : seconds) {
                    if (parts.size() == 2) {
                        rows.add(row(first, second, null));
                    }
                    for (Range third : thirds) {
                        rows.add(row(first, second, third));
                    }
                    if (rows.size() - from > MOST) {
                        return rows;
                    }
                }
            }
        }
        return rows;
    }

    private static Comp row(First first, Range second, @Nullable Range third) {
        return new Comp(
                first.h(),
                first.s(),
                second.lo(),
                second.hi(),
                second.unit(),
                second.code(),
                second.v(),
                third == null ? null : Long.valueOf(third.lo()),
                third == null ? null : Long.valueOf(third.hi()));
    }

    private static List<Item> items(Part part, ObjectNode resource, Item element) {
        return part.path().evaluate(resource, element, r -> null).stream()
                .filter(i -> !i.json().isNull())
                .toList();
    }

    private static List<First> firsts(Pairing pairing, Item item) {
        Part part = pairing.parts().getFirst();
        return switch (part.kind()) {
            case TOKEN ->
                Values.codes(item).stream()
                        .filter(c -> !c.code().isEmpty())
                        .map(c -> new First(first(pairing, c.code()), system(c.system())))
                        .toList();
            case REFERENCE ->
                Values.reference(item).stream()
                        .map(r -> new First(first(pairing, r), IMPLIED))
                        .toList();
            case URI -> List.of(new First(first(pairing, item.text()), IMPLIED));
            case NUMBER, DATE, STRING, QUANTITY, COMPOSITE, SPECIAL -> List.of();
        };
    }

    private static long system(@Nullable String system) {
        return system == null ? IMPLIED : Hash.of(system);
    }

    private static List<Range> ranges(Part part, ObjectNode resource, Item element) {
        List<Range> ranges = new ArrayList<>();
        for (Item item : items(part, resource, element)) {
            ranges.addAll(ranges(part.kind(), item));
        }
        return ranges;
    }

    private static List<Range> ranges(Kind kind, Item item) {
        return switch (kind) {
            case TOKEN ->
                Values.codes(item).stream()
                        .map(c -> new Range(Hash.of(c.code()), system(c.system()), null, null, null))
                        .toList();
            case DATE ->
                Values.spans(item).stream()
                        .map(s -> new Range(s.lo(), s.hi(), null, null, null))
                        .toList();
            case NUMBER, QUANTITY ->
                Values.measures(item).stream()
                        .map(m -> new Range(
                                Values.sortable(m.lo()),
                                Values.sortable(m.hi()),
                                m.unit(),
                                m.canonical() ? null : Long.valueOf(m.code()),
                                null))
                        .toList();
            case STRING ->
                Values.texts(item).stream()
                        .map(t -> new Range(Hash.of(t), 0, null, null, Text.plain(t)))
                        .toList();
            case REFERENCE ->
                Values.reference(item).stream()
                        .map(r -> new Range(Hash.of(r), 0, null, null, null))
                        .toList();
            case URI -> List.of(new Range(Hash.of(item.text()), 0, null, null, null));
            case COMPOSITE, SPECIAL -> List.of();
        };
    }
}
