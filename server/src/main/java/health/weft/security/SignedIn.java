package health.weft.security;

/** Somebody signed in, tried to, or signed out. */
public record SignedIn(Caller caller, How how) {
    public enum How {
        SIGN_IN,
        SIGN_IN_REFUSED,
        SIGN_OUT
    }
}
