package health.weft.listing;

import health.weft.directory.FeedRun;
import health.weft.fhir.Json;
import health.weft.ui.Text;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** How a change is told to people. */
public final class Told {
    private Told() {}

    /** A value as words: text without its quotes, the first number of phones, anything else as it is written. */
    public static String value(@Nullable String json) {
        if (json == null) {
            return "–";
        }
        JsonNode value = Json.mapper().readTree(json);
        JsonNode number = value.path(0).path("number");
        return FeedRun.brief(value.isString() ? value.asString() : number.isString() ? number.asString() : json);
    }

    /** Who said it: a person here, the organisation itself, or a feed. */
    public static String by(String by, Text text) {
        int colon = by.indexOf(':');
        String kind = colon < 0 ? "" : by.substring(0, colon);
        return switch (kind) {
            case "feed", "account" -> text.get("listing.by." + kind, by.substring(colon + 1));
            case "organization" -> text.get("listing.by.organization");
            default -> by;
        };
    }
}
