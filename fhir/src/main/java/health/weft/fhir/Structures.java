package health.weft.fhir;

import java.io.BufferedReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The types of FHIR R4 and their elements, read once from {@code structures.tsv} (HL7 FHIR R4 4.0.1, CC0; see
 * {@code src/generator}).
 */
public final class Structures {

    /** What a type is. */
    public enum Kind {
        RESOURCE,
        COMPLEX,
        PRIMITIVE
    }

    /**
     * One element as it stands in JSON; an element with a choice of types is one child a type.
     *
     * @param json key in JSON, for instance {@code valueQuantity}
     * @param element name in FHIRPath, for instance {@code value}
     * @param type name of its type; {@code BackboneElement} for one defined in place
     * @param path where a type defined in place is found, else the type
     * @param many an array in JSON
     * @param targets types a Reference may lead to; empty means any
     * @param extra key in JSON of a primitive's id and extensions, for instance {@code _birthDate}
     * @param binding what a code must come from; null when it may come from elsewhere
     * @param invariants rules of this element alone, besides those of its type
     */
    public record Child(
            String json,
            String element,
            String type,
            String path,
            int min,
            boolean many,
            List<String> targets,
            String extra,
            @Nullable ValueSet binding,
            List<Invariant> invariants) {

        public @Nullable Shape shape() {
            return Structures.shape(path);
        }

        boolean primitive() {
            return isPrimitive(type);
        }
    }

    /** A type, or a part of one defined in place, with its children in the order of the specification. */
    public static final class Shape {
        private final String name;
        private final Kind kind;
        private final @Nullable String base;
        private final Map<String, Child> byJson = new LinkedHashMap<>();
        private final Map<String, List<Child>> byElement = new LinkedHashMap<>();
        private List<Invariant> invariants = List.of();

        private Shape(String name, Kind kind, @Nullable String base) {
            this.name = name;
            this.kind = kind;
            this.base = base;
        }

        /** {@code Patient}, {@code HumanName}, or {@code Patient.contact}. */
        public String name() {
            return name;
        }

        public Kind kind() {
            return kind;
        }

        public @Nullable Child child(String json) {
            return byJson.get(json);
        }

        /** The forms an element takes in JSON: one, or one a type for a choice; none when it is unknown. */
        public List<Child> element(String element) {
            return byElement.getOrDefault(element, List.of());
        }

        public Map<String, List<Child>> elements() {
            return Collections.unmodifiableMap(byElement);
        }

        /** The rules of this type and those it derives from. */
        List<Invariant> invariants() {
            return invariants;
        }

        private void add(Child child) {
            byJson.put(child.json(), child);
            byElement.computeIfAbsent(child.element(), e -> new ArrayList<>(1)).add(child);
        }
    }

    private static final Map<String, Shape> SHAPES = load();
    private static final Set<String> RESOURCES = resources();

    private Structures() {}

    public static @Nullable Shape shape(String name) {
        return SHAPES.get(name);
    }

    /** Whether the name is a resource type that can be stored: {@code Patient}, not {@code DomainResource}. */
    public static boolean isResource(String type) {
        return RESOURCES.contains(type);
    }

    /** The names of all resource types that can be stored, sorted. */
    public static Set<String> resourceTypes() {
        return RESOURCES;
    }

    public static boolean isType(String name) {
        Shape shape = SHAPES.get(name);
        return shape != null && name.indexOf('.') < 0;
    }

    public static boolean isPrimitive(String type) {
        Shape shape = SHAPES.get(type);
        return shape != null && shape.kind == Kind.PRIMITIVE;
    }

    /** Whether {@code type} is {@code ancestor} or derives from it: Age is a Quantity, code is a string. */
    public static boolean isA(String type, String ancestor) {
        String at = type;
        while (true) {
            if (at.equals(ancestor)) {
                return true;
            }
            Shape shape = SHAPES.get(at);
            if (shape == null || shape.base == null) {
                return false;
            }
            at = shape.base;
        }
    }

    private static Set<String> resources() {
        Set<String> names = new TreeSet<>();
        SHAPES.values().stream()
                .filter(s -> s.kind == Kind.RESOURCE && s.name.indexOf('.') < 0)
                .map(Shape::name)
                .filter(n -> !n.equals("Resource") && !n.equals("DomainResource"))
                .forEach(names::add);
        return Collections.unmodifiableSet(names);
    }

