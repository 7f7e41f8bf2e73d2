package health.weft.matching;

/** What a compared value is; each kind has its own levels of agreement in {@link Model}. */
public enum FieldKind {
    GIVEN,
    MIDDLE,
    FAMILY,
    GENERATION,
    BIRTH_DATE,
    SEX,
    PHONE,
    EMAIL,
    STREET,
    HOUSE_NUMBER,
    CITY,
    STATE,
    POSTCODE,
    IDENTIFIER,
    MOTHERS_MAIDEN,
    /** Not a field: what is taken off (or added) because contact fields repeat one another. */
    CONTACT_CAP;

    /** Whether the kind says where a person lives or is reached: a whole household agrees on these. */
    boolean contact() {
        return switch (this) {
            case PHONE, EMAIL, STREET, HOUSE_NUMBER, CITY, STATE, POSTCODE -> true;
            case GIVEN, MIDDLE, FAMILY, GENERATION, BIRTH_DATE, SEX, IDENTIFIER, MOTHERS_MAIDEN, CONTACT_CAP -> false;
        };
    }
}
