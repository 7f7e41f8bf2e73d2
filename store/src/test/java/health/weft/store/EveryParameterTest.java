package health.weft.store;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.RuntimeSearchParam;
import ca.uhn.fhir.parser.DataFormatException;
import ca.uhn.fhir.parser.IParser;
import ca.uhn.fhir.parser.StrictErrorHandler;
import health.weft.fhir.Conformance;
import health.weft.fhir.Json;
import health.weft.fhir.Structures.Child;
import health.weft.fhir.Validation;
import health.weft.store.SampleValues.Ask;
import health.weft.store.SampleValues.Sample;
import health.weft.store.SmallestResource.Step;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Every search parameter of R4 by value: for each type and each alternative of the parameter's expression, and each data type that may stand there,
 * the smallest resource with a value of its own is stored; a search by that value finds it and nothing else, and one by another value finds nothing.
 * Parameters, expressions and targets are those that HAPI read from R4, and every resource is read by HAPI's strict parser before it is stored.
 */
class EveryParameterTest {
    private static final FhirContext R4 = FhirContext.forR4Cached();
    private static final Author CLINIC = new Author("Organization/clinic");
    private static final Author PANTRY = new Author("Organization/pantry");

    private static final String A_RESOURCE =
            "the first resource of a Bundle: no reference, and nothing that could be asked for by a value";
    private static final String WORDS = "words: no date that could be read";
    private static final String AGE = "an age: no date without a date of birth";
    private static final String SERIES = "a series of values: R4 does not say which of them is searched by";

    /** What cannot be tried by a value, and why. */
    private static final Map<String, String> LISTED = Map.ofEntries(
            Map.entry("Bundle.composition", A_RESOURCE),
            Map.entry("Bundle.message", A_RESOURCE),
            Map.entry("CarePlan.activity-date of string", WORDS),
            Map.entry("Consent.source-reference of Attachment", "a file, and no reference"),
            Map.entry("Immunization.date of string", WORDS),
            Map.entry("Observation.combo-value-quantity of SampledData", SERIES),
            Map.entry("Observation.component-value-quantity of SampledData", SERIES),
            Map.entry("Observation.value-quantity of SampledData", SERIES),
            Map.entry("Procedure.date of Age", AGE),
            Map.entry("Procedure.date of Range", AGE),
            Map.entry("Procedure.date of string", WORDS));

    private final DataSource database;
    private final RecordStore store;
    private final Map<String, ObjectNode> resources = new LinkedHashMap<>();
    private final Map<String, List<Made>> made = new HashMap<>();
    /** Searches, and by name what each must find. */
    private final Map<String, Set<String>> searches = new LinkedHashMap<>();

    private final Map<String, String> references = new HashMap<>();
    private final Set<String> listed = new TreeSet<>();
    /** By kind and name, by how many resources each parameter is tried. */
    private final Map<String, Map<String, Integer>> tried = new TreeMap<>();
    /** By type the one resource of it that another party wrote. */
    private final Map<String, String> itself = new TreeMap<>();

    private int number;

    EveryParameterTest() throws SQLException {
        database = TestDatabase.kept(TestDatabase.fresh());
        store = new RecordStore(database);
    }

    /** A resource that holds a value, and how that is asked for. */
    private record Made(String name, List<Ask> asks) {}

