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
        try (ServerProcess server = start("serve", "--port=" + port, "--data=" + data)) {
            server.awaitReady(port);
            start(ServerProcess.makingASystem("clinic-system", data)).said();
            String token = start("token", "--as=clinic-system", "--data=" + data)
                    .said()
                    .strip();

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

    private ServerProcess start(String... words) throws IOException {
        return ServerProcess.start(data.resolve(words[0] + ".log"), ServerProcess.packaged(), words);
    }
}
