package health.weft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Somebody with a browser's cookies and no scripts, who sees addresses, statuses and pages as they are sent. */
public final class Visitor implements AutoCloseable {
    private static final Pattern HIDDEN =
            Pattern.compile("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"");

    private static final Pattern SECRET = Pattern.compile("secret=([A-Z2-7]+)");
    private static final Pattern RECOVERY_CODE = Pattern.compile("<li><code>([a-z2-7 ]+)</code>");
    private static final Map<String, Deque<String>> RECOVERY_CODES = new ConcurrentHashMap<>();

    private final HttpClient http =
            HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
    private final String language;

    public Visitor(String language) {
        this.language = language;
    }

    /** Signs in at this server, {@code http://localhost:8080}. */
    public Visitor signIn(String base, String username, String password) throws IOException, InterruptedException {
        String csrf = hidden(get(base + "/sign-in").body(), "_csrf");
        HttpResponse<String> answer =
                post(base + "/sign-in", Map.of("_csrf", csrf, "username", username, "password", password));
        assertThat(answer.statusCode()).isEqualTo(302);
        if (answer.headers().firstValue("Location").orElse("").endsWith("/sign-in/second-step")) {
            secondStep(base, username);
            return this;
        }
        assertThat(answer.headers().firstValue("Location").orElse("")).doesNotContain("sign-in");
        return this;
    }

    /** Sets the second step up when the account has none, else uses one of the recovery codes that this gave. */
    private void secondStep(String base, String username) throws IOException, InterruptedException {
        String step = base + "/sign-in/second-step";
        String page = get(step).body();
        String csrf = hidden(page, "_csrf");
        Matcher secret = SECRET.matcher(page);
        if (secret.find()) {
            String codes = post(step + "/set-up", Map.of("_csrf", csrf, "code", SecondStep.code(secret.group(1))))
                    .body();
            Deque<String> kept = new ConcurrentLinkedDeque<>();
            RECOVERY_CODE.matcher(codes).results().forEach(found -> kept.add(found.group(1)));
            assertThat(kept).hasSize(10);
            RECOVERY_CODES.put(username, kept);
            return;
        }
        HttpResponse<String> answer = post(
                step, Map.of("_csrf", csrf, "code", RECOVERY_CODES.get(username).remove()));
        assertThat(answer.headers().firstValue("Location").orElse("")).doesNotContain("sign-in");
    }

    public HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return http.send(request(url).build(), BodyHandlers.ofString());
    }

    public HttpResponse<String> post(String url, Map<String, String> fields) throws IOException, InterruptedException {
        return post(url, fields, "Accept-Language", language);
    }

    /** The same with one header more. */
    public HttpResponse<String> post(String url, Map<String, String> fields, String header, String value)
            throws IOException, InterruptedException {
        String body = fields.entrySet().stream()
                .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
        return http.send(
                request(url)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .setHeader(header, value)
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    /** The cookies and the language of this visitor on a request of any kind. */
    public HttpClient http() {
        return http;
    }

    /** The value of a page's first hidden field of this name. */
    public static String hidden(String page, String name) {
        Matcher field = HIDDEN.matcher(page);
        while (field.find()) {
            if (field.group(1).equals(name)) {
                return field.group(2);
            }
        }
        throw new AssertionError("no hidden field " + name + " on the page:\n" + page);
    }

    private HttpRequest.Builder request(String url) {
        return HttpRequest.newBuilder(URI.create(url))
                .header("Accept", "text/html")
                .header("Accept-Language", language);
    }

    private static String encoded(String words) {
        return URLEncoder.encode(words, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        http.shutdownNow();
        http.close();
    }
}
