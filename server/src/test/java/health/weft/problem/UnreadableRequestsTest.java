package health.weft.problem;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses as clients really send them, which no client of Java's would: some are read, the others are answered with what to do. */
class UnreadableRequestsTest extends WeftTest {
    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private String token = "";

    @BeforeAll
    void a_system_with_a_patient() throws Exception {
        String party = "Organization/unreadable-" + mark;
        accounts.party(party, "Unreadable Clinic", PartyKind.CLINICAL);
        accounts.ensure("unreadable-" + mark, "System", party, Set.of(Role.SOURCE), "en", null);
        token = accounts.token("unreadable-" + mark, Duration.ofHours(1));
        assertThat(send("POST", "/Patient", token, """
                        {"resourceType":"Patient","identifier":[{"system":"urn:mrn|%s","value":"7"}],
                         "name":[{"family":"Vandersloot, van","given":["Hildegard \\"Hilda\\""]}]}""".formatted(mark)).statusCode())
                .isEqualTo(201);
    }

    @AfterAll
    void end() {
        accounts.end("unreadable-" + mark);
    }

    private String get(String target) throws IOException {
        try (Socket socket = new Socket("localhost", port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(("GET " + target
                                    + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                                    + token + "\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "identifier=urn:mrn\\|MARK|7",
                "identifier=urn:mrn%5C%7CMARK%7C7",
                "given=Hildegard \"Hilda\"",
                "family=Vandersloot\\, van"
            })
    void separators_and_quotes_are_read_as_browsers_send_them(String query) throws Exception {
        String answer = get("/fhir/Patient?" + query.replace("MARK", mark).replace(" ", "%20"));
        assertThat(answer).startsWith("HTTP/1.1 200").contains("Vandersloot, van");
        assertThat(answer).as("its own address can be asked for again").doesNotContain("?given=Hildegard \"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/fhir/Patient?name=José", "/fhir/Patient?name=\u0001", "/fhir/Patient?name=a b"})
    void what_cannot_be_read_of_an_address_is_told_to_a_client_of_the_record(String target) throws Exception {
        assertThat(get(target))
                .startsWith("HTTP/1.1 400")
                .contains("Content-Type: application/fhir+json", "\"resourceType\":\"OperationOutcome\"", "%C3%A9")
                .doesNotContain("Apache", "Tomcat", "<html");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/fhir/Patient/?identifier=urn:mrn%5C%7CMARK%7C7", "/fhir/metadata/", "/fhir/Patient/_history/"})
    void a_slash_at_the_end_of_an_address_changes_nothing(String target) throws Exception {
        assertThat(get(target.replace("MARK", mark))).startsWith("HTTP/1.1 200");
    }

    @Test
    void a_browser_gets_a_page_with_a_way_on_in_both_languages() throws Exception {
        assertThat(get("/find-help/%00Jos%C3%A9"))
                .startsWith("HTTP/1.1 400")
                .contains("This address cannot be read", "Esta dirección no se puede leer", "href=\"/\"")
                .doesNotContain("Apache", "Tomcat", "José");
    }
}
