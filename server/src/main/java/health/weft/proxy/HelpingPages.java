package health.weft.proxy;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.security.Callers;
import health.weft.security.Proxies;
import health.weft.security.Proxies.Proxy;
import health.weft.signin.MailLinks;
import health.weft.signin.PersonalAccounts;
import health.weft.ui.Errors;
import health.weft.ui.Option;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Offers, takes back and accepts help, and chooses for whom somebody acts. */
@Controller
class HelpingPages {
    private static final String LINK = "/sign-in/helper/";

    private final Helping helping;
    private final Proxies proxies;
    private final PersonalAccounts personal;
    private final Accounts accounts;
    private final MailLinks links;
    private final Callers callers;
    private final Pages pages;
    private final TransactionTemplate transaction;

    HelpingPages(
            Helping helping,
            Proxies proxies,
            PersonalAccounts personal,
            Accounts accounts,
            MailLinks links,
            Callers callers,
            Pages pages,
            TransactionTemplate transaction) {
        this.helping = helping;
        this.proxies = proxies;
        this.personal = personal;
        this.accounts = accounts;
        this.links = links;
        this.callers = callers;
        this.pages = pages;
        this.transaction = transaction;
    }

    // ------------------------------------------------------------------------------------------------ offering

    @PostMapping("/me/helpers")
    String letHelp(
            Caller caller,
            HttpServletRequest request,
            RedirectAttributes redirect,
            @RequestParam(defaultValue = "") String mail,
            @RequestParam(defaultValue = "false") boolean everything) {
        return offered(
                redirect,
                mail,
                "/me/sharing#helpers",
                () -> helping.letHelp(caller, mail, everything, links.address(request, LINK)));
    }

    @PostMapping("/people/{person}/helpers")
    String letParent(
            Caller caller,
            HttpServletRequest request,
            RedirectAttributes redirect,
            @PathVariable String person,
            @RequestParam(defaultValue = "") String mail,
            @RequestParam(defaultValue = "false") boolean checked) {
        return offered(
                redirect,
                mail,
                "/people/" + person + "#helpers",
                () -> helping.letParent(caller, person, mail, checked, links.address(request, LINK)));
    }

    /** What is refused for what was typed is said beside the form, with what was typed. */
    private String offered(RedirectAttributes redirect, String mail, String back, Runnable offer) {
        try {
            offer.run();
            pages.notice(redirect, "proxy.offered", mail.strip());
        } catch (Problem refused) {
            if (refused.category() == Category.FORBIDDEN || refused.category() == Category.NOT_FOUND) {
                throw refused;
            }
            redirect.addFlashAttribute(ProxyPanels.TYPED, mail.substring(0, Math.min(mail.length(), 320)));
            redirect.addFlashAttribute(
                    ProxyPanels.WRONG, refused.message(pages.text().locale()));
        }
        return "redirect:" + back;
    }

    @PostMapping("/me/helpers/{id}/end")
    String end(Caller caller, RedirectAttributes redirect, @PathVariable long id) {
        helping.end(caller, id);
        pages.notice(redirect, "proxy.ended");
        return "redirect:/me/sharing#helpers";
    }

    @PostMapping("/people/{person}/helpers/{id}/end")
    String endFor(Caller caller, RedirectAttributes redirect, @PathVariable String person, @PathVariable long id) {
        helping.endFor(caller, person, id);
        pages.notice(redirect, "proxy.ended");
        return "redirect:/people/" + person + "#helpers";
    }

    // ------------------------------------------------------------------------------------------------ accepting

    /** Where the mail leads: to those who have an account, and to those who make one. */
    @GetMapping(LINK + "{token}")
    String invited(Model model, @PathVariable String token) {
        Proxy offer = helping.offered(token).orElseThrow(Helping::gone);
        return callers.current().isPresent()
                ? "redirect:/helping/" + token
                : invited(model, offer, token, "", new Errors());
    }

