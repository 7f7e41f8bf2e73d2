package health.weft.identity;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One organisation's copy of a person.
 *
 * @param pat row id of the Patient in the record
 * @param patientId id of the Patient, without its type
 * @param owner {@code Organization/<id>} that keeps it
 * @param ownerName as shown
 * @param contactOnly whether the caller sees contact facts alone: birth date, sex and numbers are then left out
 * @param score log2 odds by which it was joined; null for the first copy
 */
public record SourcePatient(
        long pat,
        String patientId,
        String owner,
        String ownerName,
        String name,
        @Nullable LocalDate birthDate,
        @Nullable String sex,
        @Nullable String phone,
        @Nullable String address,
        @Nullable String city,
        List<Number> numbers,
        boolean contactOnly,
        @Nullable Double score,
        String model,
        String decidedBy,
        Instant at) {

    /** A record number and the system that gives it out. */
    public record Number(String system, String value) {}

    /** {@code Patient/<id>}. */
    public String reference() {
        return "Patient/" + patientId;
    }
}
