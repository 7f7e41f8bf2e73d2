package health.weft.referral;

import health.weft.directory.Directory;
import health.weft.directory.Option;
import health.weft.directory.SdohCategory;
import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.notice.Notices;
import health.weft.notice.Quiet;
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
import tools.jackson.databind.node.ObjectNode;

/** Several needs in one go: for each a service is chosen, what is said and agreed to is said once, and each becomes a referral of its own. */
@Controller
class SendManyPages {
    private static final int MOST = 12;

    private final Referrals referrals;
    private final Directory directory;
    private final Identity identity;
    private final Records records;
    private final Quiet quiet;
    private final Notices notices;
    private final Pages pages;

    SendManyPages(
            Referrals referrals,
            Directory directory,
            Identity identity,
            Records records,
            Quiet quiet,
            Notices notices,
            Pages pages) {
        this.referrals = referrals;
        this.directory = directory;
        this.identity = identity;
        this.records = records;
        this.quiet = quiet;
        this.notices = notices;
        this.pages = pages;
    }

    private record Form(
            List<NeedAsked> asked, String note, boolean urgent, boolean consent, boolean sensitive, UUID key) {

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
        model.addAttribute("page", pages.page("referral.many.title"));
        model.addAttribute("person", identity.person(caller, person));
        model.addAttribute("categories", List.of(SdohCategory.values()));
        return "referral/kinds";
    }

    /** For kinds of help; posted, since what a person needs has no place in an address. */
    @PostMapping("/people/{person}/referrals/many")
    String chooseFor(
            Model model, Caller caller, @PathVariable String person, @RequestParam MultiValueMap<String, String> form) {
        ReferralPolicy.mayRefer(caller);
        List<NeedAsked> asked = all(form, "kind").stream()
                .distinct()
                .map(code -> new NeedAsked(SendPages.category(code), ""))
                .toList();
        return first(model, caller, person, asked);
    }

    private String first(Model model, Caller caller, String person, List<NeedAsked> asked) {
        if (asked.isEmpty()) {
            return "redirect:/people/" + person + "/referrals/kinds";
        }
        List<NeedAsked> best = asked.stream()
                .map(one -> one.at(best(options(caller, person, one.category()))))
                .toList();
        return show(model, caller, person, new Form(best, "", false, false, false, UUID.randomUUID()), new Errors());
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
        return form.chosen().stream()
                .map(one -> new Referrals.Sending(
                        person,
                        one.category(),
                        List.of(one.service()),
                        one.condition(),
                        form.consent(),
                        form.sensitive(),
                        form.note(),
                        UUID.nameUUIDFromBytes(
                                (form.key() + one.category().code() + one.need()).getBytes(StandardCharsets.UTF_8)),
                        form.urgent()))
                .toList();
    }

    private static Form form(MultiValueMap<String, String> typed) {
        List<String> categories = all(typed, "category");
        List<String> needs = typed.getOrDefault("need", List.of());
        List<NeedAsked> asked = new ArrayList<>();
        for (int i = 0; i < categories.size(); i++) {
            asked.add(new NeedAsked(SendPages.category(categories.get(i)), i < needs.size() ? needs.get(i) : "")
                    .at(said(typed, "service-" + i)));
        }
        return new Form(
                asked,
                said(typed, "note"),
                said(typed, "urgent").equals("true"),
                said(typed, "consent").equals("true"),
                said(typed, "sensitive").equals("true"),
                SendPages.formKey(said(typed, "_once")));
    }

    private Errors errors(Caller caller, String person, Form form) {
        Errors errors = new Errors();
        if (form.chosen().isEmpty()) {
            errors.add("service-0", pages.text().get("referral.many.none"));
        }
        for (int i = 0; i < form.asked().size(); i++) {
            String service = form.asked().get(i).service();
            if (!service.isEmpty()
                    && options(caller, person, form.asked().get(i).category()).stream()
                            .noneMatch(option -> option.canBeChosen()
                                    && option.service().id().equals(service))) {
                errors.add("service-" + i, pages.text().get("referral.many.gone"));
            }
        }
        if (!form.consent()) {
            errors.add("consent", pages.text().get("referral.consent.missing"));
        }
        if (!form.sensitive() && !marked(caller, form.chosen()).isEmpty()) {
            errors.add("sensitive", pages.text().get("referral.problem.sensitive"));
        }
        if (form.note().length() > Said.LONGEST) {
            errors.add("note", pages.text().get("referral.note.long"));
        }
        return errors;
    }

    private String show(Model model, Caller caller, String personId, Form form, Errors errors) {
        Person person = identity.person(caller, personId);
        model.addAttribute("page", pages.page("referral.many.title"));
        model.addAttribute("person", person);
        model.addAttribute(
                "choices",
                form.asked().stream()
                        .map(one -> one.of(options(caller, personId, one.category())))
                        .toList());
        model.addAttribute("note", form.note());
        model.addAttribute("urgent", form.urgent());
        model.addAttribute("consent", form.consent());
        model.addAttribute("sensitive", form.sensitive());
        model.addAttribute(
                "marked",
                marked(caller, form.asked()).stream()
                        .map(marked -> pages.text().get("ui.sensitive." + marked.key()))
                        .toList());
        model.addAttribute("errors", errors);
        model.addAttribute("formKey", form.key().toString());
        return "referral/many";
    }

    private Set<SensitiveCategory> marked(Caller caller, List<NeedAsked> asked) {
        Set<SensitiveCategory> all = EnumSet.noneOf(SensitiveCategory.class);
        asked.forEach(one -> all.addAll(referrals.sensitive(caller, one.condition())));
        return all;
    }

    private List<Option> options(Caller caller, String personId, SdohCategory category) {
        Person person = identity.person(caller, personId);
        ObjectNode patient = records.read(
                        caller, "Patient", identity.patientOf(caller, personId).patientId())
                .json();
        return directory.options(
                SendPages.need(category, patient, person), notices.canBeMailed() && !quiet.about(personId));
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

    private static String said(MultiValueMap<String, String> typed, String name) {
        String said = typed.getFirst(name);
        return said == null ? "" : said.strip();
    }
}
