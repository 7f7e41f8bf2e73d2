package health.weft.fhir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void decimals_and_order_stay_as_written() {
        String json = "{\"b\":1.50,\"a\":0.000001,\"c\":100,\"d\":12345678901234567890.123456789}";
        assertThat(new String(Json.bytes(Json.parse(json)), StandardCharsets.UTF_8))
                .contains("\"b\":1.50,")
                .contains("\"c\":100,")
                .contains("12345678901234567890.123456789")
                .startsWith("{\"b\"");
    }

    @Test
    void a_key_that_stands_twice_is_refused() {
        assertThatThrownBy(() -> Json.parse("{\"a\":1,\"a\":2}"))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("twice");
    }

    @Test
    void nesting_beyond_the_limit_is_refused() {
        String deep = "{\"a\":".repeat(Json.MAX_DEPTH + 1) + "1" + "}".repeat(Json.MAX_DEPTH + 1);
        assertThatThrownBy(() -> Json.parse(deep))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("deeper");
        String fits = "{\"a\":".repeat(Json.MAX_DEPTH) + "1" + "}".repeat(Json.MAX_DEPTH);
        assertThat(Json.parse(fits).has("a")).isTrue();
    }

    @Test
    void invalid_utf8_and_broken_json_are_refused_without_quoting_them() {
        assertThatThrownBy(() -> Json.parse(new byte[] {'{', '"', (byte) 0xc3, '"', ':', '1', '}'}))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("UTF-8");
        byte[] late = ("{\"a\":\"" + "é".repeat(10_000) + "x\"}").getBytes(StandardCharsets.UTF_8);
        assertThat(Json.parse(late).path("a").asString("")).hasSize(10_001);
        late[late.length - 3] = (byte) 0xc3;
        assertThatThrownBy(() -> Json.parse(late))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("UTF-8");
        assertThatThrownBy(() -> Json.parse("{\"name\": Secret}"))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("line 1")
                .hasMessageNotContaining("Secret");
        assertThatThrownBy(() -> Json.parse("[1]")).isInstanceOf(InvalidResource.class);
        assertThatThrownBy(() -> Json.parse("{} {}")).isInstanceOf(InvalidResource.class);
        assertThatThrownBy(() -> Json.parse("")).isInstanceOf(InvalidResource.class);
    }

    @Test
    void more_than_the_limit_is_refused() {
        assertThatThrownBy(() -> Json.parse("{\"a\":1}".getBytes(StandardCharsets.UTF_8), 3))
                .isInstanceOf(InvalidResource.class)
                .hasMessageContaining("at most 3");
    }
}
