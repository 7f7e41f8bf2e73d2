package health.weft.ui;

import health.weft.security.Caller;
import health.weft.security.Callers;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.web.servlet.LocaleResolver;

/** The reader's language and zone: a cookie they chose or their browser set, else their account's, else what is known of who was sent here, else what the browser accepts, else English. */
final class Languages implements LocaleResolver {
    static final Locale ENGLISH = Locale.forLanguageTag("en-US");
    static final Locale SPANISH = Locale.forLanguageTag("es-US");
    static final String LANGUAGE_COOKIE = "weft-lang";
    static final String ZONE_COOKIE = "weft-zone";

    /** Attribute of a request that says what its reader reads, as far as is known of them. */
    static final String KNOWN = Languages.class.getName() + ".known";

    private final ZoneId zone;
    private final ObjectProvider<Callers> callers;

    Languages(ZoneId zone, ObjectProvider<Callers> callers) {
        this.zone = zone;
        this.callers = callers;
    }

    static Locale of(String language) {
        return language.equals("es") ? SPANISH : ENGLISH;
    }

    @Override
    public Locale resolveLocale(HttpServletRequest request) {
        String chosen = cookie(request, LANGUAGE_COOKIE);
        if (chosen != null) {
            return of(chosen);
        }
        Callers signedIn = callers.getIfAvailable();
        Optional<Caller> caller = signedIn == null ? Optional.empty() : signedIn.current();
        if (caller.isPresent()) {
            return of(caller.get().language());
        }
        if (request.getAttribute(KNOWN) instanceof String known) {
            return of(known);
        }
        String accepted = request.getHeader("Accept-Language");
        if (accepted == null) {
            return ENGLISH;
        }
        try {
            String tag = Locale.lookupTag(Locale.LanguageRange.parse(accepted), List.of("en", "es"));
            return of(tag == null ? "en" : tag);
        } catch (IllegalArgumentException e) {
            return ENGLISH;
        }
    }

    /** The zone weft.js found in the browser, else the one this server is set to. */
    ZoneId zone(HttpServletRequest request) {
        String named = cookie(request, ZONE_COOKIE);
        try {
            return named == null ? zone : ZoneId.of(named.replace("%2F", "/"));
        } catch (DateTimeException e) {
            return zone;
        }
    }

    @Override
    public void setLocale(HttpServletRequest request, @Nullable HttpServletResponse response, @Nullable Locale locale) {
        if (response != null && locale != null) {
            Cookie cookie = new Cookie(LANGUAGE_COOKIE, locale.getLanguage());
            cookie.setPath("/");
            cookie.setMaxAge(365 * 24 * 3600);
            cookie.setAttribute("SameSite", "Lax");
            cookie.setHttpOnly(true);
            cookie.setSecure(request.isSecure());
            response.addCookie(cookie);
        }
    }

    private static @Nullable String cookie(HttpServletRequest request, String name) {
        Cookie[] cookies = request.getCookies();
        if (cookies != null) {
            for (Cookie cookie : cookies) {
                if (cookie.getName().equals(name)) {
                    return cookie.getValue();
                }
            }
        }
        return null;
    }
}
