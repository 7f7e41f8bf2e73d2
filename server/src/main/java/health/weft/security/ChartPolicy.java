package health.weft.security;

import health.weft.security.Provision.Disclosure;
import health.weft.security.Provision.Effect;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which parts of one person's record a party may read for treatment, and when: what the person's consents and the network's default
 * come to, as {@link Opening}s, one row of {@code security.relation} each.
 *
 * <p>The rules, in this order:
 *
 * <ol>
 *   <li>what any consent denies is closed, whatever another permits: a person who wants it open withdraws the denial;
 *   <li>what a consent permits is open, if whoever recorded it may give it: the person, or an organisation that treats them. No
 *       organisation opens what is sensitive to itself. To an
 *       organisation that does not treat the person it opens the record only when it names treatment as the purpose: one for a
 *       referral opens what the referral shows and no more;
 *   <li>what is sensitive is closed;
 *   <li>an organisation that treats the person reads the rest when that is the network's default.
 * </ol>
 *
 * <p>An organisation treats the person when it keeps a Patient of theirs, or while it has a seat in their care team. A seat counts when
 * whoever recorded the team may give it: the person, or another organisation that keeps a Patient of theirs and that no consent shuts out.
 * Whoever treats the person by a seat alone gives nothing on.
 *
 * @param open whether organisations that treat a person read their record without being asked (opt out), or not (opt in)
 */
record ChartPolicy(boolean open) {
    /** Bases of openings: it keeps a Patient, it sits in the care team, a consent names it. */
    static final String TREATMENT = "treatment";

    static final String TEAM = "team";
    static final String CONSENT = "consent";

    private static final String PURPOSE = "TREAT";
    /** Stands for every purpose that no provision names. */
    private static final String ANY = "";
    /** Stands for every type that no provision names. */
    private static final String OTHER = "*";

    /**
     * A consent in force.
     *
     * @param owner party that recorded it
     */
    record Rule(String owner, Provision provision) {}

    /**
     * A seat of a party in the care team.
     *
     * @param giver party that recorded the team
     * @param since null for always
     * @param until excluded; null for never
     */
    record Seat(
            String giver, @Nullable Instant since, @Nullable Instant until) {
        boolean isHeld(Instant at) {
            return (since == null || !at.isBefore(since)) && (until == null || at.isBefore(until));
        }
    }

    /**
     * How a party stands to the person.
     *
     * @param treats whether it keeps a Patient of the person and treats them
     * @param seats in the care team, whoever gave them
     */
    record Standing(boolean treats, List<Seat> seats) {}

    /**
     * Something that a party may read of the record.
     *
     * @param basis {@link #TREATMENT}, {@link #TEAM} or {@link #CONSENT}
     * @param since null for now
     * @param until null for no end
     * @param plain whether what is not sensitive is open
     * @param categories bits of the sensitive categories that are open
     * @param types these alone; null for all
     * @param except all but these; null for none
     */
    record Opening(
            String basis,
            @Nullable Instant since,
            @Nullable Instant until,
            boolean plain,
            int categories,
            @Nullable Set<String> types,
            @Nullable Set<String> except) {}

    /** What of a record is open at one moment. */
    private record Open(boolean plain, int categories) {
        boolean nothing() {
            return !plain && categories == 0;
        }
    }

    /** What of a record is open at one moment, and why. */
    private record Moment(String basis, Map<String, Open> byType) {}

    /**
     * What is open to a party from now on.
     *
     * @param givers who may permit: the person, and the parties that treat them by a Patient of their own
     */
    List<Opening> openings(
            String party, Standing standing, Collection<String> givers, Collection<Rule> rules, Instant now) {
        List<Rule> naming =
                rules.stream().filter(rule -> rule.provision().names(party)).toList();
        List<Rule> all = List.copyOf(rules);
        TreeSet<Instant> moments = new TreeSet<>(Set.of(now));
        TreeSet<String> types = new TreeSet<>();
        (standing.treats() || !standing.seats().isEmpty() ? all : naming)
                .forEach(rule -> collect(rule.provision(), moments, types));
        for (Seat seat : standing.seats()) {
            Stream.of(seat.since(), seat.until()).filter(Objects::nonNull).forEach(moments::add);
        }
        TreeMap<Instant, Moment> whole = new TreeMap<>();
        for (Instant from : moments.tailSet(now)) {
            String basis = basis(party, standing, givers, all, from);
            boolean treats = !basis.equals(CONSENT);
            List<Rule> about = treats ? all : naming;
            Map<String, Open> then = new TreeMap<>();
            then.put(OTHER, open(party, OTHER, treats, givers, about, from));
            types.forEach(type -> then.put(type, open(party, type, treats, givers, about, from)));
            Moment moment = new Moment(basis, then);
            // A moment at which nothing changes for this party is none.
            if (whole.isEmpty() || !whole.lastEntry().getValue().equals(moment)) {
                whole.put(from, moment);
            }
        }
        List<Opening> openings = new ArrayList<>();
        whole.forEach((from, moment) ->
                add(openings, moment.basis(), from.equals(now) ? null : from, whole.higherKey(from), moment.byType()));
        return openings;
    }

