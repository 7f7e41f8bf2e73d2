package health.weft.bulk;

import health.weft.bulk.ExportPlan.Step;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.SearchParameters;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.Structures;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.store.Moment;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The parameters of an {@code $export} kick-off (Bulk Data Access 2.0, Query Parameters), read and checked. */
final class ExportKickOff {
    private static final Set<String> FORMATS =
            Set.of("application/fhir+ndjson", "application/ndjson", "ndjson", "application/fhir ndjson");
    private static final Set<String> ASSOCIATED = Set.of("LatestProvenanceResources", "RelevantProvenanceResources");

    final Set<String> types = new LinkedHashSet<>();
    final Map<String, List<String>> filters = new LinkedHashMap<>();
    final List<String> elements = new ArrayList<>();
    final List<String> patients = new ArrayList<>();
    final List<String> notes = new ArrayList<>();

    @Nullable
    Instant since;

    private final boolean lenient;

    private ExportKickOff(boolean lenient) {
        this.lenient = lenient;
    }

    static ExportKickOff ofQuery(String query, boolean lenient) {
        ExportKickOff kickOff = new ExportKickOff(lenient);
        try {
            for (Map.Entry<String, String> p : SearchRequest.parameters(query)) {
                kickOff.take(p.getKey(), p.getValue());
            }
        } catch (InvalidResource e) {
            throw Problem.invalid(e.issues().getFirst().diagnostics());
        }
        return kickOff;
    }

    static ExportKickOff ofParameters(ObjectNode parameters, boolean lenient) {
        if (!Json.text(parameters, "resourceType").equals("Parameters")) {
            throw Problem.invalid("Send a Parameters resource, or nothing and the parameters in the address.");
        }
        ExportKickOff kickOff = new ExportKickOff(lenient);
        for (JsonNode p : parameters.path("parameter")) {
            String value = Json.text(p.path("valueReference"), "reference");
            for (Map.Entry<String, JsonNode> e : p.properties()) {
                if (e.getKey().startsWith("value") && e.getValue().isString()) {
                    value = e.getValue().stringValue();
                }
            }
            kickOff.take(Json.text(p, "name"), value);
        }
        return kickOff;
    }

    private void take(String name, String value) {
        if (value.isBlank()) {
            return;
        }
        switch (name) {
            case "_outputFormat" -> {
                if (!FORMATS.contains(value)) {
                    throw Problem.invalid("_outputFormat can only be application/fhir+ndjson.");
                }
            }
            case "_since" -> since = instant(value);
            case "_type" -> {
                for (String type : value.split(",")) {
                    if (Structures.isResource(type)) {
                        types.add(type);
                    } else {
                        unserved("_type names what is no resource type of FHIR R4.");
                    }
                }
            }
            case "_typeFilter" -> split(value).forEach(this::filter);
            case "_elements" -> elements.addAll(List.of(value.split(",")));
            case "patient" -> patients.add(value);
            case "includeAssociatedData" -> {
                for (String one : value.split(",")) {
                    if (ASSOCIATED.contains(one)) {
                        notes.add(
                                "includeAssociatedData " + one
                                        + ": Weft keeps no Provenance resources; who wrote a resource stands in its meta.source.");
                    } else {
                        unserved("includeAssociatedData can be " + String.join(" or ", ASSOCIATED) + ".");
                    }
                }
            }
            default -> unserved("The parameter " + (name.matches("\\w{1,40}") ? name : "") + " is not known here.");
        }
    }

    private void unserved(String message) {
        if (!lenient) {
            throw Problem.invalid(message + " Prefer: handling=lenient leaves it out.");
        }
        notes.add(message + " It was left out.");
    }

    /** A comma between filters stands before the next {@code Type?}; one inside a value does not. */
    private static List<String> split(String value) {
        return List.of(value.split(",(?=[A-Z][A-Za-z]+\\?)"));
    }

    private void filter(String filter) {
        int mark = filter.indexOf('?');
        String type = mark < 0 ? "" : filter.substring(0, mark);
        if (!Structures.isResource(type)) {
            throw Problem.invalid("A _typeFilter is a search, Type?parameter=value, percent-encoded.");
        }
        filters.computeIfAbsent(type, t -> new ArrayList<>()).add(filter.substring(mark + 1));
    }

    private static Instant instant(String value) {
        try {
            return OffsetDateTime.parse(value).toInstant();
        } catch (DateTimeParseException e) {
            throw Problem.invalid("_since must be an instant with its zone, 2026-01-31T08:00:00Z.");
        }
    }

    /**
     * The plan of what was asked for.
     *
     * @param ofPatients for the exports at Patient and at a Group: only what stands in patients' records
     * @param pats the records it keeps to; null for no such limit
     */
    ExportPlan plan(boolean ofPatients, @Nullable List<Long> pats, Moment moment, Function<Instant, Moment> momentOf) {
        if (!types.isEmpty() && !types.containsAll(filters.keySet())) {
            throw Problem.invalid("A _typeFilter is for a type that _type does not name.");
        }
        List<String> wanted = new ArrayList<>(types);
        if (wanted.isEmpty()) {
            wanted.addAll(Structures.resourceTypes());
        }
        if (ofPatients) {
            wanted.removeIf(type -> !type.equals("Patient") && !SearchParameters.namesPatient(type));
        }
        if (wanted.isEmpty()) {
            throw new Problem(Category.INVALID, "None of these types stands in a patient's record.");
        }
        List<Step> steps = new ArrayList<>();
        for (String type : wanted) {
            int count = filters.getOrDefault(type, List.of()).size();
            if (count == 0) {
                steps.add(new Step(type, Step.WHOLE));
            }
            for (int i = 0; i < count; i++) {
                steps.add(new Step(type, i));
            }
        }
        Instant from = since;
        return new ExportPlan(
                steps, filters, elements, ofPatients, pats, moment, from == null ? null : momentOf.apply(from), notes);
    }
}
