package health.weft.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.weft.problem.Problem;
import health.weft.security.ServerAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "0.0.0.0",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "198.18.0.1",
                "192.0.2.1",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::1",
                "::",
                "fe80::1",
                "fc00::1",
                "fd12:3456::1",
                "::ffff:127.0.0.1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "2001:db8::1",
                "ff02::1"
            })
    void an_address_that_is_not_public_is_refused(String address) throws Exception {
        assertThat(ServerAddress.isPublic(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111"})
    void a_public_address_is_not(String address) throws Exception {
        assertThat(ServerAddress.isPublic(InetAddress.getByName(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc/passwd",
                "ftp://example.org/",
                "http://user:secret@example.org/",
                "http:///x",
                "no address at all"
            })
    void an_address_that_is_no_plain_http_is_refused(String url) {
        assertThatExceptionOfType(Problem.class).isThrownBy(() -> Destination.of(url));
    }

    @Test
    void the_name_is_looked_at_when_it_is_sent_and_nothing_is_connected_to() {
        try (Receiver receiver = new Receiver()) {
            RestHook careful = new RestHook(Set.of(), false);
            for (String url : List.of(receiver.url(), receiver.url().replace("127.0.0.1", "localhost"))) {
                assertThatExceptionOfType(IOException.class)
                        .isThrownBy(() -> careful.post(
                                Destination.of(url),
                                List.of(),
                                "{}".getBytes(StandardCharsets.UTF_8),
                                Duration.ofSeconds(2)))
                        .withMessageContaining("public internet");
            }
            assertThat(receiver.got()).isEmpty();
        }
    }

    @Test
    void a_host_that_the_operator_allows_is_sent_to() throws Exception {
        try (Receiver receiver = new Receiver()) {
            new RestHook(Set.of("localhost"), false)
                    .post(
                            Destination.of(receiver.url().replace("127.0.0.1", "localhost")),
                            List.of(),
                            "{}".getBytes(StandardCharsets.UTF_8),
                            Duration.ofSeconds(2));
            assertThat(receiver.got()).hasSize(1);
        }
    }

    @Test
    void a_redirect_is_not_followed() {
        try (Receiver receiver = new Receiver();
                Receiver other = new Receiver()) {
            receiver.answer = 307;
            receiver.location = other.url();
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> new RestHook(Set.of(), true)
                            .post(
                                    Destination.of(receiver.url()),
                                    List.of(),
                                    "{}".getBytes(StandardCharsets.UTF_8),
                                    Duration.ofSeconds(2)))
                    .withMessageContaining("307");
            assertThat(other.got()).isEmpty();
        }
    }
}