    private static String basis(
            String party, Standing standing, Collection<String> givers, List<Rule> rules, Instant at) {
        if (standing.treats()) {
            return TREATMENT;
        }
        boolean seated = standing.seats().stream()
                .anyMatch(seat -> seat.isHeld(at)
                        && !seat.giver().equals(party)
                        && givers.contains(seat.giver())
                        && !isShutOut(seat.giver(), rules, at));
        return seated ? TEAM : CONSENT;
    }

    /** Whether an organisation is denied the record: it opens it to nobody else then. */
    private static boolean isShutOut(String giver, List<Rule> rules, Instant at) {
        Disclosure asked = new Disclosure(giver, PURPOSE, OTHER, null, at);
        return giver.startsWith("Organization/")
                && rules.stream().anyMatch(rule -> rule.provision().of(asked) == Effect.DENY);
    }

    private static void add(
            List<Opening> openings,
            String basis,
            @Nullable Instant since,
            @Nullable Instant until,
            Map<String, Open> byType) {
        Open other = Objects.requireNonNull(byType.get(OTHER));
        Map<Open, Set<String>> apart = new LinkedHashMap<>();
        byType.forEach((type, it) -> {
            if (!it.equals(other)) {
                apart.computeIfAbsent(it, o -> new TreeSet<>()).add(type);
            }
        });
        Set<String> except = new TreeSet<>();
        apart.values().forEach(except::addAll);
        if (!other.nothing()) {
            openings.add(new Opening(
                    basis, since, until, other.plain(), other.categories(), null, except.isEmpty() ? null : except));
        }
        apart.forEach((it, types) -> {
            if (!it.nothing()) {
                openings.add(new Opening(basis, since, until, it.plain(), it.categories(), types, null));
            }
        });
    }

    private Open open(
            String party, String type, boolean treats, Collection<String> givers, List<Rule> rules, Instant at) {
        boolean plain = may(new Disclosure(party, PURPOSE, type, null, at), treats, treats && open, givers, rules);
        int categories = 0;
        for (SensitiveCategory category : SensitiveCategory.values()) {
            if (may(new Disclosure(party, PURPOSE, type, category, at), treats, false, givers, rules)) {
                categories |= category.bit();
            }
        }
        return new Open(plain, categories);
    }

    private static boolean may(
            Disclosure asked, boolean treats, boolean otherwise, Collection<String> givers, List<Rule> rules) {
        boolean may = otherwise;
        for (Rule rule : rules) {
            Effect said = rule.provision().of(asked);
            if (said == Effect.DENY) {
                return false;
            }
            may |= said == Effect.PERMIT
                    && givers.contains(rule.owner())
                    && (asked.category() == null || !rule.owner().equals(asked.party()))
                    && (treats || forTreatment(rule, asked));
        }
        return may;
    }

    /** Whether it permits just because the purpose is named. */
    private static boolean forTreatment(Rule rule, Disclosure asked) {
        return rule.provision().of(new Disclosure(asked.party(), ANY, asked.type(), asked.category(), asked.at()))
                != Effect.PERMIT;
    }

    /** The parties that any of these provisions names: those that a consent may open a record to. */
    static Set<String> named(Collection<Rule> rules) {
        Set<String> all = new TreeSet<>();
        rules.forEach(rule -> named(rule.provision(), all));
        return all;
    }

    private static void named(Provision provision, Set<String> into) {
        into.addAll(provision.parties());
        provision.exceptions().forEach(exception -> named(exception, into));
    }

    private static void collect(Provision provision, Set<Instant> moments, Set<String> types) {
        if (provision.start() != null) {
            moments.add(provision.start());
        }
        if (provision.end() != null) {
            moments.add(provision.end());
        }
        types.addAll(provision.types());
        provision.exceptions().forEach(exception -> collect(exception, moments, types));
    }
}
