package health.weft.trail;

import java.time.LocalDate;
import java.util.List;

/**
 * What one reader was shown of a person's record in a day, for one purpose.
 *
 * @param partyName for whom they acted
 * @param kind READ, EXPORT or EMERGENCY
 * @param purpose HL7 PurposeOfUse
 * @param types FHIR types, or other names of the trail
 */
public record Disclosure(
        LocalDate day, String name, String party, String partyName, String kind, String purpose, List<String> types) {
    public Disclosure {
        types = List.copyOf(types);
    }
}
