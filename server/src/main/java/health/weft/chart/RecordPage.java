package health.weft.chart;

import gg.jte.Content;
import health.weft.identity.Person;
import health.weft.identity.SourcePatient;
import health.weft.ui.Option;
import health.weft.ui.Text;
import java.util.ArrayList;
import java.util.List;

/**
 * What the record page shows.
 *
 * @param next panels of other features that name a next action
 * @param referrals panels of other features about needs and referrals
 */
public record RecordPage(
        Person person, List<Difference> differences, Chart chart, List<Content> next, List<Content> referrals) {
    /** Rows of a section on the page of the whole record. */
    public static final int ROWS = 6;
    /** Rows on one page of a section. */
    public static final int PAGE = 150;
    /** Series with their drawings on one page of a section. */
    public static final int SERIES = 12;

    public boolean contactOnly() {
        return person.sources().stream().allMatch(SourcePatient::contactOnly);
    }

    public List<Option> tabs(Text text) {
        List<Option> tabs = new ArrayList<>();
        tabs.add(new Option("referrals", text.get("chart.referrals")));
        tabs.addAll(tabs(chart, List.of(Section.values()), text));
        return tabs;
    }

    /** A tab a section, with how much is in it. */
    public static List<Option> tabs(Chart chart, List<Section> sections, Text text) {
        return sections.stream()
                .map(section -> new Option(
                        section.key(),
                        text.get("chart.section." + section.key()),
                        text.number(
                                section.measured()
                                        ? chart.series(section).size()
                                        : chart.section(section).size())))
                .toList();
    }
}
