package health.weft.directory;

import health.weft.ui.Errors;
import health.weft.ui.Option;
import health.weft.ui.SketchMap;
import health.weft.ui.Text;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The form by which people find help, answered; nothing of it is kept. */
@Component
public class HelpSearch {
    private static final double METRES_A_MILE = 1609.344;
    /** Of service areas on one map. */
    private static final int OUTLINES = 20;

    private final DirectorySearch search;
    private final ZoneId zone;
    private final String tiles;

    HelpSearch(
            DirectorySearch search,
            @Value("${weft.directory.zone:America/New_York}") String zone,
            @Value("${weft.map.tiles:}") String tiles) {
        this.search = search;
        this.tiles = tiles;
        this.zone = ZoneId.of(zone);
    }

    /**
     * What was found.
     *
     * @param near where from; null where it was not asked or is not known
     */
    public record Answer(HelpAsked asked, Errors errors, DirectorySearch.Found found, Wanted.@Nullable Near near) {}

    /**
     * One page of what is found; what is wrong with the form is told beside, and passed over.
     *
     * @param fits whom it must be for; null for anybody
     * @param size of a page
     */
    public Answer answer(HelpAsked asked, Text text, Wanted.@Nullable Fit fits, int size) {
        Errors errors = new Errors();
        Optional<double[]> middle = asked.near().isBlank() ? Optional.empty() : search.locate(asked.near());
        if (!asked.near().isBlank() && middle.isEmpty()) {
            errors.add("near", text.get("directory.help.near.unknown"));
        } else if (asked.serves() && middle.isEmpty()) {
            errors.add("near", text.get("directory.help.near.needed"));
        }
        Instant open = open(asked, errors, text);
        Wanted.Near near = middle.map(
                        at -> new Wanted.Near(at[0], at[1], Integer.parseInt(asked.miles()) * METRES_A_MILE))
                .orElse(null);
        Wanted.Filters filters = new Wanted.Filters(
                asked.insurance().isEmpty() ? null : asked.insurance(),
                asked.language().isEmpty() ? null : asked.language(),
                asked.free(),
                asked.wheelchair(),
                asked.serves() && near != null ? search.area(asked.near()).orElse(null) : null,
                fits);
        Wanted wanted = new Wanted(
                asked.words(),
                SdohCategory.of(asked.category()).orElse(null),
                asked.term().isBlank() ? null : asked.term(),
                near,
                open,
                asked.when().equals("date"),
                asked.room(),
                filters);
        DirectorySearch.Found found = search.find(wanted, (asked.page() - 1) * size, size);
        if (asked.page() > 1 && found.hits().isEmpty()) {
            // A page that was there once: the last one that is there now.
            int last = Math.max(1, Math.ceilDiv(search.find(wanted, 0, 1).total(), size));
            return new Answer(asked.at(last), errors, search.find(wanted, (last - 1) * size, size), near);
        }
        return new Answer(asked, errors, found, near);
    }

    /**
     * The places of what was found beside each other, numbered as in the list; empty when none is known.
     *
     * @param size of a page, as it was asked
     */
    public Optional<SketchMap> map(Answer answer, Text text, int size) {
        List<SketchMap.Point> points = new ArrayList<>();
        List<List<double[]>> outlines = new ArrayList<>();
        int n = (answer.asked().page() - 1) * size;
        for (DirectorySearch.Hit hit : answer.found().hits()) {
            n++;
            Service.Place place = shown(hit.service(), answer.near());
            if (place != null && place.latitude() != null && place.longitude() != null) {
                points.add(new SketchMap.Point(
                        place.latitude(),
                        place.longitude(),
                        Integer.toString(n),
                        n + ": " + hit.service().text("name", text.language())
                                + (place.about() ? ", " + text.get("directory.map.about") : ""),
                        "#service-" + n,
                        14));
                if (outlines.size() < OUTLINES) {
                    outlines.addAll(Outlines.of(hit.service().document().path("service_areas")));
                }
            }
        }
        Wanted.Near near = answer.near();
        return points.isEmpty()
                ? Optional.empty()
                : Optional.of(new SketchMap(
                        points,
                        outlines,
                        near == null ? null : new double[] {near.latitude(), near.longitude()},
                        tiles));
    }

    /** The nearest place, or else the first of which a point is known. */
    private static Service.@Nullable Place shown(Service service, Wanted.@Nullable Near near) {
        return (near == null ? service.placed() : service.nearest(near.latitude(), near.longitude())).orElse(null);
    }

    /**
     * What can be chosen in the form.
     *
     * @param kinds of need
     * @param terms that stand at the top of the taxonomies, and the one that is asked for
     */
    public record Choices(List<Option> kinds, List<Option> terms) {}

    public Choices choices(HelpAsked asked, Text text) {
        List<Option> kinds = new ArrayList<>();
        kinds.add(new Option("", text.get("directory.category.any")));
        for (SdohCategory category : SdohCategory.values()) {
            kinds.add(new Option(category.code(), text.get("referral.category." + category.code())));
        }
        Map<String, String> top = search.topTerms();
        List<Option> terms = new ArrayList<>();
        terms.add(new Option("", text.get("directory.category.any")));
        top.forEach((id, name) -> terms.add(new Option(id, name)));
        if (!asked.term().isEmpty() && !top.containsKey(asked.term())) {
            terms.add(new Option(asked.term(), search.termName(asked.term()).orElse(asked.term())));
        }
        return new Choices(kinds, terms);
    }

    /** For a service that is full: the nearest others for the same need that have room, at most three. */
    public List<DirectorySearch.Hit> instead(Service service) {
        SdohCategory category = service.categories().stream()
                .flatMap(code -> SdohCategory.of(code).stream())
                .findFirst()
                .orElse(null);
        String term = service.document().at("/attributes/0/taxonomy_term_id").asString("");
        if (!service.isFull() || category == null && term.isEmpty()) {
            return List.of();
        }
        Wanted.Near near = service.placed()
                .map(place -> new Wanted.Near(
                        Objects.requireNonNull(place.latitude()),
                        Objects.requireNonNull(place.longitude()),
                        50 * METRES_A_MILE))
                .orElse(null);
        Wanted wanted = new Wanted("", category, category == null ? term : null, near, null, false, true);
        return search.find(wanted, 0, 4).hits().stream()
                .filter(hit -> !hit.service().id().equals(service.id()))
                .limit(3)
                .toList();
    }

    private @Nullable Instant open(HelpAsked asked, Errors errors, Text text) {
        if (asked.when().equals("now")) {
            return Instant.now();
        }
        if (!asked.when().equals("date")) {
            return null;
        }
        try {
            return LocalDate.parse(asked.on())
                    .atTime(LocalTime.NOON)
                    .atZone(zone)
                    .toInstant();
        } catch (DateTimeException e) {
            errors.add("on", text.get("directory.help.on.wrong"));
            return null;
        }
    }
}
