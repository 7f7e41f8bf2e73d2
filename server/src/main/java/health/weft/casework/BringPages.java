package health.weft.casework;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Files of clients and visits: sent, looked at, brought in or left. */
@Controller
class BringPages {
    private static final int SHOWN = 100;

    private final Bringing bringing;
    private final Pages pages;

    BringPages(Bringing bringing, Pages pages) {
        this.bringing = bringing;
        this.pages = pages;
    }

    @GetMapping("/cases/import")
    String start(Model model, Caller caller) {
        CasePolicy.mayWork(caller);
        model.addAttribute("page", pages.page("casework.import.title"));
        return "casework/bring";
    }

    /** The file is the body: what is not allowed is refused before it is read. The answer says where to go on. */
    @PostMapping(path = "/cases/import", produces = MediaType.TEXT_PLAIN_VALUE)
    @ResponseBody
    String send(
            Caller caller,
            HttpServletRequest request,
            @RequestParam(defaultValue = "clients") String kind,
            @RequestParam(defaultValue = "") String name)
            throws IOException {
        CasePolicy.mayWork(caller);
        Look.Kind of = Stream.of(Look.Kind.values())
                .filter(each -> each.name().equalsIgnoreCase(kind))
                .findFirst()
                .orElseThrow(() -> Problem.of(Category.INVALID, "casework.import.kind"));
        byte[] file = request.getInputStream().readNBytes(Bringing.LARGEST + 1);
        if (file.length > Bringing.LARGEST) {
            throw Problem.of(Category.TOO_LARGE, "casework.import.large", Bringing.LARGEST / 1_000_000);
        }
        String called = name.replaceAll("[^\\p{L}\\p{N}._ -]", "_");
        return "/cases/import/" + bringing.keep(caller, of, called.substring(0, Math.min(100, called.length())), file);
    }

    @GetMapping("/cases/import/{key}")
    String look(Model model, Caller caller, @PathVariable UUID key) {
        Look look = bringing.look(caller, key);
        model.addAttribute("page", pages.page("casework.import.look", look.name()));
        model.addAttribute("look", look);
        model.addAttribute(
                "findings",
                look.findings().subList(0, Math.min(SHOWN, look.findings().size())));
        return "casework/look";
    }

    @PostMapping("/cases/import/{key}/apply")
    String apply(Caller caller, RedirectAttributes redirect, @PathVariable UUID key) {
        pages.count(redirect, "casework.import.done", bringing.bring(caller, key));
        return "redirect:/cases";
    }

    @PostMapping("/cases/import/{key}/discard")
    String discard(Caller caller, RedirectAttributes redirect, @PathVariable UUID key) {
        bringing.discard(caller, key);
        pages.notice(redirect, "casework.import.left");
        return "redirect:/cases/import";
    }
}
