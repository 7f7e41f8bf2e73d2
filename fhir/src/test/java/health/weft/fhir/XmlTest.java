package health.weft.fhir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

class XmlTest {
    private static ObjectNode parse(String xml) {
        return Xml.parse(xml.getBytes(StandardCharsets.UTF_8));
    }

    private static String written(ObjectNode resource) {
        return new String(Xml.bytes(resource), StandardCharsets.UTF_8);
    }

    private static final String JSON = """
            {"resourceType":"Patient","id":"p","meta":{"versionId":"1","tag":[{"code":"t"}]},
             "text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><p class=\\"a\\">1 &lt; 2 &amp; <b>bold</b><br/></p></div>"},
             "contained":[{"resourceType":"Organization","id":"o","name":"Food & Co"}],
             "extension":[{"url":"urn:x","extension":[{"url":"urn:y","valueDecimal":1.50}]},{"id":"e2","url":"urn:z","valueBoolean":false}],
             "name":[{"id":"n1","family":"O'Hara \\"x\\"\\n\\ttab","given":[null,"B","C"],"_given":[{"extension":[{"url":"urn:g","valueCode":"g"}]},null,{"id":"c"}]}],
             "_birthDate":{"extension":[{"url":"urn:b","valueCode":"unknown"}]},
             "multipleBirthInteger":2,"managingOrganization":{"reference":"#o"}}""";

    @Test
    void json_comes_back_as_it_was() {
        ObjectNode resource = Json.parse(JSON);
        assertThat(parse(written(resource))).isEqualTo(resource);
        assertThat(parse(new String(Xml.bytes(resource, true), StandardCharsets.UTF_8)))
                .isEqualTo(resource);
    }

    @Test
    void the_xml_is_what_r4_shows() {
        assertThat(written(Json.parse("""
                {"resourceType":"Observation","valueQuantity":{"code":"%","value":7.20},"status":"final","id":"o",
                 "code":{"text":"a"},"_status":{"id":"s"}}""")))
                .isEqualTo("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Observation xmlns=\"http://hl7.org/fhir\">"
                        + "<id value=\"o\"/><status id=\"s\" value=\"final\"/><code><text value=\"a\"/></code>"
                        + "<valueQuantity><value value=\"7.20\"/><code value=\"%\"/></valueQuantity></Observation>");
    }

    @Test
    void comments_prefixes_and_entities_of_narratives_are_understood() {
        ObjectNode patient = parse("""
                <?xml version="1.0"?><!-- a --><f:Patient xmlns:f="http://hl7.org/fhir" xmlns:h="http://www.w3.org/1999/xhtml">
                  <!-- b --><f:text><f:status value="generated"/><h:div>a&#160;b<!-- c --><h:i>x</h:i></h:div></f:text>
                  <f:active value="true"/></f:Patient>""");
        assertThat(patient).isEqualTo(Json.parse("""
                {"resourceType":"Patient","text":{"status":"generated",
                 "div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">a\u00a0b<i>x</i></div>"},"active":true}"""));
    }

    @Test
    void entities_of_html_in_a_narrative_become_what_they_mean() {
        assertThat(written(Json.parse("{\"resourceType\":\"Patient\",\"text\":{\"div\":\"<div>a&nbsp;b</div>\"}}")))
                .contains("<div xmlns=\"http://www.w3.org/1999/xhtml\">a\u00a0b</div>");
    }

