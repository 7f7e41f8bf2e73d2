package health.weft.referral;

import health.weft.fhir.Elements.Coding;
import java.util.Arrays;
import java.util.Optional;

/** Whether what was given met the need: Procedure.outcome, by FHIR's value set procedure-outcome (SNOMED CT). */
public enum Resolved {
    YES("385669000", "Successful"),
    PARTLY("385670004", "Partially successful"),
    NO("385671000", "Unsuccessful");

    private final String code;
    private final String display;

    Resolved(String code, String display) {
        this.code = code;
        this.display = display;
    }

    public String code() {
        return code;
    }

    Coding coding() {
        return new Coding(ReferralFhir.SNOMED, code, display);
    }

    static Optional<Resolved> of(String code) {
        return Arrays.stream(values())
                .filter(resolved -> resolved.code.equals(code))
                .findFirst();
    }
}
