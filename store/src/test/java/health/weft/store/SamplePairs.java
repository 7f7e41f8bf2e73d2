package health.weft.store;

import health.weft.fhir.Json;
import health.weft.store.SampleValues.Ask;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * Elements that hold the parts of a composite, two where the element repeats: a pair of one element is found, one of which each part stands in
 * another element is not.
 */
final class SamplePairs {
    private static final String UCUM = "http://unitsofmeasure.org";

    private SamplePairs() {}

    /** A resource for a composite, and what finds it and what does not. */
    record Sample(ObjectNode resource, List<Ask> asks) {}

    /** None when the composite is not known here. */
    static List<Sample> of(String type, String code, int n) {
        return switch (code) {
            case "context-type-quantity" ->
                List.of(
                        in(
                                type,
                                "useContext",
                                concept("code", n, true),
                                quantity(n),
                                concept("code", n + 1, true),
                                quantity(n + 1)),
                        in(
                                type,
                                "useContext",
                                concept("code", n + 2, true),
                                range(n + 2),
                                concept("code", n + 3, true),
                                range(n + 3)));
            case "context-type-value" ->
                List.of(in(
                        type,
                        "useContext",
                        concept("code", n, true),
                        value(n),
                        concept("code", n + 1, true),
                        value(n + 1)));
            case "relationship" ->
                List.of(in(type, "relatesTo", target(n), relation("transforms"), target(n + 1), relation("signs")));
            case "characteristic-value" ->
                List.of(
                        in(
                                type,
                                "characteristic",
                                concept("code", n, false),
                                value(n),
                                concept("code", n + 1, false),
                                value(n + 1)),
                        in(
                                type,
                                "characteristic",
                                concept("code", n + 2, false),
                                truth(),
                                concept("code", n + 3, false),
                                value(n + 3)));
            case "chromosome-variant-coordinate" -> List.of(sequence(type, "chromosome", true, n));
            case "chromosome-window-coordinate" -> List.of(sequence(type, "chromosome", false, n));
            case "referenceseqid-variant-coordinate" -> List.of(sequence(type, "referenceSeqId", true, n));
            case "referenceseqid-window-coordinate" -> List.of(sequence(type, "referenceSeqId", false, n));
            case "code-value-concept" -> List.of(whole(type, concept("code", n, false), value(n)));
            case "code-value-date" ->
                List.of(
                        whole(type, concept("code", n, false), moment(n)),
                        whole(type, concept("code", n + 1, false), period(n + 1)));
            case "code-value-quantity" -> List.of(whole(type, concept("code", n, false), quantity(n)));
            case "code-value-string" -> List.of(whole(type, concept("code", n, false), text(n)));
            case "combo-code-value-concept" ->
                List.of(
                        whole(type, concept("code", n, false), value(n)),
                        in(
                                type,
                                "component",
                                concept("code", n + 1, false),
                                value(n + 1),
                                concept("code", n + 2, false),
                                value(n + 2)));
            case "combo-code-value-quantity" ->
                List.of(
                        whole(type, concept("code", n, false), quantity(n)),
                        in(
                                type,
                                "component",
                                concept("code", n + 1, false),
                                quantity(n + 1),
                                concept("code", n + 2, false),
                                quantity(n + 2)));
            case "component-code-value-concept" ->
                List.of(in(
                        type,
                        "component",
                        concept("code", n, false),
                        value(n),
                        concept("code", n + 1, false),
                        value(n + 1)));
            case "component-code-value-quantity" ->
                List.of(in(
                        type,
                        "component",
                        concept("code", n, false),
                        quantity(n),
                        concept("code", n + 1, false),
                        quantity(n + 1)));
            default -> List.of();
        };
    }

    /** A part: its member of the element, how it is asked for, and how in vain. */
    private record Part(String member, List<String> asked, String other) {}

    private static Part concept(String member, int n, boolean coding) {
        String system = "http://systems.example/" + n;
        String one = "{'system':'" + system + "','code':'k" + n + "'}";
        return new Part(
                "'" + member + "':" + (coding ? one : "{'coding':[" + one + "]}"),
                List.of("k" + n, system + "|k" + n),
                system + "x|k" + n);
    }

    private static Part value(int n) {
        return concept("valueCodeableConcept", n + 50, false);
    }

    private static Part quantity(int n) {
        return new Part(
                "'valueQuantity':{'value':" + (n + 1000) + ",'system':'" + UCUM + "','code':'mg'}",
                List.of(n + 1000 + "", n + 1000 + "|" + UCUM + "|mg", n + 1000 + "000|" + UCUM + "|ug"),
                n + 1000 + "|" + UCUM + "|kg");
    }

