package health.weft.matching.shell;

import health.weft.matching.Demographics;
import health.weft.matching.FieldKind;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a column holds, as a schema names it. Case, blanks and underscores in the name do not matter. */
enum Kind {
    GIVEN("given"),
    MIDDLE("middle"),
    FAMILY("family"),
    FORMER_FAMILY("former family"),
    SUFFIX("suffix"),
    FULL_NAME("full name"),
    BIRTH_DATE("birth date"),
    BIRTH_YEAR("birth year"),
    BIRTH_MONTH("birth month"),
    BIRTH_DAY("birth day"),
    SEX("sex"),
    PHONE("phone"),
    EMAIL("email"),
    STREET_LINE("street line"),
    HOUSE_NUMBER("house number"),
    CITY("city"),
    STATE("state"),
    POSTCODE("postcode"),
    IDENTIFIER("identifier"),
    MOTHERS_MAIDEN_NAME("mother's maiden name");

    private final String shown;

    Kind(String shown) {
        this.shown = shown;
    }

    static Optional<Kind> of(String name) {
        return Arrays.stream(values())
                .filter(kind -> bare(kind.shown).equals(bare(name))
                        || kind == STREET_LINE && bare(name).equals("street"))
                .findFirst();
    }

    static String all() {
        return Arrays.stream(values()).map(kind -> kind.shown).collect(Collectors.joining(", "));
    }

    private static String bare(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
    }

    /** As what its values are compared. */
    Set<FieldKind> compared() {
        return switch (this) {
            case GIVEN -> Set.of(FieldKind.GIVEN, FieldKind.MIDDLE, FieldKind.GENERATION);
            case MIDDLE -> Set.of(FieldKind.MIDDLE);
            case FAMILY, FORMER_FAMILY -> Set.of(FieldKind.FAMILY, FieldKind.GENERATION);
            case SUFFIX -> Set.of(FieldKind.GENERATION);
            case FULL_NAME -> Set.of(FieldKind.GIVEN, FieldKind.MIDDLE, FieldKind.FAMILY, FieldKind.GENERATION);
            case BIRTH_DATE, BIRTH_YEAR, BIRTH_MONTH, BIRTH_DAY -> Set.of(FieldKind.BIRTH_DATE);
            case SEX -> Set.of(FieldKind.SEX);
            case PHONE -> Set.of(FieldKind.PHONE);
            case EMAIL -> Set.of(FieldKind.EMAIL);
            case STREET_LINE -> Set.of(FieldKind.STREET, FieldKind.HOUSE_NUMBER);
            case HOUSE_NUMBER -> Set.of(FieldKind.HOUSE_NUMBER);
            case CITY -> Set.of(FieldKind.CITY);
            case STATE -> Set.of(FieldKind.STATE);
            case POSTCODE -> Set.of(FieldKind.POSTCODE);
            case IDENTIFIER -> Set.of(FieldKind.IDENTIFIER);
            case MOTHERS_MAIDEN_NAME -> Set.of(FieldKind.MOTHERS_MAIDEN);
        };
    }

    void give(Demographics.Builder to, String system, String value) {
        switch (this) {
            case GIVEN -> to.given(value);
            case MIDDLE -> to.middle(value);
            case FAMILY, FORMER_FAMILY -> to.family(value);
            case SUFFIX -> to.generation(value);
            case FULL_NAME -> to.fullName(value);
            case BIRTH_DATE -> to.birthDate(value);
            case BIRTH_YEAR -> to.birthYear(value);
            case BIRTH_MONTH -> to.birthMonth(value);
            case BIRTH_DAY -> to.birthDay(value);
            case SEX -> to.sex(value);
            case PHONE -> to.phone(value);
            case EMAIL -> to.email(value);
            case STREET_LINE -> to.addressLine(value);
            case HOUSE_NUMBER -> to.houseNumber(value);
            case CITY -> to.city(value);
            case STATE -> to.state(value);
            case POSTCODE -> to.postcode(value);
            case IDENTIFIER -> to.identifier(system, value);
            case MOTHERS_MAIDEN_NAME -> to.mothersMaiden(value);
        }
    }
}
