package health.weft.smart;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.ui.Pages;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/**
 * Who decides about registered apps: the convener about those that people use, since any member's people may; the administrator of an
 * organisation about a service, since it works with what that organisation may see.
 */
@Controller
@RequestMapping("/apps/registered")
class AppPages {
    private final Apps apps;
    private final Pages pages;

    AppPages(Apps apps, Pages pages) {
        this.apps = apps;
        this.pages = pages;
    }

    private boolean decides(Caller caller, App app) {
        if (app.kind() != App.Kind.SERVICE) {
            return caller.is(Role.CONVENER);
        }
        String account = app.account();
        return caller.is(Role.ORGANISATION_ADMIN)
                && (account == null || apps.systems(caller.party()).contains(account));
    }

    @GetMapping
    String registered(Model model, Caller caller) {
        if (!caller.is(Role.CONVENER, Role.ORGANISATION_ADMIN)) {
            throw Problem.of(Category.FORBIDDEN, "smart.problem.app");
        }
        model.addAttribute("page", pages.page("smart.registered.title"));
        model.addAttribute(
                "apps", apps.all().stream().filter(app -> decides(caller, app)).toList());
        model.addAttribute("systems", apps.systems(caller.party()));
        return "smart/registered";
    }

    @PostMapping("/{id}/approve")
    String approve(
            Caller caller,
            RedirectAttributes redirect,
            @PathVariable String id,
            @RequestParam(defaultValue = "") String account) {
        App app = app(caller, id);
        boolean service = app.kind() == App.Kind.SERVICE;
        if (service && !apps.systems(caller.party()).contains(account)) {
            throw Problem.of(Category.UNPROCESSABLE, "smart.problem.account");
        }
        apps.decide(caller, app, App.State.APPROVED, service ? account : null);
        pages.notice(redirect, "smart.registered.approved", app.name());
        return "redirect:/apps/registered";
    }

    @PostMapping("/{id}/refuse")
    String refuse(Caller caller, RedirectAttributes redirect, @PathVariable String id) {
        App app = app(caller, id);
        apps.decide(caller, app, App.State.REFUSED, app.account());
        pages.notice(redirect, "smart.registered.refused", app.name());
        return "redirect:/apps/registered";
    }

    private App app(Caller caller, String id) {
        return apps.find(id)
                .filter(app -> decides(caller, app))
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "smart.problem.app"));
    }
}
