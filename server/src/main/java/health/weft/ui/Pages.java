package health.weft.ui;

import gg.jte.Content;
import gg.jte.TemplateEngine;
import health.weft.security.Caller;
import health.weft.security.Callers;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.MessageSource;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.servlet.resource.ResourceUrlProvider;
import org.springframework.web.servlet.support.RequestContextUtils;

/** Makes the {@link Page} and the {@link Text} of the running request. */
@Component
public class Pages {
    private static final String NOTICE = "weft.notice";

    private final MessageSource messages;
    private final Languages languages;
    private final Callers callers;
    private final ObjectProvider<ResourceUrlProvider> urls;
    private final ObjectProvider<Panel> panels;
    private final TemplateEngine templates;
    private final boolean demo;

    Pages(
            MessageSource messages,
            Languages languages,
            Callers callers,
            ObjectProvider<ResourceUrlProvider> urls,
            ObjectProvider<Panel> panels,
            TemplateEngine templates,
            @Value("${weft.demo:false}") boolean demo) {
        this.messages = messages;
        this.languages = languages;
        this.callers = callers;
        this.urls = urls;
        this.panels = panels;
        this.templates = templates;
        this.demo = demo;
    }

    /** The page with the title of this message key. */
    public Page page(String titleKey, @Nullable Object... args) {
        HttpServletRequest request = request();
        Text text = text(request);
        return new Page(
                text.get(titleKey, args),
                text,
                callers.current().map(caller -> Reader.of(caller, text)).orElse(null),
                path(request),
                demo,
                (CsrfToken) request.getAttribute(CsrfToken.class.getName()),
                notice(request),
                List.of(),
                this::asset);
    }

    /**
     * Says in which language somebody without an account reads, who was sent here by a mail: it holds for this request, unless they chose another.
     *
     * @param language {@code en} or {@code es}; null when it is not known
     */
    public void reads(@Nullable String language) {
        if (language != null) {
            request().setAttribute(Languages.KNOWN, language);
        }
    }

    /** The words of the running request's reader. */
    public Text text() {
        return text(request());
    }

    /** Says this once on the page that the redirect leads to. */
    public void notice(RedirectAttributes redirect, String key, @Nullable Object... args) {
        redirect.addFlashAttribute(NOTICE, text().get(key, args));
    }

    /** As {@link #notice}, in the words for so many: {@link Text#count}. */
    public void count(RedirectAttributes redirect, String key, long n) {
        redirect.addFlashAttribute(NOTICE, text().count(key, n));
    }

    /** A template as content for another one: {@code pages.content("referral/of-person.jte", Map.of("page", page, ...))}. */
    public Content content(String template, Map<String, Object> params) {
        return output -> templates.render(template, params, output);
    }

    /**
     * What the features have for this place of a page.
     *
     * @param about as {@link Panel#content}
     */
    public List<Content> panels(Panel.Place place, Caller caller, String about, Page page) {
        return panels.orderedStream()
                .filter(panel -> panel.place() == place)
                .flatMap(panel -> panel.content(caller, about, page).stream())
                .toList();
    }

    private Text text(HttpServletRequest request) {
        return new Text(messages, languages.resolveLocale(request), languages.zone(request));
    }

    /** The page that was asked for, also when this one tells of an error in it. */
    private static String path(HttpServletRequest request) {
        if (request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String failed) {
            return failed;
        }
        String query = request.getQueryString();
        return request.getRequestURI() + (query == null ? "" : "?" + query);
    }

    private String asset(String file) {
        ResourceUrlProvider provider = urls.getIfAvailable();
        String hashed = provider == null ? null : provider.getForLookupPath(file);
        return hashed == null ? file : hashed;
    }

    private static @Nullable String notice(HttpServletRequest request) {
        Map<String, ?> flash = RequestContextUtils.getInputFlashMap(request);
        return flash == null ? null : (String) flash.get(NOTICE);
    }

    private static HttpServletRequest request() {
        return ((ServletRequestAttributes) RequestContextHolder.currentRequestAttributes()).getRequest();
    }
}
