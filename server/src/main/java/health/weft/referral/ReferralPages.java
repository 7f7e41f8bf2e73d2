package health.weft.referral;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.referral.Referral.Loop;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.ui.Errors;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import health.weft.ui.Panel;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The inbox and what is looked for in it, one referral with its story, its steps, and the person's answer. */
@Controller
class ReferralPages {
    private static final int FOUND = 50;

    private final Referrals referrals;
    private final ReferralSearch search;
    private final ReferralView view;
    private final ServiceNames names;
    private final Pages pages;

    ReferralPages(Referrals referrals, ReferralSearch search, ReferralView view, ServiceNames names, Pages pages) {
        this.names = names;
        this.view = view;
        this.referrals = referrals;
        this.search = search;
        this.pages = pages;
    }

    @GetMapping("/inbox")
    String inbox(
            Model model,
            Caller caller,
            @RequestParam(defaultValue = "") String show,
            @RequestParam(defaultValue = "") String after) {
        return inbox(model, caller, show, after, "");
    }

    /**
     * What was looked for, above the list; sent as a form, so that no name ever stands in an address or a log.
     *
     * @param part true while somebody types: htmx takes what was found and nothing of the list
     */
    @PostMapping("/inbox")
    String find(
            Model model,
            Caller caller,
            @RequestParam(defaultValue = "") String q,
            @RequestHeader(name = "HX-Request", defaultValue = "false") boolean part) {
        if (!part) {
            return inbox(model, caller, "", "", q);
        }
        list(model, caller, pages.page("referral.inbox.title"), "waiting", "", List.of());
        return found(model, caller, q);
    }

    private String inbox(Model model, Caller caller, String show, String after, String q) {
        String shown = show.isBlank() ? (asks(caller) ? "sent" : "waiting") : show;
        List<Referral> listed =
                switch (shown) {
                    case "open" -> referrals.claimable(caller);
                    case "waiting" -> referrals.waiting(caller, after);
                    case "underway" -> referrals.received(caller, Referrals.underWay(), after);
                    case "ended" -> referrals.received(caller, Referrals.ended(), after);
                    case "sent" -> referrals.sent(caller, List.of(Loop.OPEN, Loop.REOPENED, Loop.ENDED), after);
                    case "closed" -> referrals.sent(caller, List.of(Loop.CLOSED), after);
                    default -> throw Problem.of(Category.NOT_FOUND, "referral.problem.list");
                };
        Page page = pages.page("referral.inbox.title").live("referrals");
        list(model, caller, page, shown, after, listed);
        model.addAttribute("news", pages.panels(Panel.Place.INBOX_NEXT, caller, "", page));
        model.addAttribute("counts", referrals.counts(caller));
        model.addAttribute("open", referrals.claimable(caller).size());
        return found(model, caller, q);
    }

    private static boolean asks(Caller caller) {
        return caller.is(Role.COORDINATOR, Role.CLINICIAN, Role.DISCHARGE_PLANNER, Role.SPECIALIST);
    }

    private void list(Model model, Caller caller, Page page, String shown, String after, List<Referral> listed) {
        model.addAttribute("page", page);
        model.addAttribute("rows", names.forReaderRows(referrals.rows(caller, listed)));
        model.addAttribute("show", shown);
        model.addAttribute("asks", asks(caller));
        model.addAttribute("after", after);
        model.addAttribute(
                "next",
                listed.size() < Referrals.PAGE || shown.equals("open")
                        ? ""
                        : listed.getLast().id());
    }

    private String found(Model model, Caller caller, String q) {
        List<Referral> hits = search.find(caller, q, FOUND + 1);
        model.addAttribute("q", q);
        model.addAttribute(
                "hits", names.forReaderRows(referrals.rows(caller, hits.subList(0, Math.min(FOUND, hits.size())))));
        model.addAttribute("more", hits.size() > FOUND);
        model.addAttribute("party", caller.party());
        return "referral/inbox";
    }

    @GetMapping("/referrals/{id}")
    String referral(Model model, Caller caller, @PathVariable String id) {
        return view.show(model, caller, id, Said.NOTHING);
    }

    @PostMapping("/referrals/{id}/{step}")
    String step(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String id,
            @PathVariable String step,
            @RequestParam int version,
            @RequestParam(defaultValue = "") String reason,
            @RequestParam(defaultValue = "") String words) {
        Errors errors = new Errors();
        if (words.length() > 2_000) {
            errors.add("words-" + step, pages.text().get("referral.note.long"));
        }
        if (errors.take("words-" + step, pages.text().locale(), () -> {
            switch (step) {
                case "claim" -> referrals.claim(caller, id, words);
                case "pass" -> referrals.pass(caller, id, reason(reason), words);
                case "accept" -> referrals.accept(caller, id, version, words);
                case "start" -> referrals.start(caller, id, version, words);
                case "decline" -> stop(caller, id, version, ReferralStatus.REJECTED, reason, words);
                case "fail" -> stop(caller, id, version, ReferralStatus.FAILED, reason, words);
                case "settle" -> referrals.settle(caller, id);
                case "link" -> referrals.newLink(caller, id);
                case "withdraw" -> stop(caller, id, version, ReferralStatus.CANCELLED, reason, words);
                default -> throw Problem.of(Category.NOT_FOUND, "referral.problem.step");
            }
        })) {
            pages.notice(redirect, "referral.done." + step);
            return step.equals("pass") ? "redirect:/inbox?show=open" : "redirect:/referrals/" + id;
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return view.show(model, caller, id, new Said(step, errors, Map.of("reason", reason, "words", words)));
    }

    @PostMapping("/me/referrals/{id}/answer")
    String answer(
            Caller caller,
            RedirectAttributes redirect,
            @PathVariable String id,
            @RequestParam boolean help,
            @RequestParam(defaultValue = "") String words) {
        referrals.answer(caller, id, help, words.length() > 2_000 ? words.substring(0, 2_000) : words);
        pages.notice(redirect, help ? "referral.answered.yes" : "referral.answered.no");
        return "redirect:/me";
    }

    private static Reason reason(String code) {
        return Reason.of(code).orElseThrow(() -> Problem.of(Category.UNPROCESSABLE, "referral.reason.missing"));
    }

    private void stop(Caller caller, String id, int version, ReferralStatus status, String reason, String words) {
        referrals.stop(caller, id, version, status, reason(reason), words.isBlank() ? "" : words);
    }
}
