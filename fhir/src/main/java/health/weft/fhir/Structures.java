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
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The types of FHIR R4 and their elements, each read once, when first asked for, from {@code structures.tsv} (HL7 FHIR R4 4.0.1, CC0; see
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

    /**
     * A type as its line in the table heads it, and where the lines of its elements stand in {@link #TABLE}.
     *
     * @param base the type it derives from; null for one that derives from none
     */
    private record Head(Kind kind, @Nullable String base, int from, int to) {}

    /** The lines of all elements; those of a type are read when the type is first asked for. Few servers meet all 200. */
    private static final String TABLE = Table.text("structures.tsv");

    private static final Map<String, Head> HEADS = heads();
    private static final Map<String, List<Invariant>> INVARIANTS = Invariant.all();
    private static final Set<String> RESOURCES = resources();
    /** By type: the type and the parts of it that are defined in place. */
    private static final Map<String, Map<String, Shape>> READ = new ConcurrentHashMap<>(256);

    private Structures() {}

    /** The type of this name, or the part of one by its path: {@code Patient.contact}. Null when there is none. */
    public static @Nullable Shape shape(String name) {
        int dot = name.indexOf('.');
        String type = dot < 0 ? name : name.substring(0, dot);
        Map<String, Shape> shapes = READ.get(type);
        if (shapes == null) {
            Head head = HEADS.get(type);
            if (head == null) {
                return null;
            }
            // Two that read the same type at once read the same.
            shapes = read(type, head);
            Map<String, Shape> before = READ.putIfAbsent(type, shapes);
            shapes = before == null ? shapes : before;
        }
        return shapes.get(name);
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
        return HEADS.containsKey(name);
    }

    public static boolean isPrimitive(String type) {
        Head head = HEADS.get(type);
        return head != null && head.kind == Kind.PRIMITIVE;
    }

    /** Whether {@code type} is {@code ancestor} or derives from it: Age is a Quantity, code is a string. */
    public static boolean isA(String type, String ancestor) {
        String at = type;
        while (true) {
            if (at.equals(ancestor)) {
                return true;
            }
            String base = base(at);
            if (base == null) {
                return false;
            }
            at = base;
        }
    }

    private static @Nullable String base(String name) {
        Head head = HEADS.get(name);
        if (head != null) {
            return head.base;
        }
        Shape inPlace = name.indexOf('.') < 0 ? null : shape(name);
        return inPlace == null ? null : inPlace.base;
    }

    private static Set<String> resources() {
        Set<String> names = new TreeSet<>();
        HEADS.forEach((name, head) -> {
            if (head.kind == Kind.RESOURCE && !name.equals("Resource") && !name.equals("DomainResource")) {
                names.add(name);
            }
        });
        return Collections.unmodifiableSet(names);
    }

    static BufferedReader resource(String name) {
        return Table.open(name);
    }

    private static Map<String, Head> heads() {
        Map<String, Head> heads = new HashMap<>(512);
        int at = TABLE.indexOf("\n!") + 1;
        while (at > 0) {
            int next = TABLE.indexOf("\n!", at) + 1;
            int line = TABLE.indexOf('\n', at);
            String[] field = TABLE.substring(at + 1, line).split("\t", -1);
            Kind kind =
                    switch (field[1]) {
                        case "resource" -> Kind.RESOURCE;
                        case "primitive-type" -> Kind.PRIMITIVE;
                        default -> Kind.COMPLEX;
                    };
            heads.put(
                    field[0],
                    new Head(kind, field[2].isEmpty() ? null : field[2], line + 1, next == 0 ? TABLE.length() : next));
            at = next;
        }
        return heads;
    }

    private static Map<String, Shape> read(String name, Head head) {
        Map<String, Shape> shapes = new HashMap<>();
        Shape type = new Shape(name, head.kind, head.base);
        shapes.put(name, type);
        if (head.kind != Kind.PRIMITIVE) {
            TABLE.substring(head.from, head.to).lines().forEach(line -> element(shapes, type, line.split("\t", -1)));
        }
        for (Shape shape : shapes.values()) {
            List<Invariant> rules = new ArrayList<>(INVARIANTS.getOrDefault(shape.name, List.of()));
            if (shape.base != null) {
                Shape base = Objects.requireNonNull(shape(shape.base), shape.base);
                base.byElement.forEach((element, children) -> {
                    if (!shape.byElement.containsKey(element)) {
                        children.forEach(shape::add);
                    }
                });
                rules.addAll(base.invariants);
            }
            shape.invariants = List.copyOf(rules);
        }
        return shapes;
    }

    private static void element(Map<String, Shape> shapes, Shape type, String[] field) {
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
                    : INVARIANTS.getOrDefault(owner + "." + element, List.of());
            in.add(new Child(json, element, at, shape, min, many, targets, "_" + json, binding, own));
        }
    }
}
