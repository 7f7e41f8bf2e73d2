package health.weft.referral;

import health.weft.directory.SdohCategory;
import health.weft.fhir.Elements.Coding;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What came of a referral, coded.
 *
 * @param amount of {@code unit}, null when not said
 * @param unit words such as "boxes"
 * @param cost in US dollars, null when not said
 * @param enrolment whether the person is in the programme now, null when not said
 * @param resolved whether the need is met by it, null when not said
 */
public record Outcome(
        Given given,
        @Nullable BigDecimal amount,
        String unit,
        @Nullable BigDecimal cost,
        @Nullable Enrolment enrolment,
        @Nullable Resolved resolved) {

    /** Nothing said but that help was given. */
    static Outcome plain(SdohCategory category) {
        return new Outcome(Given.of(category).getFirst(), null, "", null, null, null);
    }

    /** What was given (SNOMED CT). */
    public enum Given {
        PROVISION_OF_FOOD("710925007", "Provision of food"),
        REFERRAL_TO_PANTRY("464031000124101", "Referral to food pantry program"),
        HELP_WITH_APPLICATION("467771000124109", "Assistance with application for food pantry program"),
        SOCIAL_SERVICE("410606002", "Social service procedure");

        private final Coding coding;

        Given(String code, String display) {
            this.coding = new Coding(ReferralFhir.SNOMED, code, display);
        }

        public Coding coding() {
            return coding;
        }

        public String code() {
            return coding.code();
        }

        /** What to choose from for a kind of need, the usual first. */
        public static List<Given> of(SdohCategory category) {
            return category == SdohCategory.FOOD_INSECURITY
                    ? List.of(PROVISION_OF_FOOD, REFERRAL_TO_PANTRY, HELP_WITH_APPLICATION, SOCIAL_SERVICE)
                    : List.of(SOCIAL_SERVICE);
        }

        static Optional<Given> of(String code) {
            return List.of(values()).stream()
                    .filter(given -> given.code().equals(code))
                    .findFirst();
        }
    }

    /** Whether the person is in the programme (SDOHCC-ValueSetEnrollmentStatus). */
    public enum Enrolment {
        ENROLLED("enrolled", "Enrolled"),
        NOT_ENROLLED("not-enrolled", "Not Enrolled"),
        ON_WAITLIST("not-enrolled-on-waitlist", "Not Enrolled - On Waitlist");

        private final String code;
        private final String display;

        Enrolment(String code, String display) {
            this.code = code;
            this.display = display;
        }

        public String code() {
            return code;
        }

        Coding coding() {
            return new Coding(SdohCategory.SYSTEM, code, display);
        }

        static Optional<Enrolment> of(String code) {
            return List.of(values()).stream().filter(e -> e.code.equals(code)).findFirst();
        }
    }

    /** Whether the need is met. */
    public enum Resolved {
        YES,
        PARTLY,
        NO;

        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<Resolved> of(String code) {
            return List.of(values()).stream().filter(r -> r.code().equals(code)).findFirst();
        }
    }
}
