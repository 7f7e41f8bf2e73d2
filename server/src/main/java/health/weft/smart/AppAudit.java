package health.weft.smart;

import health.weft.audit.Audit;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationContext;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationConsentAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.stereotype.Component;

/** Writes down what apps ask the authorization server for, and what it refuses. */
@Component
class AppAudit {
    private final Audit audit;
    private final Apps apps;
    private final Accounts accounts;

    AppAudit(Audit audit, Apps apps, Accounts accounts) {
        this.audit = audit;
        this.apps = apps;
        this.accounts = accounts;
    }

    /** The same provider, written down. */
    AuthenticationProvider watched(AuthenticationProvider provider, String what) {
        return new AuthenticationProvider() {
            @Override
            public @Nullable Authentication authenticate(Authentication asked) {
                try {
                    Authentication answer = provider.authenticate(asked);
                    if (answer != null && answer.isAuthenticated() && !what.equals("client")) {
                        audit.record(who(asked), action(asked), subject(asked), List.of());
                    }
                    return answer;
                } catch (AuthenticationException refused) {
                    audit.refused(who(asked), subject(asked), List.of());
                    throw refused;
                }
            }

            private String subject(Authentication asked) {
                return "app/" + clientId(asked) + "/" + what;
            }

            @Override
            public boolean supports(Class<?> type) {
                return provider.supports(type);
            }
        };
    }

    /** The same rules, with what they refuse written down. */
    Consumer<OAuth2AuthorizationCodeRequestAuthenticationContext> watched(
            Consumer<OAuth2AuthorizationCodeRequestAuthenticationContext> rules) {
        return context -> {
            try {
                rules.accept(context);
            } catch (AuthenticationException refused) {
                Authentication asked = context.getAuthentication();
                audit.refused(who(asked), "app/" + clientId(asked) + "/authorise", List.of());
                throw refused;
            }
        };
    }

    private static Audit.Action action(Authentication asked) {
        return byPerson(asked) ? Audit.Action.APP : Audit.Action.TOKEN;
    }

    private static boolean byPerson(Authentication asked) {
        return asked instanceof OAuth2AuthorizationCodeRequestAuthenticationToken
                || asked instanceof OAuth2AuthorizationConsentAuthenticationToken;
    }

    /** The id of an app that is known; what else is sent as one is not written down. */
    private String clientId(Authentication asked) {
        String id =
                switch (asked) {
                    case OAuth2AuthorizationCodeRequestAuthenticationToken code -> code.getClientId();
                    case OAuth2AuthorizationConsentAuthenticationToken consent -> consent.getClientId();
                    case OAuth2ClientAuthenticationToken client -> String.valueOf(client.getPrincipal());
                    default ->
                        asked.getPrincipal() instanceof OAuth2ClientAuthenticationToken client
                                ? String.valueOf(client.getPrincipal())
                                : "";
                };
        return apps.find(id).map(App::id).orElse("unknown");
    }

    private Caller who(Authentication asked) {
        if (byPerson(asked) && asked.getPrincipal() instanceof Authentication person) {
            Caller caller = accounts.caller(person.getName()).orElse(null);
            if (caller != null) {
                return caller;
            }
        }
        String id = clientId(asked);
        return new Caller(id, apps.find(id).map(App::name).orElse("Unknown app"), "app", "App", Set.of(), "en");
    }
}
