package health.weft.directory;

import health.weft.ui.Text;

/**
 * How far a service is.
 *
 * @param miles to its nearest place, as the crow flies
 * @param about whether that place is known by the middle of its postcode only
 */
public record Distance(double miles, boolean about) {
    /** {@code 2.3 miles away}; whole miles where it is about. */
    public String words(Text text) {
        return about
                ? text.count("directory.miles.about", Math.max(1, (int) Math.round(miles)))
                : text.get("directory.miles", Math.max(0.1, Math.round(miles * 10) / 10.0));
    }
}
