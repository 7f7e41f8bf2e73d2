package health.weft.fhir;

import static health.weft.fhir.QueryText.encode;
import static health.weft.fhir.QueryText.invalid;
import static health.weft.fhir.QueryText.shown;
import static health.weft.fhir.QueryText.unknown;

import health.weft.fhir.SearchParameter.Kind;
import health.weft.fhir.SearchRequest.Include;
import health.weft.fhir.SearchRequest.Sort;
import health.weft.fhir.SearchRequest.Summary;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Reads a search: what is searched, how the answer shall look, and clause by clause what must hold. */
final class SearchReader {
    /** Names of what was left out, at most: they stand in the address of the next page. */
    private static final int MOST_LEFT = 20;

    private static final Set<String> SUMMARIES = Set.of("true", "text", "data", "count", "false");

    private final String path;
    private final ParameterSet known;
    private final boolean lenient;
    private final List<Clause> clauses = new ArrayList<>();
    private final List<Include> includes = new ArrayList<>();
    private final List<Sort> sort = new ArrayList<>();
    private final Set<String> elements = new LinkedHashSet<>();
    private final List<String> ignored = new ArrayList<>();
    private final StringJoiner query = new StringJoiner("&");
    private List<String> types;
    private int count = SearchRequest.DEFAULT_COUNT;
    private boolean total;
    private Summary summary = Summary.FALSE;
    private @Nullable String page;

    SearchReader(String path, ParameterSet known, boolean lenient) {
        this.path = path;
        this.known = known;
        this.lenient = lenient;
        String[] part = path.split("/", -1);
        switch (part.length) {
            case 1 -> types = part[0].isEmpty() ? List.of() : List.of(type(part[0]));
            case 3 -> types = compartment(part[0], part[1], part[2]);
            default -> throw invalid("value", "A search must name Type, or Type/id/Type for a compartment.");
        }
    }

    private static String type(String name) {
        if (!Structures.isResource(name)) {
            throw invalid("not-supported", "Unknown resource type '" + shown(name) + "'.");
        }
        return name;
    }

    private List<String> compartment(String of, String id, String name) {
        if (!Compartments.has(of)) {
            throw invalid(
                    "not-supported",
                    "R4 has compartments of Patient, Practitioner, Encounter, Device and RelatedPerson, none of '"
                            + shown(of) + "'.");
        }
        List<String> members = new ArrayList<>(name.equals("*") ? Compartments.types(of) : List.of(type(name)));
        members.removeIf(t -> Compartments.parameters(of, t).isEmpty() && !t.equals(of));
        if (members.isEmpty()) {
            throw invalid("not-supported", shown(name) + " resources are never in the compartment of a " + of + ".");
        }
        List<SearchParameter> by = new ArrayList<>();
        for (String member : members) {
            for (String code : Compartments.parameters(of, member)) {
                SearchParameter p = known.find(member, code);
                if (p != null && p.kind() == Kind.REFERENCE) {
                    by.add(p);
                }
            }
        }
        clauses.add(new Clause.Within(of + "/" + id, by));
        return members.stream().sorted().toList();
    }

    SearchRequest read(List<Map.Entry<String, String>> parameters) {
        for (Map.Entry<String, String> p : parameters) {
            if (p.getKey().equals("_type") && !p.getValue().isEmpty()) {
                narrow(p.getValue());
            }
        }
        ClauseReader reader = new ClauseReader(known);
        for (Map.Entry<String, String> p : parameters) {
            // R4, 3.1.1.4: a parameter without a value is left out.
            if (p.getValue().isEmpty()) {
                continue;
            }
            String done = parameter(reader, p.getKey(), p.getValue());
            if (done != null) {
                query.add(encode(p.getKey()) + "=" + encode(done));
            }
        }
        return new SearchRequest(
                path,
                types,
                List.copyOf(clauses),
                List.copyOf(includes),
                List.copyOf(sort),
                count,
                total,
                summary,
                Set.copyOf(elements),
                page,
                List.copyOf(ignored),
                query.toString());
    }

    private void narrow(String value) {
        List<String> wanted = new ArrayList<>();
        for (String name : value.split(",")) {
            wanted.add(type(name));
        }
        List<String> all = types;
        if (!all.isEmpty() && !all.containsAll(wanted)) {
            throw invalid("value", "_type names a type that is not searched here.");
        }
        types = wanted.stream().distinct().toList();
    }

