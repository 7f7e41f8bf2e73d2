package health.weft.listing;

import health.weft.directory.FeedRun;
import health.weft.directory.Hours;
import health.weft.directory.WeekHours;
import health.weft.fhir.Json;
import health.weft.ui.Text;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

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

    /** Opening hours as a person reads them: Monday 9:00 AM–12:00 PM, 1:00 PM–5:00 PM; Tuesday … */
    public static String hours(@Nullable String json, Text text) {
        return json == null ? "–" : hours(WeekHours.of(Json.mapper().readTree(json)), text);
    }

    /** As {@link #hours(String, Text)}. */
    public static String hours(WeekHours hours, Text text) {
        List<String> parts = new ArrayList<>();
        hours.week()
                .forEach((day, ranges) -> parts.add(day.getDisplayName(TextStyle.FULL, text.locale()) + " "
                        + ranges.stream()
                                .map(r -> Hours.times(text, r.from(), r.to()))
                                .collect(Collectors.joining(", "))));
        if (hours.appointment()) {
            parts.add((text.get("directory.appointment") + " " + hours.notes()).strip());
        }
        hours.closed().forEach(closing -> parts.add(text.get("listing.hours.closed.told", closing(closing, text))));
        hours.others().forEach(other -> parts.add(other(other)));
        return parts.isEmpty() ? "–" : String.join("; ", parts);
    }

    /** Days on which it is closed, with why. */
    public static String closing(WeekHours.Closing closing, Text text) {
        String days = closing.from().equals(closing.to())
                ? text.date(closing.from())
                : text.date(closing.from()) + " – " + text.date(closing.to());
        return closing.words().isEmpty() ? days : days + " (" + closing.words() + ")";
    }

    /** A schedule that is no plain week: in its own words, or else by its parts. */
    public static String other(ObjectNode schedule) {
        String words = schedule.path("description").asString("");
        return FeedRun.brief(
                words.isEmpty()
                        ? schedule.propertyStream()
                                .filter(part -> part.getValue().isValueNode()
                                        && !Set.of("id", "timezone").contains(part.getKey()))
                                .map(part -> part.getKey().replace('_', ' ') + " "
                                        + part.getValue().asString())
                                .collect(Collectors.joining(", "))
                        : words);
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
