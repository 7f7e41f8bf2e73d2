package health.weft.referral;

import health.weft.fhir.Elements;
import health.weft.fhir.Elements.Coding;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An attempt to reach the person.
 *
 * @param name of who recorded it
 */
public record Attempt(Medium medium, Instant at, @Nullable String words, String name) {

    /** How it was tried: HL7 v3 ParticipationMode, as Communication.medium carries it. */
    public enum Medium {
        PHONE("PHONE", "telephone", false),
        TEXT("SMSWRIT", "SMS message", true),
        LETTER("MAILWRIT", "mail", true),
        VISIT("PHYSICAL", "physical presence", false),
        OTHER("", "", false);

        static final String SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode";

        private final String code;
        private final String display;
        private final boolean written;

        Medium(String code, String display, boolean written) {
            this.code = code;
            this.display = display;
            this.written = written;
        }

        /** The part of a message key that names this. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        Coding coding() {
            return new Coding(SYSTEM, code, display);
        }

        /** Whether something reached a mailbox, though perhaps nobody. */
        boolean isWritten() {
            return written;
        }

        /** Those that a form offers. */
        public static List<Medium> offered() {
            return List.of(PHONE, TEXT, LETTER, VISIT);
        }

        static Optional<Medium> ofKey(String key) {
            return offered().stream().filter(medium -> medium.key().equals(key)).findFirst();
        }

        static Medium of(JsonNode mediums) {
            return Arrays.stream(values())
                    .filter(medium -> Elements.has(mediums, SYSTEM, medium.code))
                    .findFirst()
                    .orElse(OTHER);
        }
    }
}
