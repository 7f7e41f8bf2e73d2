package health.weft.fhir;

import static health.weft.fhir.QueryText.invalid;
import static health.weft.fhir.QueryText.modifier;
import static health.weft.fhir.QueryText.shown;
import static health.weft.fhir.QueryText.split;
import static health.weft.fhir.QueryText.unescape;
import static health.weft.fhir.QueryText.unknown;

import health.weft.fhir.SearchParameter.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads one condition of a search: a parameter with its modifier, a chain, or {@code _has}. */
final class ClauseReader {
    /** Values in one search, all clauses together. */
    static final int MOST_VALUES = 2000;
    /** Resources that a chain or {@code _has} may lead through. */
    static final int DEEPEST = 8;

    static final int MOST_SORT = 6;

    private final ParameterSet known;
    private int values;

    ClauseReader(ParameterSet known) {
        this.known = known;
    }

    /** The parameters of this code, one for each of the types (every type when none is named); none when one lacks it. */
    static List<SearchParameter> shared(ParameterSet known, List<String> types, String code) {
        List<SearchParameter> found = new ArrayList<>();
        for (String type : types.isEmpty() ? Structures.resourceTypes() : types) {
            SearchParameter p = known.find(type, code);
            if (p == null || (!found.isEmpty() && found.getFirst().kind() != p.kind())) {
                return List.of();
            }
            found.add(p);
        }
        return found;
    }

    /** Null when the parameter is not known. */
    @Nullable
    Clause clause(List<String> types, String key, String value) {
        return clause(types, key, value, 0);
    }

    @Nullable
    Clause clause(List<String> types, String key, String value, int depth) {
        bounded(depth);
        if (key.startsWith("_has:")) {
            return has(key, value, depth);
        }
        int dot = key.indexOf('.');
        if (dot > 0) {
            String rest = key.substring(dot + 1);
            return chain(types, key.substring(0, dot), target -> clause(target, rest, value, depth + 1));
        }
        int colon = key.indexOf(':');
        String code = colon < 0 ? key : key.substring(0, colon);
        String modifier = colon < 0 ? "" : key.substring(colon + 1);
        if (colon == key.length() - 1) {
            return null;
        }
        List<String> all = list(value);
        switch (code) {
            case "_id" -> {
                plain(modifier, code, "not");
                return new Clause.Ids(
                        types.isEmpty() ? List.copyOf(Structures.resourceTypes()) : types, all, modifier.equals("not"));
            }
            case "_lastUpdated" -> {
                plain(modifier, code);
                return new Clause.Updated(all.stream()
                        .<SearchValue>map(v -> ValueReader.when(code, v))
                        .toList());
            }
            case "_text", "_content" -> {
                plain(modifier, code);
                return new Clause.Words(List.of(unescape(value)), code.equals("_text"));
            }
            case "_list" -> {
                plain(modifier, code);
                if (value.startsWith("$")) {
                    throw invalid(
                            "not-supported",
                            "The functional lists ($current-problems ...) are not kept here; name the id of a List.");
                }
                return new Clause.Listed(all);
            }
            case "_filter" -> {
                plain(modifier, code);
                return new FilterReader(this, value, depth).read(types);
            }
            case "_query" ->
                throw invalid(
                        "not-supported", "There are no named queries here, so _query cannot be used; name parameters.");
            case "_contained", "_containedType" -> {
                plain(modifier, code);
                if (!value.equals("false") && !value.equals("container")) {
                    throw invalid(
                            "not-supported",
                            "Contained resources are not searched here: _contained can be false only. Search by a chain,"
                                    + " which leads to resources of their own.");
                }
                return new Clause.All(List.of());
            }
            case "_score" -> throw invalid("not-supported", "The parameter _score is not served.");
            default -> {}
        }
        List<SearchParameter> p = shared(known, types, code);
        if (p.isEmpty()) {
            return null;
        }
        if (modifier.equals("missing")) {
            if (!value.equals("true") && !value.equals("false")) {
                throw invalid("value", shown(key) + " must be true or false.");
            }
            return missing(p, types, value.equals("true"));
        }
        if (p.getFirst().kind() == Kind.URI && code.equals("url") && modifier.isEmpty()) {
            List<SearchParameter> version = shared(known, types, "version");
            if (!version.isEmpty()) {
                return canonical(p, version, all);
            }
        }
        boolean not = modifier.equals("not") || modifier.equals("not-in");
        String how = modifier.equals("not") ? "" : modifier.equals("not-in") ? "in" : modifier;
        if (not
                && p.getFirst().kind() != Kind.TOKEN
                && !(how.isEmpty() && p.getFirst().kind() == Kind.URI)) {
            throw modifier(modifier, code);
        }
        ValueReader reader = new ValueReader(p.getFirst());
        return new Clause.Match(p, all.stream().map(v -> reader.value(how, v)).toList(), not);
    }

