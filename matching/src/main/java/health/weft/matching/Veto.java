package health.weft.matching;

/** A reason why a high sum of weights is nevertheless not the same person. */
public enum Veto {
    /** Same birth date, other given name, nothing individual in common: twins. */
    TWINS,
    /** Same name, other generation (Jr, Sr, a birth year that is a generation apart). */
    GENERATION,
    /** Another given name, or none, and no birth date that agrees: only the household is the same. */
    HOUSEHOLD
}
