package health.weft.security;

import java.util.List;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;

/** How people come in by the door that {@link SecurityConfiguration} guards: what {@code signin} adds to its chain of filters. */
public interface PeopleDoor {
    /** Where somebody who has shown a password, and must show more, goes on. */
    String SECOND_STEP = "/sign-in/second-step";

    void fit(HttpSecurity http);

    /** The providers of OpenID Connect that people may also sign in with, in the order in which they stand on the page. */
    List<Elsewhere> providers();

    /**
     * Where somebody can sign in too.
     *
     * @param id names it in addresses
     * @param name as it stands on the button
     * @param path where the button leads
     */
    record Elsewhere(String id, String name, String path) {}
}
