package health.weft.fhir;

/** A text that a pattern may look at only so often: some patterns try every way there is and never end. */
public final class WatchedText implements CharSequence {
    private static final int MOST_LOOKS = 10_000_000;

    private final CharSequence text;
    private int looks;

    public WatchedText(CharSequence text) {
        this.text = text;
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public char charAt(int index) {
        if (++looks > MOST_LOOKS) {
            throw new FhirPathException("the regular expression does not come to an end");
        }
        return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.subSequence(start, end);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
