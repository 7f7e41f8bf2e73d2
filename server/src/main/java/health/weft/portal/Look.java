package health.weft.portal;

import health.weft.audit.AuditTrail;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One time that somebody looked at or wrote in a person's record: the rows that the trail has of one page, put together.
 *
 * @param first when it began
 * @param last when it ended
 * @param kind READ, WRITE, EXPORT, EMERGENCY or REFUSED
 * @param purpose HL7 PurposeOfUse
 * @param types FHIR types that were read or written
 * @param next id of the oldest row in it, to ask for what is before
 */
public record Look(
        Instant first,
        Instant last,
        String kind,
        String username,
        String name,
        String party,
        String organisation,
        String purpose,
        Set<String> types,
        long next) {

    /** Rows of one person and kind that lie no further apart than this are one look. */
    private static final Duration APART = Duration.ofMinutes(10);

    /** The looks of these rows of the trail, newest first like them. */
    static List<Look> of(List<AuditTrail.Entry> entries) {
        List<Look> looks = new ArrayList<>();
        Map<String, Integer> open = new LinkedHashMap<>();
        for (AuditTrail.Entry entry : entries) {
            String kind = kind(entry);
            String key = entry.username() + " " + entry.party() + " " + kind;
            Integer at = open.get(key);
            if (at != null
                    && Duration.between(entry.at(), looks.get(at).first()).compareTo(APART) <= 0) {
                looks.set(at, looks.get(at).with(entry));
            } else {
                open.put(key, looks.size());
                looks.add(new Look(
                        entry.at(),
                        entry.at(),
                        kind,
                        entry.username(),
                        entry.name(),
                        entry.party(),
                        entry.partyName(),
                        entry.purpose(),
                        Set.copyOf(entry.types()),
                        entry.id()));
            }
        }
        return looks;
    }

    private Look with(AuditTrail.Entry entry) {
        Set<String> all = new TreeSet<>(types);
        all.addAll(entry.types());
        return new Look(entry.at(), last, kind, username, name, party, organisation, purpose, all, entry.id());
    }

    private static String kind(AuditTrail.Entry entry) {
        if (entry.outcome().equals("refused")) {
            return "REFUSED";
        }
        return switch (entry.action()) {
            case "CREATE", "UPDATE", "DELETE" -> "WRITE";
            case "EXPORT" -> "EXPORT";
            case "BREAK_GLASS" -> "EMERGENCY";
            default -> "READ";
        };
    }
}
