package health.weft.fhir;

import health.weft.fhir.FhirPath.Context;
import health.weft.fhir.FhirPath.Step;
import health.weft.fhir.Structures.Child;
import health.weft.fhir.Structures.Shape;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The navigation, functions and operators of FHIRPath, each as a closure. */
final class FhirPathFunctions {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<Item> TRUE = List.of(Item.of(NODES.booleanNode(true), "boolean"));
    private static final List<Item> FALSE = List.of(Item.of(NODES.booleanNode(false), "boolean"));

    private FhirPathFunctions() {}

    static List<Item> bool(boolean value) {
        return value ? TRUE : FALSE;
    }

    private static List<Item> text(String value) {
        return List.of(Item.of(NODES.stringNode(value), "string"));
    }

    private static List<Item> whole(long value) {
        return List.of(Item.of(NODES.numberNode(value), "integer"));
    }

    private static List<Item> decimal(BigDecimal value) {
        return List.of(Item.of(NODES.numberNode(value), "decimal"));
    }

    /** A name at the start of a path: the type of the focus, or an element of it. */
    static Step start(String name) {
        Step child = child((c, f) -> f, name);
        if (!Character.isUpperCase(name.charAt(0))) {
            return child;
        }
        return (c, focus) -> {
            if (focus.size() == 1) {
                Item item = focus.getFirst();
                if (item.type().equals(name) || Structures.isA(item.type(), name)) {
                    return focus;
                }
            }
            return Structures.isType(name) ? List.of() : child.run(c, focus);
        };
    }

    static Step child(Step on, String name) {
        return (c, f) -> {
            List<Item> from = on.run(c, f);
            if (from.isEmpty()) {
                return from;
            }
            List<Item> out = new ArrayList<>();
            for (Item item : from) {
                children(item, name, out);
            }
            return out;
        };
    }

    private static void children(Item item, String name, List<Item> out) {
        JsonNode json = item.json();
        if (!json.isObject()) {
            JsonNode extra = item.extra();
            if (extra != null && (name.equals("extension") || name.equals("id"))) {
                Shape element = Structures.shape("Element");
                if (element != null) {
                    for (Child child : element.element(name)) {
                        add(child, extra, out);
                    }
                }
            }
            return;
        }
        Shape shape = item.shape();
        if (shape == null) {
            return;
        }
        for (Child child : shape.element(name)) {
            add(child, json, out);
        }
    }

