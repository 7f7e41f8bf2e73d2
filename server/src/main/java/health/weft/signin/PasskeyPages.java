package health.weft.signin;

import health.weft.audit.Audit;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialCreationOptions;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialRequestOptions;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Signing in with a passkey, and adding, naming and removing one. The browser's part is passkeys.js. */
@Controller
class PasskeyPages {
    private static final Logger log = LoggerFactory.getLogger(PasskeyPages.class);
    private static final String QUESTION = "weft.passkey-question";
    private static final String CREATION = "weft.passkey-creation";
    private static final int LONGEST_NAME = 60;
    private static final int LONGEST_ANSWER = 64 * 1024;
    private static final int MOST = 20;
    private static final Authentication ANYBODY =
            new AnonymousAuthenticationToken("anybody", "anybody", AuthorityUtils.createAuthorityList("ANONYMOUS"));

    private final RelyingParty party;
    private final Passkeys passkeys;
    private final SecondFactors factors;
    private final OwnSessions sessions;
    private final SignIns signIns;
    private final Accounts accounts;
    private final Audit audit;
    private final Pages pages;

    PasskeyPages(
            RelyingParty party,
            Passkeys passkeys,
            SecondFactors factors,
            OwnSessions sessions,
            SignIns signIns,
            Accounts accounts,
            Audit audit,
            Pages pages) {
        this.party = party;
        this.passkeys = passkeys;
        this.factors = factors;
        this.sessions = sessions;
        this.signIns = signIns;
        this.accounts = accounts;
        this.audit = audit;
        this.pages = pages;
    }

    @PostMapping(path = "/sign-in/passkey/question", produces = MediaType.APPLICATION_JSON_VALUE)
    @ResponseBody
    String question(HttpServletRequest request) {
        PublicKeyCredentialRequestOptions question = party.question(ANYBODY);
        request.getSession().setAttribute(QUESTION, question);
        return party.json(question);
    }

    /** Signs in whose passkey answered; each question is answered once. */
    @PostMapping("/sign-in/passkey")
    @ResponseBody
    ResponseEntity<Map<String, String>> answer(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String answer = body(request);
        Object question = request.getSession().getAttribute(QUESTION);
        request.getSession().removeAttribute(QUESTION);
        if (question instanceof PublicKeyCredentialRequestOptions asked) {
            try {
                String username = party.answered(asked, answer);
                if (accounts.caller(username).isPresent()) {
                    return ResponseEntity.ok(Map.of("to", signIns.enter(request, response, username)));
                }
            } catch (RuntimeException e) {
                // What was sent is anybody's: the kind of refusal is all that is worth a line.
                log.info("A passkey was refused: {}", e.getClass().getSimpleName());
            }
        }
        signIns.refused("");
        return ResponseEntity.status(401).body(Map.of());
    }

    @PostMapping(path = "/account/passkeys/options", produces = MediaType.APPLICATION_JSON_VALUE)
    @ResponseBody
    String options(Caller caller, Authentication person, HttpServletRequest request) {
        mustBeRecent(request);
        if (passkeys.of(caller.username()).size() >= MOST) {
            throw Problem.of(Category.CONFLICT, "signin.problem.passkeys-many", MOST);
        }
        PublicKeyCredentialCreationOptions options = party.registration(person);
        request.getSession().setAttribute(CREATION, options);
        return party.json(options);
    }

    @PostMapping("/account/passkeys")
    @ResponseBody
    ResponseEntity<Map<String, String>> add(
            Caller caller, @RequestParam(defaultValue = "") String name, HttpServletRequest request)
            throws IOException {
        mustBeRecent(request);
        String answer = body(request);
        Object options = request.getSession().getAttribute(CREATION);
        request.getSession().removeAttribute(CREATION);
        if (options instanceof PublicKeyCredentialCreationOptions asked) {
            try {
                party.register(asked, answer, name(name));
                changed(caller, "passkey-added");
                return ResponseEntity.ok(Map.of("to", "/account"));
            } catch (RuntimeException e) {
                log.info("A new passkey was refused: {}", e.getClass().getSimpleName());
            }
        }
        return ResponseEntity.status(422).body(Map.of());
    }

    @PostMapping("/account/passkeys/{key}/name")
    String rename(
            Caller caller,
            @PathVariable String key,
            @RequestParam(defaultValue = "") String name,
            RedirectAttributes redirect) {
        own(key, (username, id) -> passkeys.rename(username, id, name(name)), caller);
        changed(caller, "passkey-named");
        pages.notice(redirect, "signin.account.passkey-named");
        return "redirect:/account";
    }

    @PostMapping("/account/passkeys/{key}/remove")
    String remove(Caller caller, @PathVariable String key, HttpServletRequest request, RedirectAttributes redirect) {
        mustBeRecent(request);
        own(key, passkeys::remove, caller);
        if (!factors.isEnrolled(caller.username())) {
            factors.forget(caller.username());
        }
        sessions.endAll(caller.username(), request.getSession().getId());
        changed(caller, "passkey-removed");
        pages.notice(redirect, "signin.account.passkey-removed");
        return "redirect:/account";
    }

    private static void mustBeRecent(HttpServletRequest request) {
        if (!OwnSessions.isRecent(request)) {
            throw Problem.of(Category.FORBIDDEN, "signin.problem.not-recent");
        }
    }

    /** Of somebody else's passkey nothing is said but what is said of one that is not there. */
    private static void own(String key, BiPredicate<String, byte[]> change, Caller caller) {
        byte[] id;
        try {
            id = HexFormat.of().parseHex(key);
        } catch (IllegalArgumentException e) {
            id = new byte[0];
        }
        if (!change.test(caller.username(), id)) {
            throw Problem.of(Category.NOT_FOUND, "signin.problem.passkey-gone");
        }
    }

    /** What the browser sent, cut where no authenticator's answer reaches: the rest makes it one that cannot be read. */
    private static String body(HttpServletRequest request) throws IOException {
        return new String(request.getInputStream().readNBytes(LONGEST_ANSWER), StandardCharsets.UTF_8);
    }

    private String name(String typed) {
        String name = typed.strip();
        return name.isEmpty()
                ? pages.text().get("signin.passkey.unnamed")
                : name.substring(0, Math.min(name.length(), LONGEST_NAME));
    }

    private void changed(Caller caller, String what) {
        audit.record(caller, Audit.Action.UPDATE, "account/" + caller.username() + "/" + what, List.of());
    }
}
