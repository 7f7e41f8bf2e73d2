package health.weft.consent;

import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.security.Seats.Seat;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads which organisations a FHIR R4 CareTeam gives a seat, and when. */
final class CareTeamReading {
    private static final Pattern MEMBER =
            Pattern.compile("(Organization|PractitionerRole)/([A-Za-z0-9.-]{1,64})(/_history/.*)?");
    /** More than anybody can oversee. */
    private static final int MOST = 200;

    private CareTeamReading() {}

    /**
     * The seats of a CareTeam; none for one whose status is not active: what is not said to be in force opens nothing.
     *
     * @param owner party that recorded it; what it would give to itself is left out
     * @param zone in which its days begin and end
     * @param roles the PractitionerRole with this id; empty when there is none
     * @throws Problem unprocessable, naming the element, for a period that is none and for far too many seats
     */
    static Set<Seat> of(JsonNode careTeam, String owner, ZoneId zone, Function<String, Optional<JsonNode>> roles) {
        if (!Json.text(careTeam, "status").equals("active")) {
            return Set.of();
        }
        Instant since = PeriodReading.start(careTeam, zone, "CareTeam");
        Instant until = PeriodReading.end(careTeam, zone, "CareTeam");
        Set<Seat> seats = new LinkedHashSet<>();
        int i = 0;
        for (JsonNode participant : careTeam.path("participant")) {
            String path = "CareTeam.participant[" + i++ + "]";
            Instant from = later(since, PeriodReading.start(participant, zone, path));
            Instant to = earlier(until, PeriodReading.end(participant, zone, path));
            for (String element : List.of("member", "onBehalfOf")) {
                Matcher member = MEMBER.matcher(Elements.target(participant.path(element)));
                if (!member.matches()) {
                    continue;
                }
                Optional<Seat> seat = member.group(1).equals("Organization")
                        ? Optional.of(new Seat("Organization/" + member.group(2), null, null, null))
                        : roles.apply(member.group(2))
                                .flatMap(role -> ofRole("PractitionerRole/" + member.group(2), role, zone));
                seat.map(s -> new Seat(s.party(), s.role(), later(from, s.since()), earlier(to, s.until())))
                        .filter(s -> !s.party().equals(owner))
                        .filter(s -> s.since() == null
                                || s.until() == null
                                || s.since().isBefore(s.until()))
                        .ifPresent(seats::add);
            }
            if (seats.size() > MOST) {
                throw Problem.unprocessable(
                        "CareTeam.participant gives a seat to more than " + MOST + " organisations. Split it.");
            }
        }
        return seats;
    }

    /**
     * The seat that a PractitionerRole gives its organisation in a team that names it; empty when it is not active.
     *
     * @param reference {@code PractitionerRole/<id>}
     */
    static Optional<Seat> ofRole(String reference, JsonNode role, ZoneId zone) {
        Matcher organisation = MEMBER.matcher(Elements.target(role.path("organization")));
        if (!role.path("active").asBoolean(true)
                || !organisation.matches()
                || !organisation.group(1).equals("Organization")) {
            return Optional.empty();
        }
        return Optional.of(new Seat(
                "Organization/" + organisation.group(2),
                reference,
                PeriodReading.start(role, zone, "PractitionerRole"),
                PeriodReading.end(role, zone, "PractitionerRole")));
    }

    private static @Nullable Instant later(@Nullable Instant a, @Nullable Instant b) {
        return a == null || (b != null && b.isAfter(a)) ? b : a;
    }

    private static @Nullable Instant earlier(@Nullable Instant a, @Nullable Instant b) {
        return a == null || (b != null && b.isBefore(a)) ? b : a;
    }
}