    private String invited(Model model, Proxy offer, String token, String name, Errors errors) {
        model.addAttribute("page", pages.page("proxy.invited.title", offer.personName()));
        model.addAttribute("offer", offer);
        model.addAttribute("token", token);
        model.addAttribute("shortest", PersonalAccounts.SHORTEST);
        model.addAttribute("languages", List.of(new Option("en", "English"), new Option("es", "Español")));
        model.addAttribute("name", name);
        model.addAttribute("errors", errors);
        return "proxy/invited";
    }

    @PostMapping(LINK + "{token}")
    String join(
            Model model,
            HttpServletRequest request,
            HttpServletResponse response,
            @PathVariable String token,
            @RequestParam(defaultValue = "") String name,
            @RequestParam(defaultValue = "en") String language,
            @RequestParam(defaultValue = "") String fresh) {
        Proxy offer = helping.offered(token).orElseThrow(Helping::gone);
        String called = name.strip();
        Errors errors = new Errors();
        personal.refusedName(called)
                .ifPresent(key -> errors.add("name", pages.text().get(key)));
        personal.refusedPassword(fresh, offer.mail(), called)
                .ifPresent(key -> errors.add("fresh", pages.text().get(key)));
        if (errors.isEmpty()) {
            try {
                String username = transaction.execute(status -> {
                    String made = personal.make(offer.mail(), called, language.equals("es") ? "es" : "en", fresh);
                    helping.accept(accounts.caller(made).orElseThrow(), token);
                    return made;
                });
                personal.enter(request, response, String.valueOf(username));
                return "redirect:/me";
            } catch (Problem refused) {
                if (refused.category() != Category.CONFLICT) {
                    throw refused;
                }
                errors.add("name", refused.message(pages.text().locale()));
            }
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return invited(model, offer, token, called.substring(0, Math.min(called.length(), 100)), errors);
    }

    @GetMapping("/helping/{token:[A-Za-z0-9_-]{43}}")
    String offer(Model model, Caller caller, @PathVariable String token) {
        Proxy offer = helping.offered(token).orElseThrow(Helping::gone);
        model.addAttribute("page", pages.page("proxy.invited.title", offer.personName()));
        model.addAttribute("offer", offer);
        model.addAttribute("token", token);
        model.addAttribute("name", caller.name());
        return "proxy/accept";
    }

    @PostMapping("/helping/{token:[A-Za-z0-9_-]{43}}")
    String accept(Caller caller, RedirectAttributes redirect, @PathVariable String token) {
        helping.accept(caller, token);
        pages.notice(redirect, "proxy.accepted");
        return "redirect:/me";
    }

    // ------------------------------------------------------------------------------------------------ acting

    /** For whom somebody acts; where they start who have no record of their own. */
    @GetMapping("/helping")
    String helping(Model model, Caller caller) {
        model.addAttribute("page", pages.page("proxy.helping.title"));
        model.addAttribute("helped", proxies.helpedBy(caller.username()));
        return "proxy/helping";
    }

    @PostMapping("/helping/{id:[0-9]{1,18}}/open")
    String open(Caller caller, HttpSession session, @PathVariable long id) {
        if (proxies.helpedBy(caller.username()).stream().noneMatch(proxy -> proxy.id() == id)) {
            throw Problem.of(Category.NOT_FOUND, "proxy.problem.none");
        }
        session.setAttribute(Proxies.ACTING, id);
        return "redirect:/me";
    }

    @PostMapping("/helping/back")
    String back(HttpSession session) {
        session.removeAttribute(Proxies.ACTING);
        return "redirect:/me";
    }

    @PostMapping("/helping/{id:[0-9]{1,18}}/stop")
    String stop(Caller caller, HttpSession session, RedirectAttributes redirect, @PathVariable long id) {
        helping.stop(caller, id);
        session.removeAttribute(Proxies.ACTING);
        pages.notice(redirect, "proxy.stopped");
        return "redirect:/helping";
    }
}