    @Test
    void every_search_parameter_of_r4_finds_by_each_value_that_it_may_have_what_holds_it_and_nothing_else()
            throws IOException, SQLException {
        for (String type : new TreeSet<>(R4.getResourceTypes())) {
            for (RuntimeSearchParam p : R4.getResourceDefinition(type).getSearchParams()) {
                parameter(type, p);
                String name = type + "." + p.getName();
                if (tried.values().stream().noneMatch(t -> t.containsKey(name))) {
                    listed.add(name);
                }
            }
            // HAPI leaves out what R4 has of every resource beside these.
            tried("uri", type + "._source", 1);
            ask(
                    type,
                    "_source",
                    new Made(
                            Objects.requireNonNull(itself.get(type)),
                            List.of(Ask.finds(PANTRY.party()), Ask.not("Organization/nobody"))));
        }
        assertThat(listed).containsExactlyInAnyOrderElementsOf(LISTED.keySet());
        assertThat(invalid()).isEmpty();
        write();
        List<String> failed = new ArrayList<>();
        searches.forEach((search, expected) -> {
            Set<String> found = found(search);
            if (!found.equals(expected)) {
                failed.add(search + " should find " + shown(expected) + " and found " + shown(found));
            }
        });
        assertThat(failed.stream().limit(20))
                .as(failed.size() + " of " + searches.size())
                .isEmpty();
        Conformance.section("values", table());
    }

    /** What the strict parser of HAPI and our own rules say of what is to be stored. */
    private List<String> invalid() {
        IParser strict = R4.newJsonParser().setParserErrorHandler(new StrictErrorHandler());
        List<String> wrong = new ArrayList<>();
        for (ObjectNode resource : resources.values()) {
            Validation.check(resource).forEach(issue -> wrong.add(resource + " " + issue));
            try {
                strict.parseResource(resource.toString());
            } catch (DataFormatException e) {
                wrong.add(resource + " " + e.getMessage());
            }
        }
        return wrong;
    }

    private String shown(Set<String> names) {
        return names.stream().limit(3).map(resources::get).toList().toString();
    }

    private String table() {
        StringBuilder table = new StringBuilder("| kind | parameters of a type tried | by values |\n|---|---:|---:|\n");
        int[] all = {0, 0};
        tried.forEach((kind, ways) -> {
            int values = ways.values().stream().mapToInt(Integer::intValue).sum();
            table.append("| %s | %d | %d |\n".formatted(kind, ways.size(), values));
            all[0] += ways.size();
            all[1] += values;
        });
        table.append("| all | %d | %d |\n".formatted(all[0], all[1]));
        table.append("\n%d resources, %d searches. Not tried:\n\n".formatted(resources.size(), searches.size()));
        table.append("| parameter | what stands there |\n|---|---|\n");
        new TreeMap<>(LISTED).forEach((name, why) -> table.append("| %s | %s |\n".formatted(name, why)));
        return table.toString();
    }

    private void parameter(String type, RuntimeSearchParam p) {
        String name = type + "." + p.getName();
        switch (p.getParamType()) {
            case COMPOSITE -> {
                for (SamplePairs.Sample sample : SamplePairs.of(type, p.getName(), next(4))) {
                    tried(p, name, 1);
                    ask(type, p.getName(), new Made(keep(sample.resource()), sample.asks()));
                }
            }
            case SPECIAL -> near(type, p, name);
            default -> {
                for (String one : p.getPath().split("\\|")) {
                    // R4 writes "name | alias" of InsurancePlan.name.
                    String alternative = one.strip().matches("[a-z]+") ? type + "." + one.strip() : one;
                    String base = alternative.strip().replaceAll("\\W*(\\w+).*", "$1");
                    if (base.equals(type) || base.equals("Resource") || base.equals("DomainResource")) {
                        switch (alternative.contains("[0]") ? "first" : p.getName()) {
                            case "first" -> listed.add(name);
                            case "_id", "_lastUpdated" -> byItself(type, p, name);
                            case "deceased" -> deceased(type, p, name);
                            default -> alternative(type, p, name, SmallestResource.steps(alternative));
                        }
                    }
                }
            }
        }
    }

