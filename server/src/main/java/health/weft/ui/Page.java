package health.weft.ui;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.csrf.CsrfToken;

/**
 * Everything {@code layout/page.jte} needs around a page's own content.
 *
 * @param title the words of the heading and of the browser's tab
 * @param text the reader's words
 * @param reader who reads; null when no one is signed in
 * @param path the request's path and query, for the language switch
 * @param demo whether the demonstration banner stands above
 * @param csrf the token that forms and htmx send back; null where there is no session
 * @param notice what has just been done, said once after a redirect
 * @param topics the live topics this page listens to
 * @param assets gives a static file's hashed address
 */
public record Page(
        String title,
        Text text,
        @Nullable Reader reader,
        String path,
        boolean demo,
        @Nullable CsrfToken csrf,
        @Nullable String notice,
        List<String> topics,
        UnaryOperator<String> assets) {

    /** Short for {@code text().get(...)}. */
    public String t(String key, @Nullable Object... args) {
        return text.get(key, args);
    }

    public Page titled(String words) {
        return new Page(words, text, reader, path, demo, csrf, notice, topics, assets);
    }

    /** The same page for somebody who is not signed in and need not be: nothing of it asks for a session, and no cookie is set. */
    public Page withoutSession() {
        return reader == null ? new Page(title, text, null, path, demo, null, notice, topics, assets) : this;
    }

    /** The same page as it stands at another address: where what answers a form can be asked for again, as by the language switch. */
    public Page at(String address) {
        return new Page(title, text, reader, address, demo, csrf, notice, topics, assets);
    }

    /** The same page listening to these topics: an event {@code live:<topic>} reaches the body when one of them changes. */
    public Page live(String... names) {
        return new Page(title, text, reader, path, demo, csrf, notice, List.of(names), assets);
    }

    public String asset(String file) {
        return assets.apply(file);
    }

    /** A fresh value for a form's hidden {@code _once}, by which a double submit is known. */
    public String once() {
        return UUID.randomUUID().toString();
    }

    public String home() {
        return reader == null ? "/" : reader.home();
    }

    public Optional<Reader.Link> currentLink() {
        int query = path.indexOf('?');
        return reader == null
                ? Optional.empty()
                : Reader.current(reader.nav(), query < 0 ? path : path.substring(0, query));
    }
}
