package health.weft.directory;

/** Why an API could not be read. */
final class PullFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final String key;
    private final String detail;

    /**
     * @param key end of the message key that says it
     * @param detail for the message: a status, a number, words of the import
     */
    PullFailure(String key, String detail) {
        super(key + " " + detail, null, false, false);
        this.key = key;
        this.detail = detail;
    }

    String key() {
        return key;
    }

    String detail() {
        return detail;
    }
}
