package health.weft.ui;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The language switch in the header: a link, so that it works without JavaScript and on the sign-in page. */
@Controller
class LanguageController {
    private final Languages languages;

    LanguageController(Languages languages) {
        this.languages = languages;
    }

    @GetMapping("/language")
    String choose(
            @RequestParam String to,
            @RequestParam(defaultValue = "/") String back,
            HttpServletRequest request,
            HttpServletResponse response) {
        languages.setLocale(request, response, Languages.of(to));
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
