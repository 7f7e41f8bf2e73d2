package health.weft.signin;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.PagesTest;
import health.weft.Visitor;
import health.weft.security.PartyKind;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The base of tests of signing in elsewhere: a county's provider of OpenID Connect, and what its groups stand for. */
abstract class CountySignIn extends PagesTest {
    final String mark = UUID.randomUUID().toString().substring(0, 6);
    final String clinic = "Organization/oidc-clinic-" + mark;
    OtherProvider other;
    Path groups;

    @Autowired
    Providers providers;

    @Autowired
    JdbcClient jdbc;

    CountySignIn() {
        super("home", "signin");
    }

    @BeforeAll
    void a_provider_and_what_its_groups_stand_for() throws Exception {
        other = new OtherProvider();
        accounts.party(clinic, "Harbour Clinic " + mark, PartyKind.CLINICAL);
        accounts.party("Organization/oidc-pantry-" + mark, "Harbour Pantry " + mark, PartyKind.COMMUNITY);
        groups = Files.writeString(Path.of("target", "oidc-groups-" + mark + ".tsv"), """
                # what the county's groups stand for
                care/coordinators\t%1$s\tCOORDINATOR
                care/doctors\t%1$s\tCLINICIAN SPECIALIST
                pantry\tOrganization/oidc-pantry-%2$s\tCOMMUNITY_WORKER
                too much\tOrganization/oidc-pantry-%2$s\tPRIVACY_OFFICER
                nowhere\tOrganization/oidc-nowhere-%2$s\tCLINICIAN
                """.formatted(clinic, mark));
    }

    @BeforeEach
    void nothing_is_bent() throws Exception {
        other.bent = claims -> claims;
        other.forged = false;
        other.published = told -> told;
        providers.use(List.of(settings(groups, Set.of("mfa"))));
    }

    @AfterAll
    void no_provider_any_more() throws Exception {
        providers.use(List.of());
        other.close();
    }

    ProviderSettings settings(Path file, Set<String> secondFactor) {
        return new ProviderSettings(
                ProviderSettings.FIRST,
                other.issuer(),
                "County Sign-in",
                OtherProvider.CLIENT,
                OtherProvider.SECRET,
                List.of("openid", "profile", "email"),
                "county.groups",
                file,
                secondFactor);
    }

    Map<String, Object> person(String subject, List<String> in, String... amr) {
        return new HashMap<>(Map.of(
                "sub",
                subject + "-" + mark,
                "name",
                "Ottoline Quarrington",
                "email",
                subject + "-" + mark + "@county.example",
                "email_verified",
                true,
                "amr",
                List.of(amr),
                "county",
                Map.of("groups", in)));
    }

    /** Goes to the provider and brings its answer back. */
    HttpResponse<String> comes(Visitor visitor) throws Exception {
        return visitor.get(answer(visitor));
    }

    String answer(Visitor visitor) throws Exception {
        String there = location(visitor.get(url("/sign-in/provider")));
        assertThat(there).startsWith(other.issuer() + "/authorize?");
        return location(visitor.get(there));
    }

    static String location(HttpResponse<String> answer) {
        return answer.headers().firstValue("Location").orElse("");
    }

    String username(String subject) {
        return jdbc.sql("select username from security.subject where issuer = ? and subject = ?")
                .params(other.issuer(), subject + "-" + mark)
                .query(String.class)
                .single();
    }

    int refusals() {
        return jdbc.sql("select count(*)::int from audit.event where action = 'SIGN_IN_REFUSED'")
                .query(Integer.class)
                .single();
    }
}
