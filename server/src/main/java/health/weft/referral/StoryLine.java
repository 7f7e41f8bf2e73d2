package health.weft.referral;

import health.weft.referral.Referral.Event;
import health.weft.ui.Text;

/** How a line of a referral's story begins, in the reader's language. */
public final class StoryLine {
    private StoryLine() {}

    public static String title(Text text, Event event) {
        String key = "referral.event." + event.what().key();
        String detail = event.detail();
        if (detail == null) {
            return text.get(key);
        }
        return switch (event.what()) {
            case TRIED -> {
                String[] parts = detail.split(" ", 2);
                yield text.get(
                        "referral.event.tried.how", text.get("referral.medium." + parts[0]), text.time(parts[1]));
            }
            case BOOKED, MOVED -> text.get(key + ".at", text.time(detail));
            case QUEUED -> text.get(key + ".at", detail);
            default -> text.get(key);
        };
    }
}