    @Test
    void a_value_of_the_wrong_form_is_left_to_validation() {
        ObjectNode patient = parse("""
                <Patient xmlns="http://hl7.org/fhir"><active value="yes"/><multipleBirthInteger value="1.5"/></Patient>""");
        assertThat(Validation.check(patient))
                .extracting(Issue::expression)
                .containsExactly("Patient.active", "Patient.multipleBirth");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\u0001', textBlock = """
            <Patient xmlns="http://hl7.org/fhir"><colour value="red"/></Patient>                        | Patient
            <Patient xmlns="http://hl7.org/fhir"><name><colour value="red"/></name></Patient>           | Patient.name[0]
            <Patient xmlns="http://hl7.org/fhir"><name/><name><family/></name></Patient>                | Patient.name[1].family
            <Patient xmlns="http://hl7.org/fhir"><active value="true"/><active value="true"/></Patient> | Patient.active
            <Patient xmlns="http://hl7.org/fhir">text</Patient>                                         | Patient
            <Patient xmlns="http://hl7.org/fhir" id="x"/>                                               | Patient
            <Patient xmlns="http://hl7.org/fhir"><name use="x"/></Patient>                              | Patient.name[0]
            <Patient xmlns="http://hl7.org/fhir"><active value="true" x="y"/></Patient>                 | Patient.active
            <Patient xmlns="http://hl7.org/fhir"><extension><url value="x"/></extension></Patient>      | Patient.extension[0]
            <Patient xmlns="http://hl7.org/fhir"><contained/></Patient>                                 | Patient.contained[0]
            <Patient xmlns="http://hl7.org/fhir"><contained><Nobody/></contained></Patient>             | Patient.contained[0]
            <Patient xmlns="http://hl7.org/fhir"><text><div/></text></Patient>                          | Patient.text.div
            <Patient xmlns="http://hl7.org/fhir"><text><div xmlns="http://www.w3.org/1999/xhtml"><x xmlns="urn:y"/></div></text></Patient> | Patient.text.div
            <Patient xmlns="http://hl7.org/fhir"><text><div xmlns="http://www.w3.org/1999/xhtml">&secret;</div></text></Patient> |
            <Patient xmlns="urn:other"/>                                                                | Patient
            <Patient/>                                                                                  | Patient
            <Nobody xmlns="http://hl7.org/fhir"/>                                                       | Nobody
            <Patient xmlns="http://hl7.org/fhir">                                                       |
            <Patient xmlns="http://hl7.org/fhir"/><Patient xmlns="http://hl7.org/fhir"/>                |
            not xml                                                                                     |
            """)
    void what_is_no_resource_is_refused_with_its_place(String xml, String place) {
        InvalidResource refused = catchThrowableOfType(InvalidResource.class, () -> parse(xml));
        assertThat(refused).isNotNull();
        assertThat(refused.issues().getFirst().expression()).isEqualTo(place == null ? null : place.strip());
        assertThat(refused.getMessage()).contains("ine ").doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\u0001', textBlock = """
            <!DOCTYPE Patient [<!ENTITY x SYSTEM "file:///etc/hostname">]><Patient xmlns="http://hl7.org/fhir"><language value="&x;"/></Patient>
            <!DOCTYPE Patient SYSTEM "http://127.0.0.1:9/x.dtd"><Patient xmlns="http://hl7.org/fhir"/>
            <!DOCTYPE Patient [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><Patient xmlns="http://hl7.org/fhir"><language value="&c;"/></Patient>
            """)
    void document_types_are_refused_before_anything_in_them_is_read(String xml) {
        assertThatThrownBy(() -> parse(xml))
                .isInstanceOf(InvalidResource.class)
                .hasMessageMatching(".*(DTD|not well-formed).*");
    }

    @Test
    void nesting_beyond_the_limit_and_broken_utf8_are_refused() {
        String deep = "<Patient xmlns=\"http://hl7.org/fhir\">" + "<extension url=\"u\">".repeat(100_000);
        assertThatThrownBy(() -> parse(deep))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("deeper");
        String div = "<Patient xmlns=\"http://hl7.org/fhir\"><text><div xmlns=\"http://www.w3.org/1999/xhtml\">"
                + "<b>".repeat(100_000);
        assertThatThrownBy(() -> parse(div)).isInstanceOf(InvalidResource.class);
        assertThatThrownBy(() -> Xml.parse(new byte[] {'<', (byte) 0xc3, '>'}))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("UTF-8");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\u0001', textBlock = """
            {"resourceType":"Patient","colour":"red"}                                  ; Patient
            {"resourceType":"Patient","name":[{"colour":"red"}]}                       ; Patient.name[0]
            {"resourceType":"Patient","name":{"family":"x"}}                           ; Patient.name
            {"resourceType":"Patient","name":["x"]}                                    ; Patient.name[0]
            {"resourceType":"Patient","contained":[{"id":"x"}]}                        ; Patient.contained[0]
            {"resourceType":"Patient","text":{"status":"generated","div":"<div>open"}} ; Patient.text.div
            {"resourceType":"Patient","text":{"status":"generated","div":"<p/>"}}      ; Patient.text.div
            """)
    void a_tree_that_is_no_resource_has_no_xml(String json, String place) {
        InvalidResource refused = catchThrowableOfType(InvalidResource.class, () -> Xml.bytes(Json.parse(json)));
        assertThat(refused).isNotNull();
        assertThat(refused.issues().getFirst().expression()).isEqualTo(place);
    }

    @Test
    void the_inputs_of_the_official_suite_come_back_as_they_were() throws IOException {
        String folder = System.getenv("WEFT_FHIRPATH_SUITE");
        Assumptions.assumeTrue(folder != null, "WEFT_FHIRPATH_SUITE is not set");
        try (Stream<Path> files = Files.list(Path.of(folder, "inputs"))) {
            for (Path file : files.toList()) {
                byte[] bytes = Files.readAllBytes(file);
                ObjectNode resource = file.toString().endsWith(".xml") ? Xml.parse(bytes) : Json.parse(bytes);
                assertThat(Xml.parse(Xml.bytes(resource))).as(file.toString()).isEqualTo(resource);
            }
        }
    }
}
