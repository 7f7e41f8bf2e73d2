package health.weft.security;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Kinds of facts that stay hidden from other organisations unless the person's consent names them.
 *
 * <p>The codes are those of HL7's v3-ActCode (InformationSensitivityPolicy), as they stand in {@code meta.security} and in {@code
 * Consent.provision.securityLabel}. Sets of categories are kept as bits; a category's bit never changes.
 */
public enum SensitiveCategory {
    /** Substance use, as 42 CFR Part 2 protects it. */
    SUBSTANCE_USE("SUD", "ETH", "ETHUD", "OPIOIDUD", "42CFRPart2"),
    MENTAL_HEALTH("MH", "PSY", "PSYTHPN", "BH", "EMOTDIS"),
    HIV("HIV"),
    SEXUAL_REPRODUCTIVE("SEX", "STD"),
    /** Abuse, sexual assault and domestic violence. */
    VIOLENCE("SDV", "VIO", "MST"),
    GENETIC("GDIS", "SCA"),
    /** Whatever its author marks as restricted or very restricted (v3-Confidentiality R, V) without saying why. */
    RESTRICTED("R", "V");

    /** HL7 v3-ActCode. */
    public static final String ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
    /** HL7 v3-Confidentiality. */
    public static final String CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";

    private final Set<String> codes;

    SensitiveCategory(String... codes) {
        this.codes = Set.of(codes);
    }

    /** The category of a security label; empty for one that is none, such as {@code N}. */
    public static Optional<SensitiveCategory> of(String system, String code) {
        if (system.equals(CONFIDENTIALITY)) {
            return RESTRICTED.codes.contains(code) ? Optional.of(RESTRICTED) : Optional.empty();
        }
        return system.equals(ACT_CODE)
                ? Arrays.stream(values())
                        .filter(c -> c != RESTRICTED && c.codes.contains(code))
                        .findFirst()
                : Optional.empty();
    }

    /** The code that Weft itself writes for this category, of {@link #system}. */
    public String code() {
        return switch (this) {
            case SUBSTANCE_USE -> "SUD";
            case MENTAL_HEALTH -> "MH";
            case HIV -> "HIV";
            case SEXUAL_REPRODUCTIVE -> "SEX";
            case VIOLENCE -> "SDV";
            case GENETIC -> "GDIS";
            case RESTRICTED -> "R";
        };
    }

    /** The system of {@link #code}. */
    public String system() {
        return this == RESTRICTED ? CONFIDENTIALITY : ACT_CODE;
    }

    /** Its bit. */
    public int bit() {
        return 1 << ordinal();
    }

    /** The bits of several. */
    public static int bits(Collection<SensitiveCategory> categories) {
        return categories.stream().mapToInt(SensitiveCategory::bit).reduce(0, (a, b) -> a | b);
    }

    /** The categories that these bits stand for. */
    public static Set<SensitiveCategory> in(int bits) {
        Set<SensitiveCategory> all = EnumSet.noneOf(SensitiveCategory.class);
        for (SensitiveCategory category : values()) {
            if ((bits & category.bit()) != 0) {
                all.add(category);
            }
        }
        return all;
    }

    /** The part of a message key that names it: {@code substance-use}. */
    public String key() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