    private static void add(Child child, JsonNode json, List<Item> out) {
        JsonNode value = json.get(child.json());
        JsonNode extra = json.get("_" + child.json());
        if (value == null) {
            if (extra == null) {
                return;
            }
            if (extra.isObject()) {
                out.add(new Item(NODES.nullNode(), child.type(), null, extra));
            }
            return;
        }
        if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                JsonNode more = extra == null || !extra.isArray() ? null : extra.get(i);
                out.add(item(child, value.get(i), more == null || more.isNull() ? null : more));
            }
        } else {
            out.add(item(child, value, extra));
        }
    }

    private static Item item(Child child, JsonNode value, @Nullable JsonNode extra) {
        if (child.type().equals("Resource") && value.isObject()) {
            return Item.resource(value);
        }
        return new Item(value, child.type(), value.isObject() ? child.shape() : null, extra);
    }

    private static void allChildren(Item item, List<Item> out) {
        Shape shape = item.shape();
        if (shape == null || !item.json().isObject()) {
            return;
        }
        for (String key : item.json().propertyNames()) {
            Child child = shape.child(key);
            if (child != null) {
                add(child, item.json(), out);
            }
        }
    }

    static boolean isType(Item item, String type) {
        return item.type().equals(type)
                || Structures.isA(item.type(), type)
                || (item.shape() != null && item.shape().name().equals(type));
    }

    static Step is(Step of, String type) {
        return (c, f) -> {
            List<Item> items = of.run(c, f);
            return items.isEmpty() ? List.of() : bool(items.size() == 1 && isType(items.getFirst(), type));
        };
    }

    /** As the search parameters of R4 use it, over collections too. */
    static Step as(Step of, String type) {
        return ofType(of, type);
    }

    static Step ofType(Step of, String type) {
        return (c, f) -> {
            List<Item> items = of.run(c, f);
            List<Item> out = new ArrayList<>(items.size());
            for (Item item : items) {
                if (isType(item, type)) {
                    out.add(item);
                }
            }
            return out;
        };
    }

    static Step index(Step of, Step index) {
        return (c, f) -> {
            List<Item> items = of.run(c, f);
            List<Item> at = index.run(c, f);
            if (at.isEmpty()) {
                return List.of();
            }
            int i = at.getFirst().json().asInt();
            return i < 0 || i >= items.size() ? List.of() : List.of(items.get(i));
        };
    }

    static Step variable(String name, String source) {
        return switch (name) {
            case "context" -> (c, f) -> c.root();
            case "resource", "rootResource" -> (c, f) -> List.of(Item.resource(c.resource()));
            case "ucum" -> (c, f) -> text("http://unitsofmeasure.org");
            case "sct" -> (c, f) -> text("http://snomed.info/sct");
            case "loinc" -> (c, f) -> text("http://loinc.org");
            default -> throw new IllegalArgumentException("FHIRPath: unknown variable %" + name + " in " + source);
        };
    }

    static Step negate(Step of) {
        return (c, f) -> {
            List<Item> items = of.run(c, f);
            if (items.isEmpty() || !items.getFirst().number()) {
                return List.of();
            }
            Item item = items.getFirst();
            return List.of(Item.of(NODES.numberNode(item.decimal().negate()), item.type()));
        };
    }

    // ---------------------------------------------------------------------------------------------- operators

    static Step operator(String op, Step left, Step right) {
        return switch (op) {
            case "|" -> (c, f) -> union(left.run(c, f), right.run(c, f));
            case "and", "or", "xor", "implies" ->
                (c, f) -> logic(op, truth(left.run(c, f)), () -> truth(right.run(c, f)));
            case "=" -> (c, f) -> known(equal(left.run(c, f), right.run(c, f)));
            case "!=" -> (c, f) -> known(equal(left.run(c, f), right.run(c, f)).map(b -> !b));
            case "~" -> (c, f) -> bool(equivalent(left.run(c, f), right.run(c, f)));
            case "!~" -> (c, f) -> bool(!equivalent(left.run(c, f), right.run(c, f)));
            case "<", ">", "<=", ">=" -> (c, f) -> compare(op, left.run(c, f), right.run(c, f));
            case "in" -> (c, f) -> member(left.run(c, f), right.run(c, f));
            case "contains" -> (c, f) -> member(right.run(c, f), left.run(c, f));
            case "&" -> (c, f) -> text(joined(left.run(c, f)) + joined(right.run(c, f)));
            default -> (c, f) -> arithmetic(op, left.run(c, f), right.run(c, f));
        };
    }

    private static String joined(List<Item> items) {
        return items.isEmpty() ? "" : items.getFirst().text();
    }

    private static List<Item> known(Optional<Boolean> value) {
        return value.map(FhirPathFunctions::bool).orElse(List.of());
    }

    /** Empty is unknown; a single value that is no boolean counts as true. */
    private static Optional<Boolean> truth(List<Item> items) {
        if (items.isEmpty()) {
            return Optional.empty();
        }
        JsonNode json = items.getFirst().json();
        return Optional.of(!json.isBoolean() || json.booleanValue());
    }

    private static List<Item> logic(
            String op, Optional<Boolean> left, java.util.function.Supplier<Optional<Boolean>> rightSide) {
        if (op.equals("and") && left.isPresent() && !left.get()) {
            return FALSE;
        }
        if (op.equals("or") && left.isPresent() && left.get()) {
            return TRUE;
        }
        if (op.equals("implies") && left.isPresent() && !left.get()) {
            return TRUE;
        }
        Optional<Boolean> right = rightSide.get();
        if (op.equals("and") && right.isPresent() && !right.get()) {
            return FALSE;
        }
        if ((op.equals("or") || op.equals("implies")) && right.isPresent() && right.get()) {
            return TRUE;
        }
        if (left.isEmpty() || right.isEmpty()) {
            return List.of();
        }
        return switch (op) {
            case "and" -> bool(left.get() && right.get());
            case "or" -> bool(left.get() || right.get());
            case "xor" -> bool(!left.get().equals(right.get()));
            default -> bool(!left.get() || right.get());
        };
    }

    private static List<Item> union(List<Item> left, List<Item> right) {
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

    private static boolean holds(List<Item> items, Item item) {
        for (Item other : items) {
            if (other == item || equal(other, item).orElse(false)) {
                return true;
            }
        }
        return false;
    }

    private static Optional<Boolean> equal(List<Item> left, List<Item> right) {
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

    private static boolean temporal(String type) {
        return type.equals("date") || type.equals("dateTime") || type.equals("instant");
    }

    private static Optional<Boolean> equal(Item left, Item right) {
        if (left.number() && right.number()) {
            return Optional.of(left.decimal().compareTo(right.decimal()) == 0);
        }
        if (temporal(left.type()) && temporal(right.type())) {
            Optional<FhirDate> a = FhirDate.parse(left.text());
            Optional<FhirDate> b = FhirDate.parse(right.text());
            if (a.isPresent() && b.isPresent()) {
                FhirDate x = a.get();
                FhirDate y = b.get();
                if (x.hi() <= y.lo() || y.hi() <= x.lo()) {
                    return Optional.of(false);
                }
                boolean seconds = x.digits() >= 14 && y.digits() >= 14;
                return x.digits() == y.digits() || seconds ? Optional.of(x.lo() == y.lo()) : Optional.empty();
            }
        }
        if (left.type().equals("Quantity") && right.type().equals("Quantity")) {
            return Optional.of(unit(left).equals(unit(right)) && amount(left).compareTo(amount(right)) == 0);
        }
        return Optional.of(left.json().equals(right.json()));
    }

    private static String unit(Item quantity) {
        String code = Json.text(quantity.json(), "code");
        return code.isEmpty() ? Json.text(quantity.json(), "unit") : code;
    }

    private static BigDecimal amount(Item quantity) {
        JsonNode value = quantity.json().get("value");
        return value != null && value.isNumber() ? value.decimalValue() : BigDecimal.ZERO;
    }

    private static boolean equivalent(List<Item> left, List<Item> right) {
        if (left.size() != right.size()) {
            return false;
        }
        List<Item> rest = new ArrayList<>(right);
        for (Item a : left) {
            boolean found = false;
            for (int i = 0; i < rest.size() && !found; i++) {
                Item b = rest.get(i);
                if (a.json().isString() && b.json().isString()
                        ? loose(a.text()).equals(loose(b.text()))
                        : equal(a, b).orElse(false)) {
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

    private static String loose(String text) {
        return text.strip().toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
    }

    private static List<Item> compare(String op, List<Item> left, List<Item> right) {
        if (left.size() != 1 || right.size() != 1) {
            return List.of();
        }
        Item a = left.getFirst();
        Item b = right.getFirst();
        int order;
        if (a.number() && b.number()) {
            order = a.decimal().compareTo(b.decimal());
        } else if (a.json().isString() && b.json().isString()) {
            Optional<FhirDate> x =
                    temporal(a.type()) || temporal(b.type()) ? FhirDate.parse(a.text()) : Optional.empty();
            Optional<FhirDate> y = x.isPresent() ? FhirDate.parse(b.text()) : Optional.empty();
            if (x.isPresent() && y.isPresent()) {
                FhirDate p = x.get();
                FhirDate q = y.get();
                if (p.hi() <= q.lo()) {
                    order = -1;
                } else if (q.hi() <= p.lo()) {
                    order = 1;
                } else if (p.digits() == q.digits() || (p.digits() >= 14 && q.digits() >= 14)) {
                    order = Long.compare(p.lo(), q.lo());
                } else {
                    return List.of();
                }
            } else {
                order = a.text().compareTo(b.text());
            }
        } else if (a.json().isObject() && b.json().isObject() && unit(a).equals(unit(b))) {
            order = amount(a).compareTo(amount(b));
        } else {
            return List.of();
        }
        return bool(
                switch (op) {
                    case "<" -> order < 0;
                    case ">" -> order > 0;
                    case "<=" -> order <= 0;
                    default -> order >= 0;
                });
    }

    private static List<Item> member(List<Item> one, List<Item> in) {
        return one.isEmpty() ? List.of() : bool(holds(in, one.getFirst()));
    }

    private static List<Item> arithmetic(String op, List<Item> left, List<Item> right) {
        if (left.size() != 1 || right.size() != 1) {
            return List.of();
        }
        Item a = left.getFirst();
        Item b = right.getFirst();
        if (op.equals("+") && a.json().isString() && b.json().isString()) {
            return text(a.text() + b.text());
        }
        if (!a.number() || !b.number()) {
            return List.of();
        }
        BigDecimal x = a.decimal();
        BigDecimal y = b.decimal();
        boolean whole = a.type().equals("integer") && b.type().equals("integer");
        if ("/divmod".contains(op) && y.signum() == 0) {
            return List.of();
        }
        BigDecimal result =
                switch (op) {
                    case "+" -> x.add(y);
                    case "-" -> x.subtract(y);
                    case "*" -> x.multiply(y);
                    case "/" -> x.divide(y, 8, RoundingMode.HALF_UP);
                    case "div" -> x.divideToIntegralValue(y);
                    default -> x.remainder(y);
                };
        return op.equals("div") || (whole && !op.equals("/")) ? whole(result.longValue()) : decimal(result);
    }

    // ---------------------------------------------------------------------------------------------- functions

    static Step function(String name, Step on, List<Step> arguments, String source) {
        Step argument = arguments.isEmpty() ? null : arguments.getFirst();
        Step needed = argument == null ? (c, f) -> List.of() : argument;
        return switch (name) {
            case "where" -> (c, f) -> filter(c, on.run(c, f), needed);
            case "select" ->
                (c, f) -> {
                    List<Item> items = on.run(c, f);
                    List<Item> out = new ArrayList<>();
                    for (int i = 0; i < items.size(); i++) {
                        out.addAll(needed.run(c.at(items.get(i), i), List.of(items.get(i))));
                    }
                    return out;
                };
            case "exists" ->
                (c, f) -> {
                    List<Item> items = on.run(c, f);
                    return bool(!(argument == null ? items : filter(c, items, argument)).isEmpty());
                };
            case "all" ->
                (c, f) -> {
                    List<Item> items = on.run(c, f);
                    return bool(filter(c, items, needed).size() == items.size());
                };
            case "empty" -> (c, f) -> bool(on.run(c, f).isEmpty());
            case "not" -> (c, f) -> known(truth(on.run(c, f)).map(b -> !b));
            case "hasValue" ->
                (c, f) -> {
                    List<Item> items = on.run(c, f);
                    return bool(items.size() == 1
                            && items.getFirst().primitive()
                            && !items.getFirst().json().isNull());
                };
            case "getValue" -> on;
            case "first" -> (c, f) -> slice(on.run(c, f), 0, 1);
            case "last" ->
                (c, f) -> {
                    List<Item> items = on.run(c, f);
                    return slice(items, items.size() - 1, items.size());
                };
            case "tail" ->
                (c, f) -> {
                    List<Item> items = on.run(c, f);
                    return slice(items, 1, items.size());
                };
            case "skip" ->
                (c, f) -> {
                    List<Item> items = on.run(c, f);
                    return slice(items, number(needed.run(c, f)), items.size());
                };
            case "take" -> (c, f) -> slice(on.run(c, f), 0, number(needed.run(c, f)));
            case "single" ->
                (c, f) -> {
                    List<Item> items = on.run(c, f);
                    return items.size() == 1 ? items : List.of();
                };
            case "count" -> (c, f) -> whole(on.run(c, f).size());
            case "distinct" -> (c, f) -> union(on.run(c, f), List.of());
            case "isDistinct" ->
                (c, f) -> {
                    List<Item> items = on.run(c, f);
                    return bool(union(items, List.of()).size() == items.size());
                };
            case "allTrue" ->
                (c, f) -> bool(on.run(c, f).stream().allMatch(i -> i.json().asBoolean(false)));
            case "anyTrue" ->
                (c, f) -> bool(on.run(c, f).stream().anyMatch(i -> i.json().asBoolean(false)));
            case "allFalse" ->
                (c, f) -> bool(on.run(c, f).stream().noneMatch(i -> i.json().asBoolean(true)));
            case "anyFalse" ->
                (c, f) -> bool(on.run(c, f).stream().anyMatch(i -> !i.json().asBoolean(true)));
            case "union" -> (c, f) -> union(on.run(c, f), needed.run(c, f));
            case "combine" ->
                (c, f) -> {
                    List<Item> out = new ArrayList<>(on.run(c, f));
                    out.addAll(needed.run(c, f));
                    return out;
                };
            case "intersect" ->
                (c, f) -> {
                    List<Item> other = needed.run(c, f);
                    return union(
                            on.run(c, f).stream().filter(i -> holds(other, i)).toList(), List.of());
                };
            case "exclude" ->
                (c, f) -> {
                    List<Item> other = needed.run(c, f);
                    return on.run(c, f).stream().filter(i -> !holds(other, i)).toList();
                };
            case "subsetOf" ->
                (c, f) -> {
                    List<Item> other = needed.run(c, f);
                    return bool(on.run(c, f).stream().allMatch(i -> holds(other, i)));
                };
            case "supersetOf" ->
                (c, f) -> {
                    List<Item> items = on.run(c, f);
                    return bool(needed.run(c, f).stream().allMatch(i -> holds(items, i)));
                };
            case "children" ->
                (c, f) -> {
                    List<Item> out = new ArrayList<>();
                    on.run(c, f).forEach(i -> allChildren(i, out));
                    return out;
                };
            case "descendants" ->
                (c, f) -> {
                    List<Item> out = new ArrayList<>();
                    on.run(c, f).forEach(i -> allChildren(i, out));
                    for (int i = 0; i < out.size(); i++) {
                        allChildren(out.get(i), out);
                    }
                    return out;
                };
            case "repeat" ->
                (c, f) -> {
                    List<Item> out = new ArrayList<>();
                    List<Item> wave = on.run(c, f);
                    while (!wave.isEmpty()) {
                        List<Item> found = new ArrayList<>();
                        for (int i = 0; i < wave.size(); i++) {
                            for (Item item : needed.run(c.at(wave.get(i), i), List.of(wave.get(i)))) {
                                if (!holds(out, item)) {
                                    out.add(item);
                                    found.add(item);
                                }
                            }
                        }
                        wave = found;
                    }
                    return out;
                };
            case "aggregate" ->
                (c, f) -> {
                    List<Item> total = arguments.size() > 1 ? arguments.get(1).run(c, f) : List.of();
                    List<Item> items = on.run(c, f);
                    for (int i = 0; i < items.size(); i++) {
                        total = needed.run(c.at(items.get(i), i).totalled(total), List.of(items.get(i)));
                    }
                    return total;
                };
            case "iif" ->
                (c, f) -> {
                    List<Item> items = on.run(c, f);
                    boolean yes = truth(needed.run(c, items)).orElse(false);
                    if (yes) {
                        return arguments.get(1).run(c, items);
                    }
                    return arguments.size() > 2 ? arguments.get(2).run(c, items) : List.of();
                };
            case "trace" -> on;
            case "resolve" -> (c, f) -> resolve(c, on.run(c, f));
            case "extension" ->
                (c, f) -> {
                    String url = joined(needed.run(c, f));
                    List<Item> out = new ArrayList<>();
                    on.run(c, f).forEach(i -> children(i, "extension", out));
                    return out.stream()
                            .filter(e -> Json.text(e.json(), "url").equals(url))
                            .toList();
                };
            case "now" ->
                (c, f) -> List.of(Item.of(
                        NODES.stringNode(java.time.OffsetDateTime.now(java.time.ZoneOffset.UTC)
                                .toString()),
                        "dateTime"));
            case "today" ->
                (c, f) -> List.of(Item.of(
                        NODES.stringNode(java.time.LocalDate.now(java.time.ZoneOffset.UTC)
                                .toString()),
                        "date"));
            case "abs" -> (c, f) -> numeric(on.run(c, f), BigDecimal::abs);
            case "ceiling" -> (c, f) -> rounded(on.run(c, f), RoundingMode.CEILING);
            case "floor" -> (c, f) -> rounded(on.run(c, f), RoundingMode.FLOOR);
            case "truncate" -> (c, f) -> rounded(on.run(c, f), RoundingMode.DOWN);
            case "round" ->
                (c, f) -> numeric(on.run(c, f), n -> n.setScale(number(needed.run(c, f)), RoundingMode.HALF_UP));
            default -> strings(name, on, arguments, source);
        };
    }

    private static Step strings(String name, Step on, List<Step> arguments, String source) {
        return switch (name) {
            case "startsWith" -> test(on, arguments, String::startsWith);
            case "endsWith" -> test(on, arguments, String::endsWith);
            case "contains" -> test(on, arguments, String::contains);
            case "matches" ->
                test(on, arguments, (s, p) -> Pattern.compile(p, Pattern.DOTALL)
                        .matcher(s)
                        .find());
            case "matchesFull" ->
                test(on, arguments, (s, p) -> Pattern.compile(p, Pattern.DOTALL)
                        .matcher(s)
                        .matches());
            case "indexOf" ->
                (c, f) -> mapped(
                        on.run(c, f),
                        s -> whole(s.indexOf(joined(arguments.getFirst().run(c, f)))));
            case "length" -> (c, f) -> mapped(on.run(c, f), s -> whole(s.length()));
            case "upper" -> (c, f) -> mapped(on.run(c, f), s -> text(s.toUpperCase(Locale.ROOT)));
            case "lower" -> (c, f) -> mapped(on.run(c, f), s -> text(s.toLowerCase(Locale.ROOT)));
            case "trim" -> (c, f) -> mapped(on.run(c, f), s -> text(s.strip()));
            case "toString" -> (c, f) -> mapped(on.run(c, f), FhirPathFunctions::text);
            case "replace" ->
                (c, f) -> mapped(
                        on.run(c, f),
                        s -> text(s.replace(
                                joined(arguments.get(0).run(c, f)),
                                joined(arguments.get(1).run(c, f)))));
            case "replaceMatches" ->
                (c, f) -> mapped(
                        on.run(c, f),
                        s -> text(s.replaceAll(
                                joined(arguments.get(0).run(c, f)),
                                joined(arguments.get(1).run(c, f)))));
            case "substring" ->
                (c, f) -> mapped(on.run(c, f), s -> {
                    int from = number(arguments.get(0).run(c, f));
                    int length = arguments.size() > 1 ? number(arguments.get(1).run(c, f)) : s.length();
                    return from < 0 || from >= s.length()
                            ? List.of()
                            : text(s.substring(from, Math.min(s.length(), from + length)));
                });
            case "split" ->
                (c, f) -> mapped(on.run(c, f), s -> {
                    List<Item> out = new ArrayList<>();
                    for (String part :
                            s.split(Pattern.quote(joined(arguments.getFirst().run(c, f))), -1)) {
                        out.addAll(text(part));
                    }
                    return out;
                });
            case "join" ->
                (c, f) -> {
                    String separator = arguments.isEmpty()
                            ? ""
                            : joined(arguments.getFirst().run(c, f));
                    return text(String.join(
                            separator, on.run(c, f).stream().map(Item::text).toList()));
                };
            case "toChars" ->
                (c, f) -> mapped(on.run(c, f), s -> {
                    List<Item> out = new ArrayList<>();
                    s.codePoints().forEach(p -> out.addAll(text(Character.toString(p))));
                    return out;
                });
            case "toInteger" -> (c, f) -> parsed(on.run(c, f), "[+-]?\\d{1,18}", s -> whole(Long.parseLong(s)));
            case "toDecimal" -> (c, f) -> parsed(on.run(c, f), "[+-]?\\d+(\\.\\d+)?", s -> decimal(new BigDecimal(s)));
            case "toBoolean" ->
                (c, f) -> parsed(
                        on.run(c, f),
                        "(?i)true|false|t|f|yes|no|y|n|1|0|1\\.0|0\\.0",
                        s -> bool("tTyY1".indexOf(s.charAt(0)) >= 0));
            case "toDate" ->
                (c, f) -> parsed(
                        on.run(c, f),
                        "\\d{4}(-\\d\\d(-\\d\\d)?)?.*",
                        s -> List.of(Item.of(NODES.stringNode(s.length() > 10 ? s.substring(0, 10) : s), "date")));
            case "toDateTime" ->
                (c, f) -> parsed(
                        on.run(c, f),
                        "\\d{4}(-\\d\\d(-\\d\\d)?)?.*",
                        s -> List.of(Item.of(NODES.stringNode(s), "dateTime")));
            case "htmlChecks" -> (c, f) -> TRUE;
            default ->
                throw new IllegalArgumentException(
                        "FHIRPath: the function " + name + "() is not supported, in " + source);
        };
    }

    private static Step test(Step on, List<Step> arguments, java.util.function.BiPredicate<String, String> test) {
        return (c, f) -> {
            List<Item> with = arguments.getFirst().run(c, f);
            return with.isEmpty() ? List.of() : mapped(on.run(c, f), s -> bool(test.test(s, joined(with))));
        };
    }

    private static List<Item> mapped(List<Item> items, java.util.function.Function<String, List<Item>> map) {
        return items.size() != 1 || !items.getFirst().primitive()
                ? List.of()
                : map.apply(items.getFirst().text());
    }

    private static List<Item> parsed(
            List<Item> items, String form, java.util.function.Function<String, List<Item>> map) {
        return mapped(items, s -> s.matches(form) ? map.apply(s) : List.of());
    }

    private static List<Item> numeric(List<Item> items, java.util.function.UnaryOperator<BigDecimal> map) {
        if (items.size() != 1 || !items.getFirst().number()) {
            return List.of();
        }
        Item item = items.getFirst();
        return List.of(Item.of(NODES.numberNode(map.apply(item.decimal())), item.type()));
    }

    private static List<Item> rounded(List<Item> items, RoundingMode mode) {
        return items.size() != 1 || !items.getFirst().number()
                ? List.of()
                : whole(items.getFirst().decimal().setScale(0, mode).longValue());
    }

    private static int number(List<Item> items) {
        return items.isEmpty() ? 0 : items.getFirst().json().asInt(0);
    }

    private static List<Item> slice(List<Item> items, int from, int to) {
        int start = Math.max(0, from);
        int end = Math.min(items.size(), to);
        return start >= end ? List.of() : items.subList(start, end);
    }

    private static List<Item> filter(Context c, List<Item> items, Step criterion) {
        List<Item> out = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i);
            if (truth(criterion.run(c.at(item, i), List.of(item))).orElse(false)) {
                out.add(item);
            }
        }
        return out;
    }

    /** The resource a reference leads to; where it is elsewhere, an empty resource of the type the reference names. */
    private static List<Item> resolve(Context c, List<Item> items) {
        List<Item> out = new ArrayList<>(items.size());
        for (Item item : items) {
            String reference = item.json().isString() ? item.text() : Json.text(item.json(), "reference");
            if (reference.startsWith("#")) {
                JsonNode contained = c.resource().path("contained");
                for (JsonNode inner : contained) {
                    if (Json.text(inner, "id").equals(reference.substring(1))) {
                        out.add(Item.resource(inner));
                    }
                }
                continue;
            }
            JsonNode found = reference.isEmpty() ? null : c.resolver().apply(reference);
            if (found != null) {
                out.add(Item.resource(found));
                continue;
            }
            String type = References.type(reference);
            if (type == null && item.json().isObject()) {
                type = Json.text(item.json(), "type");
            }
            if (type != null && Structures.isResource(type)) {
                out.add(Item.resource(Json.object(type)));
            }
        }
        return out;
    }
}
