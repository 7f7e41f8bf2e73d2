package health.weft.referral;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.referral.Attempt.Medium;
import health.weft.security.Caller;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The forms of a referral for what happens between yes and help: appointment, attempts, waitlist, and what was given. */
@Controller
class ProgressPages {
    private final ReferralView view;
    private final Referrals referrals;
    private final Appointments appointments;
    private final ContactAttempts attempts;
    private final Waitlist waitlist;
    private final Outcomes outcomes;
    private final Pages pages;
    private final Clock clock = Clock.systemUTC();

    ProgressPages(
            ReferralView view,
            Referrals referrals,
            Appointments appointments,
            ContactAttempts attempts,
            Waitlist waitlist,
            Outcomes outcomes,
            Pages pages) {
        this.view = view;
        this.referrals = referrals;
        this.appointments = appointments;
        this.attempts = attempts;
        this.waitlist = waitlist;
        this.outcomes = outcomes;
        this.pages = pages;
    }

    /** A form that came in. */
    private record Sent(
            Model model, Caller caller, HttpServletResponse response, RedirectAttributes redirect, String id) {}

    @PostMapping("/referrals/{id}/appointment")
    String appointment(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String id,
            @RequestParam int version,
            @RequestParam Map<String, String> typed) {
        return take(new Sent(model, caller, response, redirect, id), "appointment", "day", typed, form -> {
            String place = form.shortWords("place", Slot.LONGEST_PLACE);
            String words = form.words();
            Optional<Instant> starts = form.moment("day", "time");
            if (starts.isEmpty()) {
                form.errors().add("day", pages.text().get("referral.problem.day"));
            } else if (form.errors().isEmpty()) {
                appointments.book(caller, id, version, new Slot(starts.get(), place, words));
            }
        });
    }

    @PostMapping("/referrals/{id}/attendance")
    String attendance(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String id,
            @RequestParam int version,
            @RequestParam(defaultValue = "") String what,
            @RequestParam Map<String, String> typed) {
        BusinessStatus status =
                switch (what) {
                    case "came" -> BusinessStatus.ATTENDED;
                    case "missed" -> BusinessStatus.UNATTENDED;
                    case "off" -> BusinessStatus.CALLED_OFF;
                    default -> throw Problem.of(Category.NOT_FOUND, "referral.problem.step");
                };
        return take(new Sent(model, caller, response, redirect, id), "attendance", "attendance", typed, form -> {
            appointments.end(caller, id, version, status);
            if (status == BusinessStatus.ATTENDED) {
                begin(caller, id);
            }
        });
    }

    /** Who came is being helped: what was given is asked for next, without another step. */
    private void begin(Caller caller, String id) {
        Referral referral = referrals.find(caller, id);
        if (referral.status().canBecome(ReferralStatus.IN_PROGRESS)) {
            referrals.start(caller, id, referral.version(), "");
        }
    }

    @PostMapping("/referrals/{id}/attempt")
    String attempt(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String medium,
            @RequestParam Map<String, String> typed) {
        return take(new Sent(model, caller, response, redirect, id), "attempt", "words-attempt", typed, form -> {
            String words = form.words();
            Instant at = form.moment("tried", "tried-time").orElseGet(clock::instant);
            Optional<Medium> how = Medium.ofKey(medium);
            if (how.isEmpty()) {
                form.errors().add("words-attempt", pages.text().get("referral.problem.attempt-how"));
            } else if (form.errors().isEmpty()) {
                attempts.record(caller, id, form.once(), how.get(), at, words);
            }
        });
    }

    @PostMapping("/referrals/{id}/hold")
    String hold(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String id,
            @RequestParam int version,
            @RequestParam(defaultValue = "") String reason,
            @RequestParam Map<String, String> typed) {
        return take(new Sent(model, caller, response, redirect, id), "hold", "words-hold", typed, form -> {
            String words = form.words();
            Optional<Integer> position = form.position("position-hold");
            Optional<Reason> why = Reason.of(reason);
            if (why.isEmpty()) {
                form.errors().add("reason-hold", pages.text().get("referral.reason.missing"));
            } else if (position.isPresent() && why.get() != Reason.WAITLIST) {
                form.errors().add("position-hold", pages.text().get("referral.problem.position-reason"));
            }
            if (form.errors().isEmpty()) {
                if (why.orElseThrow() == Reason.WAITLIST) {
                    waitlist.join(caller, id, version, position, words);
                } else {
                    referrals.stop(caller, id, version, ReferralStatus.ON_HOLD, why.get(), words);
                }
            }
        });
    }

    @PostMapping("/referrals/{id}/position")
    String position(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String id,
            @RequestParam int version,
            @RequestParam Map<String, String> typed) {
        return take(new Sent(model, caller, response, redirect, id), "position", "position", typed, form -> {
            String words = form.words();
            Optional<Integer> position = form.position("position");
            if (form.errors().isEmpty()) {
                waitlist.move(caller, id, version, position, words);
            }
        });
    }

    @PostMapping("/referrals/{id}/give")
    String give(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String id,
            @RequestParam int version,
            @RequestParam(defaultValue = "") String kind,
            @RequestParam(defaultValue = "") String resolved,
            @RequestParam(defaultValue = "") String enrolment,
            @RequestParam Map<String, String> typed) {
        return take(new Sent(model, caller, response, redirect, id), "give", "words-give", typed, form -> {
            String words = form.words();
            Optional<BigDecimal> quantity = form.number("quantity", "referral.problem.quantity");
            Optional<BigDecimal> cost = form.number("cost", "referral.problem.cost");
            String unit = form.shortWords("unit", Outcome.LONGEST_UNIT);
            if (!unit.isEmpty() && quantity.isEmpty()) {
                form.errors().add("quantity", pages.text().get("referral.problem.quantity-missing"));
            }
            Outcome outcome = new Outcome(
                    Given.of(kind).orElse(null),
                    quantity.orElse(null),
                    unit,
                    cost.orElse(null),
                    Resolved.of(resolved).orElse(null),
                    Enrolment.of(enrolment).orElse(null));
            bounds(form.errors(), outcome);
            if (form.errors().isEmpty()) {
                outcomes.give(caller, id, version, words, outcome);
            }
        });
    }

    /** What is out of bounds stands at its own field. */
    private void bounds(Errors errors, Outcome outcome) {
        try {
            new Outcome(null, outcome.quantity(), "", null, null, null).checked();
        } catch (Problem problem) {
            errors.add("quantity", problem.message(pages.text().locale()));
        }
        try {
            new Outcome(null, null, "", outcome.cost(), null, null).checked();
        } catch (Problem problem) {
            errors.add("cost", problem.message(pages.text().locale()));
        }
    }

    /** Takes a form; what is wrong with it stands on the page again, with all that was typed. */
    private String take(Sent sent, String step, String field, Map<String, String> fields, Consumer<Typed> taking) {
        Said said = new Said(step, new Errors(), fields);
        if (said.errors().take(field, pages.text().locale(), () -> taking.accept(new Typed(said, pages.text())))) {
            pages.notice(sent.redirect(), "referral.done." + step);
            return "redirect:/referrals/" + sent.id();
        }
        sent.response().setStatus(Category.UNPROCESSABLE.status().value());
        return view.show(sent.model(), sent.caller(), sent.id(), said);
    }
}