    private void alternative(String type, RuntimeSearchParam p, String name, List<Step> steps) {
        List<List<Child>> ways = SmallestResource.ways(type, steps);
        if (ways.isEmpty()) {
            listed.add(name + " by " + steps);
        }
        for (List<Child> way : ways) {
            List<Made> samples = made.computeIfAbsent(
                    type + " " + p.getParamType() + " " + steps + " "
                            + way.stream().map(Child::json).toList(),
                    key -> samples(type, p, steps, way));
            if (samples.isEmpty()) {
                listed.add(name + " of " + way.getLast().type());
            } else {
                tried(p, name, samples.size());
                samples.forEach(one -> ask(type, p.getName(), one));
            }
        }
    }

    private List<Made> samples(String type, RuntimeSearchParam p, List<Step> steps, List<Child> way) {
        Child last = way.getLast();
        String of = last.type();
        List<Sample> samples = new ArrayList<>();
        switch (p.getParamType()) {
            case DATE -> samples.addAll(SampleValues.dates(of, next(1)));
            case STRING -> samples.addAll(SampleValues.strings(of, next(1)));
            case TOKEN ->
                samples.addAll(SampleValues.tokens(
                        of,
                        next(1),
                        SmallestResource.bound(type, way),
                        SmallestResource.of(type).path(last.json()).asBoolean(false)));
            case URI -> samples.addAll(SampleValues.uris(of, next(1)));
            case NUMBER -> samples.addAll(SampleValues.numbers(of, next(1)));
            case QUANTITY -> samples.addAll(SampleValues.quantities(of, next(1)));
            case REFERENCE -> {
                samples.addAll(SampleValues.addresses(of, next(1)));
                if (of.equals("Reference")) {
                    for (String target : targets(p, steps.getLast(), last)) {
                        String name = keep(SmallestResource.of(target));
                        samples.addAll(SampleValues.references(target, next(1), name));
                    }
                }
            }
            default -> {}
        }
        List<Made> all = new ArrayList<>();
        for (Sample sample : samples) {
            all.add(new Made(keep(SmallestResource.of(type, steps, way, List.of(sample.json()))), sample.asks()));
        }
        return all;
    }

    /** What a reference is tried to lead to: all that the element and the parameter have in common; of any type, two. */
    private static List<String> targets(RuntimeSearchParam p, Step step, Child child) {
        if (step.target() != null) {
            return List.of(step.target());
        }
        if (p.getTargets().isEmpty() && child.targets().isEmpty()) {
            return List.of("Patient", "Basic");
        }
        Set<String> targets = new TreeSet<>(p.getTargets().isEmpty() ? child.targets() : p.getTargets());
        if (!child.targets().isEmpty()) {
            targets.retainAll(child.targets());
        }
        if (p.getName().equals("patient")) {
            return List.of("Patient");
        }
        return targets.size() > 20 ? List.of("Patient", "Basic") : List.copyOf(targets);
    }

    /** What the server itself gives each resource: one of each type stands for it, written by another party than all others. */
    private void byItself(String type, RuntimeSearchParam p, String name) {
        tried(p, name, 1);
        String one = itself.computeIfAbsent(type, t -> {
            String made = "of " + type;
            resources.put(made, SmallestResource.of(type));
            return made;
        });
        ask(
                type,
                p.getName(),
                new Made(
                        one,
                        p.getName().equals("_id")
                                ? List.of(Ask.finds("{" + one + "}"), Ask.not("nobody"))
                                : List.of(Ask.finds("{" + one + " at}"), Ask.not("2001-02-03"))));
    }

    /** Told by what stands there, or by its being there: neither a date of death nor a false is a value that one could search for. */
    private void deceased(String type, RuntimeSearchParam p, String name) {
        tried(p, name, 4);
        for (String said : List.of("{'deceasedBoolean':true}", "{'deceasedDateTime':'1850-01-01'}")) {
            ObjectNode resource = Json.parse(said.replace('\'', '"')).put("resourceType", type);
            String made = keep(resource);
            searches.put(type + "?deceased=true&_id={" + made + "}", Set.of(made));
            searches.put(type + "?deceased=false&_id={" + made + "}", Set.of());
        }
        for (String said : List.of("{'deceasedBoolean':false}", "{}")) {
            String made = keep(Json.parse(said.replace('\'', '"')).put("resourceType", type));
            searches.put(type + "?deceased=false&_id={" + made + "}", Set.of(made));
            searches.put(type + "?deceased=true&_id={" + made + "}", Set.of());
        }
    }

