package health.weft.fhir;

import health.weft.fhir.Structures.Child;
import health.weft.fhir.Structures.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Checks a resource against the definitions of R4: known types and elements, how often each stands, types, the forms of
 * primitives, codes with a required binding, what a reference may lead to, narrative without active content, and the invariants
 * of severity error. Profiles are not checked here.
 */
public final class Validation {
    /** Issues told of one resource, at most. */
    private static final int MOST = 50;

    private final List<Issue> issues = new ArrayList<>();
    private final ObjectNode container;
    /** The resource being checked: the container, or one that it contains. */
    private ObjectNode resource;

    private Validation(ObjectNode container) {
        this.container = container;
        this.resource = container;
    }

    /** What is wrong with a resource; empty when nothing is. Expressions start with the resource type. */
    public static List<Issue> check(ObjectNode resource) {
        Validation validation = new Validation(resource);
        String type = Json.text(resource, "resourceType");
        if (!Structures.isResource(type)) {
            validation.error(
                    "structure",
                    type.isEmpty()
                            ? "The resource has no resourceType."
                            : "Unknown resourceType; it must be a resource type of FHIR R4, such as Patient.",
                    "resourceType");
            return validation.issues;
        }
        validation.resource(resource, type);
        return validation.issues;
    }

    /** As {@link #check}, throwing what is wrong. */
    public static void require(ObjectNode resource) {
        List<Issue> issues = check(resource);
        if (!issues.isEmpty()) {
            throw new InvalidResource(issues);
        }
    }

    /**
     * What is wrong with the form of a Bundle itself, where something would be left out unseen: unknown elements, one thing for a list, what is
     * no string where a string stands. Not what its entries hold, nor what they ask for.
     */
    public static List<Issue> envelope(ObjectNode bundle) {
        Validation validation = new Validation(bundle);
        validation.envelope(bundle, Objects.requireNonNull(Structures.shape("Bundle")), "Bundle");
        return validation.issues;
    }

    private void envelope(ObjectNode node, Shape shape, String path) {
        members(node, shape, path, (value, child, extra, at) -> {
            if (!extra) {
                part(value, child, at);
            }
        });
    }

    /** What is done with a member of an object that is known; {@code extra} for what stands beside a primitive's value. */
    private interface Member {
        void met(JsonNode value, Child child, boolean extra, String path);
    }

