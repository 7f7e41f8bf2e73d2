package health.weft.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchTextTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "1961-03-05; 1961-03-05",
                "1961/3/5; 1961-03-05",
                "03/05/1961; 1961-03-05 1961-05-03",
                "3.5.1961; 1961-03-05 1961-05-03",
                "25/12/1961; 1961-12-25",
                "3/5/61; 1961-03-05 1961-05-03",
                "March 5, 1961; 1961-03-05",
                "5 de marzo de 1961; 1961-03-05",
                "hale 1961-03-05 robert; 1961-03-05",
                "31/31/1961; ''"
            })
    void a_birth_date_is_read_in_the_usual_ways(String typed, String days) {
        Set<LocalDate> expected = days.isEmpty()
                ? Set.of()
                : Arrays.stream(days.split(" ")).map(LocalDate::parse).collect(Collectors.toSet());
        assertThat(SearchText.parse(typed).dates()).isEqualTo(expected);
    }

    @Test
    void names_dates_and_numbers_come_in_any_order() {
        SearchText text = SearchText.parse("  Núñez 1961-03-05, José (508) 555-0133 MR104233 ");
        assertThat(text.words()).containsExactly("nunez", "jose");
        assertThat(text.dates()).containsExactly(LocalDate.of(1961, 3, 5));
        assertThat(text.numbers()).containsExactly(Set.of("5085550133"), Set.of("mr104233"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '\u0001',
            value = {
                "Łukasz; lukasz",
                "STRAUß; strauss",
                "Bjørn Åse; bjorn ase",
                "Đorđe; dorde",
                "Þórunn; thorunn",
                "Kaʻahumanu; kaahumanu",
                "d’Œuvre; doeuvre",
                "Işıl; isil"
            })
    void names_are_read_by_their_base_letters(String typed, String words) {
        assertThat(SearchText.parse(typed).words()).containsExactly(words.split(" "));
    }

    @Test
    void a_date_with_a_long_dash_is_a_date() {
        assertThat(SearchText.parse("1961\u201303\u201305").dates()).containsExactly(LocalDate.of(1961, 3, 5));
    }

    @Test
    void a_country_code_is_not_needed_to_find_a_phone() {
        assertThat(SearchText.parse("+1 508 555 0133").numbers()).containsExactly(Set.of("15085550133", "5085550133"));
    }

    @Test
    void nothing_but_blanks_asks_for_nobody() {
        assertThat(SearchText.parse("  , ").isEmpty()).isTrue();
    }
}
