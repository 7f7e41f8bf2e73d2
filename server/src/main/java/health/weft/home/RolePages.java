package health.weft.home;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Callers;
import health.weft.security.Role;
import health.weft.security.Sight;
import health.weft.security.Way;
import health.weft.ui.Pages;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/**
 * What each role sees, told from what the policy itself is made of: the {@link Way}s of the predicate, and the {@link Sight}s of the
 * features. Anybody may read it, also before they join.
 */
@Controller
class RolePages {
    private final List<Sight> sights;
    private final Callers callers;
    private final Pages pages;

    RolePages(List<Sight> sights, Callers callers, Pages pages) {
        this.sights = sights;
        this.callers = callers;
        this.pages = pages;
    }

    @GetMapping("/roles")
    String roles(Model model) {
        model.addAttribute("page", pages.page("home.roles.title"));
        model.addAttribute("roles", people());
        model.addAttribute("sights", sights);
        model.addAttribute("mine", mine());
        return "people/roles";
    }

    @GetMapping("/roles/{key}")
    String role(Model model, @PathVariable String key) {
        Role role = people().stream()
                .filter(each -> each.key().equals(key))
                .findFirst()
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "home.problem.role"));
        model.addAttribute(
                "page", pages.page("home.roles.of").titled(pages.text().get("ui.role." + role.key())));
        model.addAttribute("role", role);
        model.addAttribute("open", ways(role, true));
        model.addAttribute("closed", ways(role, false));
        model.addAttribute(
                "sights",
                sights.stream().filter(sight -> sight.roles().contains(role)).toList());
        model.addAttribute("mine", mine().contains(role));
        return "people/role";
    }

    private static List<Way> ways(Role role, boolean open) {
        return Arrays.stream(Way.values())
                .filter(way -> way.isOpen(Set.of(role)) == open)
                .toList();
    }

    /** All roles but Weft itself. */
    private static List<Role> people() {
        return Arrays.stream(Role.values())
                .filter(role -> role != Role.PLATFORM)
                .toList();
    }

    private Set<Role> mine() {
        return callers.current().map(caller -> caller.roles()).orElse(Set.of());
    }
}
