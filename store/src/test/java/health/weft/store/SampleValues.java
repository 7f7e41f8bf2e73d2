package health.weft.store;

import health.weft.fhir.Json;
import health.weft.store.SmallestResource.Bound;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** Values to be searched for, by R4's tables of what each kind of parameter finds in each data type (3.1.1.4.7 to 3.1.1.4.12). */
final class SampleValues {
    /** No value is of a higher number: what is asked for with this one more finds nothing. */
    private static final int OTHER = 400_000;

    private SampleValues() {}

    /** How a value is asked for: {@code :exact} or nothing behind the parameter's name, and what; {@code true} when it finds. */
    record Ask(String modifier, String value, boolean finds) {
        static Ask finds(String value) {
            return new Ask("", value, true);
        }

        static Ask not(String value) {
            return new Ask("", value, false);
        }
    }

    /** A value as it stands in a resource, and what finds it and what does not. */
    record Sample(JsonNode json, List<Ask> asks) {
        static Sample of(String json, Ask... asks) {
            return new Sample(Json.mapper().readTree(json.replace('\'', '"')), List.of(asks));
        }
    }

    private static LocalDate day(int n) {
        return LocalDate.of(1850, 1, 1).plusDays(n);
    }

    static List<Sample> dates(String type, int n) {
        String day = day(n).toString();
        String exact = day + "T10:20:30Z";
        Ask[] asks = {
            Ask.finds(day),
            Ask.finds("ge" + day + "&le" + day),
            Ask.not(day(n + OTHER).toString()),
            Ask.not("ge" + day + "&lt" + day)
        };
        Ask[] times = {
            Ask.finds(day),
            Ask.finds(exact),
            Ask.not(day + "T10:20:31Z"),
            Ask.not(day(n + OTHER).toString())
        };
        return switch (type) {
            case "date" -> List.of(Sample.of("'" + day + "'", asks));
            case "dateTime", "instant" -> List.of(Sample.of("'" + exact + "'", times));
            case "Period" -> List.of(Sample.of("{'start':'" + day + "','end':'" + day + "'}", asks));
            case "Timing" ->
                List.of(
                        Sample.of("{'event':['" + exact + "']}", times),
                        Sample.of(
                                "{'repeat':{'boundsPeriod':{'start':'" + day(n + 200_000) + "','end':'"
                                        + day(n + 200_000) + "'}}}",
                                Ask.finds(day(n + 200_000).toString()),
                                Ask.not(day(n + OTHER).toString())));
            default -> List.of();
        };
    }

    static List<Sample> strings(String type, int n) {
        List<Sample> samples = new ArrayList<>();
        String[] places =
                switch (type) {
                    case "string", "markdown" -> new String[] {"'%s'"};
                    case "HumanName" ->
                        new String[] {
                            "{'text':'%s'}",
                            "{'family':'%s'}",
                            "{'given':['%s']}",
                            "{'prefix':['%s']}",
                            "{'suffix':['%s']}"
                        };
                    case "Address" ->
                        new String[] {
                            "{'text':'%s'}",
                            "{'line':['%s']}",
                            "{'city':'%s'}",
                            "{'district':'%s'}",
                            "{'state':'%s'}",
                            "{'postalCode':'%s'}",
                            "{'country':'%s'}"
                        };
                    default -> new String[0];
                };
        for (int i = 0; i < places.length; i++) {
            String text = "Zäpf" + (i + 1) + "%06d".formatted(n) + " Ende";
            samples.add(Sample.of(
                    places[i].formatted(text),
                    Ask.finds(text),
                    Ask.finds(text.substring(0, 11).toLowerCase(Locale.ROOT).replace('ä', 'a')),
                    new Ask(":exact", text, true),
                    new Ask(":contains", text.substring(2, 11), true),
                    new Ask(":exact", text.substring(0, 11), false),
                    Ask.not(text.substring(1, 11)),
                    Ask.not("Zäpf" + (i + 1) + "%06d".formatted(n + OTHER))));
        }
        return samples;
    }

