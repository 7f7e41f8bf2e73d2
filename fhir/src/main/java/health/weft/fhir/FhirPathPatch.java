package health.weft.fhir;

import health.weft.fhir.Structures.Child;
import health.weft.fhir.Structures.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** FHIRPath Patch (R4, 3.1.0.7.2) over a tree: add, insert, delete, replace and move. */
final class FhirPathPatch {
    /**
     * Where an element stands.
     *
     * @param index -1 for one that is no array
     */
    private record Spot(ObjectNode parent, Child child, int index) {}

    /**
     * A value with the type its name told, {@code valueDateTime}; the type is empty for one built from parts.
     *
     * @param extra id and extensions of a primitive; null when it has none
     */
    private record Value(
            JsonNode json, String type, @Nullable ObjectNode extra) {}

    private final ObjectNode resource;
    private final String type;
    private String at = "Parameters";

    FhirPathPatch(ObjectNode resource) {
        this.resource = resource.deepCopy();
        this.type = Json.text(resource, "resourceType");
    }

    ObjectNode apply(ObjectNode parameters) {
        if (!Json.text(parameters, "resourceType").equals("Parameters")) {
            throw error("structure", "A FHIRPath Patch is a Parameters resource.");
        }
        int i = 0;
        for (JsonNode parameter : parameters.path("parameter")) {
            at = "Parameters.parameter[" + i++ + "]";
            if (!Json.text(parameter, "name").equals("operation")) {
                throw error("value", "Each parameter of a FHIRPath Patch is named 'operation'.");
            }
            operation(parameter);
        }
        return resource;
    }

    private InvalidResource error(String code, String what) {
        return new InvalidResource(Issue.error(code, what, at));
    }

    private void operation(JsonNode operation) {
        String path = text(operation, "path");
        FhirPathNode node;
        FhirPath compiled;
        try {
            compiled = FhirPath.compile(path, type);
            node = new FhirPathParser(path).parse();
        } catch (FhirPathException e) {
            throw error("value", "The path cannot be used: " + e.getMessage());
        }
        switch (text(operation, "type")) {
            case "add" -> add(compiled, node, operation);
            case "insert" -> insert(node, index(operation, "index"), value(required(operation, "value")));
            case "delete" -> spot(compiled, node).ifPresent(this::delete);
            case "replace" ->
                replace(
                        spot(compiled, node)
                                .orElseThrow(
                                        () -> error("not-found", "The path leads to nothing that could be replaced.")),
                        value(required(operation, "value")));
            case "move" -> move(node, index(operation, "source"), index(operation, "destination"));
            default -> throw error("value", "'type' must be add, insert, delete, replace or move.");
        }
    }

    // ------------------------------------------------------------------------------------------------ reading the
    // operation

    private static @Nullable JsonNode part(JsonNode parameter, String name) {
        for (JsonNode part : parameter.path("part")) {
            if (Json.text(part, "name").equals(name)) {
                return part;
            }
        }
        return null;
    }

    private JsonNode required(JsonNode operation, String name) {
        JsonNode part = part(operation, name);
        if (part == null) {
            throw error("required", "The part '" + name + "' is missing.");
        }
        return part;
    }

    private String text(JsonNode operation, String name) {
        JsonNode value = value(required(operation, name)).json();
        if (!value.isString()) {
            throw error("value", "The part '" + name + "' must be a string or code.");
        }
        return value.stringValue();
    }

