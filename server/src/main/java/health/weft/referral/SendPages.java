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
import health.weft.security.Caller;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Sending a referral: the kind of help, the services that fit, and the person's consent. */
@Controller
class SendPages {
    private static final String GEOLOCATION = "http://hl7.org/fhir/StructureDefinition/geolocation";
    private static final int LONGEST_NOTE = 2_000;

    private final Referrals referrals;
    private final Directory directory;
    private final Identity identity;
    private final Records records;
    private final Quiet quiet;
    private final Notices notices;
    private final Pages pages;

    SendPages(
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
            String note,
            boolean urgent,
            boolean consent,
            boolean sensitive,
            String follows,
            UUID key) {

        static Form empty(SdohCategory category, String need, boolean several, String follows) {
            return new Form(
                    category, need, several, Optional.empty(), "", false, false, false, follows, UUID.randomUUID());
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

    /** The services for a kind of help; posted, since what a person needs has no place in an address. */
    @PostMapping("/people/{person}/referrals/new")
    String chooseFor(
            Model model,
            Caller caller,
            @PathVariable String person,
            @RequestParam(name = "category", defaultValue = "") String code,
            @RequestParam(defaultValue = "false") boolean several,
            @RequestParam(defaultValue = "") String follows) {
        ReferralPolicy.mayRefer(caller);
        return show(model, caller, person, Form.empty(category(code), "", several, follows), new Errors());
    }

    @PostMapping("/people/{person}/referrals")
    String send(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String person,
            @RequestParam(name = "category") String code,
            @RequestParam(defaultValue = "") String need,
            @RequestParam(name = "service", defaultValue = "") List<String> services,
            @RequestParam(defaultValue = "false") boolean several,
            @RequestParam(defaultValue = "") String note,
            @RequestParam(defaultValue = "false") boolean consent,
            @RequestParam(defaultValue = "false") boolean sensitive,
            @RequestParam(defaultValue = "false") boolean urgent,
            @RequestParam(defaultValue = "") String follows,
            @RequestParam("_once") String once) {
        Form form = new Form(
                category(code),
                need,
                several,
                Optional.of(services),
                note,
                urgent,
                consent,
                sensitive,
                follows,
                formKey(once));
        Errors errors = errors(caller, form, services);
        if (errors.isEmpty()) {
            try {
                String id = send(caller, person, form, services);
                pages.notice(redirect, "referral.sent");
                return "redirect:/referrals/" + id;
            } catch (Problem problem) {
                if (problem.category() != Category.CONFLICT && services.size() == 1) {
                    throw problem;
                }
                // Full, closed or answered meanwhile: choose again, nothing typed is lost.
                errors.add("service", problem.message(pages.text().locale()));
            }
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return show(model, caller, person, form, errors);
    }

    private Errors errors(Caller caller, Form form, List<String> services) {
        Errors errors = new Errors();
        if (services.isEmpty()) {
            errors.add("service", pages.text().get("referral.service.missing"));
        } else if (form.several() && services.size() == 1) {
            errors.add("service", pages.text().get("referral.several.one"));
        }
        if (!form.consent()) {
            errors.add("consent", pages.text().get("referral.consent.missing"));
        }
        if (!form.sensitive() && !referrals.sensitive(caller, form.condition()).isEmpty()) {
            errors.add("sensitive", pages.text().get("referral.problem.sensitive"));
        }
        if (form.note().length() > LONGEST_NOTE) {
            errors.add("note", pages.text().get("referral.note.long"));
        }
        return errors;
    }

    private String send(Caller caller, String person, Form form, List<String> services) {
        Referrals.Sending sending = new Referrals.Sending(
                person,
                form.category(),
                services,
                form.condition(),
                form.consent(),
                form.sensitive(),
                form.note(),
                form.key(),
                form.urgent());
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
        Person person = identity.person(caller, personId);
        ObjectNode patient = records.read(
                        caller, "Patient", identity.patientOf(caller, personId).patientId())
                .json();
        boolean several = form.several();
        List<Option> options = directory.options(need(form.category(), patient, person), canBeMailed(personId));
        model.addAttribute("page", pages.page(several ? "referral.several.title" : "referral.new.title"));
        model.addAttribute("person", person);
        model.addAttribute("category", form.category());
        model.addAttribute("need", form.need());
        model.addAttribute("options", options);
        model.addAttribute("several", several);
        model.addAttribute("services", form.services().orElseGet(() -> chosen(options, several)));
        model.addAttribute("note", form.note());
        model.addAttribute("urgent", form.urgent());
        model.addAttribute("consent", form.consent());
        model.addAttribute("sensitive", form.sensitive());
        model.addAttribute("follows", form.follows());
        model.addAttribute(
                "followsWords",
                form.follows().isEmpty() ? "" : followed(caller, referrals.find(caller, form.follows())));
        model.addAttribute(
                "marked",
                referrals.sensitive(caller, form.condition()).stream()
                        .map(marked -> pages.text().get("ui.sensitive." + marked.key()))
                        .toList());
        model.addAttribute("errors", errors);
        model.addAttribute("formKey", form.key().toString());
        return "referral/new";
    }

    /** Ticked from the start: where several are asked at once, of each organisation the service that fits best. */
    private static List<String> chosen(List<Option> options, boolean several) {
        Map<String, String> best = new LinkedHashMap<>();
        if (several) {
            options.stream()
                    .filter(Option::hasRoom)
                    .map(Option::service)
                    .forEach(service -> best.putIfAbsent(service.party(), service.id()));
        }
        return best.values().stream().limit(OpenReferrals.MOST).toList();
    }

    private boolean canBeMailed(String person) {
        return notices.canBeMailed() && !quiet.about(person);
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

    static SdohCategory category(String code) {
        return SdohCategory.of(code).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "referral.problem.kind"));
    }

    static UUID formKey(String once) {
        try {
            return UUID.fromString(once);
        } catch (IllegalArgumentException e) {
            throw Problem.of(Category.INVALID, "problem.said.form");
        }
    }
}