    private static Part range(int n) {
        String bound = "{'value':" + (n + 1000) + ",'system':'" + UCUM + "','code':'mg'}";
        return new Part(
                "'valueRange':{'low':" + bound + ",'high':" + bound + "}",
                List.of(n + 1000 + "", n + 1000 + "|" + UCUM + "|mg"),
                n + 1000 + "|" + UCUM + "|kg");
    }

    private static Part truth() {
        return new Part("'valueBoolean':false", List.of("false"), "true");
    }

    private static Part moment(int n) {
        String day = LocalDate.of(1850, 1, 1).plusDays(n).toString();
        return new Part(
                "'valueDateTime':'" + day + "T10:20:30Z'", List.of(day, day + "T10:20:30Z"), day + "T10:20:31Z");
    }

    private static Part period(int n) {
        String day = LocalDate.of(1850, 1, 1).plusDays(n).toString();
        return new Part("'valuePeriod':{'start':'" + day + "','end':'" + day + "'}", List.of(day), "gt" + day);
    }

    private static Part text(int n) {
        return new Part("'valueString':'Zäpfe" + n + " Ende'", List.of("zapfe" + n), "apfe" + n);
    }

    private static Part target(int n) {
        String there = "http://elsewhere.example/fhir/DocumentReference/r" + n;
        return new Part("'target':{'reference':'" + there + "'}", List.of(there), there + "x");
    }

    private static Part relation(String code) {
        return new Part("'code':'" + code + "'", List.of(code), "appends");
    }

    private static Sample in(String type, String element, Part a, Part b, Part c, Part d) {
        List<Ask> asks = new ArrayList<>(asks(a, b));
        asks.addAll(asks(c, d));
        asks.add(Ask.not(a.asked().getLast() + "$" + d.asked().getLast()));
        asks.add(Ask.not(c.asked().getLast() + "$" + b.asked().getLast()));
        return sample(
                type,
                "{'" + element + "':[{" + a.member() + "," + b.member() + "},{" + c.member() + "," + d.member() + "}]}",
                asks);
    }

    private static Sample whole(String type, Part a, Part b) {
        return sample(type, "{" + a.member() + "," + b.member() + "}", asks(a, b));
    }

    private static List<Ask> asks(Part a, Part b) {
        List<Ask> asks = new ArrayList<>();
        for (String first : a.asked()) {
            for (String second : b.asked()) {
                asks.add(Ask.finds(first + "$" + second));
            }
            asks.add(Ask.not(first + "$" + b.other()));
        }
        asks.add(Ask.not(a.other() + "$" + b.asked().getFirst()));
        return asks;
    }

    /** Coordinates, in the window of the reference sequence or of two variants. */
    private static Sample sequence(String type, String named, boolean variants, int n) {
        Part of = concept(named, n, false);
        int start = n + 1000;
        String reference =
                "'referenceSeq':{'windowStart':" + start + ",'windowEnd':" + (start + 5) + "," + of.member() + "}";
        String first = of.asked().getLast();
        List<Ask> asks = new ArrayList<>(List.of(
                Ask.finds(first + "$" + start + "$" + (start + 5)),
                Ask.finds(of.asked().getFirst() + "$ge" + start + "$le" + (start + 5)),
                Ask.not(first + "$" + start + "$" + (start + 6)),
                Ask.not(first + "$" + (start + 1) + "$" + (start + 5)),
                Ask.not(of.other() + "$" + start + "$" + (start + 5))));
        String more = "";
        if (variants) {
            more = ",'variant':[{'start':" + start + ",'end':" + (start + 5) + "},{'start':" + (start + 100) + ",'end':"
                    + (start + 105) + "}]";
            asks.add(Ask.finds(first + "$" + (start + 100) + "$" + (start + 105)));
            asks.add(Ask.not(first + "$" + start + "$" + (start + 105)));
            reference = reference.replace(
                    "'windowStart':" + start + ",'windowEnd':" + (start + 5), "'windowStart':1,'windowEnd':2");
        }
        return sample(type, "{" + reference + more + "}", asks);
    }

    private static Sample sample(String type, String members, List<Ask> asks) {
        ObjectNode resource = Json.mapper().createObjectNode().put("resourceType", type);
        Json.parse(members.replace('\'', '"')).properties().forEach(e -> resource.set(e.getKey(), e.getValue()));
        return new Sample(SmallestResource.filled(resource), asks);
    }
}
