package health.weft.screening;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.consent.SensitiveCodes;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.fhir.questionnaire.Checking;
import health.weft.fhir.questionnaire.Fault;
import health.weft.fhir.questionnaire.Filled;
import health.weft.fhir.questionnaire.Filling;
import health.weft.fhir.questionnaire.Form;
import health.weft.fhir.questionnaire.FormItem;
import health.weft.fhir.questionnaire.Settling;
import health.weft.fhir.questionnaire.Surroundings;
import health.weft.fhir.questionnaire.Value;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ScoringTest {

    @ParameterizedTest(name = "{0} and {1} is {2}")
    @CsvSource({
        // often, sometimes, never, don't know or refused; -: not answered
        "LA28397-0, LA28398-8, NEED",
        "LA28398-8, LA6729-3,  NEED",
        "LA6729-3,  LA15775-2, NEED",
        "LA15775-2, LA28397-0, NEED",
        "LA28397-0, -,         NEED",
        "LA28398-8, LA28398-8, NO_NEED",
        "LA28398-8, LA15775-2, UNKNOWN",
        "LA15775-2, LA15775-2, UNKNOWN",
        "LA28398-8, -,         UNKNOWN",
        "-,         -,         UNKNOWN",
    })
    void hunger_is_a_need_by_either_answer_and_a_refusal_is_never_no_need(
            String worried, String lasted, Finding expected) {
        Scoring.Result result = scored("hunger-vital-sign", "88122-7=" + worried + " 88123-5=" + lasted);
        assertThat(result.findings()).containsOnly(Map.entry(SdohCategory.FOOD_INSECURITY, expected));
        String risk =
                switch (expected) {
                    case NEED -> "LA19952-3";
                    case NO_NEED -> "LA19983-8";
                    case UNKNOWN -> "";
                };
        if (risk.isEmpty()) {
            assertThat(result.scores()).as("unknown has no answer code").isEmpty();
        } else {
            assertThat(result.scores()).hasSize(1);
            assertThat(result.scores().getFirst().code().code()).isEqualTo("88124-3");
            assertThat(result.scores().getFirst().value().toString()).contains(risk);
            assertThat(result.scores().getFirst().positive()).isEqualTo(expected == Finding.NEED);
        }
    }

    @ParameterizedTest(name = "{0} {1}: {2} is {3}")
    @CsvSource({
        "ahc-hrsn, 71802-3=LA31993-1, housing-instability, NO_NEED",
        "ahc-hrsn, 71802-3=LA31993-1, homelessness, NO_NEED",
        "ahc-hrsn, 71802-3=LA31994-9, housing-instability, NEED",
        "ahc-hrsn, 71802-3=LA31994-9, homelessness, NO_NEED",
        "ahc-hrsn, 71802-3=LA31995-6, homelessness, NEED",
        "ahc-hrsn, 71802-3=LA31995-6, housing-instability, NO_NEED",
        "ahc-hrsn, 71802-3=-, homelessness, UNKNOWN",
        // the codes of PRAPARE are no answers to this question in AHC HRSN, and the other way round
        "prapare, 71802-3=LA30190-5, homelessness, NEED",
        "prapare, 71802-3=LA30189-7, homelessness, NO_NEED",
        "prapare, 71802-3=LA30122-8, homelessness, UNKNOWN",
        "prapare, 71802-3=LA33-6, homelessness, UNKNOWN",
        "ahc-hrsn, 96778-6=LA28580-1, inadequate-housing, NEED",
        "ahc-hrsn, 96778-6=LA9-3, inadequate-housing, NO_NEED",
        "ahc-hrsn, 96778-6=LA31996-4+LA31998-0, inadequate-housing, NEED",
        "ahc-hrsn, 96778-6=-, inadequate-housing, UNKNOWN",
        "ahc-hrsn, 93030-5=LA33-6, transportation-insecurity, NEED",
        "ahc-hrsn, 93030-5=LA32-8, transportation-insecurity, NO_NEED",
        "prapare, 93030-5=LA30133-5, transportation-insecurity, NEED",
        "prapare, 93030-5=LA30134-3, transportation-insecurity, NEED",
        "prapare, 93030-5=LA30257-2, transportation-insecurity, UNKNOWN",
        "prapare, 93030-5=LA30122-8, transportation-insecurity, UNKNOWN",
        "ahc-hrsn, 96779-4=LA33-6, utility-insecurity, NEED",
        "ahc-hrsn, 96779-4=LA32002-0, utility-insecurity, NEED",
        "ahc-hrsn, 96779-4=LA32-8, utility-insecurity, NO_NEED",
        "prapare, 93033-9=LA33-6, housing-instability, NEED",
        "prapare, 71802-3=LA30189-7 93033-9=LA32-8, housing-instability, NO_NEED",
        "prapare, 93033-9=LA32-8, housing-instability, UNKNOWN",
        "prapare, 67875-5=LA17956-6, employment-status, NEED",
        "prapare, 67875-5=LA30137-6, employment-status, NO_NEED",
        "prapare, 67875-5=LA30122-8, employment-status, UNKNOWN",
        "prapare, 76437-3=LA30194-7, health-insurance-coverage-status, NEED",
        "prapare, 93031-3=LA30125-1, food-insecurity, NEED",
        "prapare, 93031-3=LA30126-9, food-insecurity, NO_NEED",
        "prapare, 93031-3=LA30126-9+LA30127-7, material-hardship, NEED",
        "prapare, 93031-3=LA30128-5, medical-cost-burden, NEED",
        "prapare, 93031-3=LA30122-8, food-insecurity, UNKNOWN",
        "prapare, 93031-3=-, food-insecurity, UNKNOWN",
        "prapare, 82589-3=LA30191-3, educational-attainment, NEED",
        "prapare, 93029-7=LA30130-1, social-connection, NEED",
        "prapare, 93029-7=LA30131-9, social-connection, NO_NEED",
        "prapare, 93038-8=LA13914-9, stress, NEED",
        "prapare, 93038-8=LA13863-8, stress, NO_NEED",
        "prapare, 93028-9=LA33-6, incarceration-status, NEED",
        "prapare, 93026-3=LA32-8, intimate-partner-violence, NEED",
        "prapare, 93026-3=LA33-6, intimate-partner-violence, UNKNOWN",
        "prapare, 93026-3=LA33-6 76501-6=LA32-8, intimate-partner-violence, NO_NEED",
        "prapare, 93026-3=LA14072-5 76501-6=LA32-8, intimate-partner-violence, UNKNOWN",
        "prapare, 76501-6=LA33-6, intimate-partner-violence, NEED",
    })
    void each_answer_counts_with_its_question(String form, String answers, String category, Finding expected) {
        assertThat(scored(form, answers).findings())
                .containsEntry(SdohCategory.of(category).orElseThrow(), expected);
    }

    @ParameterizedTest(name = "{0}, {1}, {2}, {3} is {4}")
    @CsvSource({
        // points of hurt, insult, threaten, scream; 0: not answered
        "1, 1, 1, 1, NO_NEED, 4",
        "2, 3, 3, 2, NO_NEED, 10",
        "2, 3, 3, 3, NEED, 11",
        "5, 5, 5, 5, NEED, 20",
        "5, 5, 0, 1, NEED, ",
        "5, 5, 0, 0, UNKNOWN, ",
        "1, 1, 1, 0, UNKNOWN, ",
        "4, 4, 2, 0, UNKNOWN, ",
        "0, 0, 0, 0, UNKNOWN, ",
    })
    void safety_is_a_need_above_ten_and_a_missing_answer_is_no_never(
            int hurt, int insult, int threaten, int scream, Finding expected, Integer total) {
        Scoring.Result result = scored(
                "ahc-hrsn",
                "95618-5=%s 95617-7=%s 95616-9=%s 95615-1=%s"
                        .formatted(often(hurt), often(insult), often(threaten), often(scream)));
        assertThat(result.findings()).containsEntry(SdohCategory.INTIMATE_PARTNER_VIOLENCE, expected);
        List<Scoring.Score> totals = result.scores().stream()
                .filter(score -> score.code().code().equals("95614-4"))
                .toList();
        if (total == null) {
            assertThat(totals).as("a sum of some is no sum").isEmpty();
        } else {
            assertThat(totals).hasSize(1);
            assertThat(totals.getFirst()
                            .value()
                            .path("valueQuantity")
                            .path("value")
                            .asInt())
                    .isEqualTo(total);
            assertThat(totals.getFirst().positive()).isEqualTo(expected == Finding.NEED);
        }
    }

    private static String often(int points) {
        return List.of("-", "LA6270-8", "LA10066-1", "LA10082-8", "LA16644-9", "LA6482-9")
                .get(points);
    }

    @ParameterizedTest(name = "{0} {1} {2} {3} {4} {5} is {6}, {7}")
    @CsvSource({
        "LA28398-8, LA28398-8, LA32-8, -, LA32-8, LA32-8, NO_NEED, high-or-marginal, 0",
        "LA6729-3,  LA28398-8, LA32-8, -, LA32-8, LA32-8, NO_NEED, high-or-marginal, 1",
        "LA6729-3,  LA28397-0, LA32-8, -, LA32-8, LA32-8, NEED, low, 2",
        "LA6729-3,  LA28397-0, LA33-6, one-or-two-months, LA33-6, LA32-8, NEED, low, 4",
        "LA6729-3,  LA28397-0, LA33-6, some-months, LA33-6, LA32-8, NEED, very-low, 5",
        "LA6729-3,  LA28397-0, LA33-6, almost-every-month, LA33-6, LA33-6, NEED, very-low, 6",
        // refused or not answered
        "LA28398-8, LA28398-8, LA32-8, -, LA32-8, LA15775-2, NO_NEED, high-or-marginal, ",
        "LA28398-8, LA28398-8, LA15775-2, -, LA32-8, LA32-8, UNKNOWN, , ",
        "LA6729-3,  LA28398-8, LA32-8, -, LA32-8, LA15775-2, UNKNOWN, , ",
        "LA6729-3,  LA28397-0, LA33-6, LA15775-2, LA32-8, LA32-8, NEED, low, ",
        "LA6729-3,  LA28397-0, LA33-6, LA15775-2, LA33-6, LA32-8, NEED, , ",
        "LA6729-3,  LA28397-0, LA33-6, some-months, LA33-6, -, NEED, very-low, ",
        "-, -, -, -, -, -, UNKNOWN, , ",
    })
    void the_six_items_fall_into_three_bands(
            String hh3,
            String hh4,
            String ad1,
            String ad1a,
            String ad2,
            String ad3,
            Finding expected,
            String band,
            Integer score) {
        Scoring.Result result = scored(
                "usda-six-item", "HH3=%s HH4=%s AD1=%s AD1a=%s AD2=%s AD3=%s".formatted(hh3, hh4, ad1, ad1a, ad2, ad3));
        assertThat(result.findings()).containsOnly(Map.entry(SdohCategory.FOOD_INSECURITY, expected));
        assertThat(value(result, "status")).isEqualTo(band == null ? Optional.empty() : Optional.of(band));
        assertThat(value(result, "raw-score"))
                .isEqualTo(score == null ? Optional.empty() : Optional.of(score.toString()));
    }

    private static Optional<String> value(Scoring.Result result, String code) {
        return result.scores().stream()
                .filter(found -> found.code().code().equals(code))
                .map(found -> found.value().has("valueQuantity")
                        ? found.value().path("valueQuantity").path("value").asString("")
                        : Json.text(
                                found.value()
                                        .path("valueCodeableConcept")
                                        .path("coding")
                                        .path(0),
                                "code"))
                .findFirst();
    }

    @Test
    void how_often_meals_were_cut_counts_nothing_where_they_were_not() {
        Filling filling = filled("usda-six-item", "AD1=LA32-8 AD1a=almost-every-month");
        assertThat(filling.at("AD1a").orElseThrow().isEnabled()).isFalse();
        assertThat(Scoring.of(filling).findings()).containsEntry(SdohCategory.FOOD_INSECURITY, Finding.UNKNOWN);
    }

    @Test
    void observations_are_of_survey_and_sdoh_and_called_positive_or_nothing() throws IOException {
        Sensitivity sensitivity = new Sensitivity(new SensitiveCodes(""));
        Filling filling =
                filled("prapare", "93031-3=LA30125-1+LA30127-7 71802-3=LA30189-7 76501-6=LA33-6 56051-6=LA32-8");
        List<Extraction.Made> made = new Extraction("Patient/1", Instant.parse("2026-01-02T03:04:05Z"))
                .of(filling, Scoring.of(filling), sensitivity);
        assertThat(made).hasSize(5);
        for (Extraction.Made each : made) {
            String json = each.json().toString();
            assertThat(json)
                    .contains("\"code\":\"survey\"", "\"code\":\"sdoh\"", "SDOHCC-ObservationScreeningResponse");
            assertThat(json).doesNotContain("\"NEG\"");
            assertThat(each.json().has("interpretation")).isEqualTo(each.need().isPresent());
        }
        assertThat(made.stream()
                        .filter(each -> each.need().isPresent())
                        .map(each -> Json.text(
                                each.json()
                                        .path("valueCodeableConcept")
                                        .path("coding")
                                        .path(0),
                                "code")))
                .as("one Observation for each thing that was lacking")
                .containsExactly("LA30125-1", "LA30127-7", "LA33-6");
        assertThat(made.stream()
                        .filter(Extraction.Made::sensitive)
                        .map(each -> Json.text(
                                each.json().path("code").path("coding").path(0), "code")))
                .containsExactly("76501-6");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunger-vital-sign", "ahc-hrsn", "prapare", "usda-six-item"})
    void a_form_has_codes_and_words_of_both_languages_for_everything(String id) {
        ObjectNode questionnaire = Forms.bundled(id);
        Form form = Form.of(questionnaire);
        assertThat(Json.text(questionnaire, "copyright")).isNotBlank();
        assertThat(questionnaire.path("code").size()).isPositive();
        for (FormItem item : form.all()) {
            assertThat(item.words("es")).as(item.linkId()).isNotBlank();
            if (!item.words("en").equals("No")) {
                assertThat(item.words("es")).as(item.linkId()).isNotEqualTo(item.words("en"));
            }
            if (item.isQuestion()) {
                assertThat(item.codes()).as(item.linkId()).isNotEmpty();
            }
        }
        for (JsonNode coding : questionnaire.findParents("display")) {
            if (coding.has("_display")) {
                assertThat(coding.path("_display").toString()).contains("\"es\"");
            }
        }
        assertThat(form.all().stream().filter(FormItem::isChoice).flatMap(item -> item.options().stream()))
                .allMatch(option -> option.path("valueCoding").has("_display"));
    }

    @Test
    void a_refusal_is_an_answer_that_the_forms_take() {
        Filling filling = filled("prapare", "71802-3=LA30122-8");
        assertThat(Checking.of(filling, around(), true)).isEmpty();
        assertThat(Checking.of(filled("ahc-hrsn", "71802-3=LA30190-5"), around(), true))
                .as("an answer of PRAPARE is none of AHC HRSN's")
                .extracting(Fault::code)
                .containsExactly("option");
    }

    // ------------------------------------------------------------------------------------------------ making them

    private static Scoring.Result scored(String form, String answers) {
        return Scoring.of(filled(form, answers));
    }

    /** @param answers {@code 71802-3=LA31993-1}, several to one question with a plus, none as a dash */
    private static Filling filled(String id, String answers) {
        Filling filling = Filling.of(Form.of(Forms.bundled(id)));
        for (String pair : answers.split(" ")) {
            String question = pair.substring(0, pair.indexOf('='));
            Filled filled = filling.at(question).orElseThrow();
            for (String code : pair.substring(pair.indexOf('=') + 1).split("\\+")) {
                if (!code.equals("-")) {
                    String system = filled.item().options().stream()
                            .map(option -> option.path("valueCoding"))
                            .filter(coding -> Json.text(coding, "code").equals(code))
                            .map(coding -> Json.text(coding, "system"))
                            .findFirst()
                            .orElse(Scoring.LOINC);
                    ObjectNode coding = Json.mapper().createObjectNode();
                    filled.answers()
                            .add(Value.of(
                                    "valueCoding", coding.put("system", system).put("code", code)));
                }
            }
        }
        return Settling.settle(filling, around());
    }

    private static Surroundings around() {
        return Surroundings.of(Map.of(), url -> Optional.empty(), query -> Json.object("Bundle"));
    }
}