    /**
     * Codes.
     *
     * @param bound what the element must come from; empty when from anywhere
     * @param filled what other resources of the test have there, of a boolean
     */
    static List<Sample> tokens(String type, int n, List<Bound> bound, boolean filled) {
        String code = bound.isEmpty() ? "c%06d".formatted(n) : bound.getFirst().code();
        String system = bound.isEmpty()
                ? "http://systems.example/" + n
                : bound.getFirst().system();
        String other = "c%06d".formatted(n + OTHER);
        List<Ask> asks = new ArrayList<>(List.of(
                Ask.finds(code),
                Ask.finds(system + "|" + code),
                Ask.not(other),
                Ask.not(system + "|" + other),
                Ask.not("http://systems.example/" + (n + OTHER) + "|" + code)));
        if (bound.isEmpty()) {
            asks.add(Ask.finds(system + "|"));
            asks.add(Ask.not("|" + code));
        }
        Ask[] coded = asks.toArray(Ask[]::new);
        Ask[] plain = {Ask.finds(code), Ask.not(other)};
        return switch (type) {
            case "code", "string", "id" -> List.of(Sample.of("'" + code + "'", plain));
            case "uri" -> {
                String uri = "http://uris.example/" + n;
                yield List.of(Sample.of("'" + uri + "'", Ask.finds(uri), Ask.not(uri + OTHER)));
            }
            case "boolean" -> List.of(Sample.of(String.valueOf(!filled), Ask.finds(String.valueOf(!filled))));
            case "Coding" -> List.of(Sample.of("{'system':'" + system + "','code':'" + code + "'}", coded));
            case "CodeableConcept" ->
                List.of(Sample.of("{'coding':[{'system':'" + system + "','code':'" + code + "'}]}", coded));
            case "Identifier" -> List.of(Sample.of("{'system':'" + system + "','value':'" + code + "'}", coded));
            case "ContactPoint" -> List.of(Sample.of("{'system':'phone','value':'" + code + "'}", plain));
            default -> List.of();
        };
    }

    static List<Sample> uris(String type, int n) {
        String uri =
                switch (type) {
                    case "oid" -> "urn:oid:2.16.840." + n;
                    case "uuid" -> "urn:uuid:00000000-0000-0000-0000-%012d".formatted(n);
                    default -> "http://uris.example/" + n + "/end";
                };
        return switch (type) {
            case "uri", "url", "canonical", "oid", "uuid" ->
                List.of(Sample.of(
                        "'" + uri + "'",
                        Ask.finds(uri),
                        new Ask(":below", uri, true),
                        Ask.not(uri.substring(0, uri.length() - 2)),
                        Ask.not(uri + "/x")));
            default -> List.of();
        };
    }

    static List<Sample> numbers(String type, int n) {
        return switch (type) {
            case "decimal" -> {
                String v = "0.%06d".formatted(n + 1);
                yield List.of(Sample.of(
                        v, Ask.finds(v), Ask.not("0.%06d".formatted(n + OTHER)), Ask.not("gt" + v + "&lt" + v + "1")));
            }
            case "Range" -> {
                String v = "0.%06d".formatted(n + 1);
                String percent = "{'value':%s,'system':'http://unitsofmeasure.org','code':'%%'}";
                yield List.of(Sample.of(
                        "{'low':" + percent.formatted(v) + ",'high':" + percent.formatted(v + "1") + "}",
                        Ask.finds(v),
                        Ask.not("0.%06d".formatted(n + OTHER))));
            }
            case "integer", "positiveInt", "unsignedInt" ->
                List.of(Sample.of(
                        String.valueOf(n + 1000),
                        Ask.finds(String.valueOf(n + 1000)),
                        Ask.not(String.valueOf(n + OTHER))));
            default -> List.of();
        };
    }

