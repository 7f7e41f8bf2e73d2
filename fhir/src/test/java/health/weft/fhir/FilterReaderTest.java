package health.weft.fhir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The grammar of {@code _filter}; what it finds is tried on the store. */
class FilterReaderTest {
    private static List<Clause> read(String type, String filter) {
        return SearchRequest.parse(type, List.of(Map.entry("_filter", filter))).clauses();
    }

    @Test
    void a_filter_becomes_the_clauses_of_ordinary_parameters() {
        assertThat(read("Observation", "status eq final and code eq http://loinc.org|4548-4"))
                .isEqualTo(SearchRequest.parse("Observation", "status=final&code=http://loinc.org|4548-4")
                        .clauses());
        assertThat(read("Observation", "subject:Patient.organization.name sw \"Nor\""))
                .isEqualTo(SearchRequest.parse("Observation", "subject:Patient.organization.name=Nor")
                        .clauses());
        assertThat(read("Patient", "_has:Observation:patient:date ge 2024"))
                .isEqualTo(SearchRequest.parse("Patient", "_has:Observation:patient:date=ge2024")
                        .clauses());
    }

    @Test
    void and_and_or_are_taken_from_left_to_right_and_parentheses_first() {
        List<Clause> flat = read("Patient", "gender eq male or gender eq female and active eq true");
        assertThat(flat).hasSize(2);
        assertThat(flat.getFirst()).isInstanceOf(Clause.Any.class);
        assertThat(read("Patient", "gender eq male or (gender eq female and active eq true)"))
                .singleElement()
                .isInstanceOfSatisfying(
                        Clause.Any.class,
                        any -> assertThat(any.clauses()).last().isInstanceOf(Clause.All.class));
        assertThat(read("Patient", "not (active eq true)")).singleElement().isInstanceOf(Clause.None.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '>', quoteCharacter = '`', textBlock = """
            family                              > character 7: expected one of eq
            family is x                         > character 8: expected one of eq
            family eq                           > character 10: expected a value
            family eq "x                        > character 11: expected a string that ends
            family eq "\\q"                     > character 11: expected a string as JSON
            family eq x gender eq male          > character 13: expected 'and', 'or' or the end
            family eq x and                     > the name of a search parameter
            (family eq x                        > character 13: expected ')'
            not family eq x                     > character 5: expected '(' after not
            family eq x)                        > character 12: expected 'and', 'or' or the end
            organization[name eq x] eq y        > character 24: expected '.' and a parameter after ']'
            organization[name eq x.name eq y    > expected ']'
            = x                                 > character 1: expected the name
            colour eq red                       > Unknown search parameter 'colour'
            organization.colour eq red          > Unknown search parameter
            family gt x                         > by gt at character 1
            active eq true and family in y      > by in at character 20
            birthdate co 2                      > by co at character 1
            birthdate eq soon                   > must be a date
            family:exact eq x                   > no modifiers
            _filter eq x                        > no modifiers and no further
            active pr perhaps                   > true or false
            gender.name eq x                    > is no reference
            """)
    void a_wrong_filter_says_where(String filter, String message) {
        assertThatThrownBy(() -> read("Patient", filter.strip()))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining(message.strip());
    }

    @Test
    void a_filter_too_long_too_deep_or_of_too_many_values_is_refused() {
        assertThatThrownBy(() -> read("Patient", "(".repeat(30) + "active eq true" + ")".repeat(30)))
                .hasMessageContaining("20 parentheses");
        assertThatThrownBy(() -> read("Patient", "family eq " + "x".repeat(9000)))
                .hasMessageContaining("8000 characters");
        assertThatThrownBy(() -> read("Patient", "link.".repeat(9) + "family eq x"))
                .hasMessageContaining("8 resources");
        String many = "_id eq 1" + " or _id eq 1".repeat(600);
        SearchRequest.parse("Patient", List.of(Map.entry("_filter", many)));
        assertThatThrownBy(() -> SearchRequest.parse(
                        "Patient",
                        List.of(Map.entry("_filter", many), Map.entry("_filter", many), Map.entry("_filter", many))))
                .hasMessageContaining("2000 values");
    }

    @Test
    void what_is_not_searched_says_what_to_do_instead() {
        assertThatThrownBy(() -> SearchRequest.parse("Patient", "_contained=true"))
                .hasMessageContaining("by a chain");
        assertThatThrownBy(() -> SearchRequest.parse("Patient", "_contained=both"))
                .hasMessageContaining("by a chain");
        assertThatThrownBy(() -> SearchRequest.parse("Patient", "_query=mine"))
                .hasMessageContaining("no named queries");
        assertThat(SearchRequest.parse("Patient", "_contained=false&_containedType=container")
                        .clauses())
                .isEmpty();
    }
}
