package health.weft.fhir;

import static health.weft.fhir.FhirPathEquality.holds;
import static health.weft.fhir.FhirPathEquality.union;

import health.weft.fhir.FhirPath.Context;
import health.weft.fhir.FhirPath.Step;
import health.weft.fhir.FhirPathFunctions.Call;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The functions over collections: filters, parts, sets, repetition, order (N1, 5.1 to 5.4, 5.8). */
final class FhirPathCollections {
    /** Items {@code repeat} finds before it gives up: a resource has fewer elements. */
    private static final int MOST = 1_000_000;

    private FhirPathCollections() {}

    static @Nullable Function<Call, Step> named(String name) {
        return switch (name) {
            case "where" -> call -> (c, f) -> filter(c, call.on().run(c, f), call.first());
            case "select" -> call -> (c, f) -> select(c, call.on().run(c, f), call.first());
            case "exists" -> FhirPathCollections::exists;
            case "all" -> FhirPathCollections::all;
            case "empty" -> call -> (c, f) -> Items.bool(call.on().run(c, f).isEmpty());
            case "not" ->
                call -> (c, f) -> Items.bool(Items.truth(call.on().run(c, f)).map(b -> !b));
            case "allTrue" -> booleans((items, test) -> items.stream().allMatch(test), true);
            case "anyTrue" -> booleans((items, test) -> items.stream().anyMatch(test), true);
            case "allFalse" -> booleans((items, test) -> items.stream().allMatch(test), false);
            case "anyFalse" -> booleans((items, test) -> items.stream().anyMatch(test), false);
            case "first" -> call -> (c, f) -> slice(call.on().run(c, f), 0, 1);
            case "last" ->
                call -> (c, f) -> {
                    List<Item> items = call.on().run(c, f);
                    return slice(items, items.size() - 1, items.size());
                };
            case "tail" -> call -> (c, f) -> slice(call.on().run(c, f), 1, Integer.MAX_VALUE);
            case "skip" ->
                call -> (c, f) -> slice(
                        call.on().run(c, f),
                        Items.integer(call.first().run(c, f)).orElse(0),
                        Integer.MAX_VALUE);
            case "take" ->
                call -> (c, f) -> slice(
                        call.on().run(c, f),
                        0,
                        Items.integer(call.first().run(c, f)).orElse(0));
            case "single" ->
                call -> (c, f) -> {
                    List<Item> items = call.on().run(c, f);
                    Items.single(items);
                    return items;
                };
            case "count" -> call -> (c, f) -> Items.whole(call.on().run(c, f).size());
            case "distinct" -> call -> (c, f) -> union(call.on().run(c, f), List.of());
            case "isDistinct" ->
                call -> (c, f) -> {
                    List<Item> items = call.on().run(c, f);
                    return Items.bool(union(items, List.of()).size() == items.size());
                };
            case "union" -> sets(FhirPathEquality::union);
            case "combine" ->
                sets((items, others) -> {
                    List<Item> out = new ArrayList<>(items);
                    out.addAll(others);
                    return out;
                });
            case "intersect" ->
                sets((items, others) ->
                        union(items.stream().filter(i -> holds(others, i)).toList(), List.of()));
            case "exclude" ->
                sets((items, others) ->
                        items.stream().filter(i -> !holds(others, i)).toList());
            case "subsetOf" -> sets((items, others) -> Items.bool(items.stream().allMatch(i -> holds(others, i))));
            case "supersetOf" ->
                sets((items, others) -> Items.bool(others.stream().allMatch(i -> holds(items, i))));
            case "repeat" -> call -> (c, f) -> repeat(c, call.on().run(c, f), call.first());
            case "aggregate" -> FhirPathCollections::aggregate;
            case "sort" -> FhirPathCollections::sort;
            case "iif" -> FhirPathCollections::iif;
            // What is traced may be health data, so nothing is written anywhere.
            case "trace" -> Call::on;
            default -> null;
        };
    }

    private static Function<Call, Step> sets(BiFunction<List<Item>, List<Item>, List<Item>> set) {
        return call -> (c, f) -> set.apply(call.on().run(c, f), call.first().run(c, f));
    }

    private static Function<Call, Step> booleans(
            BiFunction<List<Item>, Predicate<Item>, Boolean> quantifier, boolean wanted) {
        return call -> (c, f) -> {
            List<Item> items = call.on().run(c, f);
            for (Item item : items) {
                if (!item.json().isBoolean()) {
                    throw new FhirPathException("true or false is needed here, not " + item.type());
                }
            }
            return Items.bool(quantifier
                    .apply(items, i -> i.json().booleanValue() == wanted)
                    .booleanValue());
        };
    }

