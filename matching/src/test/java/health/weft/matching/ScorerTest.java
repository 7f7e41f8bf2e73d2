package health.weft.matching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScorerTest {
    private final Scorer scorer = new Scorer(Model.standard(), Frequencies.NONE);

    // given | family | former | birth date | sex | phone | line | postcode | ssn
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = ';', textBlock = """
        the same copy                ; Robert|Hale||1961-05-03|m|508-555-0133|12 Elm St|01610|         ; Robert|Hale||1961-05-03|m|508-555-0133|12 Elm St|01610|         ; LINK
        a nickname and a move        ; Robert|Hale||1961-05-03|m||12 Elm St|01610|                     ; Bob|Hale||1961-05-03|m||99 Oak Ave|01605|                        ; LINK
        a typo in the family name    ; Robert|Hale||1961-05-03|m||12 Elm St|01610|                     ; Robert|Hael||1961-05-03|m||12 Elm Street Apt 2|01610|            ; LINK
        day and month swapped        ; Robert|Hale||1961-05-03|m|508-555-0133||01610|                  ; Robert|Hale||1961-03-05|m|508-555-0133||01610|                   ; LINK
        one digit of the date off    ; Robert|Hale||1961-05-03|m||12 Elm St|01610|                     ; Robert|Hale||1961-05-08|m||12 Elm St|01610|                      ; LINK
        names swapped                ; Robert|Hale||1961-05-03|m||12 Elm St|01610|                     ; Hale|Robert||1961-05-03|m||12 Elm St|01610|                      ; LINK
        married, maiden name known   ; Ana|Lopez|Silva|1980-02-09|f|508-555-0144||01604|               ; Ana|Silva||1980-02-09|f|508-555-0144||01604|                     ; LINK
        a compound family name       ; José|García López||1980-02-09|m||3 Main St|01604|               ; Jose|Garcia||1980-02-09|m||3 Main St|01604|                      ; LINK
        diacritics left out          ; Íñigo|Núñez||1980-02-09|m||3 Main St|01604|                     ; Inigo|Nunez||1980-02-09|m||3 Main St|01604|                      ; LINK
        a placeholder for the date   ; Robert|Hale||1961-05-03|m|508-555-0133|12 Elm St|01610|123-45-6781 ; Robert|Hale||1900-01-01|m|508-555-0133|12 Elm St|01610|123-45-6781 ; LINK
        only the name in common      ; Maria|Garcia||1961-05-03|f||12 Elm St|01610|                    ; Maria|Garcia||1984-11-20|f||7 Low Rd|01605|                       ; NONE
        twins                        ; Mia|Hale||2015-05-03|f|508-555-0133|12 Elm St|01610|            ; Zoe|Hale||2015-05-03|f|508-555-0133|12 Elm St|01610|             ; NONE
        twins with names alike       ; Jayden|Hale||2015-05-03|m|508-555-0133|12 Elm St|01610|123-45-6781 ; Jordan|Hale||2015-05-03|m|508-555-0133|12 Elm St|01610|123-45-6799 ; NONE
        father and son               ; Robert Sr|Hale||1961-05-03|m|508-555-0133|12 Elm St|01610|      ; Robert Jr|Hale||1988-07-19|m|508-555-0133|12 Elm St|01610|       ; NONE
        father and son, no suffix    ; Robert|Hale||1961-05-03|m|508-555-0133|12 Elm St|01610|         ; Robert|Hale||1988-07-19|m|508-555-0133|12 Elm St|01610|          ; NONE
        namesakes at one address     ; Robert|Hale||1967-12-05|m|508-555-0133|12 Elm St|01610|         ; Robert|Hale||1969-01-30|m|508-555-0133|12 Elm St|01610|          ; REVIEW
        cousins of one name          ; Robert|Hale||1967-12-05|m|508-555-0133|12 Elm St|01610|         ; Robert|Hale||1973-08-21|m|508-555-0133|12 Elm St|01610|          ; REVIEW
        father and son of one birthday ; Robert|Hale||1977-08-14|m||12 Elm St|01610|                 ; Robert|Hale||2003-08-14|m||12 Elm St|01610|                   ; NONE
        the wrong century            ; Robert|Hale||1915-08-14|m|508-555-0133|12 Elm St|01610|         ; Robert|Hale||2015-08-14|m|508-555-0133|12 Elm St|01610|          ; LINK
        no date and another number   ; Robert|Hale|||m|508-555-0133|12 Elm St|01610|123-45-6781        ; Robert|Hale||1969-01-30|m|508-555-0133|12 Elm St|01610|677-21-0943 ; REVIEW
        no date and no number        ; Robert|Hale|||m|508-555-0133|12 Elm St|01610|                   ; Robert|Hale||1969-01-30|m|508-555-0133|12 Elm St|01610|          ; LINK
        a wrong date, the same number ; Robert|Hale||1967-12-05|m|508-555-0133|12 Elm St|01610|123-45-6781 ; Robert|Hale||1973-08-21|m|508-555-0133|12 Elm St|01610|123-45-6781 ; LINK
        husband and wife             ; Robert|Hale||1961-05-03|m|508-555-0133|12 Elm St|01610|         ; Susan|Hale||1963-01-30|f|508-555-0133|12 Elm St|01610|           ; NONE
        shelter guests, names alike   ; Robert|Hale||1961-05-03|m|508-555-0199|701 Main St|01610|       ; Roberto|Haley||1970-10-11|m|508-555-0199|701 Main St|01610|      ; REVIEW
        two guests of one shelter    ; Robert|Hale||1961-05-03|m|508-555-0199|701 Main St|01610|       ; Dennis|Okoro||1970-10-11|m|508-555-0199|701 Main St|01610|      ; NONE
        same number, all else other  ; Robert|Hale||1961-05-03|m||12 Elm St|01610|123-45-6781          ; Susan|Reed||1990-01-30|f||7 Low Rd|01605|123-45-6781             ; NONE
        nothing to go by             ; Robert||||||||                                                 ; Robert||||||||    ; NONE
        """)
    void decides(String what, String left, String right, Decision expected) {
        Score score = scorer.score(read(left), read(right));
        assertThat(score.decision()).as("%s: %s", what, score).isEqualTo(expected);
    }

    @Test
    void twins_who_share_a_middle_initial_are_told_apart_by_their_numbers() {
        Demographics antonio = twin("Antonio", "566-04-0642");
        Demographics barbara = twin("Barbara", "116-95-2140");
        Score score = scorer.score(antonio, barbara);
        assertThat(score.vetoed()).contains(Veto.TWINS);
        assertThat(score.decision()).isEqualTo(Decision.NONE);
    }

    private static Demographics twin(String given, String number) {
        return Demographics.builder()
                .given(given + " K")
                .family("Watbourne")
                .birthDate("1996-11-21")
                .addressLine("886 Stanfield Rd")
                .postcode("01134")
                .identifier("ssn", number)
                .build();
    }

    @Test
    void the_score_is_the_prior_and_its_fields() {
        Score score = scorer.score(
                read("Robert|Hale||1961-05-03|m|508-555-0133|12 Elm St|01610|"),
                read("Bob|Hale||1961-05-03|m|508-555-0133|12 Elm St|01610|"));
        double sum = score.fields().stream().mapToDouble(Score.Field::log2).sum();
        assertThat(score.log2())
                .isEqualTo(Model.standard().prior() + sum, org.assertj.core.api.Assertions.within(1e-9));
        assertThat(score.fields())
                .anyMatch(field ->
                        field.kind() == FieldKind.GIVEN && field.level().equals("nickname"));
    }

    @Test
    void what_is_missing_counts_neither_for_nor_against() {
        Score full = scorer.score(read("Robert|Hale||1961-05-03|m|||||"), read("Robert|Hale||1961-05-03|m|||||"));
        Score more = scorer.score(
                read("Robert|Hale||1961-05-03|m|508-555-0133||||"), read("Robert|Hale||1961-05-03|m|||||"));
        assertThat(more.log2()).isEqualTo(full.log2());
    }

    @Test
    void both_directions_give_the_same_bits() {
        List<Demographics> people = List.of(
                read("Robert|Hale||1961-05-03|m|508-555-0133|12 Elm St|01610|123-45-6781"),
                read("Bob|Hael|Hale|1961-03-05|m||12 Elm|01605|"),
                read("Hale|Robert||1961-05-08|f|508-555-0199||01610|123-45-6718"));
        for (Demographics a : people) {
            for (Demographics b : people) {
                assertThat(scorer.score(a, b)).isEqualTo(scorer.score(b, a));
            }
        }
    }

    @Test
    void a_common_name_says_less_than_a_rare_one() {
        List<Demographics> region =
                new java.util.ArrayList<>(java.util.Collections.nCopies(2_900, read("Ann|Smith||||||||")));
        region.add(read("Ann|Ashgrove||||||||"));
        Scorer counted = new Scorer(Model.standard(), Frequencies.of(region));
        assertThat(counted.score(read("Ann|Smith||1961-05-03|f||||"), read("Ann|Smith||1961-05-03|f||||"))
                        .log2())
                .isLessThan(
                        counted.score(read("Ann|Ashgrove||1961-05-03|f||||"), read("Ann|Ashgrove||1961-05-03|f||||"))
                                .log2());
    }

    @Test
    void a_weak_bridge_does_not_chain_two_people() {
        Linkage linkage = new Linkage(scorer);
        List<Demographics> records = List.of(
                read("Robert|Hale||1961-05-03|m|508-555-0133|12 Elm St|01610|123-45-6781"),
                read("Robert|Hale||1961-05-03|m|508-555-0133|12 Elm St|01610|123-45-6781"),
                read("Robert|Hale|||m|508-555-0133|12 Elm St|01610|"),
                read("Robert|Hale||1988-07-19|m|508-555-0133|12 Elm St|01610|555-45-1200"),
                read("Robert|Hale||1988-07-19|m|508-555-0133|12 Elm St|01610|555-45-1200"));
        int[] cluster = linkage.link(records).cluster();
        assertThat(cluster[0]).isEqualTo(cluster[1]);
        assertThat(cluster[3]).isEqualTo(cluster[4]);
        assertThat(cluster[0]).isNotEqualTo(cluster[3]);
    }

    @Test
    void a_copy_without_a_date_does_not_join_two_namesakes_of_one_home() {
        Linkage linkage = new Linkage(scorer);
        int[] cluster = linkage.link(List.of(
                        read("Robert|Hale||1967-12-05|m|508-555-0133|12 Elm St|01610|"),
                        read("Robert|Hale|||m|508-555-0133|12 Elm St|01610|"),
                        read("Robert|Hale||1969-01-30|m|508-555-0133|12 Elm St|01610|")))
                .cluster();
        assertThat(cluster[0]).isNotEqualTo(cluster[2]);
        assertThat(cluster[1]).isIn(cluster[0], cluster[2]);
        assertThat(scorer.score(
                                read("Robert|Hale||1967-12-05|m|508-555-0133|12 Elm St|01610|"),
                                read("Robert|Hale||1969-01-30|m|508-555-0133|12 Elm St|01610|"))
                        .vetoed())
                .contains(Veto.NAMESAKES);
    }

    private static Demographics read(String row) {
        String[] c = (row.trim() + "|||||||||").split("\\|", -1);
        return Demographics.builder()
                .given(c[0])
                .family(c[1])
                .family(c[2])
                .birthDate(c[3])
                .sex(c[4])
                .phone(c[5])
                .addressLine(c[6])
                .postcode(c[7])
                .identifier("ssn", c[8])
                .build();
    }
}
