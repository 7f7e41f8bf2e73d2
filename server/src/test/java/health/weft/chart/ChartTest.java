package health.weft.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class ChartTest {
    private static final Instant WRITTEN = Instant.parse("2026-01-01T00:00:00Z");

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        an active condition of two organisations is one row                | condition A E11 2019-03-04 active ; condition B E11 2020-01-02 active          | 1
        an active condition written twice by one organisation is one row    | condition A E11 2019-03-04 active ; condition A E11 2020-01-02 active          | 1
        two active conditions stay two                                      | condition A E11 2019-03-04 active ; condition B I10 2019-03-04 active          | 2
        a condition that ended and came back is two rows                    | condition A J20 2019-03-04 resolved ; condition A J20 2020-03-04 active        | 2
        a resolved condition of the same day is one row                     | condition A J20 2019-03-04 resolved ; condition B J20 2019-03-04 resolved      | 1
        a resolved condition of another day is another episode              | condition A J20 2019-03-04 resolved ; condition B J20 2021-03-04 resolved      | 2
        a value that two organisations report for one day is one row        | observation A 4548-4 2024-05-01 6.8 ; observation B 4548-4 2024-05-01 6.8      | 1
        two values on one day from one organisation stay two                | observation A 4548-4 2024-05-01 6.8 ; observation A 4548-4 2024-05-01 6.8      | 2
        values that differ are never made one                               | observation A 4548-4 2024-05-01 6.8 ; observation B 4548-4 2024-05-01 7.1      | 2
        the same value on another day is another value                      | observation A 4548-4 2024-05-01 6.8 ; observation B 4548-4 2024-05-02 6.8      | 2
        two of one and one of another organisation are two rows             | observation A 4548-4 2024-05-01 6.8 ; observation A 4548-4 2024-05-01 6.8 ; observation B 4548-4 2024-05-01 6.8 | 2
        """)
    void what_two_organisations_report_stands_once(String story, String facts, int rows) {
        Chart chart = chart(facts);
        assertThat(chart.section(Section.CONDITIONS).size()
                        + chart.section(Section.RESULTS).size())
                .isEqualTo(rows);
    }

    @Test
    void a_row_names_each_source_once_and_begins_when_the_first_says() {
        Chart chart = chart(
                "condition B E11 2020-01-02 active ; condition A E11 2019-03-04 active ; condition A E11 2021-03-04 active");
        Fact fact = chart.section(Section.CONDITIONS).getFirst();
        assertThat(fact.day()).isEqualTo("2019-03-04");
        assertThat(fact.sources()).extracting(Source::organisation).containsExactly("Clinic A", "Clinic B");
    }

    @Test
    void what_holds_now_comes_first_and_then_the_newest() {
        Chart chart = chart(
                "condition A J20 2025-03-04 resolved ; condition A E11 2010-01-01 active ; condition A I10 2012-01-01 active");
        assertThat(chart.section(Section.CONDITIONS))
                .extracting(Fact::day)
                .containsExactly("2012-01-01", "2010-01-01", "2025-03-04");
        assertThat(chart.current(Section.CONDITIONS)).hasSize(2);
    }

    @Test
    void values_of_one_test_are_a_series_with_the_newest_first() {
        Chart chart = chart(
                "observation A 4548-4 2023-05-01 7.4 ; observation B 4548-4 2025-05-01 6.8 ; observation A 2339-0 2024-01-01 99");
        List<Series> series = chart.series(Section.RESULTS);
        assertThat(series).hasSize(2);
        assertThat(series.getFirst().facts()).extracting(Fact::value).containsExactly("6.8 %", "7.4 %");
        assertThat(series.getFirst().flag()).isEmpty();
    }

    @Test
    void what_was_entered_in_error_is_no_fact() {
        assertThat(read("A", """
            {"resourceType":"Condition","id":"1","verificationStatus":{"coding":[{"code":"entered-in-error"}]},
             "code":{"text":"Asthma"}}""")).isEmpty();
    }

    @Test
    void a_blood_pressure_is_two_facts_and_a_semantic_tag_is_no_part_of_a_name() {
        List<Fact> pressure = read("A", """
            {"resourceType":"Observation","id":"1","status":"final","category":[{"coding":[{"code":"vital-signs"}]}],
             "code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}],"text":"Blood pressure"},
             "effectiveDateTime":"2024-05-01T09:00:00-04:00","component":[
              {"code":{"coding":[{"code":"8462-4","display":"Diastolic Blood Pressure"}]},"valueQuantity":{"value":80.0,"unit":"mm[Hg]"}},
              {"code":{"coding":[{"code":"8480-6","display":"Systolic Blood Pressure"}]},"valueQuantity":{"value":121,"unit":"mm[Hg]"}}]}""");
        assertThat(pressure).extracting(Fact::value).containsExactly("80.0 mmHg", "121 mmHg");
        assertThat(pressure).allMatch(f -> f.section() == Section.VITALS);
        assertThat(FactReading.plain("Diabetes mellitus type 2 (disorder)")).isEqualTo("Diabetes mellitus type 2");
        assertThat(FactReading.plain("Cover (made of wood)")).isEqualTo("Cover (made of wood)");
    }

    private static Chart chart(String facts) {
        List<Fact> all = new ArrayList<>();
        int id = 0;
        for (String one : facts.split(";")) {
            String[] w = one.strip().split(" ");
            all.addAll(read(
                    w[1],
                    w[0].equals("condition")
                            ? """
                {"resourceType":"Condition","id":"%d","code":{"coding":[{"system":"s","code":"%s"}],"text":"%s"},
                 "onsetDateTime":"%s","recordedDate":"%s","clinicalStatus":{"coding":[{"code":"%s"}]}}""".formatted(++id, w[2], w[2], w[3], w[3], w[4])
                            : """
                {"resourceType":"Observation","id":"%d","status":"final","category":[{"coding":[{"code":"laboratory"}]}],
                 "code":{"coding":[{"system":"http://loinc.org","code":"%s"}]},"effectiveDateTime":"%s",
                 "valueQuantity":{"value":%s,"unit":"%%"}}""".formatted(++id, w[2], w[3], w[4])));
        }
        return Chart.of(all, false);
    }

    private static List<Fact> read(String organisation, String json) {
        return FactReading.read(
                JsonMapper.shared().readTree(json), "Organization/" + organisation, "Clinic " + organisation, WRITTEN);
    }
}
