package health.weft.security;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.FilterChain;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;

/** Points that are spent and come back; the requests are those of the servlet API's own test kit, no server is asked. */
class RateLimitsTest {
    private final RateLimits limits = new RateLimits(10, 1);
    private final AtomicInteger served = new AtomicInteger();
    private final FilterChain chain = (request, response) -> served.incrementAndGet();

    @AfterEach
    void nobody() {
        SecurityContextHolder.clearContext();
    }

    @Test
    void what_makes_more_work_costs_more() {
        assertThat(RateLimits.cost("GET", "/fhir/Patient/1")).isEqualTo(1);
        assertThat(RateLimits.cost("GET", "/fhir/Patient")).isEqualTo(5);
        assertThat(RateLimits.cost("PUT", "/fhir/Patient/1")).isEqualTo(3);
        assertThat(RateLimits.cost("POST", "/fhir")).isEqualTo(50);
        assertThat(RateLimits.cost("GET", "/fhir/Patient/1/$everything")).isEqualTo(50);
        assertThat(RateLimits.cost("GET", "/people")).isEqualTo(5);
        assertThat(RateLimits.cost("GET", "/people/1/conditions.csv")).isEqualTo(50);
        assertThat(RateLimits.cost("GET", "/assets/weft.css")).isZero();
    }

    @Test
    void an_account_that_has_spent_all_is_told_when_to_come_back_and_another_is_not_held_up() throws Exception {
        for (int i = 0; i < 200; i++) {
            assertThat(asked("busy", "10.0.0.1", "/fhir/Patient/1").getStatus()).isEqualTo(200);
        }
        MockHttpServletResponse refused = asked("busy", "10.0.0.1", "/fhir/Patient/1");
        assertThat(refused.getStatus()).isEqualTo(429);
        assertThat(refused.getHeader("Retry-After")).isEqualTo("1");
        assertThat(refused.getContentAsString()).contains("OperationOutcome").contains("throttled");
        assertThat(asked("quiet", "10.0.0.1", "/fhir/Patient/1").getStatus()).isEqualTo(200);
        assertThat(served).hasValueBetween(201, 202);
    }

    @Test
    void an_address_that_has_not_signed_in_has_less() throws Exception {
        for (String path : List.of("/sign-in", "/sign-in", "/sign-in", "/sign-in")) {
            assertThat(asked(null, "10.0.0.2", path).getStatus()).isEqualTo(200);
        }
        assertThat(asked(null, "10.0.0.2", "/sign-in").getStatus()).isEqualTo(429);
        assertThat(asked(null, "10.0.0.3", "/sign-in").getStatus()).isEqualTo(200);
        assertThat(asked(null, "10.0.0.2", "/assets/weft.css").getStatus()).isEqualTo(200);
    }

    @Test
    void what_costs_more_than_can_be_saved_up_goes_through_once_and_no_limit_is_none() throws Exception {
        assertThat(asked(null, "10.0.0.4", "/fhir/Patient/1/$everything").getStatus())
                .isEqualTo(200);
        assertThat(asked(null, "10.0.0.4", "/fhir/Patient/1/$everything").getStatus())
                .isEqualTo(429);
        RateLimits none = new RateLimits(0, 0);
        for (int i = 0; i < 1000; i++) {
            none.doFilter(request("10.0.0.5", "/fhir/Patient"), new MockHttpServletResponse(), chain);
        }
        assertThat(served).hasValue(1001);
    }

    private MockHttpServletResponse asked(
            @org.jspecify.annotations.Nullable String account, String address, String path) throws Exception {
        SecurityContextHolder.clearContext();
        if (account != null) {
            SecurityContextHolder.getContext()
                    .setAuthentication(UsernamePasswordAuthenticationToken.authenticated(account, null, List.of()));
        }
        MockHttpServletResponse response = new MockHttpServletResponse();
        limits.doFilter(request(address, path), response, chain);
        return response;
    }

    private static MockHttpServletRequest request(String address, String path) {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", path);
        request.setRemoteAddr(address);
        return request;
    }
}
