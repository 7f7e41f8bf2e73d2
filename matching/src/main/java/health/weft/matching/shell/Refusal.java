package health.weft.matching.shell;

/** Something in what was given that must be mended first; the message says what and where. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    Refusal(String message) {
        super(message);
    }
}
