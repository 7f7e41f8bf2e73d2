package health.weft.security;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.security.ChartPolicy.Opening;
import health.weft.security.ChartPolicy.Rule;
import health.weft.security.ChartPolicy.Seat;
import health.weft.security.ChartPolicy.Standing;
import health.weft.security.Provision.Disclosure;
import health.weft.security.Provision.Effect;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What consents come to: rule by rule, and for thousands of random ones. */
class ChartPolicyTest {
    private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");
    private static final String A = "Organization/a";
    private static final String B = "Organization/b";
    private static final String ME = "Person/me";
    private static final List<String> GIVERS = List.of(ME, A, B);
    private static final Standing TREATS = new Standing(true, List.of());
    private static final Standing STRANGER = new Standing(false, List.of());
    private static final ChartPolicy OPT_OUT = new ChartPolicy(true);
    private static final ChartPolicy OPT_IN = new ChartPolicy(false);

    @Test
    void without_a_consent_those_who_treat_read_what_is_not_sensitive_or_nothing_where_the_network_asks_first() {
        assertThat(OPT_OUT.openings(A, TREATS, GIVERS, List.of(), NOW))
                .containsExactly(new Opening("treatment", null, null, true, 0, null, null));
        assertThat(OPT_OUT.openings(A, STRANGER, GIVERS, List.of(), NOW)).isEmpty();
        assertThat(OPT_IN.openings(A, TREATS, GIVERS, List.of(), NOW)).isEmpty();
    }

    @Test
    void a_denial_closes_whatever_another_consent_permits() {
        Rule yes = new Rule(ME, provision(Effect.PERMIT, Set.of(A), 0, Set.of(), null, null));
        Rule no = new Rule(B, provision(Effect.DENY, Set.of(A), 0, Set.of(), null, null));
        assertThat(OPT_IN.openings(A, TREATS, GIVERS, List.of(yes), NOW)).hasSize(1);
        assertThat(OPT_IN.openings(A, TREATS, GIVERS, List.of(yes, no), NOW)).isEmpty();
        assertThat(OPT_OUT.openings(A, TREATS, GIVERS, List.of(no), NOW)).isEmpty();
        assertThat(OPT_OUT.openings(B, TREATS, GIVERS, List.of(no), NOW)).hasSize(1);
    }

    @Test
    void who_does_not_treat_the_person_is_let_in_by_a_consent_that_names_treatment_alone() {
        String stranger = "Organization/stranger";
        Rule any = new Rule(ME, provision(Effect.PERMIT, Set.of(stranger), 0, Set.of(), null, null));
        Provision named =
                new Provision(Effect.PERMIT, Set.of(stranger), Set.of("TREAT"), 0, Set.of(), null, null, List.of());
        assertThat(OPT_OUT.openings(stranger, STRANGER, GIVERS, List.of(any), NOW))
                .isEmpty();
        assertThat(OPT_OUT.openings(stranger, STRANGER, GIVERS, List.of(new Rule(ME, named)), NOW))
                .containsExactly(new Opening("consent", null, null, true, 0, null, null));
    }

    @Test
    void nobody_permits_what_is_not_theirs_to_give() {
        String stranger = "Organization/stranger";
        Provision own =
                new Provision(Effect.PERMIT, Set.of(stranger), Set.of("TREAT"), 0, Set.of(), null, null, List.of());
        assertThat(OPT_OUT.openings(stranger, STRANGER, GIVERS, List.of(new Rule(stranger, own)), NOW))
                .isEmpty();
    }

    @Test
    void no_organisation_opens_what_is_sensitive_to_itself() {
        Provision named = provision(Effect.PERMIT, Set.of(A), SensitiveCategory.HIV.bit(), Set.of(), null, null);
        assertThat(OPT_OUT.openings(A, TREATS, GIVERS, List.of(new Rule(A, named)), NOW))
                .containsExactly(new Opening("treatment", null, null, true, 0, null, null));
        assertThat(OPT_OUT.openings(A, TREATS, GIVERS, List.of(new Rule(B, named)), NOW))
                .containsExactly(new Opening("treatment", null, null, true, SensitiveCategory.HIV.bit(), null, null));
    }

    @Test
    void what_is_sensitive_opens_when_it_is_named_and_an_exception_closes_part_of_it() {
        int use = SensitiveCategory.SUBSTANCE_USE.bit();
        Rule named = new Rule(ME, provision(Effect.PERMIT, Set.of(A), use, Set.of(), null, null));
        assertThat(OPT_OUT.openings(A, TREATS, GIVERS, List.of(named), NOW))
                .containsExactly(new Opening("treatment", null, null, true, use, null, null));
        Provision exception = provision(Effect.DENY, Set.of(), 0, Set.of("MedicationRequest"), null, null);
        Provision within =
                new Provision(Effect.PERMIT, Set.of(A), Set.of(), use, Set.of(), null, null, List.of(exception));
        assertThat(OPT_OUT.openings(A, TREATS, GIVERS, List.of(new Rule(ME, within)), NOW))
                .containsExactlyInAnyOrder(
                        new Opening("treatment", null, null, true, use, null, Set.of("MedicationRequest")),
                        new Opening("treatment", null, null, true, 0, Set.of("MedicationRequest"), null));
    }

