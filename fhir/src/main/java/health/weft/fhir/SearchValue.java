package health.weft.fhir;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A value that a search compares with. */
public sealed interface SearchValue {

    /**
     * A token.
     *
     * @param system null: any; empty: none
     * @param code null: any code of the system
     */
    record Token(@Nullable String system, @Nullable String code) implements SearchValue {}

    /** Words of a coded value, {@code :text}: what its text or a display starts with. */
    record Display(String text) implements SearchValue {}

    /** An identifier by its type as well, {@code :of-type}. */
    record TypedIdentifier(String system, String code, String value) implements SearchValue {}

    /** Any code of a value set, {@code :in}: its canonical address, or {@code ValueSet/id}. */
    record MemberOf(String valueSet) implements SearchValue {}

    /** A code and what stands below it in its code system, or above it: {@code :below}, {@code :above}. */
    record Hierarchy(Token token, boolean above) implements SearchValue {}

    /** Text compared with {@code how}. */
    record Text(String text, How how) implements SearchValue {}

    /** How text is compared. */
    enum How {
        STARTS,
        EXACT,
        CONTAINS,
        /** The same but for case and accents. */
        SAME,
        ENDS
    }

    /** A span of time and how to compare with it: microseconds, {@code hi} excluded. */
    record When(Prefix prefix, long lo, long hi) implements SearchValue {}

    /**
     * An amount and how to compare with it.
     *
     * @param lo lower end of what its precision means
     * @param hi upper end, excluded
     * @param system null: any
     * @param unit code or name of the unit; null: any
     */
    record Amount(
            Prefix prefix,
            double value,
            double lo,
            double hi,
            @Nullable String system,
            @Nullable String unit) implements SearchValue {}

    /** References to {@code Type/id}, one of the types. */
    record Ref(List<String> references) implements SearchValue {}

    /** A reference to one of these, or to what is part of it, {@code :below}, or what it is part of, {@code :above}. */
    record RefHierarchy(List<String> references, boolean above) implements SearchValue {}

    /** A reference by business identifier. */
    record RefIdentifier(Token token) implements SearchValue {}

    /** An address. */
    record Uri(String uri, Reach reach) implements SearchValue {}

    /** How far an address reaches: itself, what it is a path to, what is a path to it. */
    enum Reach {
        SELF,
        BELOW,
        ABOVE
    }

    /** One value for each part of a composite. */
    record Composite(List<SearchValue> parts) implements SearchValue {}

    /** Within so many kilometres of a point given in degrees (WGS84). */
    record Near(double latitude, double longitude, double kilometres) implements SearchValue {}

    /** How a value is compared with one in a resource (R4, 3.1.1.4.5). */
    enum Prefix {
        EQ,
        NE,
        GT,
        LT,
        GE,
        LE,
        SA,
        EB,
        AP,
        /** The spans overlap; only a {@code _filter} asks so. */
        PO
    }
}
