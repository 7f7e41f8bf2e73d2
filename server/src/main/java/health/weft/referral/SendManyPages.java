package health.weft.referral;

import health.weft.directory.Option;
import health.weft.directory.SdohCategory;
import health.weft.identity.Identity;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.SensitiveCategory;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Several needs in one go: for each a service is chosen, what is said and agreed to is said once, and each becomes a referral of its own. */
@Controller
class SendManyPages {
    private static final int MOST = 12;
    /** Services to choose from for each need, beside the one chosen. */
    private static final int OFFERED = 15;

    private final Referrals referrals;
    private final ServicesToAsk services;
    private final Identity identity;
    private final Records records;
    private final Pages pages;

    SendManyPages(Referrals referrals, ServicesToAsk services, Identity identity, Records records, Pages pages) {
        this.referrals = referrals;
        this.services = services;
        this.identity = identity;
        this.records = records;
        this.pages = pages;
    }

    private record Form(List<NeedAsked> asked, Agreed agreed) {

        /** Those for which a service is chosen. */
        List<NeedAsked> chosen() {
            return asked.stream().filter(one -> !one.service().isEmpty()).toList();
        }
    }

    /** For coded needs. */
    @GetMapping("/people/{person}/referrals/many")
    String choose(
            Model model,
            Caller caller,
            @PathVariable String person,
            @RequestParam MultiValueMap<String, String> query) {
        ReferralPolicy.mayRefer(caller);
        List<NeedAsked> asked = all(query, "need").stream()
                .distinct()
                .map(need -> new NeedAsked(
                        ReferralFhir.category(
                                records.read(caller, "Condition", need).json()),
                        need))
                .toList();
        return first(model, caller, person, asked);
    }

    /** Which kinds. */
    @GetMapping("/people/{person}/referrals/kinds")
    String kinds(Model model, Caller caller, @PathVariable String person) {
        ReferralPolicy.mayRefer(caller);
        return kinds(model, caller, person, new Errors());
    }

    private String kinds(Model model, Caller caller, String person, Errors errors) {
        model.addAttribute("page", pages.page("referral.many.title").at("/people/" + person + "/referrals/kinds"));
        model.addAttribute("person", identity.person(caller, person));
        model.addAttribute("categories", List.of(SdohCategory.values()));
        model.addAttribute("errors", errors);
        return "referral/kinds";
    }

    /** For kinds of help, and once they are there, others of the services; posted, since what a person needs has no place in an address. */
    @PostMapping("/people/{person}/referrals/many")
    String chooseFor(
            Model model,
            Caller caller,
            HttpServletResponse response,
            @PathVariable String person,
            @RequestParam MultiValueMap<String, String> typed) {
        ReferralPolicy.mayRefer(caller);
        if (typed.containsKey("category")) {
            return show(model, caller, person, form(typed), new Errors());
        }
        List<NeedAsked> asked = all(typed, "kind").stream()
                .distinct()
                .map(code -> new NeedAsked(Agreed.category(code), ""))
                .toList();
        if (asked.isEmpty()) {
            Errors errors = new Errors();
            errors.add("kind", pages.text().get("referral.many.kinds.none"));
            response.setStatus(Category.UNPROCESSABLE.status().value());
            return kinds(model, caller, person, errors);
        }
        return first(model, caller, person, asked);
    }

    private String first(Model model, Caller caller, String person, List<NeedAsked> asked) {
        if (asked.isEmpty()) {
            return "redirect:/people/" + person + "/referrals/kinds";
        }
        List<NeedAsked> best = asked.stream()
                .map(one ->
                        one.at(best(services.of(caller, person, one.category()).best(""))))
                .toList();
        return show(model, caller, person, new Form(best, Agreed.nothing()), new Errors());
    }

