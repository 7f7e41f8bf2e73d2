package health.weft.security;

import java.util.Optional;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;

/** How people come in by the door that {@link SecurityConfiguration} guards: what {@code signin} adds to its chain of filters. */
public interface PeopleDoor {
    /** Where somebody who has shown a password, and must show more, goes on. */
    String SECOND_STEP = "/sign-in/second-step";

    void fit(HttpSecurity http);

    /** The name of the provider of OpenID Connect that people may also sign in with; empty when there is none. */
    Optional<String> provider();
}