    /** Each member of an object by its definition; one that has none is an error. */
    private void members(ObjectNode node, Shape shape, String path, Member each) {
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String key = entry.getKey();
            if (key.equals("resourceType") && shape.kind() == Structures.Kind.RESOURCE) {
                continue;
            }
            boolean extra = key.startsWith("_");
            Child child = shape.child(extra ? key.substring(1) : key);
            if (child == null || (extra && !child.primitive())) {
                error("structure", "Unknown element" + shown(key) + " in " + shape.name() + ".", path);
            } else {
                each.met(entry.getValue(), child, extra, path + "." + child.element());
            }
        }
    }

    private void part(JsonNode value, Child child, String path) {
        if (value.isArray() != child.many()) {
            error("structure", "'" + child.json() + "' must " + (child.many() ? "" : "not ") + "be an array.", path);
            return;
        }
        Shape inner = child.path().startsWith("Bundle.") && !child.primitive() ? child.shape() : null;
        for (int i = 0; i < (child.many() ? value.size() : 1); i++) {
            JsonNode one = child.many() ? value.get(i) : value;
            String at = child.many() ? path + "[" + i + "]" : path;
            if (!child.primitive() && !one.isObject()) {
                error("structure", "'" + child.json() + "' must hold objects.", at);
            } else if (child.primitive() && child.type().matches("uri|code|string|id|instant") && !one.isString()) {
                error("value", "'" + child.json() + "' must be a string (" + child.type() + ").", at);
            } else if (inner != null && one instanceof ObjectNode object) {
                envelope(object, inner, at);
            }
        }
    }

    private void error(String code, String diagnostics, String path) {
        if (issues.size() < MOST) {
            issues.add(Issue.error(code, diagnostics, path));
        }
    }

    private void contained(ObjectNode inner, String path) {
        if (inner.has("contained")) {
            error("structure", "A contained resource must not contain others.", path + ".contained");
        }
        inside(inner, container, path);
    }

    /** Checks a resource inside another; one in a bundle is its own container. */
    private void inside(ObjectNode inner, ObjectNode in, String path) {
        if (in == inner) {
            // An entry of a bundle: its references to "#x" mean what it contains itself.
            Validation entry = new Validation(inner);
            entry.resource(inner, path);
            entry.issues.forEach(i -> error(i.code(), i.diagnostics(), String.valueOf(i.expression())));
            return;
        }
        ObjectNode outer = resource;
        resource = inner;
        resource(inner, path);
        resource = outer;
    }

    private void resource(ObjectNode resource, String path) {
        String type = Json.text(resource, "resourceType");
        Shape shape = Structures.isResource(type) ? Structures.shape(type) : null;
        if (shape == null) {
            error("structure", "A resource must name its type in resourceType.", path);
            return;
        }
        object(resource, shape, path);
        if (resource.has("contained")) {
            containedIds(resource.path("contained"), path);
        }
    }

    /** A reference to an id that two have would lead to either (R4, 2.3.0.2: unique within the resource). */
    private void containedIds(JsonNode contained, String path) {
        Set<String> known = new HashSet<>();
        int i = 0;
        for (JsonNode inner : contained) {
            String id = Json.text(inner, "id");
            if (!id.isEmpty() && !known.add(id)) {
                error(
                        "value",
                        "Two contained resources have this id; give each its own.",
                        path + ".contained[" + i + "].id");
            }
            i++;
        }
    }

    private void object(ObjectNode node, Shape shape, String path) {
        if (node.isEmpty()) {
            error("structure", "An object must not be empty; leave it out.", path);
            return;
        }
        int before = issues.size();
        elements(node, shape, path);
        // What is not even formed right would break rules for the wrong reason.
        if (issues.size() == before && !shape.invariants().isEmpty()) {
            invariants(shape.invariants(), new Item(node, shape.name(), shape, null), path);
        }
    }

    private void invariants(List<Invariant> invariants, Item item, String path) {
        for (Invariant invariant : invariants) {
            if (invariant.broken(resource, container, item)) {
                error("invariant", "Rule " + invariant.key() + " of FHIR R4: " + invariant.demand(), path);
            }
        }
    }

    private void elements(ObjectNode node, Shape shape, String path) {
        members(node, shape, path, (value, child, extra, at) -> {
            if (extra) {
                extra(value, child, at);
            } else {
                element(value, node.get(child.extra()), child, at);
            }
        });
        shape.elements().forEach((element, forms) -> {
            int present = 0;
            for (Child form : forms) {
                if (node.has(form.json()) || node.has("_" + form.json())) {
                    present++;
                }
            }
            if (present == 0 && forms.getFirst().min() > 0) {
                error(
                        "required",
                        "'" + element + "' is missing; " + shape.name() + " must have it.",
                        path + "." + element);
            } else if (present > 1) {
                error("structure", "'" + element + "' may stand in one form only.", path + "." + element);
            }
        });
        if (shape.name().equals("Narrative")) {
            String div = Json.text(node, "div");
            if (!div.isEmpty() && !Narrative.isSafe(div)) {
                error(
                        "invalid",
                        "The narrative must be one <div> of basic XHTML without scripts, forms or events.",
                        path + ".div");
            }
        }
    }

    private static String shown(String key) {
        return key.matches("[A-Za-z_][A-Za-z0-9_]{0,40}") ? " '" + key + "'" : "";
    }

    private void element(JsonNode value, @org.jspecify.annotations.Nullable JsonNode extra, Child child, String path) {
        if (!child.many()) {
            if (value.isArray()) {
                error("structure", "'" + child.json() + "' stands once, not as an array.", path);
            } else {
                one(value, child, path);
            }
            return;
        }
        if (!value.isArray()) {
            error("structure", "'" + child.json() + "' must be an array.", path);
            return;
        }
        if (value.isEmpty()) {
            error("structure", "An array must not be empty; leave it out.", path);
        }
        int i = 0;
        for (JsonNode one : value) {
            boolean told = extra != null && extra.path(i).isObject();
            if (!one.isNull() || !told) {
                one(one, child, path + "[" + i + "]");
            }
            i++;
        }
    }

    private void extra(JsonNode value, Child child, String path) {
        if (value.isArray() != child.many()) {
            error("structure", "'_" + child.json() + "' must have the form of '" + child.json() + "'.", path);
            return;
        }
        Shape element = Structures.shape("Element");
        if (element == null) {
            throw new IllegalStateException("Element is not defined");
        }
        for (JsonNode one : value.isArray() ? value : List.of(value)) {
            if (one instanceof ObjectNode object) {
                object(object, element, path);
            } else if (!one.isNull() || !value.isArray()) {
                error("structure", "'_" + child.json() + "' holds objects with id or extension.", path);
            }
        }
    }

    private void one(JsonNode value, Child child, String path) {
        int before = issues.size();
        formed(value, child, path);
        if (issues.size() > before) {
            return;
        }
        ValueSet binding = child.binding();
        if (binding != null && !binding.holds(value)) {
            error("code-invalid", "'" + child.json() + "' must hold a code of " + binding.url() + ".", path);
        }
        if (!child.invariants().isEmpty()) {
            invariants(child.invariants(), new Item(value, child.type(), child.shape(), null), path);
        }
    }

    private void formed(JsonNode value, Child child, String path) {
        String type = child.type();
        if (child.primitive()) {
            Optional<String> wrong = Primitives.wrong(value, type);
            wrong.ifPresent(w -> error("value", "'" + child.json() + "' " + w, path));
            return;
        }
        if (!(value instanceof ObjectNode object)) {
            error("structure", "'" + child.json() + "' must be an object (" + type + ").", path);
            return;
        }
        if (type.equals("Resource")) {
            if (child.element().equals("contained")) {
                contained(object, path);
            } else {
                inside(object, object, path);
            }
            return;
        }
        Shape shape = child.shape();
        if (shape == null) {
            throw new IllegalStateException("No structure for " + child.path());
        }
        object(object, shape, path);
        if (type.equals("Reference")) {
            reference(object, child, path);
        }
    }

    private void reference(ObjectNode node, Child child, String path) {
        String reference = Json.text(node, "reference");
        String told = Json.text(node, "type");
        if (!told.isEmpty() && Structures.isResource(told)) {
            target(child, told, path + ".type");
        }
        if (reference.isEmpty()) {
            return;
        }
        if (reference.startsWith("#")) {
            local(reference.substring(1), child, path);
            return;
        }
        if (reference.length() > 2000 || reference.chars().anyMatch(Character::isWhitespace)) {
            error("value", "A reference must be Type/id, an absolute address, urn:uuid, or #id.", path + ".reference");
            return;
        }
        References.Literal literal = References.parse(reference);
        if (literal == null) {
            boolean known = reference.startsWith("urn:")
                    || reference.startsWith("http://")
                    || reference.startsWith("https://")
                    || References.type(reference) != null;
            if (!known) {
                error(
                        "value",
                        "A reference must be Type/id, an absolute address, urn:uuid, or #id.",
                        path + ".reference");
            }
            return;
        }
        if (literal.base() == null) {
            target(child, literal.type(), path + ".reference");
        }
        if (!told.isEmpty() && !told.equals(literal.type())) {
            error(
                    "value",
                    "The reference leads to a " + literal.type() + ", and its type says otherwise.",
                    path + ".type");
        }
    }

    private void target(Child child, String type, String path) {
        if (!child.targets().isEmpty() && !child.targets().contains(type)) {
            error(
                    "value",
                    "'" + child.json() + "' may lead to " + String.join(", ", child.targets()) + ", not to " + type
                            + ".",
                    path);
        }
    }

    /** A reference to what the resource contains; "#" alone means the container (R4, 2.3.0.3 and rule ref-1). */
    private void local(String id, Child child, String path) {
        if (id.isEmpty()) {
            target(child, Json.text(container, "resourceType"), path + ".reference");
            return;
        }
        for (JsonNode inner : container.path("contained")) {
            if (Json.text(inner, "id").equals(id)) {
                target(child, Json.text(inner, "resourceType"), path + ".reference");
                return;
            }
        }
        error("invariant", "Rule ref-1 of FHIR R4: the resource contains nothing with this id.", path + ".reference");
    }
}