    @Test
    void a_consent_opens_when_it_begins_and_closes_when_it_ends() {
        Instant tomorrow = NOW.plus(Duration.ofDays(1));
        Instant later = NOW.plus(Duration.ofDays(9));
        Rule rule = new Rule(
                ME, new Provision(Effect.PERMIT, Set.of(B), Set.of("TREAT"), 0, Set.of(), tomorrow, later, List.of()));
        assertThat(OPT_IN.openings(B, STRANGER, GIVERS, List.of(rule), NOW))
                .containsExactly(new Opening("consent", tomorrow, later, true, 0, null, null));
        assertThat(OPT_IN.openings(B, STRANGER, GIVERS, List.of(rule), later)).isEmpty();
    }

    @Test
    void a_seat_opens_as_treating_does_while_it_lasts_and_if_whoever_gave_it_may() {
        Instant tomorrow = NOW.plus(Duration.ofDays(1));
        Instant later = NOW.plus(Duration.ofDays(9));
        String guest = "Organization/guest";
        Standing seated = seated(new Seat(A, tomorrow, later));
        assertThat(OPT_OUT.openings(guest, seated, GIVERS, List.of(), NOW))
                .containsExactly(new Opening("team", tomorrow, later, true, 0, null, null));
        assertThat(OPT_OUT.openings(guest, seated, GIVERS, List.of(), later)).isEmpty();
        assertThat(OPT_OUT.openings(guest, seated(new Seat(ME, null, null)), GIVERS, List.of(), NOW))
                .containsExactly(new Opening("team", null, null, true, 0, null, null));
        assertThat(OPT_OUT.openings(guest, seated(new Seat("Organization/other", null, null)), GIVERS, List.of(), NOW))
                .as("not theirs to give")
                .isEmpty();
        assertThat(OPT_OUT.openings(guest, seated(new Seat(guest, null, null)), List.of(ME, A, guest), List.of(), NOW))
                .as("to itself")
                .isEmpty();
        assertThat(OPT_OUT.openings(B, new Standing(true, List.of(new Seat(A, null, later))), GIVERS, List.of(), NOW))
                .as("who treats the person needs none")
                .containsExactly(new Opening("treatment", null, null, true, 0, null, null));
    }

    @Test
    void a_seat_opens_nothing_against_the_person_or_the_networks_default() {
        String guest = "Organization/guest";
        Standing seated = seated(new Seat(A, null, null));
        Rule no = new Rule(ME, provision(Effect.DENY, Set.of(guest), 0, Set.of(), null, null));
        Rule everyone = new Rule(ME, provision(Effect.PERMIT, Set.of(), 0, Set.of(), null, null));
        assertThat(OPT_OUT.openings(guest, seated, GIVERS, List.of(no), NOW)).isEmpty();
        assertThat(OPT_IN.openings(guest, seated, GIVERS, List.of(), NOW)).isEmpty();
        assertThat(OPT_IN.openings(guest, STRANGER, GIVERS, List.of(everyone), NOW))
                .isEmpty();
        assertThat(OPT_IN.openings(guest, seated, GIVERS, List.of(everyone), NOW))
                .containsExactly(new Opening("team", null, null, true, 0, null, null));
        Instant later = NOW.plus(Duration.ofDays(9));
        Rule shut = new Rule(ME, provision(Effect.DENY, Set.of(A), 0, Set.of(), null, later));
        assertThat(OPT_OUT.openings(guest, seated, GIVERS, List.of(shut), NOW))
                .as("whoever is shut out seats nobody until they are let in again")
                .containsExactly(new Opening("team", later, null, true, 0, null, null));
    }

    private static Standing seated(Seat... seats) {
        return new Standing(false, List.of(seats));
    }

