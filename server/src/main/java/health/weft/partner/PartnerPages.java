package health.weft.partner;

import health.weft.partner.Partners.Said;
import health.weft.problem.Category;
import health.weft.security.Caller;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Where the convener says which organisations work on a server of their own, and where those servers say that something changed. */
@Controller
class PartnerPages {
    private static final Said NOTHING = new Said("", "", "", "", true, "", "", Partners.SCOPES);
    private static final String BEARER = "Bearer ";

    private final Partners partners;
    private final Pages pages;

    PartnerPages(Partners partners, Pages pages) {
        this.partners = partners;
        this.pages = pages;
    }

    @GetMapping("/partners")
    String all(Model model, Caller caller) {
        return show(model, caller, NOTHING, new Errors());
    }

    @PostMapping("/partners")
    String add(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @RequestParam(defaultValue = "") String party,
            @RequestParam(defaultValue = "") String base,
            @RequestParam(defaultValue = "") String asker,
            @RequestParam(defaultValue = "") String asked,
            @RequestParam(defaultValue = "copies") String way,
            @RequestParam(defaultValue = "") String token,
            @RequestParam(defaultValue = "token") String access,
            @RequestParam(defaultValue = "") String clientId,
            @RequestParam(defaultValue = "") String scopes) {
        boolean byKeys = access.equals("keys");
        Said said = new Said(
                party,
                base,
                asker.strip(),
                asked.strip(),
                way.equals("copies"),
                byKeys ? "" : token.strip(),
                byKeys ? clientId.strip() : "",
                scopes.strip().replaceAll("\\s+", " "));
        if (byKeys && said.clientId().isEmpty()) {
            response.setStatus(Category.UNPROCESSABLE.status().value());
            model.addAttribute("byKeys", true);
            return show(
                    model,
                    caller,
                    said,
                    new Errors().add("clientId", pages.text().get("partner.problem.client")));
        }
        Optional<Partners.Wrong> wrong = partners.wrong(said);
        if (wrong.isEmpty()) {
            partners.add(caller, said);
            pages.notice(redirect, "partner.added");
            return "redirect:/partners";
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return show(
                model,
                caller,
                said,
                new Errors()
                        .add(wrong.get().field(), pages.text().get(wrong.get().key())));
    }

    @PostMapping("/partners/Organization/{id}/check")
    String check(Caller caller, RedirectAttributes redirect, @PathVariable String id) {
        Optional<String> wrong = partners.check(caller, "Organization/" + id);
        pages.notice(redirect, wrong.isEmpty() ? "partner.checked" : "partner.checked.wrong");
        return "redirect:/partners";
    }

    @PostMapping("/partners/Organization/{id}/end")
    String end(Caller caller, RedirectAttributes redirect, @PathVariable String id) {
        partners.end(caller, "Organization/" + id);
        pages.notice(redirect, "partner.ended");
        return "redirect:/partners";
    }

    /** A notification by a Subscription of ours there: what it says is not read, it only makes us look. */
    @PostMapping("/partners/changed/{nudge}")
    ResponseEntity<Void> changed(@PathVariable UUID nudge) {
        return partners.nudged(nudge)
                ? ResponseEntity.ok().build()
                : ResponseEntity.notFound().build();
    }

    /** A notification by a Subscription that was made here: it makes us look, and nothing of it is read. */
    @PostMapping("/partners/told/{id}")
    ResponseEntity<Void> told(
            @PathVariable UUID id,
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, defaultValue = "") String authorization) {
        boolean known = authorization.startsWith(BEARER) && partners.told(id, authorization.substring(BEARER.length()));
        return ResponseEntity.status(known ? HttpStatus.OK : HttpStatus.UNAUTHORIZED)
                .build();
    }

    /** The keys by which this server shows partners who it is (RFC 7517, JWK Set), for everybody. */
    @GetMapping(path = "/partners/keys", produces = "application/json")
    ResponseEntity<String> keys() {
        return ResponseEntity.ok()
                .cacheControl(CacheControl.maxAge(Duration.ofMinutes(5)).cachePublic())
                .body("{\"keys\":[" + String.join(",", partners.keys()) + "]}");
    }

    private String show(Model model, Caller caller, Said said, Errors errors) {
        model.addAttribute("page", pages.page("partner.title"));
        model.addAttribute("rows", partners.all(caller));
        model.addAttribute("organisations", partners.organisations(caller));
        model.addAttribute("said", said);
        model.addAttribute(
                "byKeys", model.containsAttribute("byKeys") || !said.clientId().isEmpty());
        model.addAttribute("errors", errors);
        return "partner/partners";
    }
}
