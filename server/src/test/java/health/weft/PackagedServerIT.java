package health.weft;

import static health.weft.ServerProcess.at;
import static health.weft.ServerProcess.send;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server as it is delivered: its jar, its libraries, and the bean definitions that the build wrote ahead. */
class PackagedServerIT {
    @TempDir
    Path data;

    @Test
    void it_comes_up_takes_a_record_from_a_member_and_shows_the_sign_in_page_without_the_demonstration()
            throws Exception {
        int port = ServerProcess.freePort();
        try (ServerProcess server = weft("serve", "--port", Integer.toString(port))) {
            server.awaitReady(port);
            weft(
                            "account",
                            "--username",
                            "clinic-system",
                            "--name",
                            "System of the clinic",
                            "--organisation",
                            "A clinic",
                            "--kind",
                            "CLINICAL",
                            "--role",
                            "SOURCE")
                    .said();
            String token = weft("token", "--as", "clinic-system").said().strip();

            HttpResponse<String> created = send(
                    HttpRequest.newBuilder(at(port, "/fhir/Patient"))
                            .header("Authorization", "Bearer " + token)
                            .header("Content-Type", "application/fhir+json")
                            .POST(
                                    BodyPublishers.ofString(
                                            "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Delivered\"}],\"birthDate\":\"1980-02-03\"}")));
            assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
            HttpResponse<String> found =
                    send(HttpRequest.newBuilder(at(port, "/fhir/Patient?family=delivered&_total=accurate"))
                            .header("Authorization", "Bearer " + token));
            assertThat(found.body()).contains("\"total\":1");
            assertThat(send(HttpRequest.newBuilder(at(port, "/fhir/metadata"))).statusCode())
                    .isEqualTo(200);

            HttpResponse<String> signIn =
                    send(HttpRequest.newBuilder(at(port, "/sign-in")).header("Accept", "text/html"));
            assertThat(signIn.statusCode()).isEqualTo(200);
            assertThat(signIn.body()).contains("<title>Sign in").doesNotContain("weft-demo");
            assertThat(server.isAlive()).isTrue();
        }
    }

    private ServerProcess weft(String command, String... options) throws IOException {
        String[] words = new String[options.length + 3];
        words[0] = command;
        System.arraycopy(options, 0, words, 1, options.length);
        words[words.length - 2] = "--data";
        words[words.length - 1] = data.toString();
        return ServerProcess.start(data.resolve(command + ".log"), ServerProcess.packaged(), words);
    }
}
