package health.weft.referral;

import static health.weft.referral.ReferralStatus.ACCEPTED;
import static health.weft.referral.ReferralStatus.CANCELLED;
import static health.weft.referral.ReferralStatus.COMPLETED;
import static health.weft.referral.ReferralStatus.FAILED;
import static health.weft.referral.ReferralStatus.IN_PROGRESS;
import static health.weft.referral.ReferralStatus.ON_HOLD;
import static health.weft.referral.ReferralStatus.REJECTED;
import static health.weft.referral.ReferralStatus.REQUESTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.problem.Problem;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReferralStatusTest {
    private static final Map<ReferralStatus, Set<ReferralStatus>> TABLE = Map.of(
            REQUESTED, Set.of(ACCEPTED, REJECTED, CANCELLED),
            ACCEPTED, Set.of(IN_PROGRESS, ON_HOLD, FAILED, CANCELLED),
            IN_PROGRESS, Set.of(COMPLETED, ON_HOLD, FAILED, CANCELLED),
            ON_HOLD, Set.of(IN_PROGRESS, FAILED, CANCELLED),
            REJECTED, Set.of(),
            COMPLETED, Set.of(),
            FAILED, Set.of(),
            CANCELLED, Set.of());

    @Test
    void a_referral_becomes_only_what_the_table_says() {
        for (ReferralStatus from : ReferralStatus.values()) {
            for (ReferralStatus to : ReferralStatus.values()) {
                assertThat(from.canBecome(to))
                        .as("%s to %s", from, to)
                        .isEqualTo(TABLE.get(from).contains(to));
            }
        }
    }

    @Test
    void whatever_ends_without_help_needs_a_reason() {
        assertThat(java.util.Arrays.stream(ReferralStatus.values()).filter(ReferralStatus::needsReason))
                .containsExactlyInAnyOrder(REJECTED, CANCELLED, ON_HOLD, FAILED)
                .allSatisfy(status -> assertThat(Reason.forStatus(status)).contains(Reason.OTHER));
    }

    @Test
    void the_waitlist_is_a_reason_to_wait_and_no_end() {
        assertThat(Reason.forStatus(ON_HOLD)).contains(Reason.WAITLIST);
        assertThat(Reason.forStatus(FAILED)).doesNotContain(Reason.WAITLIST);
    }

    @Test
    void a_code_that_a_referral_cannot_have_is_refused_with_those_it_can() {
        assertThatThrownBy(() -> ReferralStatus.of("ready"))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("ready")
                .hasMessageContaining("in-progress");
    }
}