    static BufferedReader resource(String name) {
        return Table.open(name);
    }

    private static Map<String, Shape> load() {
        Map<String, Shape> shapes = new HashMap<>(1024);
        Map<String, List<Invariant>> invariants = Invariant.all();
        List<Shape> types = new ArrayList<>();
        Table.read("structures.tsv", field -> {
            if (field[0].startsWith("!")) {
                Kind kind =
                        switch (field[1]) {
                            case "resource" -> Kind.RESOURCE;
                            case "primitive-type" -> Kind.PRIMITIVE;
                            default -> Kind.COMPLEX;
                        };
                Shape type = new Shape(field[0].substring(1), kind, field[2].isEmpty() ? null : field[2]);
                shapes.put(type.name, type);
                types.add(type);
            } else if (types.getLast().kind != Kind.PRIMITIVE) {
                element(shapes, invariants, types.getLast(), field);
            }
        });
        List<Shape> inPlace =
                shapes.values().stream().filter(s -> s.name.indexOf('.') > 0).toList();
        inPlace.forEach(s -> inherit(shapes, s));
        types.forEach(s -> inherit(shapes, s));
        shapes.values().forEach(s -> s.invariants = inherited(shapes, invariants, s));
        return shapes;
    }

    private static void inherit(Map<String, Shape> shapes, Shape shape) {
        String base = shape.base;
        while (base != null) {
            Shape from = Objects.requireNonNull(shapes.get(base), base);
            for (List<Child> children : List.copyOf(from.byElement.values())) {
                if (!shape.byElement.containsKey(children.getFirst().element())) {
                    children.forEach(shape::add);
                }
            }
            base = from.base;
        }
    }

    private static List<Invariant> inherited(
            Map<String, Shape> shapes, Map<String, List<Invariant>> invariants, Shape shape) {
        List<Invariant> all = new ArrayList<>();
        for (Shape at = shape; at != null; at = at.base == null ? null : shapes.get(at.base)) {
            all.addAll(invariants.getOrDefault(at.name, List.of()));
        }
        return List.copyOf(all);
    }

    private static void element(
            Map<String, Shape> shapes, Map<String, List<Invariant>> invariants, Shape type, String[] field) {
        String path = field[0];
        int dot = path.lastIndexOf('.');
        String owner = dot < 0 ? type.name : type.name + "." + path.substring(0, dot);
        String name = path.substring(dot + 1);
        boolean choice = name.endsWith("[x]");
        String element = choice ? name.substring(0, name.length() - 3) : name;
        int min = Integer.parseInt(field[1]);
        boolean many = !field[2].equals("1") && !field[2].equals("0");
        ValueSet binding = field.length > 4 ? ValueSet.required(field[4]) : null;
        Shape in = shapes.computeIfAbsent(owner, o -> new Shape(o, Kind.COMPLEX, "BackboneElement"));
        for (String spelled : field[3].split(",")) {
            List<String> targets = List.of();
            String at = spelled;
            if (at.startsWith("Reference(")) {
                targets = Arrays.stream(at.substring(10, at.length() - 1).split("\\|"))
                        .filter(t -> !t.equals("Resource"))
                        .toList();
                at = "Reference";
            }
            String shape = at;
            if (at.startsWith("#")) {
                shape = at.substring(1);
                at = "BackboneElement";
            } else if (at.startsWith("System.")) {
                // The specification calls the id of a resource a string, and gives it the form of an id (R4, 2.27.3).
                at = type.name.equals("Resource") ? "id" : at.substring(7).toLowerCase(Locale.ROOT);
                shape = at;
            } else if (at.equals("BackboneElement") || at.equals("Element")) {
                shape = type.name + "." + path;
                String base = at;
                shapes.computeIfAbsent(shape, s -> new Shape(s, Kind.COMPLEX, base));
            }
            String json = choice ? element + Character.toUpperCase(at.charAt(0)) + at.substring(1) : element;
            // The rules of an element defined in place are those of its shape.
            List<Invariant> own = shape.equals(owner + "." + element)
                    ? List.of()
                    : invariants.getOrDefault(owner + "." + element, List.of());
            in.add(new Child(json, element, at, shape, min, many, targets, "_" + json, binding, own));
        }
    }
}