    static List<Sample> quantities(String type, int n) {
        int v = n + 1000;
        String ucum = "http://unitsofmeasure.org";
        return switch (type) {
            case "Quantity" ->
                List.of(Sample.of(
                        "{'value':" + v + ",'unit':'mg','system':'" + ucum + "','code':'mg'}",
                        Ask.finds(v + "|" + ucum + "|mg"),
                        Ask.finds(v + "||mg"),
                        Ask.finds(v + "000|" + ucum + "|ug"),
                        Ask.finds(String.valueOf(v)),
                        Ask.not(String.valueOf(n + OTHER)),
                        Ask.not(v + "|" + ucum + "|kg"),
                        Ask.not(v + "||kg")));
            case "Age", "Duration" ->
                List.of(Sample.of(
                        "{'value':" + v + ",'system':'" + ucum + "','code':'a'}",
                        Ask.finds(v + "|" + ucum + "|a"),
                        Ask.finds(String.valueOf(v)),
                        Ask.not(v + "|" + ucum + "|mo"),
                        Ask.not(String.valueOf(n + OTHER))));
            case "Range" ->
                List.of(Sample.of(
                        "{'low':{'value':" + v + ",'system':'" + ucum + "','code':'mg'},'high':{'value':" + v
                                + ".2,'system':'" + ucum + "','code':'mg'}}",
                        Ask.finds(v + "|" + ucum + "|mg"),
                        Ask.finds(String.valueOf(v)),
                        Ask.not(v + "|" + ucum + "|kg"),
                        Ask.not(String.valueOf(n + OTHER))));
            case "Money" ->
                List.of(Sample.of(
                        "{'value':" + v + ",'currency':'USD'}",
                        Ask.finds(v + "|urn:iso:std:iso:4217|USD"),
                        Ask.finds(String.valueOf(v)),
                        Ask.not(v + "|urn:iso:std:iso:4217|EUR"),
                        Ask.not(String.valueOf(n + OTHER))));
            default -> List.of();
        };
    }

    /** An address that is no resource's id: canonical, with a version; or whatever a uri holds. */
    static List<Sample> addresses(String type, int n) {
        String uri = "http://uris.example/" + n;
        return switch (type) {
            case "canonical" ->
                List.of(Sample.of(
                        "'" + uri + "|2.0'",
                        Ask.finds(uri),
                        Ask.finds(uri + "|2.0"),
                        Ask.not(uri + "|3.0"),
                        Ask.not("http://uris.example/" + (n + OTHER))));
            case "uri" ->
                List.of(Sample.of("'" + uri + "'", Ask.finds(uri), Ask.not("http://uris.example/" + (n + OTHER))));
            default -> List.of();
        };
    }

    /**
     * A reference to a resource of this record, which the store gives its id, and one to another server's.
     *
     * @param name by which the test knows the one of this record; {@code {name}} stands for its id
     */
    static List<Sample> references(String target, int n, String name) {
        String there = "http://elsewhere.example/fhir/" + target + "/r" + n;
        String unlike = target.equals("Patient") ? "Practitioner" : "Patient";
        String system = "http://systems.example/" + n;
        return List.of(
                Sample.of(
                        "{'reference':'urn:uuid:" + name + "','identifier':{'system':'" + system + "','value':'v" + n
                                + "'}}",
                        Ask.finds(target + "/{" + name + "}"),
                        Ask.finds("{" + name + "}"),
                        new Ask(":" + target, "{" + name + "}", true),
                        new Ask(":identifier", system + "|v" + n, true),
                        new Ask(":identifier", system + "|v" + (n + OTHER), false),
                        new Ask(":" + unlike, "{" + name + "}", false),
                        Ask.not(target + "/r" + n),
                        Ask.not(unlike + "/{" + name + "}")),
                Sample.of("{'reference':'" + there + "'}", Ask.finds(there), Ask.not(there + OTHER)));
    }
}
