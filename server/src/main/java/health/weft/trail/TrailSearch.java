package health.weft.trail;

import health.weft.fhir.FhirDate;
import health.weft.problem.Problem;
import health.weft.store.Visibility;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A search of the trail, by the parameters of AuditEvent (R4, 6.5) that rows of it can answer.
 *
 * @param conditions on a row {@code e}
 * @param patient id of a Patient that the row must be about; null for whomever
 * @param count rows of a page
 * @param before the row's number that the page ends before
 * @param names of the parameters, for the trail itself
 */
record TrailSearch(List<Visibility> conditions, @Nullable String patient, int count, long before, Set<String> names) {
    private static final int USUAL = 50;
    private static final int MOST = 200;
    private static final int MOST_VALUES = 50;

    TrailSearch {
        conditions = List.copyOf(conditions);
        names = Set.copyOf(names);
    }

    /** The row of this number alone. */
    static TrailSearch row(long id) {
        return new TrailSearch(List.of(), null, 1, Long.MAX_VALUE, Set.of())
                .and(new Visibility("e.id = ?", List.of(id)));
    }

    private TrailSearch and(Visibility condition) {
        List<Visibility> all = new ArrayList<>(conditions);
        all.add(condition);
        return new TrailSearch(all, patient, count, before, names);
    }

    /**
     * @param accounts whether it may ask for an account by its name
     * @param lenient whether unknown parameters are left out
     * @throws Problem invalid, when a parameter is unknown or a value is none
     */
    static TrailSearch read(List<Map.Entry<String, String>> parameters, boolean accounts, boolean lenient) {
        List<Visibility> conditions = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        String patient = null;
        int count = USUAL;
        long before = Long.MAX_VALUE;
        for (Map.Entry<String, String> parameter : parameters) {
            String name = parameter.getKey();
            String value = parameter.getValue();
            if (value.isBlank() || name.equals("_format") || name.equals("_pretty")) {
                continue;
            }
            names.add(name);
            switch (name) {
                case "date" -> conditions.add(dates(value));
                case "patient", "patient:Patient", "entity", "entity:Patient" -> {
                    String id = patient(value, !name.equals("entity"));
                    if (patient != null && !patient.equals(id)) {
                        throw Problem.invalid("Ask for one patient at a time.");
                    }
                    patient = id;
                }
                case "agent" -> conditions.add(any("e.party = any(?)", values(value)));
                case "agent:identifier" -> {
                    if (!accounts) {
                        throw Problem.invalid("Ask for the organisation, agent=Organization/ID.");
                    }
                    conditions.add(any("e.username = any(?)", bare(value)));
                }
                case "action" -> conditions.add(acts(value, act -> act.action()));
                case "type" -> conditions.add(acts(value, act -> act.type().code()));
                case "outcome" -> conditions.add(outcomes(value));
                case "_count" -> count = (int) Math.clamp(number(name, value), 1, MOST);
                case "_page" -> before = number(name, value);
                case "_sort" -> {
                    if (!value.equals("-date")) {
                        throw Problem.invalid("The trail is told newest first: _sort can only be -date.");
                    }
                }
                default -> {
                    names.remove(name);
                    if (!lenient) {
                        throw Problem.invalid(
                                "AuditEvent is searched by date, patient, entity, agent, action, type and outcome,"
                                        + " with _count; not by this parameter.");
                    }
                }
            }
        }
        return new TrailSearch(conditions, patient, count, before, names);
    }

    private static Visibility any(String sql, List<String> values) {
        return new Visibility(sql, List.of((Object) values.toArray(String[]::new)));
    }

    private static List<String> values(String value) {
        List<String> values = Arrays.asList(value.split(",", -1));
        if (values.size() > MOST_VALUES) {
            throw Problem.invalid("At most " + MOST_VALUES + " values are asked for at once.");
        }
        return values;
    }

    /** Codes with or without their system. */
    private static List<String> bare(String value) {
        return values(value).stream()
                .map(v -> v.substring(v.lastIndexOf('|') + 1))
                .toList();
    }

    private static Visibility acts(String value, Function<Act, String> code) {
        List<String> wanted = bare(value);
        Predicate<Act> fits = act -> wanted.contains(code.apply(act));
        return any(
                "e.action = any(?)",
                Arrays.stream(Act.values()).filter(fits).map(Act::name).toList());
    }

    private static Visibility outcomes(String value) {
        List<String> wanted = bare(value);
        return new Visibility(
                "(e.outcome = 'success' and ?) or (e.outcome <> 'success' and ?)",
                List.of(wanted.contains(Balp.SUCCESS), wanted.contains(Balp.REFUSED)));
    }

    private static String patient(String value, boolean typed) {
        String id = value.startsWith("Patient/") ? value.substring("Patient/".length()) : typed ? value : "";
        if (!id.matches("[A-Za-z0-9.-]{1,64}")) {
            throw Problem.invalid("Name one patient, Patient/ID.");
        }
        return id;
    }

    private static long number(String name, String value) {
        if (!value.matches("\\d{1,18}")) {
            throw Problem.invalid(name + " is a whole number.");
        }
        return Long.parseLong(value);
    }

    /** R4, 3.1.1.4.9; the moment of a row is a point in time. */
    private static Visibility dates(String value) {
        List<String> any = new ArrayList<>();
        List<Object> args = new ArrayList<>();
        for (String one : values(value)) {
            boolean prefixed = one.matches("[a-z]{2}.*");
            String prefix = prefixed ? one.substring(0, 2) : "eq";
            FhirDate span = FhirDate.parse(prefixed ? one.substring(2) : one)
                    .orElseThrow(() -> Problem.invalid("date must be a date or a moment, such as ge2026-11-01."));
            any.add(
                    switch (prefix) {
                        case "eq", "ap" -> "(e.at >= ? and e.at < ?)";
                        case "ne" -> "(e.at < ? or e.at >= ?)";
                        case "gt", "sa", "ge" -> "e.at >= ?";
                        case "lt", "eb", "le" -> "e.at < ?";
                        default ->
                            throw Problem.invalid("date has one of eq, ne, gt, ge, lt, le, sa, eb and ap before it.");
                    });
            switch (prefix) {
                case "gt", "sa", "le" -> args.add(moment(span.hi()));
                case "ge", "lt", "eb" -> args.add(moment(span.lo()));
                default -> {
                    args.add(moment(span.lo()));
                    args.add(moment(span.hi()));
                }
            }
        }
        return new Visibility(String.join(" or ", any), args);
    }

    private static OffsetDateTime moment(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
    }
}
