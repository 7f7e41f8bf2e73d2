package health.weft.signin;

import health.weft.security.PeopleDoor;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/**
 * The second step of signing in. Whoever comes here has shown a password and may do nothing else with it.
 *
 * <p>A second factor is set up here only by an account that has none: else a stolen password would be enough to replace it.
 */
@Controller
class SecondStepPages {
    static final String NEW_SECRET = "weft.new-secret";
    private static final String WRONG = "wrong";

    private final Pages pages;
    private final SignIns signIns;
    private final SecondFactors factors;
    private final Attempts attempts;
    private final Devices devices;
    private final Clock clock;

    SecondStepPages(
            Pages pages, SignIns signIns, SecondFactors factors, Attempts attempts, Devices devices, Clock clock) {
        this.clock = clock;
        this.pages = pages;
        this.signIns = signIns;
        this.factors = factors;
        this.attempts = attempts;
        this.devices = devices;
    }

    @GetMapping(PeopleDoor.SECOND_STEP)
    String secondStep(HttpServletRequest request, Model model, @ModelAttribute(WRONG) String wrong) {
        Optional<String> half = signIns.half(request);
        if (half.isEmpty()) {
            return "redirect:/";
        }
        Errors errors = new Errors();
        if (!wrong.isEmpty()) {
            errors.add("code", pages.text().get(wrong));
        }
        model.addAttribute("errors", errors);
        String username = half.get();
        if (factors.isEnrolled(username)) {
            model.addAttribute("page", pages.page("signin.step.title"));
            model.addAttribute("code", factors.hasOneTimePassword(username));
            model.addAttribute("passkey", factors.hasPasskey(username));
            return "signin/second-step";
        }
        model.addAttribute("page", pages.page("signin.enrol.title"));
        model.addAttribute("enrolment", Enrolment.of(username, newSecret(request.getSession())));
        model.addAttribute("action", PeopleDoor.SECOND_STEP + "/set-up");
        model.addAttribute("asked", true);
        return "signin/enrol";
    }

    @PostMapping(PeopleDoor.SECOND_STEP)
    String code(
            @RequestParam(defaultValue = "") String code,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes redirect) {
        Optional<String> half = signIns.half(request);
        if (half.isEmpty()) {
            return "redirect:/sign-in";
        }
        String username = half.get();
        if (!once(request, username, () -> factors.uses(username, code, clock.instant()))) {
            signIns.refused(username);
            redirect.addFlashAttribute(WRONG, "signin.problem.code");
            return "redirect:" + PeopleDoor.SECOND_STEP;
        }
        return "redirect:" + signIns.enter(request, response, username);
    }

    @PostMapping(PeopleDoor.SECOND_STEP + "/set-up")
    String setUp(
            @RequestParam(defaultValue = "") String code,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes redirect,
            Model model) {
        Optional<String> half = signIns.half(request);
        if (half.isEmpty()) {
            return "redirect:/sign-in";
        }
        String username = half.get();
        byte[] secret = secret(request.getSession());
        if (secret == null || factors.isEnrolled(username)) {
            return "redirect:" + PeopleDoor.SECOND_STEP;
        }
        if (!once(request, username, () -> factors.enrol(username, secret, code, clock.instant()))) {
            redirect.addFlashAttribute(WRONG, "signin.problem.code");
            return "redirect:" + PeopleDoor.SECOND_STEP;
        }
        request.getSession().removeAttribute(NEW_SECRET);
        model.addAttribute("codes", factors.newRecoveryCodes(username));
        model.addAttribute("next", signIns.enter(request, response, username));
        // Made last: the header shows who has just come in.
        model.addAttribute("page", pages.page("signin.codes.title"));
        return "signin/codes";
    }

    /** Where the language switch leads from the page with the codes, which is shown once. */
    @GetMapping(PeopleDoor.SECOND_STEP + "/set-up")
    String afterwards() {
        return "redirect:/account";
    }

    /** Six digits are few: tries at them are counted like those at the password. */
    private boolean once(HttpServletRequest request, String username, java.util.function.BooleanSupplier check) {
        Origin origin = Origin.of(request);
        boolean known = devices.knows(username, origin.device());
        String lane = "code:" + username;
        if (!attempts.begin(lane, origin, known) || !check.getAsBoolean()) {
            return false;
        }
        attempts.succeeded(lane, origin, known);
        return true;
    }

    /** The secret being set up: the same while the page is looked at again. */
    static byte[] newSecret(HttpSession session) {
        byte[] known = secret(session);
        if (known != null) {
            return known;
        }
        byte[] made = Secrets.random(SecondFactors.SECRET_BYTES);
        session.setAttribute(NEW_SECRET, made);
        return made;
    }

    static byte @Nullable [] secret(HttpSession session) {
        return session.getAttribute(NEW_SECRET) instanceof byte[] known ? known : null;
    }
}
