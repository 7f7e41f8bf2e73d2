package health.weft.portal;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.audit.AuditTrail;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LookTest {
    private long id = 100;

    @Test
    void the_rows_of_one_page_are_one_look_with_all_that_was_read() {
        List<Look> looks = Look.of(List.of(
                row("10:00:03", "elena", "SEARCH", "success", "Observation?patient"),
                row("10:00:02", "elena", "SEARCH", "success", "Condition?patient"),
                row("10:00:01", "elena", "READ", "success", "Patient/1")));
        assertThat(looks).hasSize(1);
        assertThat(looks.getFirst().types()).containsExactlyInAnyOrder("Observation", "Condition", "Patient");
        assertThat(looks.getFirst().first()).isEqualTo("2026-11-01T10:00:01Z");
        assertThat(looks.getFirst().next()).isEqualTo(97);
    }

    @Test
    void another_hour_another_person_or_a_write_is_another_look() {
        List<Look> looks = Look.of(List.of(
                row("12:00:00", "elena", "READ", "success", "Condition/1"),
                row("10:00:03", "elena", "CREATE", "success", "ServiceRequest/1"),
                row("10:00:02", "elena", "READ", "success", "Condition/1"),
                row("10:00:01", "marcus", "READ", "success", "Task/1"),
                row("09:00:00", "marcus", "READ", "refused", "Condition/1")));
        assertThat(looks).extracting(Look::kind).containsExactly("READ", "WRITE", "READ", "READ", "REFUSED");
    }

    @Test
    void what_one_bundle_brought_is_told_by_the_types_in_it_and_not_as_it_stands_in_the_trail() {
        List<Look> looks = Look.of(List.of(
                row("10:00:03", "elena", "READ", "success", "Bundle (Condition 2, Observation 14)"),
                row("10:00:02", "elena", "EXPORT", "success", "AllergyIntolerance (12)"),
                row("10:00:01", "elena", "READ", "success", "Bundle ()")));
        assertThat(looks)
                .extracting(Look::types)
                .containsExactly(Set.of("Bundle", "Condition", "Observation"), Set.of("AllergyIntolerance"));
    }

    private AuditTrail.Entry row(String time, String who, String action, String outcome, String subject) {
        return new AuditTrail.Entry(
                --id,
                Instant.parse("2026-11-01T" + time + "Z"),
                action,
                outcome,
                who,
                who,
                "Organization/1",
                "Riverside Clinic",
                "TREAT",
                subject);
    }
}
