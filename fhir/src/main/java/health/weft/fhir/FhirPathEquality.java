package health.weft.fhir;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Equality, equivalence and order of FHIRPath (N1, 6.1 and 6.2). */
final class FhirPathEquality {
    /** So few items are told apart quicker one by one. */
    private static final int FEW = 16;

    private FhirPathEquality() {}

    static Optional<Boolean> equal(List<Item> left, List<Item> right) {
        if (left.isEmpty() || right.isEmpty()) {
            return Optional.empty();
        }
        if (left.size() != right.size()) {
            return Optional.of(false);
        }
        for (int i = 0; i < left.size(); i++) {
            Optional<Boolean> same = equal(left.get(i), right.get(i));
            if (same.isEmpty() || !same.get()) {
                return same;
            }
        }
        return Optional.of(true);
    }

    static Optional<Boolean> equal(Item left, Item right) {
        if (left.number() && right.number()) {
            return Optional.of(left.decimal().compareTo(right.decimal()) == 0);
        }
        if (FhirPathTypes.isTemporal(left) && FhirPathTypes.isTemporal(right)) {
            Optional<FhirPathTime> a = FhirPathTime.of(left);
            Optional<FhirPathTime> b = FhirPathTime.of(right);
            if (a.isPresent() && b.isPresent()) {
                return a.get().same(b.get());
            }
        }
        if (left.json().isObject() && right.json().isObject()) {
            Optional<FhirPathQuantity> a = FhirPathQuantity.of(left);
            Optional<FhirPathQuantity> b = a.isEmpty() ? a : FhirPathQuantity.of(right);
            if (a.isPresent() && b.isPresent()) {
                return a.get().compare(b.get()).map(order -> order == 0);
            }
        }
        return Optional.of(same(left.json(), right.json()));
    }

    /** JSON alike in every part, numbers by their value. */
    private static boolean same(JsonNode left, JsonNode right) {
        return left.equals(
                (a, b) -> a.equals(b)
                                || (a.isNumber()
                                        && b.isNumber()
                                        && a.decimalValue().compareTo(b.decimalValue()) == 0)
                        ? 0
                        : 1,
                right);
    }

    /** Order and precision do not count; unknown is never equivalent. */
    static boolean equivalent(List<Item> left, List<Item> right) {
        if (left.size() != right.size()) {
            return false;
        }
        List<Item> rest = new ArrayList<>(right);
        for (Item item : left) {
            boolean found = false;
            for (int i = 0; i < rest.size() && !found; i++) {
                if (equivalent(item, rest.get(i))) {
                    rest.remove(i);
                    found = true;
                }
            }
            if (!found) {
                return false;
            }
        }
        return true;
    }

    private static boolean equivalent(Item left, Item right) {
        if (left.number() && right.number()) {
            return equivalent(left.decimal(), right.decimal());
        }
        if (FhirPathTypes.isTemporal(left) && FhirPathTypes.isTemporal(right)) {
            return equal(left, right).orElse(false);
        }
        if (left.json().isString() && right.json().isString()) {
            return loose(left.text()).equals(loose(right.text()));
        }
        if (left.json().isObject() && right.json().isObject()) {
            Optional<FhirPathQuantity> a = FhirPathQuantity.of(left);
            Optional<FhirPathQuantity> b = FhirPathQuantity.of(right);
            if (a.isPresent() && b.isPresent()) {
                return a.get().equivalent(b.get());
            }
        }
        return same(left.json(), right.json());
    }

    /** The same number to the digits of the less precise one. */
    static boolean equivalent(BigDecimal a, BigDecimal b) {
        int scale = Math.max(
                0,
                Math.min(a.stripTrailingZeros().scale(), b.stripTrailingZeros().scale()));
        return a.setScale(scale, RoundingMode.HALF_UP).compareTo(b.setScale(scale, RoundingMode.HALF_UP)) == 0;
    }

    private static String loose(String text) {
        return text.strip().toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
    }

    /**
     * Less than, equal to or more than; empty when one is absent or it is open.
     *
     * @throws FhirPathException when the two are of kinds that have no order between them
     */
    static Optional<Integer> compare(List<Item> left, List<Item> right) {
        Optional<Item> a = Items.single(left);
        Optional<Item> b = Items.single(right);
        return a.isEmpty() || b.isEmpty() ? Optional.empty() : compare(a.get(), b.get());
    }

    static Optional<Integer> compare(Item a, Item b) {
        if (a.number() && b.number()) {
            return Optional.of(a.decimal().compareTo(b.decimal()));
        }
        if (a.json().isNull() || b.json().isNull()) {
            return Optional.empty();
        }
        Optional<FhirPathTime> from = time(a, b);
        Optional<FhirPathTime> to = time(b, a);
        if (from.isPresent() && to.isPresent()) {
            return from.get().compare(to.get());
        }
        if (a.json().isString() && b.json().isString()) {
            return Optional.of(a.text().compareTo(b.text()));
        }
        Optional<FhirPathQuantity> x = FhirPathQuantity.of(a);
        Optional<FhirPathQuantity> y = FhirPathQuantity.of(b);
        if (x.isPresent() && y.isPresent()) {
            return x.get().compare(y.get());
        }
        if (a.json().isObject() && a.type().equals(b.type()) && FhirPathTypes.isA(a, "Quantity")) {
            return Optional.empty();
        }
        throw new FhirPathException(a.type() + " and " + b.type() + " have no order between them");
    }

    /** As a date or time; a text is read as one when the other side is. */
    private static Optional<FhirPathTime> time(Item item, Item other) {
        if (!FhirPathTypes.isTemporal(item)
                && FhirPathTypes.isTemporal(other)
                && item.json().isString()) {
            return FhirPathTime.parse(
                    item.text(), item.text().indexOf('T') > 0 ? FhirPathTime.Kind.DATE_TIME : FhirPathTime.Kind.DATE);
        }
        return FhirPathTime.of(item);
    }

    static boolean holds(List<Item> items, Item item) {
        for (Item other : items) {
            if (other == item || equal(other, item).orElse(false)) {
                return true;
            }
        }
        return false;
    }

    /** Both without what stands twice, in order. */
    static List<Item> union(List<Item> left, List<Item> right) {
        if (left.size() + right.size() > FEW) {
            FhirPathDistinct distinct = new FhirPathDistinct();
            left.forEach(distinct::add);
            right.forEach(distinct::add);
            return distinct.items();
        }
        List<Item> out = new ArrayList<>(left.size() + right.size());
        left.forEach(i -> addDistinct(out, i));
        right.forEach(i -> addDistinct(out, i));
        return out;
    }

    private static void addDistinct(List<Item> out, Item item) {
        if (!holds(out, item)) {
            out.add(item);
        }
    }
}
