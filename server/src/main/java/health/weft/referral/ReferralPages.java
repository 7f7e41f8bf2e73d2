package health.weft.referral;

import health.weft.directory.Directory;
import health.weft.directory.Need;
import health.weft.directory.Option;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.notice.Notices;
import health.weft.notice.Quiet;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.referral.Referral.Loop;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Sending a referral, the inbox, one referral with its story, and the person's own view of it. */
@Controller
class ReferralPages {
    private static final String GEOLOCATION = "http://hl7.org/fhir/StructureDefinition/geolocation";

    private final Referrals referrals;
    private final Directory directory;
    private final Identity identity;
    private final Records records;
    private final Quiet quiet;
    private final Notices notices;
    private final ReferralView view;
    private final Pages pages;

    ReferralPages(
            Referrals referrals,
            Directory directory,
            Identity identity,
            Records records,
            Quiet quiet,
            Notices notices,
            ReferralView view,
            Pages pages) {
        this.view = view;
        this.referrals = referrals;
        this.directory = directory;
        this.identity = identity;
        this.records = records;
        this.quiet = quiet;
        this.notices = notices;
        this.pages = pages;
    }

    /** The services that fit a coded need; without one, the kind of help is asked for first. */
    @GetMapping("/people/{person}/referrals/new")
    String choose(
            Model model,
            Caller caller,
            @PathVariable String person,
            @RequestParam(defaultValue = "") String need,
            @RequestParam(defaultValue = "false") boolean several) {
        ReferralPolicy.mayRefer(caller);
        if (need.isEmpty()) {
            model.addAttribute("page", pages.page("referral.kind.title"));
            model.addAttribute("person", identity.person(caller, person));
            model.addAttribute("categories", List.of(SdohCategory.values()));
            return "referral/kind";
        }
        SdohCategory category =
                ReferralFhir.category(records.read(caller, "Condition", need).json());
        return sending(
                model,
                caller,
                person,
                category,
                need,
                several,
                null,
                "",
                false,
                false,
                new Errors(),
                UUID.randomUUID());
    }

    /** The services for a kind of help; posted, since what a person needs has no place in an address. */
    @PostMapping("/people/{person}/referrals/new")
    String chooseFor(
            Model model,
            Caller caller,
            @PathVariable String person,
            @RequestParam(name = "category", defaultValue = "") String code,
            @RequestParam(defaultValue = "false") boolean several) {
        ReferralPolicy.mayRefer(caller);
        return sending(
                model,
                caller,
                person,
                category(code),
                "",
                several,
                null,
                "",
                false,
                false,
                new Errors(),
                UUID.randomUUID());
    }

