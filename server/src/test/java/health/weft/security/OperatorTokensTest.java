package health.weft.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import health.weft.Visitor;
import health.weft.WeftTest;
import health.weft.database.EmbeddedDatabase;
import health.weft.database.OperatorDatabase;
import health.weft.demo.Rehearsal;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Who makes tokens for any account: whoever runs Weft, on the machine itself, and nobody by asking the server. */
class OperatorTokensTest extends WeftTest {
    private static final String PASSWORD = "a long secret";

    @Autowired
    private JdbcClient jdbc;

    @Test
    void the_command_reaches_the_database_by_a_password_that_the_owner_of_its_folder_alone_reads() throws Exception {
        Path data = Path.of("target", "operator-tokens").toAbsolutePath();
        Files.createDirectories(data);
        try (EmbeddedDatabase database = EmbeddedDatabase.start(data)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("database.secret"))))
                    .isEqualTo("rw-------");
            String url = EmbeddedDatabase.running(data).orElseThrow();
            try (var connection = DriverManager.getConnection(url);
                    var statement = connection.createStatement();
                    var rows = statement.executeQuery("show listen_addresses")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getString(1)).isEqualTo("127.0.0.1");
            }
            for (String without : List.of(
                    url.replaceAll("&password=.*", ""),
                    url.replaceAll("password=.*", "password="),
                    url.replaceAll("password=.*", "password=postgres"))) {
                assertThatThrownBy(() -> DriverManager.getConnection(without).close())
                        .as("another user of the machine")
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("password");
            }
        } finally {
            EmbeddedDatabase.erase(data);
        }
        assertThatThrownBy(() -> OperatorDatabase.open(Optional.of(data.toString()), Optional.empty()))
                .as("where no server runs")
                .hasMessageContaining("No Weft is running on " + data);
    }

    @Test
    void nothing_that_a_request_reaches_makes_a_token_for_an_account() {
        JavaClasses weft = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("health.weft");
        Set<String> callers = new TreeSet<>();
        weft.get(Accounts.class).getMethods().stream()
                .filter(method -> method.getName().equals("token"))
                .flatMap(method -> method.getCallsOfSelf().stream())
                .map(call -> call.getOriginOwner().getName())
                .filter(name -> !name.contains("$$")) // what Spring makes of a class while it is built
                .forEach(callers::add);
        assertThat(callers)
                .as("the command, the demonstration's own systems at its start, and the build's rehearsal")
                .containsExactly("health.weft.demo.Demo", Rehearsal.class.getName(), OperatorTokens.class.getName());
        assertThat(weft.get(Rehearsal.class).getDirectDependenciesToSelf().stream()
                        .map(use -> use.getOriginClass().getName().replaceAll("[$].*", ""))
                        .filter(name -> !name.equals(Rehearsal.class.getName()))
                        .distinct())
                .as("no request reaches the rehearsal")
                .containsExactly("health.weft.Serving");
        assertThat(weft.get(OperatorTokens.class).getDirectDependenciesToSelf().stream()
                        .map(use -> use.getOriginClass().getName().replaceAll("[$].*", ""))
                        .distinct())
                .containsExactly("health.weft.Command");
    }

    @Test
    void no_address_gives_one_to_whoever_asks_whatever_they_are() throws Exception {
        String party = "Organization/operator-tokens";
        accounts.party(party, "Asks for tokens", PartyKind.NETWORK);
        Set<Role> most = Set.of(Role.CONVENER, Role.ORGANISATION_ADMIN, Role.PRIVACY_OFFICER);
        accounts.ensure("asks-for-tokens", "Asks", party, most, "en", PASSWORD);
        String bearer = accounts.token("asks-for-tokens", Duration.ofHours(1));
        int before = tokens();
        HttpClient plain = HttpClient.newHttpClient();
        try (Visitor visitor = new Visitor("en").signIn(url(""), "asks-for-tokens", PASSWORD)) {
            String csrf = Visitor.hidden(visitor.get(url("/account")).body(), "_csrf");
            for (String path : List.of(
                    "/token",
                    "/tokens",
                    "/account/token",
                    "/fhir/token",
                    "/fhir/$token",
                    "/api/token",
                    "/actuator/token",
                    "/people/accounts/of/asks-for-tokens/token")) {
                for (String method : List.of("GET", "POST")) {
                    HttpResponse<String> answer = plain.send(
                            HttpRequest.newBuilder(URI.create(url(path) + "?as=asks-for-tokens"))
                                    .header("Authorization", "Bearer " + bearer)
                                    .method(method, HttpRequest.BodyPublishers.noBody())
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
                    assertThat(answer.statusCode()).as(method + " " + path).isNotEqualTo(HttpURLConnection.HTTP_OK);
                    assertThat(answer.body()).doesNotContain("weft_");
                }
                HttpResponse<String> page = visitor.post(url(path), Map.of("_csrf", csrf, "as", "asks-for-tokens"));
                assertThat(page.statusCode()).as(path).isBetween(400, 499);
            }
            for (String grant :
                    List.of("password", "client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange")) {
                HttpResponse<String> answer = visitor.post(
                        url("/oauth2/token"),
                        Map.of(
                                "grant_type",
                                grant,
                                "username",
                                "asks-for-tokens",
                                "password",
                                PASSWORD,
                                "as",
                                "asks-for-tokens"));
                assertThat(answer.statusCode()).as(grant).isIn(400, 401);
            }
        }
        assertThat(tokens()).isEqualTo(before);
    }

    private int tokens() {
        return jdbc.sql("select count(*)::int from security.access_token where username = 'asks-for-tokens'")
                .query(Integer.class)
                .single();
    }
}
