package health.weft.fhir;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.fhir.SearchParameter.Kind;
import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What of R4's search grammar is understood, tried one by one; written to the part {@code search} of docs/conformance.md. */
class SearchConformanceTest {
    private static final List<String> MODIFIERS = List.of(
            "",
            "missing",
            "exact",
            "contains",
            "not",
            "text",
            "in",
            "not-in",
            "above",
            "below",
            "identifier",
            "Patient",
            "of-type");
    private static final List<String> PREFIXES = List.of("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap");

    /** R4, 3.1.1.4.4: which modifiers each kind of parameter has. */
    private static final Map<Kind, List<String>> OF_R4 = new EnumMap<>(Map.of(
            Kind.NUMBER, List.of("", "missing"),
            Kind.DATE, List.of("", "missing"),
            Kind.QUANTITY, List.of("", "missing"),
            Kind.STRING, List.of("", "missing", "exact", "contains"),
            Kind.TOKEN, List.of("", "missing", "not", "text", "in", "not-in", "above", "below", "of-type"),
            Kind.REFERENCE, List.of("", "missing", "identifier", "Patient", "above", "below"),
            Kind.URI, List.of("", "missing", "above", "below"),
            Kind.COMPOSITE, List.of("", "missing"),
            Kind.SPECIAL, List.of("", "missing")));

    private record Sample(String type, String code, String value) {}

    private static final Map<Kind, Sample> SAMPLES = new EnumMap<>(Map.of(
            Kind.NUMBER, new Sample("RiskAssessment", "probability", "0.5"),
            Kind.DATE, new Sample("Patient", "birthdate", "2000-01-01"),
            Kind.QUANTITY, new Sample("Observation", "value-quantity", "5.4|http://unitsofmeasure.org|mg"),
            Kind.STRING, new Sample("Patient", "family", "x"),
            Kind.TOKEN, new Sample("Observation", "code", "http://loinc.org|x"),
            Kind.REFERENCE, new Sample("Observation", "subject", "1"),
            Kind.URI, new Sample("ValueSet", "url", "http://x/y"),
            Kind.COMPOSITE, new Sample("Observation", "code-value-quantity", "x$gt5"),
            Kind.SPECIAL, new Sample("Location", "near", "1|1|5|km")));

    private static boolean served(String path, String query) {
        try {
            SearchRequest.parse(path, query);
            return true;
        } catch (InvalidResource e) {
            return false;
        }
    }

    private static String value(String modifier, Sample sample) {
        return switch (modifier) {
            case "missing" -> "true";
            case "of-type" -> "http://system|MR|1";
            case "in", "not-in" -> "http://valueset";
            default -> sample.value();
        };
    }

    @Test
    void every_modifier_of_r4_is_understood_by_every_kind_that_has_it_and_by_no_other() throws IOException {
        StringBuilder table = new StringBuilder("| kind |");
        MODIFIERS.forEach(
                m -> table.append(m.isEmpty() ? " plain |" : m.equals("Patient") ? " :[type] |" : " :" + m + " |"));
        table.append("\n|---|").append("---|".repeat(MODIFIERS.size())).append('\n');
        for (Kind kind : Kind.values()) {
            Sample sample = SAMPLES.get(kind);
            table.append("| ")
                    .append(kind.name().toLowerCase(java.util.Locale.ROOT))
                    .append(" |");
            for (String modifier : MODIFIERS) {
                boolean served = served(
                        sample.type(),
                        sample.code() + (modifier.isEmpty() ? "" : ":" + modifier) + "=" + value(modifier, sample));
                // Beyond R4: that an address is none of these.
                boolean wanted = OF_R4.get(kind).contains(modifier) || (kind == Kind.URI && modifier.equals("not"));
                assertThat(served).as(kind + ":" + modifier).isEqualTo(wanted);
                table.append(served ? " yes |" : "  |");
            }
            table.append('\n');
        }
        table.append("\n| kind | prefixes |\n|---|---|\n");
        for (Kind kind : List.of(Kind.NUMBER, Kind.DATE, Kind.QUANTITY)) {
            Sample sample = SAMPLES.get(kind);
            assertThat(PREFIXES).allMatch(p -> served(sample.type(), sample.code() + "=" + p + sample.value()));
            table.append("| ")
                    .append(kind.name().toLowerCase(java.util.Locale.ROOT))
                    .append(" | ");
            table.append(String.join(" ", PREFIXES)).append(" |\n");
        }
        Conformance.section("search", table + "\n" + rest() + "\n" + parameters());
    }

