package health.weft.fhir;

import java.util.List;

/** An expression as the grammar of FHIRPath reads it, before it is checked and compiled. */
sealed interface FhirPathNode {
    /** A value written down. */
    record Literal(Item item) implements FhirPathNode {}

    /** {@code {}}. */
    record Empty() implements FhirPathNode {}

    /** What stands before the first dot when nothing does: the items a path starts from. */
    record Focus() implements FhirPathNode {}

    /** {@code $this}, {@code $index} or {@code $total}. */
    record Special(String name) implements FhirPathNode {}

    /** {@code %resource}. */
    record Variable(String name) implements FhirPathNode {}

    /** A name at the start of a path: the type of the focus, or an element of it. */
    record Start(String name) implements FhirPathNode {}

    record Child(FhirPathNode on, String name) implements FhirPathNode {}

    record Call(FhirPathNode on, String name, List<FhirPathNode> arguments) implements FhirPathNode {}

    /** {@code is}, {@code as} or {@code ofType}, as operator or function. */
    record Typed(FhirPathNode on, String test, String type) implements FhirPathNode {}

    record Indexed(FhirPathNode on, FhirPathNode at) implements FhirPathNode {}

    record Negated(FhirPathNode of) implements FhirPathNode {}

    record Operation(String operator, FhirPathNode left, FhirPathNode right) implements FhirPathNode {}
}
