package health.weft.matching;

/** What follows from a score: join at once, ask a person, or leave apart. */
public enum Decision {
    LINK,
    REVIEW,
    NONE
}