    private static String rest() {
        Map<String, String> tried = new LinkedHashMap<>();
        tried.put("search of a type", "Patient?family=x");
        tried.put("search of everything", "?_type=Patient,Practitioner&family=x");
        tried.put("search in a compartment", "Patient/1/Observation?code=x");
        tried.put("in a compartment, every type", "Patient/1/*?");
        tried.put("chains of any depth (8 at most)", "Observation?subject:Patient.organization.partof.name=x");
        tried.put("`_has`, nested", "Patient?_has:Observation:patient:_has:DiagnosticReport:result:code=x");
        tried.put(
                "`_include`, `_revinclude`, `:iterate`, `*`",
                "Observation?_include=*&_include:iterate=Patient:organization&_revinclude=Provenance:target&_revinclude=*");
        tried.put(
                "`_sort` by several keys of any kind",
                "Observation?_sort=-date,code,subject,_id,-_lastUpdated,value-string");
        tried.put(
                "`_count`, `_total`, `_summary`, `_elements`",
                "Patient?_count=5&_total=accurate&_summary=text&_elements=name");
        tried.put(
                "`_id`, `_lastUpdated`, `_tag`, `_profile`, `_security`, `_source`",
                "Patient?_id=1&_lastUpdated=ge2020&_tag=x&_profile=http://x&_security=x&_source=x");
        tried.put("`_text`, `_content`, `_list`, `_type`", "?_type=Patient&_text=x&_content=x&_list=1");
        tried.put(
                "`_filter`, with `and`, `or`, `not`, chains, `[...]`",
                "Patient?_filter=not (family eq x) and (organization[active eq true].name co x or birthdate po 2020)");
        tried.put("`_query`", "Patient?_query=x");
        tried.put("`_contained=false`", "Patient?_contained=false&_containedType=container");
        tried.put("`_contained=true`, `both`", "Patient?_contained=true");
        tried.put("`_score`", "Patient?_score=x");
        tried.put("functional lists, `_list=$current-problems`", "Patient?_list=$current-problems");
        StringBuilder table = new StringBuilder("| grammar | served |\n|---|---|\n");
        tried.forEach((what, search) -> {
            int mark = search.indexOf('?');
            boolean served = served(search.substring(0, mark), search.substring(mark + 1));
            table.append("| ")
                    .append(what)
                    .append(" | ")
                    .append(served ? "yes" : "no")
                    .append(" |\n");
        });
        assertThat(table.toString().split("\\| yes \\|", -1)).hasSize(14);
        return table.toString();
    }

    /** Every parameter that R4 defines is compiled for each of its types. */
    private static String parameters() {
        Map<Kind, Integer> number = new EnumMap<>(Kind.class);
        for (SearchParameter p : SearchParameters.all()) {
            number.merge(p.kind(), 1, Integer::sum);
            assertThat(p.pairings().isEmpty()).as(p.name()).isEqualTo(p.kind() != Kind.COMPOSITE);
        }
        StringBuilder table = new StringBuilder("| kind | parameters, counted for each type |\n|---|---|\n");
        number.forEach((kind, n) -> table.append("| ")
                .append(kind.name().toLowerCase(java.util.Locale.ROOT))
                .append(" | ")
                .append(n)
                .append(" |\n"));
        return table.toString();
    }
}
