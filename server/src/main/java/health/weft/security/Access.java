package health.weft.security;

import health.weft.store.Visibility;
import java.util.ArrayList;
import java.util.List;

/**
 * The policy: which rows of the record a caller may see, as a predicate for the store's SQL.
 *
 * <p>A row is seen when it holds nothing of a person (the directory types), when the caller's own party wrote it, when a
 * relation opens the chart it stands in, or when a share opens that one resource. Nothing else is ever read.
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

    private Access() {}

    /** The rows a caller may see. */
    public static Visibility visibility(Caller caller) {
        return rows(caller, "");
    }

    /**
     * The rows a caller may find by what stands in them: a Patient that only a share opens shows its contact facts, so it
     * must not be found by anything else that it holds.
     */
    public static Visibility matching(Caller caller) {
        return rows(caller, " and r.rtype <> 'Patient'");
    }

    private static Visibility rows(Caller caller, String shareLimit) {
        if (caller.is(Role.PLATFORM)) {
            return Visibility.ALL;
        }
        StringBuilder sql = new StringBuilder("(r.pat = 0 and r.rtype in ('")
                .append(String.join("','", DIRECTORY_TYPES))
                .append("'))");
        List<Object> args = new ArrayList<>();
        if (caller.roles().stream().anyMatch(Role::readsOwnRecords)) {
            sql.append(" or r.owner = ?");
            args.add(caller.party());
            sql.append(" or exists (select from security.share s where s.party = ? and s.rid = r.rid")
                    .append(" and (s.until is null or s.until > now())")
                    .append(shareLimit)
                    .append(")");
            args.add(caller.party());
        }
        if (caller.roles().stream().anyMatch(Role::readsCharts)) {
            sql.append(" or exists (select from security.relation a where a.party = ? and a.pat = r.pat)");
            args.add(caller.party());
        }
        return new Visibility("(" + sql + ")", args);
    }
}
