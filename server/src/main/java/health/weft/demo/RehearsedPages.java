package health.weft.demo;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The pages that people open first, in English and in Spanish: signing in, home, finding a person, the chart, the inbox, a referral sent and
 * answered, finding help, and what a patient sees.
 */
final class RehearsedPages {
    static final String COORDINATOR = "maya";
    private static final String WORKER = "rosa";
    private static final String PATIENT = "patient";

    /** Two letters that many names have; people are found while they are typed. */
    private static final List<String> TYPED = List.of("ma", "an", "ro", "el", "jo", "le", "sa", "ca");

    private static final Pattern PERSON = Pattern.compile("href=\"(/people/[0-9a-f-]{36})\"");
    private static final Pattern REFERRAL = Pattern.compile("href=\"(/referrals/[0-9a-f-]{36})\"");
    private static final Pattern SERVICE = Pattern.compile("<input[^>]* name=\"service\" value=\"([^\"]+)\"[^>]*>");
    private static final Pattern HIDDEN =
            Pattern.compile("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"");

    private final URI server;
    private int answered;

    RehearsedPages(URI server) {
        this.server = server;
    }

    /**
     * Looks and works until then.
     *
     * @return how many requests were answered
     * @throws IOException when one was not, with its status and path
     */
    int until(long end) throws IOException, InterruptedException {
        for (int n = 0; System.nanoTime() < end; n++) {
            String language = n % 2 == 0 ? "en" : "es";
            String person = "";
            String referral = "";
            try (Browser coordinator = new Browser(language)) {
                coordinator.signIn(COORDINATOR);
                for (int i = 0; i < 4 && System.nanoTime() < end; i++) {
                    person = coordinator.lookAround(TYPED.get((n * 4 + i) % TYPED.size()), person);
                }
                if (!person.isEmpty()) {
                    referral = coordinator.refer(person);
                }
            }
            if (System.nanoTime() >= end) {
                return answered;
            }
            try (Browser worker = new Browser(language)) {
                worker.signIn(WORKER);
                worker.answer(referral);
            }
            try (Browser patient = new Browser(language)) {
                patient.signIn(PATIENT);
                for (String page : List.of("/", "/me", "/me/access", "/me/sharing", "/me/help", "/me")) {
                    patient.get(page);
                }
            }
        }
        return answered;
    }

    /** Somebody with cookies and a language. */
    private final class Browser implements AutoCloseable {
        private final HttpClient http =
                HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
        private final String language;

        Browser(String language) {
            this.language = language;
        }

        void signIn(String username) throws IOException, InterruptedException {
            String page = get("/sign-in");
            get("/find-help");
            get("/find-help?words=food");
            Map<String, String> fields = fields(page, "/sign-in");
            fields.put("username", username);
            fields.put("password", Demo.PASSWORD);
            post("/sign-in", fields);
            get("/language?to=" + language);
            get("/");
        }

        /** Home, the inbox, a person found by some letters, and the chart of one of them; gives its address. */
        String lookAround(String typed, String before) throws IOException, InterruptedException {
            get("/inbox");
            String page = get("/people");
            Map<String, String> fields = fields(page, "/people");
            fields.put("q", typed);
            Matcher people = PERSON.matcher(post("/people", fields));
            List<String> found = new ArrayList<>();
            while (people.find() && found.size() < 2) {
                found.add(people.group(1));
            }
            for (String person : found) {
                get(person);
            }
            return found.isEmpty() ? before : found.getFirst();
        }

        /** Sends a referral for food; gives its address, or nothing where no service has room. */
        String refer(String person) throws IOException, InterruptedException {
            String choose = person + "/referrals/new";
            Map<String, String> kind = fields(get(choose), choose);
            kind.put("category", "food-insecurity");
            String page = post(choose, kind);
            Optional<String> service = SERVICE.matcher(page)
                    .results()
                    .filter(input -> !input.group().contains(" disabled"))
                    .map(input -> input.group(1))
                    .findFirst();
            if (service.isEmpty()) {
                return "";
            }
            Map<String, String> fields = fields(page, person + "/referrals");
            fields.put("service", service.get());
            fields.put("note", "Nothing left at home until Friday.");
            fields.put("consent", "true");
            post(person + "/referrals", fields);
            Matcher sent = REFERRAL.matcher(get("/inbox?show=sent"));
            return sent.find() ? sent.group(1) : "";
        }

        /** Opens the desk, and says yes to what was just sent when it was sent here. */
        void answer(String referral) throws IOException, InterruptedException {
            for (String page : List.of("/", "/inbox", "/inbox?show=underway")) {
                get(page);
            }
            if (referral.isEmpty() || !get("/inbox").contains(referral)) {
                return;
            }
            String page = get(referral);
            if (page.contains("action=\"" + referral + "/accept\"")) {
                Map<String, String> fields = fields(page, referral + "/accept");
                fields.put("words", "We called.");
                post(referral + "/accept", fields);
            }
        }

        String get(String path) throws IOException, InterruptedException {
            return read(HttpRequest.newBuilder(server.resolve(path)), path);
        }

        private String post(String path, Map<String, String> fields) throws IOException, InterruptedException {
            String body = fields.entrySet().stream()
                    .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                    .collect(Collectors.joining("&"));
            return read(
                    HttpRequest.newBuilder(server.resolve(path))
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(BodyPublishers.ofString(body)),
                    path);
        }

        /** The page, or the one that it leads to. */
        private String read(HttpRequest.Builder request, String path) throws IOException, InterruptedException {
            HttpResponse<String> answer = http.send(
                    request.timeout(Duration.ofSeconds(30))
                            .header("Accept", "text/html")
                            .header("Accept-Language", language)
                            .build(),
                    BodyHandlers.ofString());
            int status = answer.statusCode();
            if (status >= 400) {
                throw new IOException("status " + status + " to " + path.replaceFirst("[?].*", ""));
            }
            answered++;
            Optional<String> next = answer.headers().firstValue("Location");
            return status >= 300 && next.isPresent() ? get(next.get()) : answer.body();
        }

        @Override
        public void close() {
            http.shutdownNow();
            http.close();
        }
    }

    /** What stands hidden in the page's form with this address. */
    private static Map<String, String> fields(String page, String action) {
        int from = Math.max(0, page.indexOf("action=\"" + action + "\""));
        int to = page.indexOf("</form>", from);
        Matcher hidden = HIDDEN.matcher(page).region(from, to < 0 ? page.length() : to);
        Map<String, String> fields = new LinkedHashMap<>();
        while (hidden.find()) {
            fields.put(hidden.group(1), hidden.group(2));
        }
        return fields;
    }

    private static String encoded(String words) {
        return URLEncoder.encode(words, StandardCharsets.UTF_8);
    }
}
