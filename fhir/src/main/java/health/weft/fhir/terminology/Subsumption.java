package health.weft.fhir.terminology;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** {@code CodeSystem/$subsumes} (R4, OperationDefinition/CodeSystem-subsumes): how two codes of one system stand to each other. */
public final class Subsumption {
    private Subsumption() {}

    /**
     * Compares code A with code B.
     *
     * @param of the code system of an instance; null when the arguments name one
     * @throws InvalidResource when a code is not there, or the hierarchy means something else than is-a
     */
    public static ObjectNode of(Definitions definitions, Arguments arguments, @Nullable ObjectNode of) {
        arguments.only("codeA", "codeB", "system", "version", "codingA", "codingB");
        Coded a = coded(arguments, "A");
        Coded b = coded(arguments, "B");
        String url = of != null ? Json.text(of, "url") : arguments.text("system");
        if (url.isEmpty()) {
            url = a.system();
        }
        for (Coded one : new Coded[] {a, b}) {
            if (url.isEmpty() || (!one.system().isEmpty() && !one.system().equals(url))) {
                throw Refusal.invalid("Both codes must be of one code system; name it by system.");
            }
        }
        CodeSystem system = of != null
                ? CodeSystem.of(of)
                : new Composing(definitions)
                        .system(url, arguments.text("version").isEmpty() ? a.version() : arguments.text("version"));
        String first = code(system, a);
        String second = code(system, b);
        return new Answer()
                .text("outcome", "valueCode", outcome(system, first, second))
                .resource();
    }

    private static String outcome(CodeSystem system, String a, String b) {
        if (a.equals(b)) {
            return "equivalent";
        }
        boolean subsumes = system.below(a).contains(b);
        boolean subsumed = system.above(a).contains(b);
        if (subsumes) {
            return subsumed ? "equivalent" : "subsumes";
        }
        return subsumed ? "subsumed-by" : "not-subsumed";
    }

    private static Coded coded(Arguments arguments, String which) {
        String code = arguments.text("code" + which);
        ObjectNode coding = arguments.object("coding" + which);
        if (code.isEmpty() == (coding == null)) {
            throw Refusal.invalid("Name code" + which + " or coding" + which + ", one of them.");
        }
        return coding == null ? new Coded("", "", code, "") : Coded.of(coding);
    }

    private static String code(CodeSystem system, Coded asked) {
        Concept concept = system.find(asked.code());
        if (concept == null) {
            throw Refusal.notFound(
                    "The code system, as it is kept here, does not have both codes: " + system.url() + ".");
        }
        return concept.code();
    }
}
