package health.weft.bulk;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/** How the commands of a shell talk to a running server; what goes wrong becomes a sentence that says what to do. */
final class BulkHttp implements AutoCloseable {
    private static final Pattern PROGRESS = Pattern.compile("(\\d+) of (\\d+).*");

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final String server;
    private final String token;

    BulkHttp(String server, String token) {
        this.server = server.replaceFirst("/(fhir/?)?$", "");
        this.token = token;
    }

    /** Something that the person at the shell can do something about. */
    static final class Told extends Exception {
        private static final long serialVersionUID = 1;

        Told(String message) {
            super(message);
        }
    }

    /**
     * The token from the option, the file or WEFT_TOKEN.
     *
     * @throws Told when there is none
     */
    static String token(Optional<String> given, Optional<String> file) throws Told {
        try {
            String token = given.isPresent()
                    ? given.get()
                    : file.isPresent()
                            ? Files.readString(Path.of(file.get()))
                            : Optional.ofNullable(System.getenv("WEFT_TOKEN")).orElse("");
            if (!token.isBlank()) {
                return token.strip();
            }
        } catch (IOException e) {
            throw new Told("The token file " + file.orElse("") + " cannot be read.");
        }
        throw new Told(
                "Say who you are: --token-file FILE, --token TOKEN or WEFT_TOKEN. ./weft token --as NAME prints one.");
    }

    String fhir(String path) {
        return server + "/fhir" + path;
    }

    HttpResponse<String> send(String method, String url, BodyPublisher body, String... headers)
            throws Told, InterruptedException {
        HttpResponse<String> answer = exchange(method, url, body, BodyHandlers.ofString(), headers);
        if (answer.statusCode() >= 400) {
            throw new Told(reason(answer.statusCode(), answer.body()));
        }
        return answer;
    }

    HttpResponse<String> get(String url, String... headers) throws Told, InterruptedException {
        return send("GET", url, BodyPublishers.noBody(), headers);
    }

    <T> HttpResponse<T> exchange(
            String method, String url, BodyPublisher body, BodyHandler<T> handler, String... headers)
            throws Told, InterruptedException {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                    .header("Authorization", "Bearer " + token)
                    .method(method, body);
            if (headers.length > 0) {
                request.headers(headers);
            }
            return http.send(request.build(), handler);
        } catch (ConnectException | UnresolvedAddressException e) {
            throw new Told("No Weft answers at " + server
                    + ". Start it with ./weft serve or ./weft demo, or name another: --server URL.");
        } catch (IllegalArgumentException e) {
            throw new Told("The server's address or the token is not well formed: " + server);
        } catch (IOException e) {
            String why = e.getMessage();
            throw new Told("The connection to " + server + " broke" + (why == null ? "" : " (" + why + ")")
                    + ". Run the same again; nothing is done twice.");
        }
    }

    /** What an error answer says, in a line. */
    String reason(int status, String body) {
        if (status == 401) {
            return "The server does not take this token; it may have expired. ./weft token --as NAME prints a new one.";
        }
        try {
            String told = Json.parse(body).at("/issue/0/diagnostics").asString("");
            if (!told.isEmpty()) {
                return told;
            }
        } catch (InvalidResource notJson) {
            // Something between here and Weft answered; its status must do.
        }
        return server + " answered with status " + status + ". Is it a Weft?";
    }

    interface Watcher {
        void at(long done, long total);
    }

    /** Waits for a job; its manifest. A server that goes away for a while is waited for: the job goes on when it is back. */
    ObjectNode await(String status, Watcher watcher) throws Told, InterruptedException {
        int missed = 0;
        while (true) {
            try {
                HttpResponse<String> answer = get(status);
                missed = 0;
                if (answer.statusCode() == 200) {
                    return Json.parse(answer.body());
                }
                Matcher progress = PROGRESS.matcher(
                        answer.headers().firstValue("X-Progress").orElse(""));
                if (progress.matches()) {
                    watcher.at(Long.parseLong(progress.group(1)), Long.parseLong(progress.group(2)));
                }
            } catch (Told e) {
                if (++missed > 60
                        || !String.valueOf(e.getMessage()).matches("(No Weft answers|The connection|The database).*")) {
                    throw e;
                }
            }
            Thread.sleep(missed > 0 ? 1_000 : 300);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
