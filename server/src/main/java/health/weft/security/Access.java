package health.weft.security;

import health.weft.security.Grant.Interaction;
import health.weft.store.Visibility;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The policy: which rows of the record a caller may see, as a predicate for the store's SQL.
 *
 * <p>A row is seen when it holds nothing of a person (the directory types), when the caller's own party wrote it, when a
 * relation opens the chart it stands in, when a share opens that one resource, or when the law has it reported to the caller's party as an
 * authority of public health. Nothing else is ever read. What carries a sensitive
 * category ({@link SensitiveCategory}) is opened by relations and shares that name it. Of that an app sees what its {@link Grant} opens.
 */
public final class Access {
    /** Types that describe the network and no person in its care; every signed-in caller may read them. */
    static final List<String> DIRECTORY_TYPES = List.of(
            "Organization",
            "Location",
            "HealthcareService",
            "Practitioner",
            "PractitionerRole",
            "Questionnaire",
            "Endpoint",
            "Medication",
            "CodeSystem",
            "ValueSet",
            "ConceptMap",
            "StructureDefinition",
            "SearchParameter",
            "CapabilityStatement");

    /**
     * The relations that open a row {@code r} to a party ({@code ?}) and an account of it ({@code ?}). What is sensitive is opened by a
     * relation that names all its categories.
     */
    static final String RELATION = relation("categories");

    private static String relation(String sensitive) {
        return """
            select from security.relation a where a.party = ? and a.pat = r.pat
               and a.since <= now() and (a.until is null or a.until > now())
               and (a.username is null or a.username = ?)
               and (a.types is null or r.rtype = any(a.types)) and (a.other_than is null or r.rtype <> all(a.other_than))
               and coalesce((select case when z.%1$s = 0 then a.plain else z.%1$s & ~a.categories = 0 end
                               from security.sensitive z where z.rid = r.rid), a.plain)""".formatted(sensitive);
    }

    /** What is reported; nothing that is sensitive: that law has exceptions of its own (42 CFR Part 2 has none for public health). */
    private static String reportable(String sensitive) {
        return """
            select from security.reportable q where not exists (
               select from security.sensitive z where z.rid = q.rid and z.%s <> 0)""".formatted(sensitive);
    }

    private Access() {}

    /** The arguments of {@link #RELATION}. */
    static List<Object> relationArgs(Caller caller) {
        return List.of(caller.party(), caller.username());
    }

    /** The rows a caller may see. */
    public static Visibility visibility(Caller caller) {
        return within(caller, Interaction.READ, rows(caller, "", "categories"));
    }

    /** The rows a caller may see in all their versions: sensitive is what ever was. */
    public static Visibility versions(Caller caller) {
        Grant grant = caller.grant();
        Visibility rows = rows(caller, "", "past");
        return grant == null ? rows : rows.and(grant.pastRows(Interaction.READ));
    }

    /** The rows a caller may take along, in the version of a moment just past. */
    public static Visibility exported(Caller caller) {
        return within(caller, Interaction.READ, rows(caller, "", "past"));
    }

    /** The rows that a relation opens to somebody who comes themselves: what a chart is made of, whether its Patient is open or not. */
    public static Visibility chart(Caller caller) {
        return Way.CHART.isOpen(caller.roles()) && caller.grant() == null
                ? new Visibility("exists (" + RELATION + ")", relationArgs(caller))
                : new Visibility("false", List.of());
    }

    /** The rows that a search may bring: by their id, or because what it found refers to them. */
    public static Visibility found(Caller caller) {
        return within(caller, Interaction.SEARCH, rows(caller, "", "categories"));
    }

    /**
     * The rows a caller may find by what stands in them: a Patient that only a share opens shows its contact facts, so it
     * must not be found by anything else that it holds. The same for one that is seen because of what is reportable.
     */
    public static Visibility matching(Caller caller) {
        return within(caller, Interaction.SEARCH, rows(caller, " and r.rtype <> 'Patient'", "categories"));
    }

    /** What an app may touch by writing, and refer to; null for whoever comes themselves, who may what they may see. */
    public static @Nullable Visibility references(Caller caller) {
        Grant grant = caller.grant();
        return grant == null ? null : rows(caller, "", "categories").and(grant.references());
    }

    private static Visibility within(Caller caller, Interaction interaction, Visibility rows) {
        Grant grant = caller.grant();
        return grant == null ? rows : rows.and(grant.rows(interaction));
    }

    /** @param sensitive the column of {@code security.sensitive} that counts */
    private static Visibility rows(Caller caller, String shareLimit, String sensitive) {
        if (caller.is(Role.PLATFORM)) {
            return Visibility.ALL;
        }
        StringBuilder sql = new StringBuilder("(r.pat = 0 and r.rtype in ('")
                .append(String.join("','", DIRECTORY_TYPES))
                .append("'))");
        List<Object> args = new ArrayList<>();
        if (Way.OWN.isOpen(caller.roles())) {
            sql.append(" or r.owner = ?");
            args.add(caller.party());
        }
        if (Way.SHARED.isOpen(caller.roles())) {
            sql.append(" or exists (select from security.share s where s.party = ? and s.rid = r.rid")
                    .append(" and (s.until is null or s.until > now())")
                    .append(" and coalesce((select z." + sensitive + " & ~s.categories = 0 from security.sensitive z")
                    .append(" where z.rid = r.rid), true)")
                    .append(shareLimit)
                    .append(")");
            args.add(caller.party());
        }
        if (Way.CHART.isOpen(caller.roles())) {
            sql.append(" or exists (").append(relation(sensitive)).append(")");
            args.addAll(relationArgs(caller));
        }
        if (caller.publicHealth() && Way.REPORTABLE.isOpen(caller.roles())) {
            String reportable = reportable(sensitive);
            sql.append(" or exists (").append(reportable).append(" and q.rid = r.rid)");
            sql.append(" or (r.rtype = 'Patient' and exists (")
                    .append(reportable)
                    .append(" and q.pat = r.rid)");
            sql.append(shareLimit).append(")");
        }
        return new Visibility("(" + sql + ")", args);
    }
}
