package health.weft.steward;

import health.weft.identity.Interval;
import health.weft.ui.Text;
import java.util.Locale;

/** Shares and weights as the pages of matching write them. */
public final class Figures {
    private Figures() {}

    /** A share of 1 in per cent, to as many places as its size needs. */
    public static String percent(double share) {
        double percent = share * 100;
        if (percent == 0 || percent == 100) {
            return String.format(Locale.ROOT, "%.0f %%", percent);
        }
        if (percent < .001) {
            return "< 0.001 %";
        }
        String places = percent < .1 ? "%.3f %%" : percent < 10 || percent >= 99 ? "%.1f %%" : "%.0f %%";
        return percent > 99.9 ? "> 99.9 %" : String.format(Locale.ROOT, places, percent);
    }

    /** "95 % interval: 91 % to 97 %". */
    public static String interval(Interval interval, Text text) {
        return text.get("model.interval", percent(interval.low()), percent(interval.high()));
    }

    public static String two(double number) {
        return String.format(Locale.ROOT, "%.2f", number).replace('-', '\u2212');
    }

    /** Log2 odds with their sign. */
    public static String signed(double log2) {
        return Waterfall.signed(log2);
    }
}
