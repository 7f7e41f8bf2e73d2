package health.weft.security;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.Visitor;
import health.weft.WeftTest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What every answer tells a browser not to do, and that no page needs what is forbidden. */
class SecurityHeadersTest extends WeftTest {
    private static final String PASSWORD = "nine copper weathercocks";

    /** A script or a style that stands in the page itself, or an attribute that runs. */
    private static final Pattern INLINE = Pattern.compile(
            "<script(?![^>]*\\ssrc=)(?![^>]*type=\"application/json\")[^>]*>|<style|\\sstyle\\s*=|\\son[a-z]+\\s*=\\s*[\"']|javascript:",
            Pattern.CASE_INSENSITIVE);

    private final String mark = UUID.randomUUID().toString().substring(0, 6);

    @Test
    void every_page_forbids_what_is_inline_from_elsewhere_or_in_a_frame_and_holds_nothing_of_it() throws Exception {
        String party = "Organization/headers-" + mark;
        accounts.party(party, "Header Clinic", PartyKind.CLINICAL);
        String nurse = "headers-nurse-" + mark;
        accounts.ensure(nurse, "Hedda Nurse", party, Set.of(Role.CLINICIAN), "en", PASSWORD);
        try (Visitor visitor = new Visitor("en")) {
            for (String path : List.of("/sign-in", "/sign-in/reset", "/roles", "/find-help", "/helped/nothing")) {
                guarded(visitor.get(url(path)), path);
            }
            visitor.signIn(url(""), nurse, PASSWORD);
            for (String path : List.of(
                    "/",
                    "/people",
                    "/inbox",
                    "/account",
                    "/apps",
                    "/emergency",
                    "/directory",
                    "/audit",
                    "/no-such-page")) {
                guarded(visitor.get(url(path)), path);
            }
            String csrf = Visitor.hidden(visitor.get(url("/account")).body(), "_csrf");
            guarded(visitor.post(url("/people"), Map.of("_csrf", csrf, "q", "Hedda")), "what a search finds");
        }
    }

    private static void guarded(HttpResponse<String> page, String path) {
        Map<String, String> policy =
                List.of(page.headers()
                                .firstValue("Content-Security-Policy")
                                .orElse("")
                                .split("\\s*;\\s*"))
                        .stream()
                        .collect(Collectors.toMap(part -> part.replaceFirst(" .*", ""), part -> part));
        assertThat(policy.values())
                .as(path)
                .contains(
                        "default-src 'none'",
                        "script-src 'self'",
                        "style-src 'self'",
                        "base-uri 'none'",
                        "frame-ancestors 'none'",
                        "form-action 'self'")
                .noneMatch(part -> part.contains("unsafe") || part.contains("*"));
        assertThat(page.headers().firstValue("X-Content-Type-Options")).as(path).contains("nosniff");
        assertThat(page.headers().firstValue("X-Frame-Options")).as(path).contains("DENY");
        assertThat(page.headers().firstValue("Referrer-Policy")).as(path).contains("same-origin");
        assertThat(page.headers().firstValue("Cache-Control").orElse(""))
                .as(path)
                .contains("no-store");
        assertThat(page.body()).as(path).doesNotContainPattern(INLINE);
        if (page.statusCode() != 302) { // the first page leads on to where the role works
            assertThat(page.body()).as(path).contains("</html>");
        }
        page.headers().allValues("Set-Cookie").stream()
                .map(cookie -> cookie.toLowerCase(java.util.Locale.ROOT))
                .filter(cookie -> cookie.startsWith("weft="))
                .forEach(cookie -> assertThat(cookie).as(path).contains("httponly", "samesite=lax"));
    }

    @Test
    void an_answer_to_a_system_is_kept_by_nobody_and_guessed_to_be_nothing_else() throws Exception {
        String token = member("headers-system-" + mark, PartyKind.CLINICAL);
        for (HttpResponse<String> answer : List.of(
                send("GET", "/Patient?_count=1", token, ""), // the short way
                send("GET", "/Patient?_count=1", token, "", "Prefer", "handling=strict"),
                send("GET", "/Patient/nobody", token, ""),
                send("GET", "/Patient", "", ""),
                send("GET", "/metadata", token, ""))) {
            assertThat(answer.headers().firstValue("X-Content-Type-Options"))
                    .as(answer.uri().toString())
                    .contains("nosniff");
            assertThat(answer.headers().firstValue("X-Frame-Options")).contains("DENY");
            assertThat(answer.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
            assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
        }
    }
}
