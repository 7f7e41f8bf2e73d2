package health.weft.matching;

/** A reason why a high sum of weights is nevertheless not the same person. */
public enum Veto {
    /** Same birth date, other given name, nothing individual in common: twins. */
    TWINS,
    /** Same name, other generation (Jr, Sr, a birth year that is a generation apart). */
    GENERATION,
    /** Another given name, or none, and no birth date that agrees: only the household is the same. */
    HOUSEHOLD,
    /**
     * Birth dates that differ by more than a slip of the pen, or numbers that do where no date agrees, and nothing that only one person
     * has: namesakes of one family share the rest. A person decides.
     */
    NAMESAKES;

    /** Whether it says by itself that two are not one; else a person is asked. */
    public boolean parts() {
        return this != NAMESAKES;
    }
}
