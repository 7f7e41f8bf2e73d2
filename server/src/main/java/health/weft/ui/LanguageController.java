package health.weft.ui;

import health.weft.security.Accounts;
import health.weft.security.Callers;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Locale;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The language switch in the header: a link, so that it works without JavaScript and on the sign-in page. */
@Controller
class LanguageController {
    private final Languages languages;

    private final Callers callers;
    private final Accounts accounts;

    LanguageController(Languages languages, Callers callers, Accounts accounts) {
        this.languages = languages;
        this.callers = callers;
        this.accounts = accounts;
    }

    @GetMapping("/language")
    String choose(
            @RequestParam String to,
            @RequestParam(defaultValue = "/") String back,
            HttpServletRequest request,
            HttpServletResponse response) {
        Locale locale = Languages.of(to);
        languages.setLocale(request, response, locale);
        callers.current().ifPresent(caller -> accounts.speak(caller.username(), locale.getLanguage()));
        return "redirect:" + local(back);
    }

    /** Only a path of our own is followed: "//host", "/\host" and whole addresses lead home instead. */
    static String local(String back) {
        boolean own = back.startsWith("/")
                && !back.startsWith("//")
                && back.chars().noneMatch(c -> c == '\\' || c < ' ')
                && !back.startsWith("/language");
        return own ? back : "/";
    }
}
