package health.weft.referral;

import health.weft.directory.Option;
import health.weft.directory.SdohCategory;
import health.weft.identity.Identity;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Sending a referral: the kind of help, the services that fit, and the person's consent. */
@Controller
class SendPages {
    private final Referrals referrals;
    private final ServicesToAsk services;
    private final Identity identity;
    private final Records records;
    private final Pages pages;

    SendPages(Referrals referrals, ServicesToAsk services, Identity identity, Records records, Pages pages) {
        this.referrals = referrals;
        this.services = services;
        this.identity = identity;
        this.records = records;
        this.pages = pages;
    }

    /**
     * The form as it was filled in.
     *
     * @param need id of the Condition behind it, empty when none is coded
     * @param several whether those ticked are asked at once
     * @param services ids of those ticked; empty before anybody chose
     * @param follows id of a referral: of one that we sent and nobody answered, whose place this one takes, or of one that we were asked,
     *     which this one passes on; or empty
     */
    private record Form(
            SdohCategory category,
            String need,
            boolean several,
            Optional<List<String>> services,
            Shortlist.Look look,
            Agreed agreed,
            String follows) {

        static Form empty(SdohCategory category, String need, boolean several, String follows) {
            return new Form(category, need, several, Optional.empty(), Shortlist.Look.FEW, Agreed.nothing(), follows);
        }

        static Form of(MultiValueMap<String, String> typed) {
            return new Form(
                    Agreed.category(Agreed.said(typed, "category")),
                    Agreed.said(typed, "need"),
                    Agreed.said(typed, "several").equals("true"),
                    Optional.of(typed.getOrDefault("service", List.of())),
                    Shortlist.Look.of(typed),
                    Agreed.of(typed),
                    Agreed.said(typed, "follows"));
        }

        List<String> ticked() {
            return services.orElse(List.of());
        }

        Optional<String> condition() {
            return need.isBlank() ? Optional.empty() : Optional.of("Condition/" + need);
        }
    }

    /** The services that fit a coded need; without one, the kind of help is asked for first. */
    @GetMapping("/people/{person}/referrals/new")
    String choose(
            Model model,
            Caller caller,
            @PathVariable String person,
            @RequestParam(defaultValue = "") String need,
            @RequestParam(defaultValue = "false") boolean several,
            @RequestParam(defaultValue = "") String follows) {
        ReferralPolicy.mayRefer(caller);
        if (need.isEmpty()) {
            model.addAttribute("page", pages.page("referral.kind.title"));
            model.addAttribute("person", identity.person(caller, person));
            model.addAttribute("categories", List.of(SdohCategory.values()));
            model.addAttribute("follows", follows);
            return "referral/kind";
        }
        SdohCategory category =
                ReferralFhir.category(records.read(caller, "Condition", need).json());
        return show(model, caller, person, Form.empty(category, need, several, follows), new Errors());
    }

    /**
     * The services for a kind of help, and once they are there, others of them: those found by words, or more. Posted, since what a person
     * needs has no place in an address.
     */
    @PostMapping("/people/{person}/referrals/new")
    String chooseFor(
            Model model,
            Caller caller,
            @PathVariable String person,
            @RequestParam MultiValueMap<String, String> typed) {
        ReferralPolicy.mayRefer(caller);
        Form form = typed.containsKey("_once")
                ? Form.of(typed)
                : Form.empty(
                        Agreed.category(Agreed.said(typed, "category")),
                        "",
                        Agreed.said(typed, "several").equals("true"),
                        Agreed.said(typed, "follows"));
        return show(model, caller, person, form, new Errors());
    }

    @PostMapping("/people/{person}/referrals")
    String send(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String person,
            @RequestParam MultiValueMap<String, String> typed) {
        Form form = Form.of(typed);
        Errors errors = errors(caller, form);
        if (errors.isEmpty()) {
            try {
                String id = send(caller, person, form);
                pages.notice(redirect, "referral.sent");
                return "redirect:/referrals/" + id;
            } catch (Problem problem) {
                if (problem.category() != Category.CONFLICT && form.ticked().size() == 1) {
                    throw problem;
                }
                // Full, closed or answered meanwhile: choose again, nothing typed is lost.
                errors.add("service", problem.message(pages.text().locale()));
            }
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return show(model, caller, person, form, errors);
    }

    private Errors errors(Caller caller, Form form) {
        Errors errors = new Errors();
        if (form.ticked().isEmpty()) {
            errors.add("service", pages.text().get("referral.service.missing"));
        } else if (form.several() && form.ticked().size() == 1) {
            errors.add("service", pages.text().get("referral.several.one"));
        }
        form.agreed().check(errors, referrals.sensitive(caller, form.condition()), pages.text());
        return errors;
    }

    private String send(Caller caller, String person, Form form) {
        Agreed agreed = form.agreed();
        Referrals.Sending sending = new Referrals.Sending(
                person,
                form.category(),
                form.ticked(),
                form.condition(),
                agreed.consent(),
                agreed.sensitive(),
                agreed.note(),
                agreed.key(),
                agreed.urgent());
        if (form.follows().isEmpty()) {
            return referrals.send(caller, sending);
        }
        return referrals.find(caller, form.follows()).owner().equals(caller.party())
                ? referrals.passOn(caller, sending, form.follows())
                : referrals.sendInstead(caller, sending, form.follows());
    }

    private String followed(Caller caller, Referral referral) {
        return referral.owner().equals(caller.party())
                ? pages.text().get("referral.passing", referral.asker(pages.text()))
                : pages.text().get("referral.instead", referral.ownerName());
    }

    private String show(Model model, Caller caller, String personId, Form form, Errors errors) {
        ServicesToAsk.Choice choice = services.of(caller, personId, form.category());
        List<Option> all = choice.best("");
        List<String> ticked =
                form.services().orElseGet(() -> form.several() ? ServicesToAsk.bestOfEach(all) : List.of());
        model.addAttribute("page", pages.page(form.several() ? "referral.several.title" : "referral.new.title"));
        model.addAttribute("person", identity.person(caller, personId));
        model.addAttribute("category", form.category());
        model.addAttribute("need", form.need());
        model.addAttribute("list", choice.few(form.look(), all, ticked));
        model.addAttribute("offered", all.size());
        model.addAttribute("choosable", all.stream().filter(Option::canBeChosen).count());
        model.addAttribute("several", form.several());
        model.addAttribute("services", ticked);
        model.addAttribute("agreed", form.agreed());
        model.addAttribute("follows", form.follows());
        model.addAttribute(
                "followsWords",
                form.follows().isEmpty() ? "" : followed(caller, referrals.find(caller, form.follows())));
        model.addAttribute("marked", Agreed.words(referrals.sensitive(caller, form.condition()), pages.text()));
        model.addAttribute("errors", errors);
        return "referral/new";
    }
}