    private void near(String type, RuntimeSearchParam p, String name) {
        tried(p, name, 2);
        for (int i = 0; i < 2; i++) {
            String made = keep(Json.parse("{\"resourceType\":\"" + type + "\",\"position\":{\"latitude\":4" + i
                    + ".5,\"longitude\":-81.25}}"));
            ask(
                    type,
                    p.getName(),
                    new Made(
                            made,
                            List.of(Ask.finds("4" + i + ".51|-81.24|5|km"), Ask.not("4" + i + ".8|-81.25|5|km"))));
        }
    }

    private int next(int many) {
        int n = number;
        number += many;
        return n;
    }

    private String keep(ObjectNode resource) {
        String name = "00000000-0000-4000-8000-%012d".formatted(resources.size());
        resources.put(name, resource);
        return name;
    }

    private void tried(RuntimeSearchParam p, String name, int values) {
        tried(p.getParamType().name().toLowerCase(Locale.ROOT), name, values);
    }

    private void tried(String kind, String name, int values) {
        tried.computeIfAbsent(kind, k -> new TreeMap<>()).merge(name, values, Integer::sum);
    }

    private void ask(String type, String code, Made one) {
        for (Ask ask : one.asks()) {
            String search = Arrays.stream(ask.value().split("&"))
                    .map(value -> code + ask.modifier() + "=" + value)
                    .collect(Collectors.joining("&"));
            Set<String> expected = searches.computeIfAbsent(type + "?" + search, s -> new TreeSet<>());
            if (ask.finds()) {
                expected.add(one.name());
            }
        }
    }

    private void write() throws SQLException {
        write(CLINIC, name -> !itself.containsValue(name));
        write(PANTRY, itself::containsValue);
        try (Connection c = database.getConnection();
                Statement s = c.createStatement()) {
            s.execute("analyze");
        }
    }

    private void write(Author author, Predicate<String> which) {
        List<String> names = resources.keySet().stream().filter(which).toList();
        ObjectNode bundle =
                Json.mapper().createObjectNode().put("resourceType", "Bundle").put("type", "transaction");
        ArrayNode entries = bundle.putArray("entry");
        for (String name : names) {
            ObjectNode entry = entries.addObject();
            if (!itself.containsValue(name)) {
                entry.put("fullUrl", "urn:uuid:" + name);
            }
            entry.set("resource", resources.get(name));
            entry.putObject("request").put("method", "POST").put("url", Json.text(resources.get(name), "resourceType"));
        }
        TransactionResult result = store.transaction(bundle, author, Visibility.ALL);
        for (int i = 0; i < names.size(); i++) {
            Stored stored = Objects.requireNonNull(result.entries().get(i).stored());
            references.put(names.get(i), stored.id());
            references.put(names.get(i) + " at", stored.updated().toString());
            references.put(stored.id(), names.get(i));
        }
    }

    private Set<String> found(String search) {
        int mark = search.indexOf('?');
        List<Map.Entry<String, String>> parameters = new ArrayList<>();
        for (String one : search.substring(mark + 1).split("&")) {
            int equal = one.indexOf('=');
            String value = one.substring(equal + 1);
            int open = value.indexOf('{');
            if (open >= 0) {
                value = value.substring(0, open) + references.get(value.substring(open + 1, value.indexOf('}')));
            }
            parameters.add(Map.entry(one.substring(0, equal), value));
        }
        return store
                .search(store.request(search.substring(0, mark), parameters, false), Visibility.ALL, Visibility.ALL)
                .matches()
                .stream()
                .map(s -> references.get(s.id()))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
