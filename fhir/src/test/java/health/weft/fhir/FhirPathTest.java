package health.weft.fhir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class FhirPathTest {
    private static final ObjectNode OBSERVATION = Json.parse("""
            {"resourceType":"Observation","id":"o1","status":"final","_status":{"extension":[{"url":"urn:x","valueCode":"y"}]},
             "contained":[{"resourceType":"Group","id":"g","type":"person","actual":true}],
             "code":{"coding":[{"system":"http://loinc.org","code":"1"},{"system":"urn:l","code":"2"}],"text":"A1c"},
             "subject":{"reference":"Patient/7"},"focus":[{"reference":"#g"},{"type":"Device","identifier":{"value":"x"}}],
             "effectivePeriod":{"start":"2024-01-01"},"valueQuantity":{"value":7.2,"unit":"%","code":"%"},
             "component":[{"code":{"text":"a"},"valueString":"s"},{"code":{"text":"b"},"valueQuantity":{"value":1}}]}""");

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\u0001', textBlock = """
            Observation.status                                            ; final
            status                                                        ; final
            Patient.status                                                ;
            Resource.id | DomainResource.id                               ; o1
            Observation.code.coding.code                                  ; 1,2
            Observation.code.coding.where(system='urn:l').code            ; 2
            Observation.code.coding[1].code                               ; 2
            Observation.code.coding.first().code                          ; 1
            Observation.code.coding.exists(code = '2')                    ; true
            Observation.value.exists()                                    ; true
            Observation.value.unit                                        ; %
            (Observation.value as Quantity).value                         ; 7.2
            (Observation.value as string)                                 ;
            Observation.value.as(Quantity).value > 7                      ; true
            Observation.value is Quantity                                 ; true
            Observation.value.ofType(Quantity).value * 2                  ; 14.4
            Observation.component.value.ofType(string)                    ; s
            (Observation.component.value as Quantity).value               ; 1
            Observation.subject.where(resolve() is Patient).reference     ; Patient/7
            Observation.subject.where(resolve() is Group).reference       ;
            Observation.focus.where(resolve() is Group).reference         ; #g
            Observation.focus.where(resolve() is Device).identifier.value ; x
            Observation.focus.resolve().type                              ; person
            Observation.effective.start                                   ; 2024-01-01
            Observation.effective.start = @2024-01-01                     ; true
            Observation.effective.start < @2024-02                        ; true
            Observation.status.extension('urn:x').value                   ; y
            Observation.issued.exists() and Observation.issued != false   ; false
            Observation.code.text.startsWith('A') and true                ; true
            Observation.component.count()                                 ; 2
            Observation.component.select(code.text)                       ; a,b
            Observation.component.code.text.join('-')                     ; a-b
            Observation.descendants().where($this is Quantity).count()    ; 2
            iif(status = 'final', 'yes', 'no')                            ; yes
            status in ('final' | 'amended')                               ; true
            status.length() + 1                                           ; 6
            (1 | 2 | 2).count()                                           ; 2
            5 div 2                                                       ; 2
            'a' & {} & 'b'                                                ; ab
            {} or true                                                    ; true
            ({} and true).empty()                                         ; true
            status.matches('^f.*l$')                                      ; true
            %resource.id                                                  ; o1
            """)
    void a_path_yields(String expression, String expected) {
        String result = FhirPath.compile(expression).evaluate(OBSERVATION).stream()
                .map(Item::text)
                .collect(Collectors.joining(","));
        assertThat(result).isEqualTo(expected == null ? "" : expected.strip());
    }

    /** What needs no resource: types, units, dates, text, numbers. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '\u0001', textBlock = """
            1.type().name & '/' & 1.type().namespace                      ; Integer/System
            1 is System.Integer and (1 is Decimal).not()                  ; true
            1 'g' + 1 'mg'                                                ; 1.001 'g'
            1 'mg/dL' = 0.01 'g/L'                                        ; true
            1 'mg' < 1 'cm'                                               ;
            1 'mmol/L' < 2 'umol/L'                                       ; false
            37 'Cel' = 98.6 '[degF]'                                      ; true
            2 'm' * 3                                                     ; 6 'm'
            6 'm' / 3 's'                                                 ; 2.00000000 'm.s-1'
            12 months = 1 year                                            ; true
            1 year = 1 'a'                                                ;
            1 year ~ 1 'a'                                                ; true
            '5 days'.toQuantity() + 1 week                                ; 12 days
            '5 moons'.convertsToQuantity()                                ; false
            5000 'mg'.toQuantity('g')                                     ; 5.000 'g'
            5 'mg'.convertsToQuantity('s')                                ; false
            @2024-01-31 + 1 month                                         ; 2024-02-29
            @2024-03-31 - 1 month                                         ; 2024-02-29
            @2024 + 18 months                                             ; 2025
            @2024-02-28 + 36 hours                                        ; 2024-02-29
            @T23:30 + 45 minutes                                          ; 00:15
            @2024-01-01T10:00:00Z = @2024-01-01T12:00:00+02:00            ; true
            @2024-01-01T10:00:00Z < @2024-01-03T10:00:00                  ; true
            @2024-01-01T10:00:00Z < @2024-01-01T12:00:00                  ;
            @2024-01 < @2024-01-15                                        ;
            @2024-01 < @2024-02-15                                        ; true
            @2024-02.lowBoundary(8)                                       ; 2024-02-01
            @2024-02.highBoundary(8)                                      ; 2024-02-29
            @T10.highBoundary(9)                                          ; 10:00:59.999
            1.5.lowBoundary(2)                                            ; 1.45
            '2024-02-30'.convertsToDate()                                 ; false
            '2024-02-29T10:00'.toDate()                                   ; 2024-02-29
            '25:00'.convertsToTime()                                      ; false
            now() = now()                                                 ; true
            %resource.status.memberOf(%`vs-observation-status`)           ; true
            'done'.memberOf('http://hl7.org/fhir/ValueSet/observation-status|4.0.1') ; false
            'x'.memberOf('urn:nowhere')                                   ;
            today().toString().length()                                   ; 10
            'abc'.replaceMatches('(b)', '[$1]')                           ; a[b]c
            'a.b.c'.split('.').join('/')                                  ; a/b/c
            'abcabc'.lastIndexOf('b')                                     ; 4
            'x<y'.escape('html').unescape('html')                         ; x<y
            'ü'.encode('hex').decode('hex')                               ; ü
            'abc'.substring(1, 100)                                       ; bc
            'a😀b'.length()                                               ; 3
            2.power(10)                                                   ; 1024
            2.power(-1)                                                   ; 0.5
            (-1).sqrt()                                                   ;
            1 / 3                                                         ; 0.33333333
            7 mod 3                                                       ; 1
            1 / 0                                                         ;
            (3 | 1 | 2).sort()                                            ; 1,2,3
            ('b' | 'a').sort(-$this)                                      ; b,a
            (1 | 2 | 3).aggregate($total + $this, 0)                      ; 6
            1.combine(1).combine(2).distinct()                            ; 1,2
            (1 | 2 | 3).skip(1).take(1)                                   ; 2
            (1 | 2) ~ (2 | 1)                                             ; true
            (1 | 2) = (2 | 1)                                             ; false
            'A  b' ~ 'a B'                                                ; true
            1.0 = 1                                                       ; true
            true and {} or false                                          ;
            false implies {}                                              ; true
            iif(true, 'a', 1 / 'x')                                       ; a
            %`vs-administrative-gender`                                   ; http://hl7.org/fhir/ValueSet/administrative-gender
            /* why */ 1                                                   ; 1
            """)
    void an_expression_yields(String expression, String expected) {
        assertThat(shown(FhirPath.compile(expression), OBSERVATION))
                .isEqualTo(expected == null ? "" : expected.strip());
    }

    private static String shown(FhirPath path, ObjectNode resource) {
        return path.evaluate(resource).stream()
                .map(item -> item.type().equals("System.Quantity")
                        ? FhirPathQuantity.of(item).orElseThrow().toString()
                        : item.text())
                .collect(Collectors.joining(","));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1 < 'a'",
                "@2024 + 1",
                "@2024 + 1 'cm'",
                "@2024 + 1 'mo'",
                "-'a'",
                "(1 | 2) & 'a'",
                "(1 | 2).single()",
                "(1 | 2).toString()",
                "(true | 'x').allTrue()",
                "iif('x', 1, 2)",
                "@T10:00 < @2024",
                "'a'.matches('(')",
                "1.startsWith('1')",
                "@9999 + 1 year",
                "Observation.conformsTo('urn:x')",
                "'zz'.decode('hex')"
            })
    void values_of_the_wrong_kind_are_an_error_that_quotes_none(String expression) {
        FhirPath path = FhirPath.compile(expression);
        assertThatThrownBy(() -> path.evaluate(OBSERVATION)).isInstanceOf(FhirPathException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Observation.colour",
                "Patient.name",
                "Observation.valueQuantity",
                "(Observation.value as Period).unit",
                "Observation.children().first()",
                "Observation.code.startsWith('a')",
                "iif(1 | 2, 1, 2)",
                "Observation.component.where(colour = 1)",
                "status.substring()",
                "status.upper('x')"
            })
    void what_can_never_work_on_a_type_is_refused_when_compiled_for_it(String expression) {
        assertThatThrownBy(() -> FhirPath.compile(expression, "Observation")).isInstanceOf(FhirPathException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Observation.value.unit", "Observation.contained.name", "component.where(code.text = 'a').value",
                "Resource.id", "status.extension('x').value.as(code)", "descendants().where($this is Quantity)",
                "subject.resolve().name.given"
            })
    void what_may_work_on_a_type_compiles_for_it(String expression) {
        assertThat(FhirPath.compile(expression, "Observation").evaluate(OBSERVATION))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Observation.",
                "a b",
                "where(",
                "status.nothing()",
                "'open",
                "%unknown",
                "a = = b",
                "@2024-13",
                "@T10:00Z",
                "1 /* x",
                "status.is(Nothing)",
                "$this.where()",
                "#"
            })
    void what_is_not_understood_is_refused_when_compiled(String expression) {
        assertThatThrownBy(() -> FhirPath.compile(expression)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(a+)+\\\\1b$')",
                "descendants().where(%resource.descendants().where(%resource.descendants().where(%resource.descendants().count() > 0).exists()).exists()).count()",
                "(1|2).select($this.combine($this)).select($this.combine($this)).select($this.combine($this)).select($this.combine($this)).select($this.combine($this)).select($this.combine($this)).select($this.combine($this)).select($this.combine($this)).select($this.combine($this)).select($this.combine($this)).select($this.combine($this)).select($this.combine($this)).select($this.combine($this)).select($this.combine($this)).select($this.combine($this)).select($this.combine($this)).select($this.combine($this)).select($this.combine($this)).select($this.combine($this)).select($this.combine($this))",
                "10.power(1000).power(1000).power(1000)",
                "2.0.power(1000).power(1000).power(1000).power(1000)",
                "1.repeat($this + 1)",
                "'ab'.replaceMatches('a', '$7')"
            })
    void an_expression_from_outside_that_would_not_end_is_stopped(String expression) {
        FhirPath path = FhirPath.compile(expression, "Observation");
        assertThatThrownBy(() -> path.evaluate(OBSERVATION)).isInstanceOf(FhirPathException.class);
    }

    @Test
    void every_function_of_the_table_compiles_with_its_fewest_and_most_arguments() {
        assertThat(FhirPathFunctions.all()).hasSizeGreaterThan(80).allSatisfy(function -> {
            for (int count : new int[] {function.least(), function.most()}) {
                String arguments = String.join(", ", Collections.nCopies(count, "'a'"));
                assertThat(FhirPath.compile(function.name() + "(" + arguments + ")"))
                        .isNotNull();
            }
        });
    }

    @Test
    void a_pattern_that_nests_with_the_text_is_stopped() {
        ObjectNode patient = Json.parse("{\"resourceType\":\"Patient\",\"language\":\"" + "ab".repeat(200_000) + "\"}");
        FhirPath path = FhirPath.compile("language.matches('^(a|b)*c')", "Patient");
        assertThatThrownBy(() -> path.evaluate(patient)).isInstanceOf(FhirPathException.class);
    }

    @Test
    void an_expression_nested_without_end_is_refused() {
        assertThatThrownBy(() -> FhirPath.compile("(".repeat(100_000))).isInstanceOf(FhirPathException.class);
        assertThatThrownBy(() -> FhirPath.compile("a" + ".a".repeat(100_000))).isInstanceOf(FhirPathException.class);
        assertThatThrownBy(() -> FhirPath.compile("-".repeat(100_000) + "1")).isInstanceOf(FhirPathException.class);
    }
}
