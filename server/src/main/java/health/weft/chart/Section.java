package health.weft.chart;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The sections of a record, in the order of the page, each with the FHIR types it is read from. */
public enum Section {
    CONDITIONS("Condition"),
    MEDICINES("MedicationRequest"),
    ALLERGIES("AllergyIntolerance"),
    RESULTS("Observation"),
    VITALS("Observation"),
    IMMUNIZATIONS("Immunization"),
    VISITS("Encounter"),
    PROCEDURES("Procedure"),
    PLANS("CarePlan", "Goal"),
    SCREENINGS("Observation"),
    DOCUMENTS("DocumentReference", "DiagnosticReport");

    private final List<String> types;

    Section(String... types) {
        this.types = List.of(types);
    }

    /** FHIR resource types. */
    public List<String> types() {
        return types;
    }

    /** The part of addresses and message keys: {@code conditions}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether its facts are values over time, shown by what was measured. */
    public boolean measured() {
        return this == RESULTS || this == VITALS;
    }

    static Optional<Section> of(String key) {
        return Arrays.stream(values()).filter(s -> s.key().equals(key)).findFirst();
    }
}