    @Test
    void the_rows_open_exactly_what_the_provisions_say_for_random_consents() {
        Random random = new Random(20261126);
        List<String> types = List.of("Condition", "Observation", "MedicationRequest", "Immunization");
        int opened = 0;
        for (int round = 0; round < 4000; round++) {
            List<Rule> rules = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                rules.add(new Rule(
                        pick(random, List.of(ME, B, A, "Organization/stranger")), provision(random, types, 2)));
            }
            boolean treats = random.nextBoolean();
            boolean open = random.nextBoolean();
            List<Seat> seats = new ArrayList<>();
            for (int i = random.nextInt(3); i > 0; i--) {
                seats.add(new Seat(
                        pick(random, List.of(ME, B, A, "Organization/stranger")),
                        random.nextBoolean() ? null : NOW.plus(Duration.ofHours(random.nextInt(100) - 50)),
                        random.nextBoolean() ? null : NOW.plus(Duration.ofHours(random.nextInt(150)))));
            }
            List<Opening> openings = new ChartPolicy(open).openings(A, new Standing(treats, seats), GIVERS, rules, NOW);
            for (int probe = 0; probe < 12; probe++) {
                String type = pick(random, types);
                Set<SensitiveCategory> categories = SensitiveCategory.in(random.nextInt(4));
                Instant at = NOW.plus(Duration.ofHours(random.nextInt(200)));
                boolean said = byRows(openings, type, categories, at);
                assertThat(said)
                        .as("round %d: %s, %s, %s of %s, %s", round, type, categories, at, rules, seats)
                        .isEqualTo(byRules(rules, treats || sits(seats, rules, at), open, type, categories, at));
                opened += said ? 1 : 0;
            }
        }
        assertThat(opened).as("both answers were asked for").isBetween(4_000, 44_000);
    }

    /** As the predicate of {@link Access} reads the rows. */
    private static boolean byRows(List<Opening> openings, String type, Set<SensitiveCategory> categories, Instant at) {
        int bits = SensitiveCategory.bits(categories);
        return openings.stream()
                .anyMatch(o -> (o.since() == null || !at.isBefore(o.since()))
                        && (o.until() == null || at.isBefore(o.until()))
                        && (o.types() == null || o.types().contains(type))
                        && (o.except() == null || !o.except().contains(type))
                        && (bits == 0 ? o.plain() : (bits & ~o.categories()) == 0));
    }

    private static boolean sits(List<Seat> seats, List<Rule> rules, Instant at) {
        Disclosure toB = new Disclosure(B, "TREAT", "*", null, at);
        boolean shut = rules.stream().anyMatch(r -> r.provision().of(toB) == Effect.DENY);
        return seats.stream()
                .filter(seat -> seat.giver().equals(ME) || (seat.giver().equals(B) && !shut))
                .anyMatch(seat -> (seat.since() == null || !at.isBefore(seat.since()))
                        && (seat.until() == null || at.isBefore(seat.until())));
    }

    private static boolean byRules(
            List<Rule> rules,
            boolean treats,
            boolean open,
            String type,
            Set<SensitiveCategory> categories,
            Instant at) {
        List<Rule> about = rules.stream()
                .filter(rule -> treats || rule.provision().names(A))
                .toList();
        if (categories.isEmpty()) {
            return may(about, treats, treats && open, new Disclosure(A, "TREAT", type, null, at));
        }
        return categories.stream().allMatch(c -> may(about, treats, false, new Disclosure(A, "TREAT", type, c, at)));
    }

    private static boolean may(List<Rule> rules, boolean treats, boolean otherwise, Disclosure asked) {
        List<Rule> speaking =
                rules.stream().filter(r -> r.provision().of(asked) != null).toList();
        if (speaking.stream().anyMatch(r -> r.provision().of(asked) == Effect.DENY)) {
            return false;
        }
        Disclosure unnamed = new Disclosure(asked.party(), "other", asked.type(), asked.category(), asked.at());
        return otherwise
                || speaking.stream()
                        .filter(r -> GIVERS.contains(r.owner()))
                        .filter(r -> asked.category() == null || !r.owner().equals(asked.party()))
                        .anyMatch(r -> treats || r.provision().of(unnamed) != Effect.PERMIT);
    }

    private static Provision provision(Random random, List<String> types, int depth) {
        List<Provision> exceptions = new ArrayList<>();
        for (int i = depth == 0 ? 0 : random.nextInt(3); i > 0; i--) {
            exceptions.add(provision(random, types, depth - 1));
        }
        Set<String> some = new HashSet<>();
        if (random.nextInt(3) == 0) {
            some.add(pick(random, types));
            some.add(pick(random, types));
        }
        return new Provision(
                random.nextInt(3) > 0 ? Effect.PERMIT : Effect.DENY,
                random.nextBoolean() ? Set.of() : Set.of(pick(random, List.of(A, A, B))),
                random.nextInt(4) > 0 ? Set.of() : Set.of(pick(random, List.of("TREAT", "HRESCH"))),
                random.nextBoolean() ? 0 : random.nextInt(4),
                some,
                random.nextInt(3) > 0 ? null : NOW.plus(Duration.ofHours(random.nextInt(100) - 50)),
                random.nextInt(3) > 0 ? null : NOW.plus(Duration.ofHours(random.nextInt(150))),
                exceptions);
    }

    private static Provision provision(
            Effect effect,
            Set<String> parties,
            int categories,
            Set<String> types,
            @Nullable Instant start,
            @Nullable Instant end) {
        return new Provision(effect, parties, Set.of(), categories, types, start, end, List.of());
    }

    private static <T> T pick(Random random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