    /** What of the value was followed, for the self link; null when the parameter does not belong there. */
    private @Nullable String parameter(ClauseReader reader, String key, String value) {
        int colon = key.indexOf(':');
        String name = colon < 0 ? key : key.substring(0, colon);
        switch (name) {
            case "_page" -> {
                page = value;
                return null;
            }
            case "_format", "_pretty" -> {
                return null;
            }
            case "_type" -> {
                return value;
            }
            case "_count" -> {
                if (!value.matches("\\d{1,6}")) {
                    throw invalid("value", "_count must be a whole number, 0 or more.");
                }
                count = Math.min(SearchRequest.MAX_COUNT, Integer.parseInt(value));
                if (count == 0) {
                    summary = Summary.COUNT;
                }
                return String.valueOf(count);
            }
            case "_total" -> {
                if (!Set.of("none", "estimate", "accurate").contains(value)) {
                    throw invalid("value", "_total must be none, estimate or accurate.");
                }
                total = !value.equals("none");
                return total ? "accurate" : value;
            }
            case "_summary" -> {
                if (!SUMMARIES.contains(value)) {
                    throw invalid("value", "_summary must be true, text, data, count or false.");
                }
                if (summary != Summary.COUNT) {
                    summary = Summary.valueOf(value.toUpperCase(Locale.ROOT));
                }
                return value;
            }
            case "_elements" -> {
                for (String e : value.split(",")) {
                    String type = types.size() == 1 ? types.getFirst() + "." : ".";
                    elements.add(e.startsWith(type) ? e.substring(type.length()) : e);
                }
                return value;
            }
            case "_sort" -> {
                return sort(value);
            }
            case "_include", "_revinclude" -> {
                String modifier = colon < 0 ? "" : key.substring(colon + 1);
                if (!modifier.isEmpty() && !modifier.equals("iterate")) {
                    throw QueryText.modifier(modifier, name);
                }
                if (include(name.equals("_revinclude"), !modifier.isEmpty(), value)) {
                    return value;
                }
                leave(key + "=" + value);
                return null;
            }
            default -> {
                Clause clause = reader.clause(types, key, value);
                if (clause == null) {
                    if (!lenient) {
                        throw unknown(types.size() == 1 ? types.getFirst() : "", key);
                    }
                    leave(key);
                    return null;
                }
                if (clause instanceof Clause.All all) {
                    clauses.addAll(all.clauses());
                } else {
                    clauses.add(clause);
                }
                return value;
            }
        }
    }

    /** Notes what is left out, in words that may be told. */
    private void leave(String what) {
        String told = shown(what);
        if (ignored.size() < MOST_LEFT && !ignored.contains(told)) {
            ignored.add(told);
        }
    }

    /** The keys that are followed; null when none is. */
    private @Nullable String sort(String value) {
        StringJoiner followed = new StringJoiner(",");
        for (String key : value.split(",")) {
            boolean descending = key.startsWith("-");
            String code = descending ? key.substring(1) : key;
            boolean own = code.equals("_id") || code.equals("_lastUpdated");
            List<SearchParameter> p = own ? List.of() : ClauseReader.shared(known, types, code);
            if (!own && p.isEmpty()) {
                if (!lenient) {
                    throw unknown(types.size() == 1 ? types.getFirst() : "", code);
                }
                leave("_sort=" + code);
                continue;
            }
            if (!own && (p.getFirst().kind() == Kind.COMPOSITE || p.getFirst().kind() == Kind.SPECIAL)) {
                throw invalid("not-supported", "_sort by '" + code + "' has no meaning: it holds several values.");
            }
            sort.add(new Sort(code, p, descending));
            followed.add(key);
        }
        if (sort.size() > ClauseReader.MOST_SORT) {
            throw invalid("too-costly", "_sort takes at most " + ClauseReader.MOST_SORT + " keys.");
        }
        return followed.length() == 0 ? null : followed.toString();
    }

    /** Whether it is followed; what is unknown is left out for whoever is lenient. */
    private boolean include(boolean reverse, boolean iterate, String value) {
        String name = reverse ? "_revinclude" : "_include";
        String[] part = value.split(":", -1);
        if (value.equals("*")) {
            includes.add(new Include(reverse, iterate, null, null, null));
            return true;
        }
        if (part.length < 2 || part.length > 3 || !Structures.isResource(part[0])) {
            throw invalid("value", name + " must be *, Type:parameter or Type:parameter:TargetType.");
        }
        String target = part.length == 3 && !part[2].isEmpty() ? part[2] : null;
        if (target != null && !Structures.isResource(target)) {
            throw invalid("value", name + " names the unknown type '" + shown(target) + "'.");
        }
        SearchParameter p = null;
        if (!part[1].equals("*")) {
            p = known.find(part[0], part[1]);
            if (p == null) {
                if (!lenient) {
                    throw unknown(part[0], part[1]);
                }
                return false;
            }
            if (p.kind() != Kind.REFERENCE) {
                throw invalid("value", name + " needs a reference parameter; '" + p.name() + "' is none.");
            }
        }
        includes.add(new Include(reverse, iterate, part[0], p, target));
        return true;
    }
}
