package health.weft.smart;

import health.weft.fhir.Clause;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.ParameterSet;
import health.weft.fhir.SearchRequest;
import health.weft.fhir.Structures;
import health.weft.security.Grant.Interaction;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A scope on resources (SMART App Launch 2.2, section 3.0.2): {@code patient/Observation.rs?category=laboratory}.
 *
 * @param context patient, user or system
 * @param type a resource type, or {@code *}
 * @param query search parameters that limit it; empty for none
 */
public record Scope(String context, String type, Set<Interaction> interactions, String query) {
    /** Scopes that are no rights to resources. */
    static final Set<String> OTHERS = Set.of(
            "openid",
            "fhirUser",
            "profile",
            "launch",
            "launch/patient",
            "launch/encounter",
            "offline_access",
            "online_access");

    private static final Pattern SYNTAX = Pattern.compile(
            "(patient|user|system)/(\\*|[A-Z][A-Za-z]{1,60})\\.(c?r?u?d?s?|read|write|\\*)(?:\\?([\\x21\\x23-\\x5b\\x5d-\\x7e]{1,300}))?");

    public Scope {
        interactions = Set.copyOf(interactions);
    }

    /** Reads one; those of version 1 ({@code read}, {@code write}, {@code *}) as what they meant. Empty when it is none on resources. */
    public static Optional<Scope> of(String scope) {
        Matcher m = SYNTAX.matcher(scope);
        if (!m.matches() || m.group(3).isEmpty() || !(m.group(2).equals("*") || Structures.isResource(m.group(2)))) {
            return Optional.empty();
        }
        String letters =
                switch (m.group(3)) {
                    case "read" -> "rs";
                    case "write" -> "cud";
                    case "*" -> "cruds";
                    default -> m.group(3);
                };
        Set<Interaction> interactions = EnumSet.noneOf(Interaction.class);
        for (Interaction interaction : Interaction.values()) {
            if (letters.indexOf(interaction.letter()) >= 0) {
                interactions.add(interaction);
            }
        }
        return Optional.of(new Scope(m.group(1), m.group(2), interactions, m.group(4) == null ? "" : m.group(4)));
    }

    /** The scopes on resources among these. */
    public static List<Scope> all(Collection<String> scopes) {
        return scopes.stream().flatMap(s -> of(s).stream()).toList();
    }

    boolean ofPatient() {
        return context.equals("patient");
    }

    boolean writes() {
        return interactions.contains(Interaction.CREATE)
                || interactions.contains(Interaction.UPDATE)
                || interactions.contains(Interaction.DELETE);
    }

    /** Whether whoever has this scope has the other as well. */
    boolean covers(Scope other) {
        return context.equals(other.context)
                && (type.equals("*") || type.equals(other.type))
                && interactions.containsAll(other.interactions)
                && (query.isEmpty() || query.equals(other.query));
    }

    /** Whether an app that may ask for {@code most} may ask for this. */
    static boolean within(Collection<String> most, String asked) {
        return most.contains(asked)
                || of(asked)
                        .map(a -> all(most).stream().anyMatch(m -> m.covers(a)))
                        .orElse(false);
    }

    /**
     * The search that limits it: parameters of the resource itself, without chains, {@code _has} and results.
     *
     * @throws IllegalArgumentException saying what is not served
     */
    SearchRequest search(ParameterSet known) {
        try {
            SearchRequest request = SearchRequest.read(type, SearchRequest.parameters(query), known, false);
            if (type.equals("*")
                    || request.clauses().isEmpty()
                    || !request.clauses().stream().allMatch(c -> c instanceof Clause.Match m && !m.not())) {
                throw new IllegalArgumentException("A scope is limited by search parameters of one resource type.");
            }
            return request;
        } catch (InvalidResource e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Whether this server serves the scope at all. */
    static boolean isServed(String scope, ParameterSet known) {
        if (OTHERS.contains(scope)) {
            return true;
        }
        Scope read = of(scope).orElse(null);
        if (read == null) {
            return false;
        }
        try {
            return read.query().isEmpty() || !read.search(known).clauses().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