    /** Canonical addresses: what stands behind a bar is the version of the resource that is searched for (R4, 3.1.1.4.14). */
    private static Clause canonical(List<SearchParameter> url, List<SearchParameter> version, List<String> values) {
        List<SearchValue> bare = new ArrayList<>();
        List<Clause> any = new ArrayList<>();
        for (String value : values) {
            List<String> part = split(value, '|');
            if (part.size() != 2 || part.contains("")) {
                bare.add(new SearchValue.Uri(unescape(value), SearchValue.Reach.SELF));
                continue;
            }
            SearchValue address = new SearchValue.Uri(unescape(part.get(0)), SearchValue.Reach.SELF);
            SearchValue edition = new SearchValue.Token(null, unescape(part.get(1)));
            any.add(new Clause.All(List.of(
                    new Clause.Match(url, List.of(address), false),
                    new Clause.Match(version, List.of(edition), false))));
        }
        if (!bare.isEmpty()) {
            any.add(new Clause.Match(url, bare, false));
        }
        return any.size() == 1 ? any.getFirst() : new Clause.Any(any);
    }

    static void bounded(int depth) {
        if (depth > DEEPEST) {
            throw invalid(
                    "too-costly",
                    "A chain leads through at most " + DEEPEST
                            + " resources. Search for the inner ones first and ask by their ids.");
        }
    }

    List<SearchParameter> parameters(List<String> types, String code) {
        return shared(known, types, code);
    }

    private List<String> list(String value) {
        List<String> all = split(value, ',');
        if (all.contains("")) {
            // What is left out by mistake would match everything, or nothing.
            throw invalid("value", "A value between commas is empty. Name each value, or leave the comma out.");
        }
        count(all.size());
        return all;
    }

    void count(int more) {
        values += more;
        if (values > MOST_VALUES) {
            throw invalid(
                    "too-costly",
                    "A search takes at most " + MOST_VALUES + " values. Ask in several searches, or by a chain.");
        }
    }

    private static void plain(String modifier, String code, String... served) {
        if (!modifier.isEmpty() && !List.of(served).contains(modifier)) {
            throw modifier(modifier, code);
        }
    }

    /** A pair is there when its parts are: in R4 the first part of each stands in every element that holds the other. */
    Clause missing(List<SearchParameter> p, List<String> types, boolean missing) {
        if (p.getFirst().kind() != Kind.COMPOSITE) {
            return new Clause.Missing(p, missing);
        }
        List<Clause> parts = new ArrayList<>();
        for (SearchParameter.Part part : p.getFirst().pairings().getFirst().parts()) {
            List<SearchParameter> of = shared(known, types, part.code());
            if (of.isEmpty() || p.getFirst().own()) {
                throw invalid("not-supported", "Ask :missing of the parts of this composite, not of the composite.");
            }
            parts.add(new Clause.Missing(of, false));
        }
        Clause there = new Clause.All(parts);
        return missing ? new Clause.None(there) : there;
    }

    private Clause has(String key, String value, int depth) {
        String[] part = key.split(":", 4);
        if (part.length < 4 || !Structures.isResource(part[1])) {
            throw invalid("value", "_has must be _has:Type:reference:parameter=value.");
        }
        return has(part[1], part[2], part[3], types -> clause(types, part[3], value, depth + 1));
    }

    /** {@code _has} with what must hold of the type that refers here. */
    Clause.Has has(String type, String by, String inner, Function<List<String>, @Nullable Clause> condition) {
        SearchParameter reference = known.find(type, by);
        if (reference == null) {
            throw unknown(type, by);
        }
        if (reference.kind() != Kind.REFERENCE) {
            throw invalid("value", "_has needs a reference parameter; '" + reference.name() + "' is none.");
        }
        Clause what = condition.apply(List.of(type));
        if (what == null) {
            throw unknown(type, inner);
        }
        return new Clause.Has(type, reference, what);
    }

    /** What a reference leads to must hold; null when the parameter, or for every type it leads to the condition, is not known. */
    @Nullable
    Clause chain(List<String> on, String head, Function<List<String>, @Nullable Clause> condition) {
        int colon = head.indexOf(':');
        String code = colon < 0 ? head : head.substring(0, colon);
        List<SearchParameter> p = shared(known, on, code);
        if (p.isEmpty()) {
            return null;
        }
        if (p.getFirst().kind() != Kind.REFERENCE) {
            throw invalid("value", "'" + p.getFirst().name() + "' is no reference, so nothing can be chained to it.");
        }
        List<String> types = colon < 0
                ? p.stream().flatMap(one -> one.targets().stream()).distinct().toList()
                : List.of(head.substring(colon + 1));
        if (colon > 0 && !Structures.isResource(types.getFirst())) {
            throw invalid("value", "Unknown resource type '" + shown(types.getFirst()) + "' in a chain.");
        }
        List<Clause.Target> targets = new ArrayList<>();
        for (String target : types) {
            Clause inner = condition.apply(List.of(target));
            if (inner != null) {
                targets.add(new Clause.Target(target, inner));
            }
        }
        return targets.isEmpty() ? null : new Clause.Chain(p, List.copyOf(targets));
    }
}