    static List<Item> filter(Context c, List<Item> items, Step criterion) {
        if (items.isEmpty()) {
            return items;
        }
        List<Item> out = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            if (fits(c, items.get(i), i, criterion)) {
                out.add(items.get(i));
            }
        }
        return out;
    }

    private static boolean fits(Context c, Item item, int i, Step criterion) {
        return Items.truth(criterion.run(c.at(item, i), List.of(item))).orElse(false);
    }

    private static Step exists(Call call) {
        Step criterion = call.at(0);
        return (c, f) -> {
            List<Item> items = call.on().run(c, f);
            if (criterion == null) {
                return Items.bool(!items.isEmpty());
            }
            for (int i = 0; i < items.size(); i++) {
                if (fits(c, items.get(i), i, criterion)) {
                    return Items.bool(true);
                }
            }
            return Items.bool(false);
        };
    }

    private static Step all(Call call) {
        return (c, f) -> {
            List<Item> items = call.on().run(c, f);
            for (int i = 0; i < items.size(); i++) {
                if (!fits(c, items.get(i), i, call.first())) {
                    return Items.bool(false);
                }
            }
            return Items.bool(true);
        };
    }

    private static List<Item> select(Context c, List<Item> items, Step projection) {
        List<Item> out = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            out.addAll(projection.run(c.at(items.get(i), i), List.of(items.get(i))));
        }
        return out;
    }

    private static List<Item> slice(List<Item> items, int from, int to) {
        int start = Math.max(0, from);
        int end = Math.min(items.size(), to);
        return start >= end ? List.of() : items.subList(start, end);
    }

    private static List<Item> repeat(Context c, List<Item> items, Step projection) {
        FhirPathDistinct out = new FhirPathDistinct();
        List<Item> wave = items;
        while (!wave.isEmpty()) {
            List<Item> found = new ArrayList<>();
            for (Item item : select(c, wave, projection)) {
                if (out.add(item)) {
                    found.add(item);
                }
            }
            if (out.items().size() > MOST) {
                throw new FhirPathException("repeat() does not come to an end");
            }
            wave = found;
        }
        return out.items();
    }

    private static Step aggregate(Call call) {
        Step start = call.at(1);
        return (c, f) -> {
            List<Item> total = start == null ? List.of() : start.run(c, f);
            List<Item> items = call.on().run(c, f);
            for (int i = 0; i < items.size(); i++) {
                total = call.first().run(c.at(items.get(i), i).totalled(total), List.of(items.get(i)));
            }
            return total;
        };
    }

    private static Step iif(Call call) {
        Step otherwise = call.at(2);
        return (c, f) -> {
            List<Item> items = call.on().run(c, f);
            Optional<Item> item = Items.single(items);
            Context inner = item.isPresent() ? c.at(item.get(), c.index()) : c;
            List<Item> criterion = call.first().run(inner, items);
            Optional<Item> one = Items.single(criterion);
            if (one.isPresent() && !one.get().json().isBoolean()) {
                throw new FhirPathException("the first argument of iif() must be true or false");
            }
            if (one.isPresent() && one.get().json().booleanValue()) {
                return call.arguments().get(1).run(inner, items);
            }
            return otherwise == null ? List.of() : otherwise.run(inner, items);
        };
    }

    /** A key that begins with a minus sorts downwards, text too (FHIRPath 3.0, sort). */
    private static Step sort(Call call) {
        List<Step> keys = call.arguments();
        List<Boolean> downwards = call.nodes().stream()
                .map(n -> n instanceof FhirPathNode.Negated)
                .toList();
        return (c, f) -> {
            List<Item> items = new ArrayList<>(call.on().run(c, f));
            Comparator<Item> order = (a, b) -> {
                if (keys.isEmpty()) {
                    return byValue(List.of(a), List.of(b));
                }
                for (int k = 0; k < keys.size(); k++) {
                    int way = byValue(
                            keys.get(k).run(c.at(a, 0), List.of(a)), keys.get(k).run(c.at(b, 0), List.of(b)));
                    if (way != 0) {
                        return downwards.get(k) ? -way : way;
                    }
                }
                return 0;
            };
            items.sort(order);
            return items;
        };
    }

    /** What is absent comes last, and first downwards, as the official suite has it. */
    private static int byValue(List<Item> a, List<Item> b) {
        return a.isEmpty() || b.isEmpty()
                ? Boolean.compare(a.isEmpty(), b.isEmpty())
                : FhirPathEquality.compare(a, b).orElse(0);
    }
}
