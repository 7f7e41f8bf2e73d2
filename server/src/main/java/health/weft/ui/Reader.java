package health.weft.ui;

import java.util.List;
import java.util.Optional;

/**
 * Who reads this page, as the header shows them.
 *
 * @param name the person's name
 * @param organisation who they act for; empty for a patient
 * @param role their role in words
 * @param home where the mark in the header leads
 * @param nav the main navigation of their roles
 */
public record Reader(String name, String organisation, String role, String home, List<Link> nav) {

    /**
     * One entry of the main navigation.
     *
     * @param href the page; it is marked as current when the request's path starts with it
     * @param key the message key of its words
     */
    public record Link(String href, String key) {}

    static Optional<Link> current(List<Link> nav, String path) {
        return nav.stream()
                .filter(link -> link.href().equals("/")
                        ? path.equals("/")
                        : path.equals(link.href()) || path.startsWith(link.href() + "/"))
                .reduce((a, b) -> b.href().length() > a.href().length() ? b : a);
    }
}
