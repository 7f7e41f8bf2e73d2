package health.weft.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages may load tiles from the one host that is set, and nothing else. */
class TilePolicyTest {
    @Test
    void without_tiles_nothing_comes_from_elsewhere() {
        assertThat(SecurityConfiguration.contentSecurityPolicy("")).contains("img-src 'self' data:;");
    }

    @Test
    void one_host_is_opened_for_pictures_alone() {
        assertThat(SecurityConfiguration.contentSecurityPolicy("https://tiles.example.org:8443/a/{z}/{x}/{y}.png?k=1"))
                .contains("img-src 'self' data: https://tiles.example.org:8443;", "script-src 'self';");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://t.example.org/1.png",
                "javascript:{z}{x}{y}",
                "https://*/{z}/{x}/{y}",
                "https://a b/{z}/{x}/{y}",
                "https://t.example.org/{z}/{x}/{y}; script-src *",
                "//t.example.org/{z}/{x}/{y}"
            })
    void what_is_no_address_of_tiles_is_refused_at_the_start(String tiles) {
        assertThatThrownBy(() -> SecurityConfiguration.contentSecurityPolicy(tiles))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
