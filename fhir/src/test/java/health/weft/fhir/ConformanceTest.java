package health.weft.fhir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ConformanceTest {
    @Test
    void only_the_section_named_is_replaced() {
        String document = "# A\n<!-- x -->\nold\n<!-- /x -->\n<!-- y -->\nkept\n<!-- /y -->\n";
        assertThat(Conformance.replaced(document, "x", "new\n"))
                .isEqualTo("# A\n<!-- x -->\nnew\n<!-- /x -->\n<!-- y -->\nkept\n<!-- /y -->\n");
    }

    @Test
    void a_document_without_the_markers_is_refused() {
        assertThatThrownBy(() -> Conformance.replaced("# A", "x", "new"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("<!-- x -->");
    }
}