    @PostMapping("/people/{person}/referrals")
    String send(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String person,
            @RequestParam String category,
            @RequestParam(defaultValue = "") String need,
            @RequestParam(name = "service", defaultValue = "") List<String> services,
            @RequestParam(defaultValue = "false") boolean several,
            @RequestParam(defaultValue = "") String note,
            @RequestParam(defaultValue = "false") boolean consent,
            @RequestParam(defaultValue = "false") boolean sensitive,
            @RequestParam(defaultValue = "false") boolean urgent,
            @RequestParam("_once") String once) {
        model.addAttribute("urgent", urgent);
        Errors errors = new Errors();
        if (services.isEmpty()) {
            errors.add("service", pages.text().get("referral.service.missing"));
        } else if (several && services.size() == 1) {
            errors.add("service", pages.text().get("referral.several.one"));
        }
        if (!consent) {
            errors.add("consent", pages.text().get("referral.consent.missing"));
        }
        if (!sensitive && !referrals.sensitive(caller, condition(need)).isEmpty()) {
            errors.add("sensitive", pages.text().get("referral.problem.sensitive"));
        }
        if (note.length() > 2_000) {
            errors.add("note", pages.text().get("referral.note.long"));
        }
        UUID formKey = formKey(once);
        if (errors.isEmpty()) {
            try {
                String id = referrals.send(
                        caller,
                        new Referrals.Sending(
                                person,
                                category(category),
                                services,
                                condition(need),
                                consent,
                                sensitive,
                                note,
                                formKey,
                                urgent));
                pages.notice(redirect, "referral.sent");
                return "redirect:/referrals/" + id;
            } catch (Problem problem) {
                if (problem.category() != Category.CONFLICT && services.size() == 1) {
                    throw problem;
                }
                errors.add(
                        "service",
                        problem.message(pages.text()
                                .locale())); // full or closed meanwhile: choose again, nothing typed is lost
            }
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return sending(
                model,
                caller,
                person,
                category(category),
                need,
                several,
                services,
                note,
                consent,
                sensitive,
                errors,
                formKey);
    }

    private String sending(
            Model model,
            Caller caller,
            String personId,
            SdohCategory category,
            String need,
            boolean several,
            @Nullable List<String> services,
            String note,
            boolean consent,
            boolean sensitive,
            Errors errors,
            UUID formKey) {
        Person person = identity.person(caller, personId);
        ObjectNode patient = records.read(
                        caller, "Patient", identity.patientOf(caller, personId).patientId())
                .json();
        // Whoever answers by a mailed link is asked alone.
        List<Option> options = directory.options(need(category, patient, person), !several && canBeMailed(personId));
        model.addAttribute("page", pages.page(several ? "referral.several.title" : "referral.new.title"));
        model.addAttribute("person", person);
        model.addAttribute("category", category);
        model.addAttribute("need", need);
        model.addAttribute("options", options);
        model.addAttribute("several", several);
        model.addAttribute("services", services == null ? chosen(options, several) : services);
        model.addAttribute("note", note);
        model.addAttribute("consent", consent);
        model.addAttribute("sensitive", sensitive);
        model.addAttribute(
                "marked",
                referrals.sensitive(caller, condition(need)).stream()
                        .map(marked -> pages.text().get("ui.sensitive." + marked.key()))
                        .toList());
        model.addAttribute("errors", errors);
        model.addAttribute("formKey", formKey.toString());
        return "referral/new";
    }

    /** Ticked from the start: where several are asked at once, of each organisation the service that fits best. */
    private static List<String> chosen(List<Option> options, boolean several) {
        Map<String, String> best = new LinkedHashMap<>();
        if (several) {
            options.stream()
                    .filter(option -> option.canBeChosen() && option.ageFits())
                    .map(Option::service)
                    .forEach(service -> best.putIfAbsent(service.party(), service.id()));
        }
        return best.values().stream().limit(OpenReferrals.MOST).toList();
    }

    private boolean canBeMailed(String person) {
        return notices.canBeMailed() && !quiet.about(person);
    }

    private static Optional<String> condition(String need) {
        return need.isBlank() ? Optional.empty() : Optional.of("Condition/" + need);
    }

    /** What choosing a service needs to know of a person: where they live, what they speak, how old they are. */
    static Need need(SdohCategory category, ObjectNode patient, Person person) {
        Double latitude = null;
        Double longitude = null;
        for (JsonNode address : patient.path("address")) {
            for (JsonNode extension : address.path("extension")) {
                if (Json.text(extension, "url").equals(GEOLOCATION)) {
                    for (JsonNode part : extension.path("extension")) {
                        if (Json.text(part, "url").equals("latitude")) {
                            latitude = part.path("valueDecimal").asDouble();
                        } else if (Json.text(part, "url").equals("longitude")) {
                            longitude = part.path("valueDecimal").asDouble();
                        }
                    }
                }
            }
        }
        String language = patient.path("communication")
                .path(0)
                .path("language")
                .path("coding")
                .path(0)
                .path("code")
                .asString("en");
        LocalDate birthDate = person.birthDate();
        return new Need(
                category,
                latitude,
                longitude,
                language.length() > 2 ? language.substring(0, 2) : language,
                birthDate == null
                        ? OptionalInt.empty()
                        : OptionalInt.of(birthDate
                                .until(LocalDate.now(java.time.ZoneOffset.UTC))
                                .getYears()));
    }

    @GetMapping("/inbox")
    String inbox(
            Model model,
            Caller caller,
            @RequestParam(defaultValue = "") String show,
            @RequestParam(defaultValue = "") String after) {
        boolean asks = caller.is(Role.COORDINATOR, Role.CLINICIAN, Role.DISCHARGE_PLANNER, Role.SPECIALIST);
        String shown = show.isBlank() ? (asks ? "sent" : "waiting") : show;
        List<Referral> found =
                switch (shown) {
                    case "open" -> referrals.claimable(caller);
                    case "waiting" -> referrals.waiting(caller, after);
                    case "underway" -> referrals.received(caller, Referrals.underWay(), after);
                    case "ended" -> referrals.received(caller, Referrals.ended(), after);
                    case "sent" -> referrals.sent(caller, List.of(Loop.OPEN, Loop.REOPENED, Loop.ENDED), after);
                    case "closed" -> referrals.sent(caller, List.of(Loop.CLOSED), after);
                    default -> throw Problem.of(Category.NOT_FOUND, "referral.problem.list");
                };
        model.addAttribute("page", pages.page("referral.inbox.title").live("referrals"));
        model.addAttribute("rows", referrals.rows(caller, found));
        model.addAttribute("show", shown);
        model.addAttribute("asks", asks);
        model.addAttribute("after", after);
        model.addAttribute(
                "next",
                found.size() < Referrals.PAGE || shown.equals("open")
                        ? ""
                        : found.getLast().id());
        model.addAttribute("counts", referrals.counts(caller));
        model.addAttribute("open", referrals.claimable(caller).size());
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
        try {
            if (errors.isEmpty()) {
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
                pages.notice(redirect, "referral.done." + step);
                return step.equals("pass") ? "redirect:/inbox?show=open" : "redirect:/referrals/" + id;
            }
        } catch (Problem problem) {
            switch (problem.category()) {
                case UNPROCESSABLE, CONFLICT, PRECONDITION_FAILED ->
                    errors.add("words-" + step, problem.message(pages.text().locale()));
                default -> throw problem;
            }
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

    private static SdohCategory category(String code) {
        return SdohCategory.of(code).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "referral.problem.kind"));
    }

    private static UUID formKey(String once) {
        try {
            return UUID.fromString(Objects.requireNonNullElse(once, ""));
        } catch (IllegalArgumentException e) {
            throw Problem.of(Category.INVALID, "problem.said.form");
        }
    }
}
