package health.weft.chart;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A page of what the law has reported to public health.
 *
 * @param lines the latest written first
 * @param older where the page behind begins; null on the last
 */
public record Reported(List<Line> lines, @Nullable String older) {
    /** What can be reported; the address of a page names it in lower case. */
    public enum Kind {
        CONDITION("Condition"),
        OBSERVATION("Observation"),
        DIAGNOSTIC_REPORT("DiagnosticReport"),
        IMMUNIZATION("Immunization");

        private final String type;

        Kind(String type) {
            this.type = type;
        }

        public String type() {
            return type;
        }

        /** As it stands in an address and in the keys of words. */
        public String key() {
            return type.toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One fact with whom it is about, as far as public health sees them.
     *
     * @param reference of the resource, {@code Condition/1}
     * @param value what was found; empty when nothing more is said
     * @param date since when, or when; null when no one says
     * @param person id for {@code /people/{id}}; empty when it is about nobody who is known here
     * @param place town and postcode
     */
    public record Line(
            String reference,
            String what,
            String value,
            @Nullable String date,
            String organisation,
            Instant written,
            String person,
            String name,
            String phone,
            String place) {}
}
