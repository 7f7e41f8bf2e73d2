package health.weft.fhir;

/** An expression that is no FHIRPath, names what is not there, or met values it cannot work on. Holds no values, only kinds. */
public final class FhirPathException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    FhirPathException(String message) {
        super("FHIRPath: " + message);
    }
}
