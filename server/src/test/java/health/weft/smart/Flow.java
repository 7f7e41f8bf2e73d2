package health.weft.smart;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.Visitor;
import health.weft.fhir.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** What an app and the browser in front of it send, step by step, so that a test can send something else. */
public final class Flow {
    public static final String REDIRECT = "http://127.0.0.1:9/app/back";
    static final String VERIFIER = "a-verifier-that-is-long-enough-for-rfc-7636-0123456789";
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Pattern SCOPE = Pattern.compile("name=\"scope\" value=\"([^\"]*)\"");

    private final String base;
    private final String client;
    /** Null where only its client_id is known. */
    final App app;

    private String about = "";

    /** @param base of the server, {@code http://localhost:8080} */
    Flow(String base, App app) {
        this.base = base;
        this.client = app.id();
        this.app = app;
    }

    /** The same with an app of which no more is known than its client_id. */
    public Flow(String base, String client) {
        this.base = base;
        this.client = client;
        this.app = null;
    }

    /** A member of staff opens the app for this person. */
    Flow about(String person) {
        this.about = person;
        return this;
    }

    Map<String, String> request(String scopes) {
        Map<String, String> asked = new LinkedHashMap<>();
        asked.put("response_type", "code");
        asked.put("client_id", client);
        asked.put("redirect_uri", REDIRECT);
        asked.put("scope", scopes);
        asked.put("state", "st4te");
        asked.put("aud", base + "/fhir");
        asked.put("code_challenge", challenge());
        asked.put("code_challenge_method", "S256");
        return asked;
    }

    static String challenge() {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(VERIFIER.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where the browser is led by an authorization request, without anybody letting anything in. */
    HttpResponse<String> ask(Visitor browser, Map<String, String> request) throws IOException, InterruptedException {
        return browser.get(base + "/oauth2/authorize?" + form(request));
    }

    /** Lets the app in with all it asks for; the address that the browser is led back to. */
    String allow(Visitor browser, Map<String, String> request) throws IOException, InterruptedException {
        HttpResponse<String> asked = ask(browser, request);
        assertThat(asked.statusCode()).as(asked.body()).isEqualTo(302);
        HttpResponse<String> page = browser.get(location(asked));
        if (page.statusCode() == 302) {
            String choose = location(page);
            HttpResponse<String> chooser = browser.get(choose.startsWith("http") ? choose : base + choose);
            HttpResponse<String> chosen = browser.post(
                    base + "/apps/authorise/about",
                    Map.of(
                            "_csrf", Visitor.hidden(chooser.body(), "_csrf"),
                            "state", parameters(choose).get("state"),
                            "person", about));
            assertThat(chosen.statusCode()).as(chosen.body()).isEqualTo(302);
            page = browser.get(location(chosen).startsWith("http") ? location(chosen) : base + location(chosen));
        }
        assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
        Map<String, String> answer = new LinkedHashMap<>();
        answer.put("client_id", client);
        answer.put("state", Visitor.hidden(page.body(), "state"));
        StringBuilder body = new StringBuilder(form(answer));
        Matcher scopes = SCOPE.matcher(page.body());
        while (scopes.find()) {
            body.append("&scope=")
                    .append(encoded(scopes.group(1).replace("&amp;", "&").replace("&#43;", "+")));
        }
        HttpResponse<String> let = browser.http()
                .send(
                        HttpRequest.newBuilder(URI.create(base + "/oauth2/authorize"))
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(BodyPublishers.ofString(body.toString()))
                                .build(),
                        BodyHandlers.ofString());
        assertThat(let.statusCode()).as(let.body()).isEqualTo(302);
        return location(let);
    }

    /** The whole way: lets the app in and fetches its token. */
    public JsonNode token(Visitor browser, String scopes) throws IOException, InterruptedException {
        Map<String, String> back = parameters(allow(browser, request(scopes)));
        assertThat(back).containsEntry("state", "st4te").containsKey("code");
        HttpResponse<String> answer = exchange(back.get("code"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.mapper().readTree(answer.body());
    }

    HttpResponse<String> exchange(String code) throws IOException, InterruptedException {
        return post(
                "/oauth2/token",
                Map.of(
                        "grant_type", "authorization_code",
                        "code", code,
                        "redirect_uri", REDIRECT,
                        "client_id", client,
                        "code_verifier", VERIFIER));
    }

    public HttpResponse<String> renew(String refresh, String scopes) throws IOException, InterruptedException {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("grant_type", "refresh_token");
        fields.put("refresh_token", refresh);
        fields.put("client_id", client);
        if (!scopes.isEmpty()) {
            fields.put("scope", scopes);
        }
        return post("/oauth2/token", fields);
    }

    HttpResponse<String> post(String path, Map<String, String> fields, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form(fields)));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    /** What a service asks for a token with (SMART Backend Services). */
    HttpResponse<String> asService(String assertion, String scopes) throws IOException, InterruptedException {
        return post(
                "/oauth2/token",
                Map.of(
                        "grant_type",
                        "client_credentials",
                        "client_assertion_type",
                        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                        "client_assertion",
                        assertion,
                        "scope",
                        scopes));
    }

    /** Without a token. */
    static HttpResponse<String> get(String url, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    static String location(HttpResponse<String> answer) {
        return answer.headers().firstValue("Location").orElse("");
    }

    static Map<String, String> parameters(String address) {
        Map<String, String> found = new LinkedHashMap<>();
        String query = address.substring(address.indexOf('?') + 1);
        for (String part : query.split("&")) {
            String[] pair = part.split("=", 2);
            found.put(pair[0], pair.length < 2 ? "" : URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
        }
        return found;
    }

    static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(f -> encoded(f.getKey()) + "=" + encoded(f.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String words) {
        return URLEncoder.encode(words, StandardCharsets.UTF_8);
    }
}
