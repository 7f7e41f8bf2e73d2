package health.weft.signin;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Browsers that an account was signed in with: they are told from those who guess, and get nothing else by it. */
@Component
class Devices {
    private static final int YEAR_SECONDS = 365 * 24 * 3600;
    private final JdbcClient jdbc;

    Devices(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Transactional(readOnly = true)
    public boolean knows(String username, @Nullable String cookie) {
        return jdbc.sql("""
                select exists (select from security.device where hash = ? and username = ?
                                  and last > now() - interval '1 year')""")
                .params(Secrets.hash(cookie == null ? "" : cookie), username)
                .query(Boolean.class)
                .single();
    }

    /** Remembers the browser; it gets a cookie unless it has one of ours. */
    @Transactional
    public void remember(String username, HttpServletRequest request, HttpServletResponse response) {
        String cookie = Origin.of(request).device();
        if (cookie == null || !isOurs(cookie)) {
            cookie = Secrets.token();
        }
        jdbc.sql("""
                insert into security.device (hash, username) values (?, ?)
                on conflict (hash, username) do update set last = now()""").params(Secrets.hash(cookie), username).update();
        Cookie sent = new Cookie(Origin.COOKIE, cookie);
        sent.setPath("/");
        sent.setHttpOnly(true);
        sent.setSecure(request.isSecure());
        sent.setMaxAge(YEAR_SECONDS);
        sent.setAttribute("SameSite", "Lax");
        response.addCookie(sent);
    }

    /** A password that was reset may have been known to others: their browsers are strangers again. */
    @Transactional
    public void forget(String username) {
        jdbc.sql("delete from security.device where username = ?")
                .param(username)
                .update();
    }

    private boolean isOurs(String cookie) {
        return jdbc.sql("select exists (select from security.device where hash = ?)")
                .param(Secrets.hash(cookie))
                .query(Boolean.class)
                .single();
    }
}
