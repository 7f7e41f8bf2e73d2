package health.weft.fhir;

import health.weft.fhir.SearchParameter.Kind;
import health.weft.fhir.SearchParameters.Component;
import health.weft.fhir.SearchParameters.Definition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A search parameter that a network defines itself, by a SearchParameter resource (R4, 3.1.2). */
public final class OwnParameter {
    private static final Set<String> KINDS =
            Set.of("number", "date", "string", "token", "reference", "composite", "quantity", "uri");

    /** What a composite may begin with: its rows are found by a hash of that. */
    private static final Set<Kind> FIRST = Set.of(Kind.TOKEN, Kind.REFERENCE, Kind.URI);

    private OwnParameter() {}

    /** What keeps it from being searched by, each with its place; none when it is fine, or not active and so not used. */
    public static List<Issue> issues(ObjectNode resource) {
        List<Issue> issues = new ArrayList<>();
        if (!active(resource)) {
            return issues;
        }
        String code = Json.text(resource, "code");
        if (!code.matches("[A-Za-z][A-Za-z0-9-]{0,63}")) {
            issues.add(Issue.error(
                    "value",
                    "The code must be letters, digits and hyphens, beginning with a letter, 64 at most.",
                    "SearchParameter.code"));
        }
        if (!KINDS.contains(Json.text(resource, "type"))) {
            issues.add(Issue.error(
                    "not-supported",
                    "A parameter of this type cannot be searched by; 'special' has no rule of its own.",
                    "SearchParameter.type"));
        }
        int i = 0;
        for (JsonNode base : resource.path("base")) {
            if (!Structures.isResource(base.asString(""))) {
                issues.add(Issue.error(
                        "value",
                        "The base must be a resource type of R4 that can be stored.",
                        "SearchParameter.base[" + i + "]"));
            }
            i++;
        }
        if (!issues.isEmpty()) {
            return issues;
        }
        String expression = Json.text(resource, "expression");
        if (expression.isBlank() || expression.length() > 2000) {
            issues.add(Issue.error(
                    "required",
                    "It needs an expression in FHIRPath, 2000 characters at most.",
                    "SearchParameter.expression"));
            return issues;
        }
        try {
            Definition d = definition(resource);
            if (d.kind() == Kind.COMPOSITE
                    && (d.components().size() < 2 || d.components().size() > 3)) {
                issues.add(
                        Issue.error("value", "A composite has two or three components.", "SearchParameter.component"));
            }
            for (String type : types(resource)) {
                SearchParameter p = SearchParameters.find(type, code) == null ? compiled(type, d, 0) : null;
                if (p == null && SearchParameters.find(type, code) == null) {
                    issues.add(Issue.error(
                            "value",
                            "No part of the expression begins with " + type + ".",
                            "SearchParameter.expression"));
                } else if (p != null
                        && p.pairings().stream()
                                .anyMatch(pair ->
                                        !FIRST.contains(pair.parts().getFirst().kind()))) {
                    issues.add(Issue.error(
                            "not-supported",
                            "The first component of a composite must be a token, a reference or a uri; put it first.",
                            "SearchParameter.component[0]"));
                }
            }
        } catch (IllegalArgumentException e) {
            issues.add(Issue.error(
                    "value", "The expression cannot be compiled: " + e.getMessage(), "SearchParameter.expression"));
        }
        return issues;
    }

    private static boolean active(ObjectNode resource) {
        return Json.text(resource, "status").equals("active");
    }

    /** Types that it is for. */
    public static List<String> types(ObjectNode resource) {
        return resource.path("base")
                .valueStream()
                .map(n -> n.asString(""))
                .distinct()
                .toList();
    }

    /** All that its index rows depend on; the empty string when it is not used: not active, or R4 has these codes itself. */
    public static String meaning(ObjectNode resource) {
        if (!active(resource)) {
            return "";
        }
        Definition d = definition(resource);
        boolean own = types(resource).stream().anyMatch(t -> SearchParameters.find(t, d.code()) == null);
        return own ? types(resource) + " " + d : "";
    }

    /**
     * Compiles it, for each type that R4 has no parameter of this code for.
     *
     * @param seed a number that changes with its meaning
     */
    public static List<SearchParameter> compile(ObjectNode resource, long seed) {
        Definition d = definition(resource);
        List<SearchParameter> compiled = new ArrayList<>();
        for (String type : types(resource)) {
            SearchParameter p = SearchParameters.find(type, d.code()) == null ? compiled(type, d, seed) : null;
            if (p != null) {
                compiled.add(p);
            }
        }
        return compiled;
    }

    private static @Nullable SearchParameter compiled(String type, Definition d, long seed) {
        return SearchParameters.compile(type, d, type + "." + d.code() + "#" + seed, SearchParameters.byUrl());
    }

    private static Definition definition(ObjectNode resource) {
        List<Component> components = new ArrayList<>();
        for (JsonNode c : resource.path("component")) {
            components.add(new Component(Json.text(c, "definition"), Json.text(c, "expression")));
        }
        return new Definition(
                Json.text(resource, "code"),
                Kind.valueOf(Json.text(resource, "type").toUpperCase(Locale.ROOT)),
                resource.path("target").valueStream().map(n -> n.asString("")).toList(),
                Json.text(resource, "expression"),
                components,
                Json.text(resource, "url"));
    }
}
