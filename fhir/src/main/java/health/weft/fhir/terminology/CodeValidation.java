package health.weft.fhir.terminology;

import health.weft.fhir.Json;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code ValueSet/$validate-code} and {@code CodeSystem/$validate-code} (R4, OperationDefinition/ValueSet-validate-code,
 * CodeSystem-validate-code).
 */
public final class CodeValidation {
    private static final String[] OF_A_SET = {
        "url",
        "valueSet",
        "valueSetVersion",
        "code",
        "system",
        "systemVersion",
        "display",
        "coding",
        "codeableConcept",
        "date",
        "abstract",
        "displayLanguage"
    };
    private static final String[] OF_A_SYSTEM = {
        "url",
        "codeSystem",
        "version",
        "code",
        "display",
        "coding",
        "codeableConcept",
        "date",
        "abstract",
        "displayLanguage"
    };

    private final Arguments arguments;

    private CodeValidation(Arguments arguments) {
        this.arguments = arguments;
        arguments.ofToday();
    }

    /** What became of one code: why it is not valid, or its concept. */
    private record Verdict(String message, @Nullable Concept concept) {
        boolean valid() {
            return message.isEmpty();
        }
    }

    /**
     * Whether a code is in a value set.
     *
     * @param of the value set of an instance; null when the arguments name or bring one
     */
    public static ObjectNode inSet(Definitions definitions, Arguments arguments, @Nullable ObjectNode of) {
        CodeValidation asked = new CodeValidation(arguments.only(OF_A_SET));
        String system = arguments.text("system");
        String version = arguments.text("systemVersion");
        List<Coded> codes = Coded.of(arguments, system, version);
        Pins pins = system.isEmpty() || version.isEmpty()
                ? Pins.NONE
                : new Pins(Map.of(system, version), Map.of(), Map.of());
        Composing composing = new Composing(definitions, pins);
        Composition set = composing.of(Expansion.valueSet(composing, arguments, of));
        return asked.told(codes.stream().map(code -> asked.inSet(set, code)).toList());
    }

    private Verdict inSet(Composition set, Coded code) {
        Member found = null;
        if (code.system().isEmpty()) {
            List<Member> all = set.systems().stream()
                    .map(system -> set.find(system, code.code()))
                    .flatMap(Stream::ofNullable)
                    .toList();
            if (all.size() > 1) {
                return new Verdict("Several code systems of the value set have this code; name its system.", null);
            }
            found = all.isEmpty() ? null : all.getFirst();
        } else {
            found = set.find(code.system(), code.code());
        }
        if (found == null) {
            return new Verdict("The code is not in the value set.", null);
        }
        return checked(found.concept(), code);
    }

    /**
     * Whether a code is one of its system's.
     *
     * @param of the code system of an instance; null when the arguments name or bring one
     */
    public static ObjectNode inSystem(Definitions definitions, Arguments arguments, @Nullable ObjectNode of) {
        CodeValidation asked = new CodeValidation(arguments.only(OF_A_SYSTEM));
        ObjectNode sent = arguments.resource("codeSystem", "CodeSystem");
        ObjectNode given = of == null ? sent : of;
        String url = given == null ? arguments.text("url") : Json.text(given, "url");
        List<Coded> codes = Coded.of(arguments, url, arguments.text("version"));
        Composing composing = new Composing(definitions);
        return asked.told(codes.stream()
                .map(c -> asked.inSystem(composing, given, url, c))
                .toList());
    }

    private Verdict inSystem(Composing composing, @Nullable ObjectNode given, String url, Coded code) {
        String of = code.system().isEmpty() ? url : code.system();
        if (of.isEmpty()) {
            throw Refusal.invalid("Name the code system: by url, in the coding, sent as codeSystem, or by its id.");
        }
        if (!url.isEmpty() && !url.equals(of)) {
            return new Verdict("The coding is of another code system.", null);
        }
        CodeSystem system = given == null ? composing.system(of, code.version()) : CodeSystem.of(given);
        Concept concept = system.find(code.code());
        if (concept == null) {
            return new Verdict(
                    "The code system has no such code."
                            + (system.lacking().isEmpty()
                                    ? ""
                                    : " Only a part of it is kept here (" + system.lacking()
                                            + "), so the code may exist all the same."),
                    null);
        }
        return checked(concept, code);
    }

    /** A concept that was found, held against what else is said of it. */
    private Verdict checked(Concept concept, Coded code) {
        if (concept.grouping() && Boolean.FALSE.equals(arguments.flag("abstract"))) {
            return new Verdict("The code is abstract: it groups others and is not for use itself.", concept);
        }
        if (!code.display().isEmpty() && !worded(concept, code.display())) {
            return new Verdict("The code is valid, the display is not one of its wordings.", concept);
        }
        return new Verdict("", concept);
    }

    private static boolean worded(Concept concept, String display) {
        return Stream.concat(
                        Stream.of(concept.display(), concept.display(null)),
                        concept.designations().stream().map(Concept.Designation::value))
                .anyMatch(w -> plain(w).equals(plain(display)));
    }

    private static String plain(String text) {
        return text.strip().replaceAll("\\s+", " ").toLowerCase(java.util.Locale.ROOT);
    }

    private ObjectNode told(List<Verdict> verdicts) {
        Verdict best = verdicts.stream().filter(Verdict::valid).findFirst().orElse(verdicts.getFirst());
        Concept concept = best.concept();
        String message = best.message();
        if (best.valid() && concept != null && concept.inactive()) {
            message = "The code is inactive: it is not for use any more.";
        }
        String language = arguments.text("displayLanguage");
        return new Answer()
                .flag("result", best.valid())
                .text("message", "valueString", message)
                .text(
                        "display",
                        "valueString",
                        concept == null ? "" : concept.display(language.isEmpty() ? null : language))
                .resource();
    }
}
