package health.weft.fhir;

import health.weft.fhir.FhirPath.Context;
import health.weft.fhir.FhirPath.Step;
import health.weft.fhir.FhirPathFunctions.Call;
import health.weft.fhir.Structures.Child;
import health.weft.fhir.Structures.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Steps down a tree and along references: names, children, extensions, {@code resolve()}, types. */
final class FhirPathNavigation {
    private static final String DEFINITIONS = "http://hl7.org/fhir/StructureDefinition/";

    private static final int MOST = 1_000_000;

    private FhirPathNavigation() {}

    static @Nullable Function<Call, Step> named(String name) {
        return switch (name) {
            case "children" ->
                call -> (c, f) -> {
                    List<Item> out = new ArrayList<>();
                    call.on().run(c, f).forEach(i -> allChildren(i, out));
                    return out;
                };
            case "descendants" ->
                call -> (c, f) -> {
                    List<Item> out = new ArrayList<>();
                    call.on().run(c, f).forEach(i -> allChildren(i, out));
                    for (int i = 0; i < out.size(); i++) {
                        allChildren(out.get(i), out);
                    }
                    return out;
                };
            case "extension" ->
                call -> (c, f) -> {
                    String url = Items.string(call.first().run(c, f)).orElse("");
                    List<Item> out = new ArrayList<>();
                    call.on().run(c, f).forEach(i -> children(i, "extension", out));
                    out.removeIf(e -> !Json.text(e.json(), "url").equals(url));
                    return out;
                };
            case "resolve" -> call -> (c, f) -> resolve(c, call.on().run(c, f));
            case "type" ->
                call -> (c, f) ->
                        call.on().run(c, f).stream().map(FhirPathTypes::reflect).toList();
            case "hasValue" ->
                call -> (c, f) -> {
                    List<Item> items = call.on().run(c, f);
                    return Items.bool(items.size() == 1
                            && items.getFirst().primitive()
                            && !items.getFirst().json().isNull());
                };
            case "getValue" -> Call::on;
            case "htmlChecks" ->
                call -> (c, f) -> Items.bool(call.on().run(c, f).stream().allMatch(i -> Narrative.isSafe(i.text())));
            case "memberOf" ->
                call -> (c, f) -> Items.single(call.on().run(c, f))
                        .map(item -> memberOf(
                                item, Items.string(call.first().run(c, f)).orElse("")))
                        .orElse(List.of());
            case "conformsTo" ->
                call -> (c, f) -> conforms(
                        call.on().run(c, f),
                        Items.string(call.first().run(c, f)).orElse(""));
            default -> null;
        };
    }

    /** A name at the start of a path: the type of the focus, or an element of it. */
    static Step start(String name) {
        Step child = child((c, f) -> f, name);
        if (!Character.isUpperCase(name.charAt(0))) {
            return child;
        }
        return (c, focus) -> {
            if (focus.size() == 1 && FhirPathTypes.isA(focus.getFirst(), name)) {
                return focus;
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
            List<Item> out = new ArrayList<>(from.size());
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
                for (Child child :
                        Objects.requireNonNull(Structures.shape("Element")).element(name)) {
                    add(child, extra, out);
                }
            }
            return;
        }
        Shape shape = item.shape();
        if (shape != null) {
            for (Child child : shape.element(name)) {
                add(child, json, out);
            }
        } else if (item.type().startsWith("System.") && json.has(name)) {
            out.add(Item.of(json.get(name), "System.String"));
        }
    }

