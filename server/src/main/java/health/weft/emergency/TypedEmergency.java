package health.weft.emergency;

import health.weft.ui.DateParts;

/**
 * What was typed to open a record, kept as typed.
 *
 * @param name first and family name
 */
public record TypedEmergency(String name, DateParts born, String reason) {
    static final TypedEmergency NOTHING = new TypedEmergency("", DateParts.EMPTY, "");
}
