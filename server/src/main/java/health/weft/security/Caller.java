package health.weft.security;

import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is asking: a person or a system, the party they act for, and in which roles.
 *
 * <p>Controllers take it as a parameter; it is read anew from the database for every request, so that a membership that
 * ends stops at the next one.
 *
 * @param username the account; {@code weft} for the platform itself
 * @param name as shown to others
 * @param party {@code Organization/<id>} of the organisation acted for, or {@code Person/<id>} for a patient
 * @param partyName as shown to others
 * @param roles at least one
 * @param language {@code en} or {@code es}
 * @param grant what an app was let do that acts for this caller; null for whoever comes themselves
 * @param publicHealth whether the party is an authority of public health
 */
public record Caller(
        String username,
        String name,
        String party,
        String partyName,
        Set<Role> roles,
        String language,
        @Nullable Grant grant,
        boolean publicHealth) {

    public Caller {
        roles = Set.copyOf(roles);
    }

    /** Somebody who acts for no authority of public health. */
    public Caller(
            String username,
            String name,
            String party,
            String partyName,
            Set<Role> roles,
            String language,
            @Nullable Grant grant) {
        this(username, name, party, partyName, roles, language, grant, false);
    }

    /** Somebody who comes themselves. */
    public Caller(String username, String name, String party, String partyName, Set<Role> roles, String language) {
        this(username, name, party, partyName, roles, language, null);
    }

    /** Weft's own work: matching, keeping both sides of a referral in step. Never made from a request. */
    public static final Caller PLATFORM = new Caller("weft", "Weft", "weft", "Weft", Set.of(Role.PLATFORM), "en");

    public boolean is(Role... any) {
        return Arrays.stream(any).anyMatch(roles::contains);
    }

    /** Why this caller reads records, in the words of HL7's PurposeOfUse: TREAT, PUBHLTH, PATRQT, HOPERAT. */
    public String purpose() {
        if (is(Role.PATIENT)) {
            return "PATRQT";
        }
        if (roles.stream().noneMatch(Role::readsOwnRecords)) {
            return "HOPERAT";
        }
        return publicHealth ? "PUBHLTH" : "TREAT";
    }
}
