package health.weft.fhir;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** Runs the official FHIRPath suite for R4 (github.com/FHIR/fhir-test-cases, r4/fhirpath) over any engine. */
public final class FhirPathSuite {
    /**
     * One item of a result.
     *
     * @param type without namespace: {@code string}, {@code Quantity}
     * @param text as the suite writes it: dates with {@code @}, quantities with their unit in quotes
     */
    public record Value(String type, String text) {}

    /** An implementation of FHIRPath. */
    public interface Engine {
        /**
         * Runs an expression over a resource; throws when the expression or the values are refused.
         *
         * @param input a file of JSON or XML; null for an empty Patient
         */
        List<Value> evaluate(String expression, @Nullable Path input) throws Exception;
    }

    /** How one group of the suite went: how many passed, and what did not and why. */
    public record Group(int passed, List<String> failed) {}

    /** How the whole suite went, by group. */
    public record Score(Map<String, Group> groups) {
        public int passed() {
            return groups.values().stream().mapToInt(Group::passed).sum();
        }

        public int all() {
            return groups.values().stream()
                    .mapToInt(g -> g.passed() + g.failed().size())
                    .sum();
        }

        /** A Markdown table. */
        String report() {
            StringBuilder text = new StringBuilder();
            text.append(passed()).append(" of ").append(all()).append(" tests pass.\n\n");
            text.append("| group | pass | fail | which fail, and why |\n|---|---:|---:|---|\n");
            groups.forEach((name, group) -> text.append("| ")
                    .append(name)
                    .append(" | ")
                    .append(group.passed())
                    .append(" | ")
                    .append(group.failed().size())
                    .append(" | ")
                    .append(String.join("; ", group.failed()).replace("|", "\\|"))
                    .append(" |\n"));
            return text.toString();
        }
    }

    private FhirPathSuite() {}

    /** @param folder holds {@code r4/fhirpath/tests-fhir-r4.xml} and {@code inputs/} */
    public static Score run(Path folder, Engine engine) throws IOException, ParserConfigurationException, SAXException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        NodeList tests = factory.newDocumentBuilder()
                .parse(folder.resolve("r4/fhirpath/tests-fhir-r4.xml").toFile())
                .getElementsByTagName("test");
        Map<String, Group> groups = new LinkedHashMap<>();
        for (int i = 0; i < tests.getLength(); i++) {
            Element test = (Element) tests.item(i);
            String name = ((Element) test.getParentNode()).getAttribute("name").replace("()", "");
            Optional<String> wrong = wrong(folder, test, engine);
            Group before = groups.getOrDefault(name, new Group(0, List.of()));
            List<String> failed = new ArrayList<>(before.failed());
            wrong.ifPresent(w -> failed.add(test.getAttribute("name") + ": " + w));
            groups.put(name, new Group(before.passed() + (wrong.isEmpty() ? 1 : 0), failed));
        }
        return new Score(groups);
    }

    /** What is wrong with what came out; empty when the test passes. */
    private static Optional<String> wrong(Path folder, Element test, Engine engine) {
        Element expression = (Element) test.getElementsByTagName("expression").item(0);
        boolean invalid = !expression.getAttribute("invalid").isEmpty();
        String file = test.getAttribute("inputfile");
        try {
            List<Value> result = engine.evaluate(
                    expression.getTextContent(),
                    file.isEmpty() ? null : folder.resolve("inputs").resolve(file));
            return invalid ? Optional.of("an error is expected") : wrong(test, result);
        } catch (Exception e) {
            return invalid ? Optional.empty() : Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static Optional<String> wrong(Element test, List<Value> result) {
        List<String> wanted = new ArrayList<>();
        List<String> found = new ArrayList<>();
        NodeList outputs = test.getElementsByTagName("output");
        for (int i = 0; i < outputs.getLength(); i++) {
            String type = ((Element) outputs.item(i)).getAttribute("type");
            wanted.add(shown(type, outputs.item(i).getTextContent()));
        }
        if (test.getAttribute("predicate").equals("true")) {
            boolean holds = result.size() == 1 && !result.getFirst().text().equals("false");
            found.add(shown("boolean", String.valueOf(holds)));
        } else {
            for (int i = 0; i < result.size(); i++) {
                boolean typed = i < outputs.getLength()
                        && !((Element) outputs.item(i)).getAttribute("type").isEmpty();
                found.add(shown(typed ? result.get(i).type() : "", result.get(i).text()));
            }
        }
        if (test.getAttribute("ordered").equals("false")) {
            wanted.sort(null);
            found.sort(null);
        }
        return wanted.equals(found) ? Optional.empty() : Optional.of("expected " + wanted + ", found " + found);
    }

    /** Types are compared by their name in FHIR, numbers by value. */
    private static String shown(String type, String text) {
        String name = type.isEmpty() ? "" : type.substring(0, 1).toLowerCase(Locale.ROOT) + type.substring(1) + " ";
        boolean number = text.matches("-?\\d+(\\.\\d+)?");
        return name + (number ? new BigDecimal(text).stripTrailingZeros().toPlainString() : text);
    }
}