    @PostMapping("/people/{person}/referrals/all")
    String send(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String person,
            @RequestParam MultiValueMap<String, String> typed) {
        ReferralPolicy.mayRefer(caller);
        Form form = form(typed);
        Errors errors = errors(caller, person, form);
        if (errors.isEmpty()) {
            try {
                referrals.sendAll(caller, sendings(person, form));
                pages.count(redirect, "referral.many.sent", form.chosen().size());
                return "redirect:/people/" + person + "#referrals";
            } catch (Problem problem) {
                if (problem.category() != Category.CONFLICT && problem.category() != Category.UNPROCESSABLE) {
                    throw problem;
                }
                errors.add("service-0", problem.message(pages.text().locale()));
            }
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return show(model, caller, person, form, errors);
    }

    private static List<Referrals.Sending> sendings(String person, Form form) {
        Agreed agreed = form.agreed();
        return form.chosen().stream()
                .map(one -> new Referrals.Sending(
                        person,
                        one.category(),
                        List.of(one.service()),
                        one.condition(),
                        agreed.consent(),
                        agreed.sensitive(),
                        agreed.note(),
                        UUID.nameUUIDFromBytes(
                                (agreed.key() + one.category().code() + one.need()).getBytes(StandardCharsets.UTF_8)),
                        agreed.urgent()))
                .toList();
    }

    private static Form form(MultiValueMap<String, String> typed) {
        List<String> categories = all(typed, "category");
        List<String> needs = typed.getOrDefault("need", List.of());
        List<NeedAsked> asked = new ArrayList<>();
        for (int i = 0; i < categories.size(); i++) {
            asked.add(new NeedAsked(Agreed.category(categories.get(i)), i < needs.size() ? needs.get(i) : "")
                    .at(Agreed.said(typed, "service-" + i))
                    .lookingFor(Agreed.said(typed, "look-" + i)));
        }
        return new Form(asked, Agreed.of(typed));
    }

    private Errors errors(Caller caller, String person, Form form) {
        Errors errors = new Errors();
        if (form.chosen().isEmpty()) {
            errors.add("service-0", pages.text().get("referral.many.none"));
        }
        for (int i = 0; i < form.asked().size(); i++) {
            NeedAsked one = form.asked().get(i);
            if (!one.service().isEmpty()
                    && services.of(caller, person, one.category()).best("").stream()
                            .noneMatch(option -> option.canBeChosen()
                                    && option.service().id().equals(one.service()))) {
                errors.add("service-" + i, pages.text().get("referral.many.gone"));
            }
        }
        form.agreed().check(errors, marked(caller, form.chosen()), pages.text());
        return errors;
    }

    private String show(Model model, Caller caller, String personId, Form form, Errors errors) {
        model.addAttribute("page", pages.page("referral.many.title"));
        model.addAttribute("person", identity.person(caller, personId));
        model.addAttribute(
                "choices",
                form.asked().stream().map(one -> of(caller, personId, one)).toList());
        model.addAttribute("agreed", form.agreed());
        model.addAttribute("marked", Agreed.words(marked(caller, form.asked()), pages.text()));
        model.addAttribute("errors", errors);
        return "referral/many";
    }

    private NeedAsked of(Caller caller, String person, NeedAsked asked) {
        ServicesToAsk.Choice choice = services.of(caller, person, asked.category());
        return asked.of(choice.few(
                new Shortlist.Look(asked.words(), OFFERED),
                choice.best(""),
                asked.service().isEmpty() ? List.of() : List.of(asked.service())));
    }

    private Set<SensitiveCategory> marked(Caller caller, List<NeedAsked> asked) {
        Set<SensitiveCategory> all = EnumSet.noneOf(SensitiveCategory.class);
        asked.forEach(one -> all.addAll(referrals.sensitive(caller, one.condition())));
        return all;
    }

    private static String best(List<Option> options) {
        return options.stream()
                .filter(Option::hasRoom)
                .findFirst()
                .map(option -> option.service().id())
                .orElse("");
    }

    private static List<String> all(MultiValueMap<String, String> typed, String name) {
        List<String> all = typed.getOrDefault(name, List.of());
        if (all.size() > MOST) {
            throw Problem.of(Category.UNPROCESSABLE, "referral.many.most", MOST);
        }
        return all;
    }
}