    private int index(JsonNode operation, String name) {
        JsonNode value = value(required(operation, name)).json();
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
            throw error("value", "The part '" + name + "' must be a whole number, 0 or more.");
        }
        return value.intValue();
    }

    private Value value(JsonNode part) {
        for (String key : part.propertyNames()) {
            String name = key.startsWith("_") ? key.substring(1) : key;
            if (name.startsWith("value") && name.length() > 5) {
                JsonNode json = part.has(name) ? part.path(name).deepCopy() : Items.NODES.nullNode();
                return new Value(
                        json,
                        name.substring(5),
                        part.get("_" + name) instanceof ObjectNode extra ? extra.deepCopy() : null);
            }
        }
        JsonNode inner = part.get("resource");
        if (inner != null) {
            return new Value(inner.deepCopy(), "Resource", null);
        }
        if (part.has("part")) {
            return new Value(part.path("part"), "", null);
        }
        throw error("required", "The part '" + Json.text(part, "name").replaceAll("[^a-z]", "") + "' has no value.");
    }

    // ------------------------------------------------------------------------------------------------ finding the
    // place

    private List<Item> run(FhirPath path) {
        try {
            return path.evaluate(resource);
        } catch (FhirPathException e) {
            throw error("value", "The path cannot be used: " + e.getMessage());
        }
    }

    private Optional<Spot> spot(FhirPath path, FhirPathNode node) {
        List<Item> found = run(path);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        if (found.size() > 1) {
            throw error("multiple-matches", "The path must lead to one element, and leads to " + found.size() + ".");
        }
        JsonNode json = found.getFirst().json();
        Spot spot = json.isObject() ? search(Item.resource(resource), json) : primitive(node, json);
        if (spot == null) {
            throw error("value", "The path must lead to an element of the resource.");
        }
        return Optional.of(spot);
    }

    /** Objects are found by what they are: the very same node. */
    private static @Nullable Spot search(Item in, JsonNode wanted) {
        Shape shape = in.shape();
        if (shape == null || !(in.json() instanceof ObjectNode parent)) {
            return null;
        }
        for (Map.Entry<String, JsonNode> entry : parent.properties()) {
            boolean extra = entry.getKey().startsWith("_");
            Child child = shape.child(extra ? entry.getKey().substring(1) : entry.getKey());
            if (child == null) {
                continue;
            }
            JsonNode value = entry.getValue();
            for (int i = 0; i < (value.isArray() ? value.size() : 1); i++) {
                JsonNode one = value.isArray() ? value.get(i) : value;
                if (one == wanted) {
                    return new Spot(parent, child, value.isArray() ? i : -1);
                }
                Spot deeper = one.isObject() ? search(item(one, child, extra), wanted) : null;
                if (deeper != null) {
                    return deeper;
                }
            }
        }
        return null;
    }

    private static Item item(JsonNode value, Child child, boolean extra) {
        if (child.type().equals("Resource")) {
            return Item.resource(value);
        }
        return new Item(value, child.type(), extra ? Structures.shape("Element") : child.shape(), null);
    }

    /** Primitives by the last name in the path: equal ones may be one node. */
    private @Nullable Spot primitive(FhirPathNode node, JsonNode json) {
        Spot list = list(node);
        if (list == null) {
            return null;
        }
        JsonNode value = list.parent().get(list.child().json());
        if (value == null || !value.isArray()) {
            return new Spot(list.parent(), list.child(), -1);
        }
        if (node instanceof FhirPathNode.Indexed(FhirPathNode on, FhirPathNode index)
                && index instanceof FhirPathNode.Literal(Item literal)) {
            return new Spot(list.parent(), list.child(), literal.json().intValue());
        }
        boolean last = node instanceof FhirPathNode.Call call && call.name().equals("last");
        int found = -1;
        for (int i = 0; i < value.size(); i++) {
            if (value.get(i).equals(json) && (last || found < 0)) {
                found = i;
            }
        }
        return found < 0 ? null : new Spot(list.parent(), list.child(), found);
    }

    /** The element whose items the path picks from, whether it holds any or not; null when the path names none. */
    private @Nullable Spot list(FhirPathNode node) {
        return switch (node) {
            case FhirPathNode.Child(FhirPathNode on, String name) -> named(run(FhirPath.of(on)), name);
            case FhirPathNode.Start(String name) -> named(List.of(Item.resource(resource)), name);
            case FhirPathNode.Indexed(FhirPathNode on, FhirPathNode index) -> list(on);
            case FhirPathNode.Call(FhirPathNode on, String name, List<FhirPathNode> arguments) -> list(on);
            case FhirPathNode.Typed(FhirPathNode on, String test, String typed) -> list(on);
            case FhirPathNode.Literal literal -> null;
            case FhirPathNode.Empty empty -> null;
            case FhirPathNode.Focus focus -> null;
            case FhirPathNode.Special special -> null;
            case FhirPathNode.Variable variable -> null;
            case FhirPathNode.Negated negated -> null;
            case FhirPathNode.Operation operation -> null;
        };
    }

    private @Nullable Spot named(List<Item> parents, String name) {
        if (parents.size() != 1 || !(parents.getFirst().json() instanceof ObjectNode parent)) {
            return null;
        }
        Shape shape = parents.getFirst().shape();
        List<Child> forms = shape == null ? List.of() : shape.element(name);
        for (Child form : forms) {
            if (parent.has(form.json()) || parent.has(form.extra())) {
                return new Spot(parent, form, -1);
            }
        }
        return forms.isEmpty() ? null : new Spot(parent, forms.getFirst(), -1);
    }

    // ------------------------------------------------------------------------------------------------ the operations

    private void add(FhirPath path, FhirPathNode node, JsonNode operation) {
        String name = text(operation, "name");
        List<Item> parents = run(path);
        if (parents.size() == 1 && parents.getFirst().primitive()) {
            Spot spot = spot(path, node).orElseThrow();
            add(extra(spot), Structures.shape("Element"), name, operation);
            return;
        }
        if (parents.size() != 1 || !(parents.getFirst().json() instanceof ObjectNode parent)) {
            throw error(
                    "multiple-matches",
                    "The path must lead to one element that has parts, and leads to " + parents.size() + ".");
        }
        add(parent, parents.getFirst().shape(), name, operation);
    }

    /** Where the id and the extensions of a primitive stand; made when there is none yet. */
    private static ObjectNode extra(Spot spot) {
        String key = spot.child().extra();
        if (spot.index() < 0) {
            return spot.parent().withObjectProperty(key);
        }
        ArrayNode extras = spot.parent().withArrayProperty(key);
        while (extras.size() <= spot.index()) {
            extras.addNull();
        }
        if (!(extras.get(spot.index()) instanceof ObjectNode)) {
            extras.set(spot.index(), Items.NODES.objectNode());
        }
        return (ObjectNode) extras.get(spot.index());
    }

    private void add(ObjectNode parent, @Nullable Shape shape, String name, JsonNode operation) {
        Value value = value(required(operation, "value"));
        Child child = form(shape == null ? List.of() : shape.element(name), value);
        JsonNode made = made(value, child);
        if (child.many()) {
            ArrayNode array = parent.withArrayProperty(child.json()).add(made);
            beside(parent, child, array.size() - 1, value.extra());
        } else if (shape != null
                && shape.element(name).stream().anyMatch(f -> parent.has(f.json()) || parent.has(f.extra()))) {
            throw error("duplicate", "'" + child.element() + "' is there already; use replace.");
        } else {
            put(parent, child, made, value.extra());
        }
    }

    private static void put(ObjectNode parent, Child child, JsonNode made, @Nullable ObjectNode extra) {
        if (!made.isNull()) {
            parent.set(child.json(), made);
        }
        beside(parent, child, -1, extra);
    }

    /** Puts what a primitive has beside its value, its id and extensions; of what stood there nothing is left. */
    private static void beside(ObjectNode parent, Child child, int index, @Nullable ObjectNode extra) {
        String key = child.extra();
        if (extra != null && index < 0) {
            parent.set(key, extra);
        } else if (extra != null) {
            ArrayNode extras = parent.withArrayProperty(key);
            while (extras.size() <= index) {
                extras.addNull();
            }
            extras.set(index, extra);
        } else if (index < 0) {
            parent.remove(key);
        } else if (parent.get(key) instanceof ArrayNode extras && index < extras.size()) {
            extras.set(index, Items.NODES.nullNode());
            if (extras.valueStream().allMatch(JsonNode::isNull)) {
                parent.remove(key);
            }
        }
    }

    /** The form of an element that fits the type of a value. */
    private Child form(List<Child> forms, Value value) {
        for (Child form : forms) {
            String formType = form.type();
            boolean same = formType.equalsIgnoreCase(value.type());
            if (same || (forms.size() == 1 && fits(form, value))) {
                return form;
            }
        }
        throw error(
                "value",
                forms.isEmpty() ? "The name is no element there." : "The value is of a type that cannot stand there.");
    }

    private static boolean fits(Child form, Value value) {
        if (value.type().isEmpty()) {
            return !form.primitive();
        }
        return form.primitive() ? value.json().isValueNode() : value.json().isObject();
    }

    /** The value itself, or an element defined in place from the parts that tell its children. */
    private JsonNode made(Value value, Child child) {
        if (!value.type().isEmpty()) {
            if (value.json().isNull() && !child.primitive()) {
                throw error(
                        "value",
                        "Only a primitive has something beside its value, and '" + child.json() + "' is none.");
            }
            return value.json();
        }
        ObjectNode object = Items.NODES.objectNode();
        Shape shape = child.shape();
        for (JsonNode part : value.json()) {
            Value inner = value(part);
            Child form = form(shape == null ? List.of() : shape.element(Json.text(part, "name")), inner);
            JsonNode made = made(inner, form);
            if (form.many()) {
                ArrayNode array = object.withArrayProperty(form.json()).add(made);
                beside(object, form, array.size() - 1, inner.extra());
            } else {
                put(object, form, made, inner.extra());
            }
        }
        return object;
    }

    private void insert(FhirPathNode node, int index, Value value) {
        Spot list = many(node);
        JsonNode made = made(value, form(List.of(list.child()), value));
        ArrayNode array = list.parent().withArrayProperty(list.child().json());
        if (index > array.size()) {
            throw error("value", "The index is beyond the end of the list, which holds " + array.size() + ".");
        }
        array.insert(index, made);
        if (list.parent().get(list.child().extra()) instanceof ArrayNode extras && index < extras.size()) {
            extras.insertNull(index);
        }
        if (value.extra() != null) {
            beside(list.parent(), list.child(), index, value.extra());
        }
    }

    private Spot many(FhirPathNode node) {
        Spot list = list(node);
        if (list == null || !list.child().many()) {
            throw error("value", "The path must lead to a list, as in Patient.name.");
        }
        return list;
    }

    private void move(FhirPathNode node, int source, int destination) {
        Spot list = many(node);
        ArrayNode array = list.parent().withArrayProperty(list.child().json());
        if (source >= array.size() || destination >= array.size()) {
            throw error("value", "An index is beyond the end of the list, which holds " + array.size() + ".");
        }
        array.insert(destination, array.remove(source));
        if (list.parent().get(list.child().extra()) instanceof ArrayNode extras) {
            while (extras.size() < array.size()) {
                extras.addNull();
            }
            extras.insert(destination, extras.remove(source));
        }
    }

    /** The whole element gives way, a primitive's id and extensions too: what they said was of the value that stood there. */
    private void replace(Spot spot, Value value) {
        if (spot.index() >= 0) {
            JsonNode made = made(value, form(List.of(spot.child()), value));
            spot.parent().withArrayProperty(spot.child().json()).set(spot.index(), made);
            beside(spot.parent(), spot.child(), spot.index(), value.extra());
            return;
        }
        Shape shape = shapeOf(spot);
        Child form = form(
                shape == null
                        ? List.of(spot.child())
                        : shape.element(spot.child().element()),
                value);
        JsonNode made = made(value, form);
        spot.parent().remove(List.of(spot.child().json(), spot.child().extra()));
        put(spot.parent(), form, made, value.extra());
    }

    private @Nullable Shape shapeOf(Spot spot) {
        if (spot.parent() == resource) {
            return Structures.shape(type);
        }
        Spot of = search(Item.resource(resource), spot.parent());
        return of == null ? null : item(spot.parent(), of.child(), false).shape();
    }

    private void delete(Spot spot) {
        remove(spot);
        Spot of = spot.parent().isEmpty() ? search(Item.resource(resource), spot.parent()) : null;
        if (of == null) {
            return;
        }
        // The last that a primitive had beside its value.
        JsonNode extra = of.parent().get(of.child().extra());
        if (extra == spot.parent()) {
            of.parent().remove(of.child().extra());
        } else if (extra instanceof ArrayNode extras && extras.get(of.index()) == spot.parent()) {
            extras.set(of.index(), Items.NODES.nullNode());
            if (extras.valueStream().allMatch(JsonNode::isNull)) {
                of.parent().remove(of.child().extra());
            }
        }
    }

    private static void remove(Spot spot) {
        for (String key : List.of(spot.child().json(), spot.child().extra())) {
            JsonNode value = spot.parent().get(key);
            if (spot.index() < 0 || value == null) {
                spot.parent().remove(key);
            } else if (value instanceof ArrayNode array && spot.index() < array.size()) {
                array.remove(spot.index());
                if (array.isEmpty()) {
                    spot.parent().remove(key);
                }
            }
        }
    }
}
