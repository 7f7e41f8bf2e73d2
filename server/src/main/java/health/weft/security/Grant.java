package health.weft.security;

import health.weft.store.Visibility;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an app was let do, beside what the account may do that it acts for: it may only what both may. {@link Access} puts it into
 * every query.
 *
 * @param rules each opens something; what none opens stays shut
 * @param person rows of the record of the person it was opened about; null when it was about nobody
 */
public record Grant(List<Rule> rules, @Nullable Visibility person) {

    /** What is done to a resource; the letters of SMART App Launch 2.2, section 3.0.2.3. */
    public enum Interaction {
        CREATE,
        READ,
        UPDATE,
        DELETE,
        SEARCH;

        /** c, r, u, d or s. */
        public char letter() {
            return name().toLowerCase(Locale.ROOT).charAt(0);
        }
    }

    /**
     * One scope.
     *
     * @param type a resource type, or {@code *}
     * @param person whether only the record of {@link Grant#person} is meant, and what describes the network
     * @param only which of these resources, when the scope has search parameters; else null
     */
    public record Rule(
            String type,
            Set<Interaction> interactions,
            boolean person,
            @Nullable Visibility only) {
        public Rule {
            interactions = Set.copyOf(interactions);
        }

        boolean opens(Interaction interaction, String of) {
            return interactions.contains(interaction) && (type.equals("*") || type.equals(of));
        }
    }

    public Grant {
        rules = List.copyOf(rules);
    }

    /** Whether anything of this type may be done this to. */
    public boolean allows(Interaction interaction, String type) {
        return rules.stream().anyMatch(rule -> rule.opens(interaction, type));
    }

    /** The rows that this may be done to. */
    public Visibility rows(Interaction interaction) {
        return rows(interaction, "");
    }

    /** The rows of whose past versions this may be done to: a scope with search parameters speaks of the one that stands. */
    Visibility pastRows(Interaction interaction) {
        return rows(interaction, " and r.ver = 1");
    }

    private Visibility rows(Interaction interaction, String andOfSome) {
        List<String> any = new ArrayList<>();
        List<Object> args = new ArrayList<>();
        for (Rule rule : rules) {
            if (!rule.interactions().contains(interaction)) {
                continue;
            }
            StringBuilder sql = new StringBuilder("(");
            sql.append(rule.type().equals("*") ? "true" : "r.rtype = '" + rule.type() + "'");
            if (rule.person()) {
                add(sql, args, about());
            }
            Visibility only = rule.only();
            if (only != null) {
                add(sql, args, only);
                sql.append(andOfSome);
            }
            any.add(sql.append(")").toString());
        }
        return new Visibility(
                any.isEmpty() ? "false" : any.stream().collect(Collectors.joining(" or ", "(", ")")), args);
    }

    /**
     * What something that is written may refer to: of whatever type, but of nobody else's record. Otherwise an app that may write
     * observations could not say whose they are.
     */
    Visibility references() {
        return rules.stream().allMatch(Rule::person) ? about() : Visibility.ALL;
    }

    private Visibility about() {
        String directory = "(r.pat = 0 and r.rtype in ('" + String.join("','", Access.DIRECTORY_TYPES) + "'))";
        return person == null
                ? new Visibility(directory, List.of())
                : new Visibility("(" + person.sql() + " or " + directory + ")", person.args());
    }

    private static void add(StringBuilder sql, List<Object> args, Visibility more) {
        sql.append(" and (").append(more.sql()).append(")");
        args.addAll(more.args());
    }
}