    private static void add(Child child, JsonNode json, List<Item> out) {
        JsonNode value = json.get(child.json());
        JsonNode extra = json.get(child.extra());
        if (value == null) {
            if (extra != null && extra.isObject()) {
                out.add(new Item(Items.NODES.nullNode(), child.type(), null, extra));
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
        if (!item.json().isObject()) {
            children(item, "id", out);
            children(item, "extension", out);
        } else if (shape != null) {
            for (String key : item.json().propertyNames()) {
                boolean alone = key.startsWith("_") && !item.json().has(key.substring(1));
                Child child = shape.child(alone ? key.substring(1) : key);
                if (child != null) {
                    add(child, item.json(), out);
                }
            }
        }
    }

    static Step is(Step of, String type) {
        return (c, f) -> {
            List<Item> items = of.run(c, f);
            return items.isEmpty()
                    ? List.of()
                    : Items.bool(items.size() == 1 && FhirPathTypes.isA(items.getFirst(), type));
        };
    }

    /** As {@link #ofType}, but an error on several items: only where asked for, for R4's search parameters use it over many. */
    static Step asStrictly(Step of, String type) {
        Step all = ofType(of, type);
        return (c, f) -> {
            Items.single(of.run(c, f));
            return all.run(c, f);
        };
    }

    static Step ofType(Step of, String type) {
        return (c, f) -> {
            List<Item> items = of.run(c, f);
            List<Item> out = new ArrayList<>(items.size());
            for (Item item : items) {
                if (FhirPathTypes.chosen(item, type)) {
                    out.add(item);
                }
            }
            return out;
        };
    }

    static Step index(Step of, Step index) {
        return (c, f) -> {
            List<Item> items = of.run(c, f);
            int i = Items.integer(index.run(c, f)).orElse(-1);
            return i < 0 || i >= items.size() ? List.of() : List.of(items.get(i));
        };
    }

    static Step variable(String name) {
        return switch (name) {
            case "context" -> (c, f) -> c.root();
            case "resource" -> (c, f) -> List.of(Item.resource(c.resource()));
            case "rootResource" -> (c, f) -> List.of(Item.resource(c.container()));
            case "ucum" -> fixed("http://unitsofmeasure.org");
            case "sct" -> fixed("http://snomed.info/sct");
            case "loinc" -> fixed("http://loinc.org");
            default -> {
                if (name.startsWith("vs-")) {
                    yield fixed("http://hl7.org/fhir/ValueSet/" + name.substring(3));
                }
                if (name.startsWith("ext-")) {
                    yield fixed(DEFINITIONS + name.substring(4));
                }
                throw new FhirPathException("unknown variable %" + name);
            }
        };
    }

    private static Step fixed(String text) {
        List<Item> items = Items.text(text);
        return (c, f) -> items;
    }

    /** By the value sets that R4's required bindings name; empty for any other, whose codes are not known here. */
    private static List<Item> memberOf(Item item, String url) {
        int bar = url.indexOf('|');
        ValueSet set = ValueSet.required(bar < 0 ? url : url.substring(0, bar));
        return set == null ? List.of() : Items.bool(set.holds(item.json()));
    }

    /** By the type alone: profiles are checked elsewhere. */
    private static List<Item> conforms(List<Item> items, String url) {
        String type = url.startsWith(DEFINITIONS) ? url.substring(DEFINITIONS.length()) : "";
        if (!Structures.isType(type)) {
            throw new FhirPathException("conformsTo() knows the types of FHIR R4 only, not this profile");
        }
        return Items.single(items)
                .map(item -> Items.bool(FhirPathTypes.isA(item, type)))
                .orElse(List.of());
    }

    /** The resource a reference leads to; where it is elsewhere, an empty resource of the type the reference names. */
    private static List<Item> resolve(Context c, List<Item> items) {
        List<Item> out = new ArrayList<>(items.size());
        for (Item item : items) {
            String reference = item.json().isString() ? item.text() : Json.text(item.json(), "reference");
            if (reference.startsWith("#")) {
                contained(c, reference.substring(1), out);
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

    private static void contained(Context c, String id, List<Item> out) {
        if (id.isEmpty()) {
            out.add(Item.resource(c.container()));
        }
        for (JsonNode inner : c.container().path("contained")) {
            if (!id.isEmpty() && Json.text(inner, "id").equals(id)) {
                out.add(Item.resource(inner));
            }
        }
    }
}
