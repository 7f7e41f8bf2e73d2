package health.weft.fhir.questionnaire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class FormTest {
    private static final String SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-";
    private static final String CORE = "http://hl7.org/fhir/StructureDefinition/";

    @ParameterizedTest(name = "{0} {1} {2} with answers {3} is asked: {4}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "boolean  | exists | answerBoolean:true    | valueBoolean:false              | true",
                "boolean  | exists | answerBoolean:true    |                                 | false",
                "boolean  | exists | answerBoolean:false   |                                 | true",
                "boolean  | =      | answerBoolean:true    | valueBoolean:true               | true",
                "boolean  | =      | answerBoolean:true    | valueBoolean:false              | false",
                "boolean  | !=     | answerBoolean:true    | valueBoolean:false              | true",
                "integer  | >      | answerInteger:3       | valueInteger:4                  | true",
                "integer  | >      | answerInteger:3       | valueInteger:3                  | false",
                "integer  | >=     | answerInteger:3       | valueInteger:3                  | true",
                "integer  | <      | answerInteger:3       | valueInteger:2                  | true",
                "integer  | <=     | answerInteger:3       | valueInteger:4                  | false",
                "decimal  | <=     | answerDecimal:1.50    | valueDecimal:1.5                | true",
                "date     | <      | answerDate:'2020-02-01' | valueDate:'2020-01-31'        | true",
                "date     | =      | answerDate:'2020-02-01' | valueDate:'2020'              | false",
                "string   | =      | answerString:'a'      | valueString:'a'                 | true",
                "string   | >      | answerString:'a'      | valueString:'b'                 | true",
                "choice   | =      | answerCoding:{'system':'s','code':'x'} | valueCoding:{'system':'s','code':'x','display':'X'} | true",
                "choice   | =      | answerCoding:{'system':'s','code':'x'} | valueCoding:{'system':'t','code':'x'} | false",
                "choice   | =      | answerCoding:{'code':'x'} | valueCoding:{'system':'s','code':'x'} | true",
                "choice   | !=     | answerCoding:{'system':'s','code':'x'} | valueCoding:{'system':'s','code':'y'} | true",
                "quantity | >      | answerQuantity:{'value':1,'system':'http://unitsofmeasure.org','code':'kg'} | valueQuantity:{'value':1200,'system':'http://unitsofmeasure.org','code':'g'} | true",
                "integer  | =      | answerString:'3'      | valueInteger:3                  | false",
            })
    void an_item_is_asked_when_its_condition_holds(
            String type, String operator, String answer, String given, boolean asked) {
        Form form =
                form("{'linkId':'a','type':'" + type + "','repeats':true},{'linkId':'b','type':'string','enableWhen':[{"
                        + "'question':'a','operator':'" + operator + "'," + pair(answer) + "}]}");
        String answers = given == null ? "" : "{" + pair(given) + "}";
        Filling filling = filled(form, "{'linkId':'a','answer':[" + answers + "]}");
        assertThat(filling.at("b").orElseThrow().isEnabled()).isEqualTo(asked);
    }

    @Test
    void all_or_any_conditions_count_and_what_is_not_asked_decides_nothing() {
        String conditions = "'enableWhen':[{'question':'a','operator':'=','answerBoolean':true},"
                + "{'question':'b','operator':'=','answerBoolean':true}]";
        Form form = form("{'linkId':'a','type':'boolean'},"
                + "{'linkId':'b','type':'boolean','enableWhen':[{'question':'a','operator':'=','answerBoolean':true}]},"
                + "{'linkId':'all','type':'string','enableBehavior':'all'," + conditions + "},"
                + "{'linkId':'any','type':'string','enableBehavior':'any'," + conditions + "}");
        Filling both = filled(form, answer("a", "valueBoolean:true"), answer("b", "valueBoolean:true"));
        assertThat(asked(both)).containsExactly("a", "b", "all", "any");
        Filling one = filled(form, answer("a", "valueBoolean:true"), answer("b", "valueBoolean:false"));
        assertThat(asked(one)).containsExactly("a", "b", "any");
        Filling hidden = filled(form, answer("a", "valueBoolean:false"), answer("b", "valueBoolean:true"));
        assertThat(asked(hidden)).containsExactly("a");
        assertThat(hidden.response().toString()).doesNotContain("\"b\"");
        assertThat(hidden.draft().toString())
                .as("typed, and kept for when it is asked again")
                .contains("\"b\"");
        assertThat(codes(hidden)).containsExactly("disabled");
    }

    @Test
    void a_condition_looks_at_its_own_repetition_of_a_group() {
        Form form = form(
                "{'linkId':'child','type':'group','repeats':true,'item':[{'linkId':'school','type':'boolean'},"
                        + "{'linkId':'which','type':'string','enableWhen':[{'question':'school','operator':'=','answerBoolean':true}]}]}");
        Filling filling = filled(
                form,
                "{'linkId':'child','item':[" + answer("school", "valueBoolean:true") + "]}",
                "{'linkId':'child','item':[" + answer("school", "valueBoolean:false") + "]}");
        assertThat(asked(filling))
                .containsExactly("child~0", "child~0~school", "child~0~which", "child~1", "child~1~school");
        filling.repeat(filling.at("child~1").orElseThrow());
        assertThat(filling.at("child~2~school")).isPresent();
        filling.remove(filling.at("child~0").orElseThrow());
        assertThat(filling.at("child~0~school").orElseThrow().answers().toString())
                .contains("false");
        assertThat(filling.at("child~2")).isEmpty();
    }

    @Test
    void sums_are_calculated_again_until_nothing_changes() {
        Form form = form(
                "{'linkId':'a','type':'integer'},{'linkId':'b','type':'decimal'},"
                        + "{'linkId':'sum','type':'decimal','readOnly':true,'extension':["
                        + expression(SDC + "calculatedExpression", "%answers.sum()", null)
                                .replace(
                                        "%answers.sum()",
                                        "%resource.item.where(linkId = ''a'' or linkId = ''b'').answer.value.aggregate($this + iif($total.empty(), 0, $total))")
                        + "]},"
                        + "{'linkId':'twice','type':'decimal','extension':["
                        + expression(SDC + "calculatedExpression", "%doubled", null) + ","
                        + expression(
                                CORE + "variable", "%resource.item.where(linkId = ''sum'').answer.value * 2", "doubled")
                        + "]},"
                        + "{'linkId':'more','type':'string','enableWhen':[{'question':'twice','operator':'>','answerDecimal':10}]}");
        Filling filling = filled(form, answer("a", "valueInteger:4"), answer("b", "valueDecimal:2.5"));
        assertThat(filling.at("sum").orElseThrow().answers().toString()).contains("6.5");
        assertThat(filling.at("twice").orElseThrow().answers().toString()).contains("13");
        assertThat(filling.at("more").orElseThrow().isEnabled()).isTrue();
    }

    @Test
    void a_form_that_never_comes_to_rest_or_calculates_forever_is_refused() {
        Form restless = form("{'linkId':'n','type':'integer','extension':["
                + expression(
                        SDC + "calculatedExpression",
                        "iif(%resource.item.answer.exists(), %resource.item.answer.value.first() + 1, 1)",
                        null)
                + "]}");
        assertThatThrownBy(() -> filled(restless))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("comes to rest");
        Form endless = form("{'linkId':'n','type':'integer','extension':["
                + expression(
                        SDC + "calculatedExpression",
                        "('a' | 'b').repeat($this + 'a' | $this + 'b').count()".replace("'", "''"),
                        null)
                + "]}");
        assertThatThrownBy(() -> filled(endless))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("does not calculate");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'type':'integer'                       | 'valueString':'1'     | type",
                "'type':'string','maxLength':3          | 'valueString':'four'  | too-long",
                "'type':'integer','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/minValue','valueInteger':2}] | 'valueInteger':1 | too-small",
                "'type':'date','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/maxValue','valueDate':'2020-01-01'}] | 'valueDate':'2020-01-02' | too-large",
                "'type':'decimal','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces','valueInteger':1}] | 'valueDecimal':1.25 | decimals",
                "'type':'choice','answerOption':[{'valueCoding':{'system':'s','code':'x'}}] | 'valueCoding':{'system':'s','code':'z'} | option",
                "'type':'choice','answerOption':[{'valueCoding':{'system':'s','code':'x'}}] | 'valueString':'x' | option",
                "'type':'open-choice','answerOption':[{'valueCoding':{'system':'s','code':'x'}}] | 'valueString':'mine' | none",
                "'type':'choice','answerValueSet':'http://known'   | 'valueCoding':{'system':'v','code':'1'} | none",
                "'type':'choice','answerValueSet':'http://known'   | 'valueCoding':{'system':'v','code':'2'} | option",
                "'type':'choice','answerValueSet':'http://unknown' | 'valueCoding':{'system':'v','code':'1'} | options-unknown",
                "'type':'quantity','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/questionnaire-unit','valueCoding':{'system':'http://unitsofmeasure.org','code':'kg'}}] | 'valueQuantity':{'value':1,'code':'lb'} | unit",
                "'type':'string','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/minLength','valueInteger':3}] | 'valueString':'ab' | too-short",
                "'type':'string','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/regex','valueString':'[0-9]{5}'}] | 'valueString':'0161' | format",
                "'type':'string','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/regex','valueString':'[0-9]{5}'}] | 'valueString':'01610' | none",
                "'type':'integer','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/regex','valueString':'[1-5]'}] | 'valueInteger':6 | format",
                "'type':'string','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/regex','valueString':'(a+)+b'}] | 'valueString':'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac' | format",
                "'type':'attachment','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/mimeType','valueCode':'image/*'},{'url':'http://hl7.org/fhir/StructureDefinition/mimeType','valueCode':'application/pdf'}] | 'valueAttachment':{'contentType':'text/html','data':'eHg='} | file-kind",
                "'type':'attachment','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/mimeType','valueCode':'image/*'}] | 'valueAttachment':{'contentType':'image/png','data':'eHg='} | none",
                "'type':'attachment','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/maxSize','valueDecimal':1.5}] | 'valueAttachment':{'contentType':'image/png','size':1600000} | file-large",
                "'type':'reference','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/questionnaire-referenceResource','valueCode':'Organization'}] | 'valueReference':{'reference':'Patient/1'} | resource",
                "'type':'reference','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/questionnaire-referenceResource','valueCode':'Organization'}] | 'valueReference':{'reference':'https://example.org/r4/Organization/1/_history/3'} | none",
                "'type':'reference','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/questionnaire-referenceResource','valueCode':'Organization'}] | 'valueReference':{'display':'The one at the corner'} | none",
                "'type':'date'                          | 'valueDate':'2020-02-31' | type",
                "'type':'string'                        | 'valueString':' '     | type",
                "'type':'choice','repeats':true,'answerOption':[{'valueString':'a'},{'valueString':'none','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive','valueBoolean':true}]}] | 'valueString':'a'},{'valueString':'none' | exclusive",
                "'type':'display'                       | 'valueString':'a'     | no-question",
                "'type':'string'                        | 'valueString':'a'},{'valueString':'b' | too-many",
            })
    void an_answer_that_the_question_does_not_take_is_told(String item, String answer, String code) {
        Form form = form("{'linkId':'q'," + item + "}");
        Filling filling = filled(form, "{'linkId':'q','answer':[{" + answer + "}]}");
        assertThat(codes(filling)).isEqualTo(code.equals("none") ? List.of() : List.of(code));
    }

    @Test
    void what_has_no_place_in_the_form_is_told_with_its_path() {
        Form form = form("{'linkId':'g','type':'group','item':[{'linkId':'q','type':'string','required':true}]},"
                + "{'linkId':'one','type':'group','item':[{'linkId':'r','type':'string'}]}");
        Filling filling = filled(
                form, "{'linkId':'nobody'}", answer("q", "valueString:'x'"), "{'linkId':'one'}", "{'linkId':'one'}");
        assertThat(Checking.of(filling, around(), true))
                .extracting(fault -> fault.code() + " " + fault.path())
                .containsExactly(
                        "unknown QuestionnaireResponse.item[0]",
                        "misplaced QuestionnaireResponse.item[1]",
                        "twice QuestionnaireResponse.item[3]",
                        "required QuestionnaireResponse.item[0].item[0]");
        assertThat(Checking.of(filling, around(), false))
                .as("nothing needs to be answered yet")
                .extracting(Fault::code)
                .doesNotContain("required");
    }

    @Test
    void it_is_filled_in_beforehand_with_what_stands_in_the_record() {
        Form form = form(
                "{'linkId':'name','type':'string','extension':["
                        + expression(SDC + "initialExpression", "%patient.name.given.first()", null) + "]},"
                        + "{'linkId':'sex','type':'choice','answerOption':[{'valueCoding':{'system':'s','code':'female'}},{'valueCoding':{'system':'s','code':'male'}}],'extension':["
                        + expression(SDC + "initialExpression", "%patient.gender", null) + "]},"
                        + "{'linkId':'weight','type':'quantity','extension':["
                        + expression(SDC + "initialExpression", "%weights.entry.resource.value.first()", null) + ","
                        + "{'url':'" + CORE
                        + "variable','valueExpression':{'name':'weights','language':'application/x-fhir-query','expression':'Observation?patient={{%patient.id}}&code=29463-7'}}]},"
                        + "{'linkId':'given','type':'boolean','initial':[{'valueBoolean':true}]},"
                        + "{'linkId':'picked','type':'choice','answerOption':[{'valueString':'a'},{'valueString':'b','initialSelected':true}]}");
        List<String> asked = new ArrayList<>();
        ObjectNode patient = Json.parse("""
                {"resourceType":"Patient","id":"p 1","gender":"female","name":[{"given":["Ottoline"]}]}""");
        Filling filling = Population.of(form, Surroundings.of(Map.of("patient", patient), FormTest::codings, query -> {
            asked.add(query);
            return Json.parse("""
                    {"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Observation",
                     "valueQuantity":{"value":71.5,"unit":"kg"}}}]}""");
        }));
        assertThat(asked).containsExactly("Observation?patient=p+1&code=29463-7");
        assertThat(filling.response().toString())
                .contains("Ottoline", "\"code\":\"female\"", "71.5", "\"valueBoolean\":true", "\"valueString\":\"b\"");
    }

    @Test
    void a_form_that_cannot_be_asked_says_why() {
        assertThatThrownBy(() -> form("{'linkId':'a','type':'string'},{'linkId':'a','type':'string'}"))
                .hasMessageContaining("linkId");
        assertThatThrownBy(
                        () -> form(
                                "{'linkId':'a','type':'string','enableWhen':[{'question':'b','operator':'exists','answerBoolean':true}]}"))
                .hasMessageContaining("enableWhen");
        assertThatThrownBy(
                        () -> form(
                                "{'linkId':'a','type':'string','extension':[{'url':'http://hl7.org/fhir/StructureDefinition/regex','valueString':'[a'}]}"))
                .hasMessageContaining("regex");
        assertThatThrownBy(() -> form("{'linkId':'a','type':'string','extension':["
                        + expression(SDC + "calculatedExpression", "%nobody.x", null) + "]}"))
                .hasMessageContaining("nobody");
    }

    @Test
    void pages_are_the_groups_and_what_stands_between_them() {
        Form form = form(
                "{'linkId':'hello','type':'display'},{'linkId':'g1','type':'group','item':[{'linkId':'a','type':'string'}]},"
                        + "{'linkId':'b','type':'string'},{'linkId':'g2','type':'group','item':[{'linkId':'c','type':'string'}]}");
        assertThat(form.pages())
                .extracting(page -> page.stream().map(FormItem::linkId).toList())
                .containsExactly(List.of("hello", "g1"), List.of("b"), List.of("g2"));
    }

    @Test
    void words_are_in_the_language_asked_for() {
        Form form = form("{'linkId':'q','type':'string','prefix':'1.','text':'Name','_text':{'extension':[{'url':'"
                + CORE
                + "translation','extension':[{'url':'lang','valueCode':'es'},{'url':'content','valueString':'Nombre'}]}]},"
                + "'item':[{'linkId':'h','type':'display','text':'As in your papers','extension':[{'url':'" + CORE
                + "questionnaire-itemControl','valueCodeableConcept':{'coding':[{'code':'help'}]}}]}]}");
        FormItem item = form.item("q").orElseThrow();
        assertThat(item.words("es")).isEqualTo("1. Nombre");
        assertThat(item.words("en")).isEqualTo("1. Name");
        assertThat(item.help("es")).isEqualTo("As in your papers");
    }

    // ------------------------------------------------------------------------------------------------ making them

    private static Form form(String items) {
        return Form.of(parse("{'resourceType':'Questionnaire','url':'http://form','item':[" + items + "]}"));
    }

    private static Filling filled(Form form, String... items) {
        ObjectNode response =
                parse("{'resourceType':'QuestionnaireResponse','item':[" + String.join(",", items) + "]}");
        return Settling.settle(Filling.of(form, response), around());
    }

    private static Surroundings around() {
        return Surroundings.of(Map.of(), FormTest::codings, query -> Json.object("Bundle"));
    }

    private static Optional<List<JsonNode>> codings(String valueSet) {
        return valueSet.equals("http://known")
                ? Optional.of(List.of(parse("{'system':'v','code':'1'}")))
                : Optional.empty();
    }

    private static List<String> codes(Filling filling) {
        return Checking.of(filling, around(), true).stream().map(Fault::code).toList();
    }

    private static List<String> asked(Filling filling) {
        return filling.all().filter(Filled::isEnabled).map(Filled::key).toList();
    }

    private static String answer(String linkId, String pair) {
        return "{'linkId':'" + linkId + "','answer':[{" + pair(pair) + "}]}";
    }

    private static String pair(String written) {
        int colon = written.indexOf(':');
        return "'" + written.substring(0, colon).strip() + "':"
                + written.substring(colon + 1).strip();
    }

    /** @param text with two apostrophes for each of its own */
    private static String expression(String url, String text, String name) {
        return "{'url':'" + url + "','valueExpression':{" + (name == null ? "" : "'name':'" + name + "',")
                + "'language':'text/fhirpath','expression':'" + text + "'}}";
    }

    /** Apostrophes for quotation marks, two for one that is meant. */
    private static ObjectNode parse(String json) {
        return Json.parse(json.replace("''", "\u0001").replace('\'', '"').replace('\u0001', '\''));
    }
}
