package health.weft.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of R4, 3.1.1.4.5 to 3.1.1.4.8: every prefix against moments, spans, open spans, numbers and quantities. */
class PrefixTest {
    static Shelf shelf;

    @BeforeAll
    static void fill() {
        shelf = new Shelf(new RecordStore(TestDatabase.fresh()));
        date("moment", "\"effectiveDateTime\":\"2013-01-14T10:00:00Z\"");
        date("day", "\"effectiveDateTime\":\"2013-01-14\"");
        date("month", "\"effectiveDateTime\":\"2013-01\"");
        date("year", "\"effectiveDateTime\":\"2013\"");
        date("span", "\"effectivePeriod\":{\"start\":\"2013-01-10\",\"end\":\"2013-01-20\"}");
        date("since", "\"effectivePeriod\":{\"start\":\"2013-01-21\"}");
        date("until", "\"effectivePeriod\":{\"end\":\"2013-01-09\"}");
        risk("p20", "\"probabilityDecimal\":0.20");
        risk("p25", "\"probabilityDecimal\":0.25");
        risk("p30", "\"probabilityDecimal\":0.30");
        risk(
                "range",
                "\"probabilityRange\":{\"low\":{\"value\":0.22,\"system\":\"http://unitsofmeasure.org\",\"code\":\"%\"},\"high\":{\"value\":0.28,\"system\":\"http://unitsofmeasure.org\",\"code\":\"%\"}}");
        amount("five", "\"value\":5.0,\"unit\":\"mg\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"mg\"");
        amount("gram", "\"value\":0.005,\"unit\":\"g\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"g\"");
        amount(
                "below",
                "\"value\":5,\"comparator\":\"<\",\"unit\":\"mg\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"mg\"");
        amount("pills", "\"value\":5.4,\"unit\":\"tablets\"");
    }

    private static void date(String name, String effective) {
        shelf.put(
                name,
                "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"d\"}," + effective + "}");
    }

    private static void risk(String name, String probability) {
        shelf.put(
                name,
                "{\"resourceType\":\"RiskAssessment\",\"status\":\"final\",\"subject\":{\"display\":\"x\"},\"prediction\":[{"
                        + probability + "}]}");
    }

    private static void amount(String name, String quantity) {
        shelf.put(
                name,
                "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"q\"},\"valueQuantity\":{"
                        + quantity + "}}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '"', textBlock = """
            Observation?date=2013-01-14               > day moment
            Observation?date=eq2013-01                > day moment month span
            Observation?date=2013-01-14T10:00:00Z     > moment
            Observation?date=2013-01-14T10:00Z        > moment
            Observation?date=2013-01-14T05:00:00-05:00 > moment
            Observation?date=ne2013-01-14             > month since span until year
            Observation?date=gt2013-01-14             > month since span year
            Observation?date=gt2013-01-20             > month since year
            Observation?date=ge2013-01-14             > day moment month since span year
            Observation?date=ge2013-01-21             > month since year
            Observation?date=lt2013-01-14             > month span until year
            Observation?date=le2013-01-14             > day moment month span until year
            Observation?date=lt2013                   > until
            Observation?date=sa2013-01-14             > since
            Observation?date=sa2013-01-09             > day moment since span
            Observation?date=eb2013-01-14             > until
            Observation?date=eb2013-01-15             > day moment until
            Observation?date=ge2013-01-10&date=le2013-01-20 > day moment month span year
            Observation?date=ge2999                   > since
            Observation?date=le1900                   > until
            RiskAssessment?probability=0.25           > p25
            RiskAssessment?probability=0.3            > p25 p30
            RiskAssessment?probability=3e-1           > p25 p30
            RiskAssessment?probability=gt0.25         > p30 range
            RiskAssessment?probability=ge0.25         > p25 p30 range
            RiskAssessment?probability=lt0.25         > p20 range
            RiskAssessment?probability=le0.25         > p20 p25 range
            RiskAssessment?probability=sa0.25         > p30
            RiskAssessment?probability=eb0.25         > p20
            RiskAssessment?probability=ne0.25         > p20 p30 range
            RiskAssessment?probability=ap0.25         > p25 range
            Observation?value-quantity=5.4            > pills
            Observation?value-quantity=5.4||tablets   > pills
            Observation?value-quantity=5              > five pills
            Observation?value-quantity=5.0|http://unitsofmeasure.org|mg > five gram
            Observation?value-quantity=0.0050|http://unitsofmeasure.org|g > five gram
            Observation?value-quantity=gt4|http://unitsofmeasure.org|mg > below five gram
            Observation?value-quantity=lt4|http://unitsofmeasure.org|mg > below
            Observation?value-quantity=eb5|http://unitsofmeasure.org|mg > ""
            Observation?value-quantity=ge5||mg        > below five
            Observation?value-quantity=ap5.2||mg      > below five
            Observation?value-quantity=gt4            > below five pills
            """)
    void a_prefix_finds(String search, String expected) {
        assertThat(shelf.found(search.strip())).isEqualTo(expected.strip());
    }
}
