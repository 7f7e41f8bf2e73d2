package health.weft.referral;

import health.weft.directory.Directory;
import health.weft.directory.Need;
import health.weft.directory.Option;
import health.weft.directory.PostcodeCentroids;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.notice.Notices;
import health.weft.notice.Quiet;
import health.weft.record.Records;
import health.weft.security.Caller;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The services that can be asked for one person, best first: what fits them, is near, has room, and answers soon. */
@Component
class ServicesToAsk {
    private static final String GEOLOCATION = "http://hl7.org/fhir/StructureDefinition/geolocation";

    /** Whoever answers within a day is asked rather than who is so many miles nearer. */
    private static final int SOON = 8;

    private final Directory directory;
    private final Identity identity;
    private final Records records;
    private final Quiet quiet;
    private final Notices notices;
    private final ReferralStore store;

    ServicesToAsk(
            Directory directory,
            Identity identity,
            Records records,
            Quiet quiet,
            Notices notices,
            ReferralStore store) {
        this.directory = directory;
        this.identity = identity;
        this.records = records;
        this.quiet = quiet;
        this.notices = notices;
        this.store = store;
    }

    /**
     * What choosing takes, read once for a page.
     *
     * @throws health.weft.problem.Problem not found, when the caller may not see the person
     */
    Choice of(Caller caller, String personId, SdohCategory category) {
        Person person = identity.person(caller, personId);
        ObjectNode patient = records.read(
                        caller, "Patient", identity.patientOf(caller, personId).patientId())
                .json();
        return new Choice(need(category, patient, person), notices.canBeMailed() && !quiet.about(personId));
    }

    /** The services that help with one need of one person. */
    final class Choice {
        private final Need need;
        private final boolean byMail;
        private final Map<String, Integer> days = new HashMap<>();

        private Choice(Need need, boolean byMail) {
            this.need = need;
            this.byMail = byMail;
        }

        /** Those that are found by these words, all when blank, best first; those that cannot be chosen come last. */
        List<Option> best(String words) {
            List<Option> options = directory.options(need, byMail, words);
            store.daysToAnswer(options.stream()
                            .map(option -> option.service().party())
                            .filter(party -> !days.containsKey(party))
                            .distinct()
                            .toList())
                    .forEach(days::put);
            return options.stream()
                    .sorted(Comparator.comparingDouble((Option option) ->
                                    option.rank() + soon(option.service().party()))
                            .reversed())
                    .toList();
        }

        private int soon(String party) {
            int known = days.getOrDefault(party, 0);
            return known == 0 ? 0 : known == 1 ? SOON : known <= 3 ? SOON / 2 : known <= 7 ? 0 : -SOON;
        }

        /**
         * A few of them.
         *
         * @param all of {@link #best} without words
         * @param chosen ids of those that are chosen already, which stay whatever is looked for
         */
        Shortlist few(Shortlist.Look look, List<Option> all, List<String> chosen) {
            return Shortlist.of(look, all, look.words().isEmpty() ? all : best(look.words()), chosen, days);
        }
    }

    /** Ticked from the start where several are asked at once: of each organisation the service that fits best. */
    static List<String> bestOfEach(List<Option> options) {
        Map<String, String> best = new LinkedHashMap<>();
        options.stream()
                .filter(Option::hasRoom)
                .map(Option::service)
                .forEach(service -> best.putIfAbsent(service.party(), service.id()));
        return best.values().stream().limit(Shortlist.FIRST).toList();
    }

    /** What choosing a service needs to know of a person: where they live, what they speak, how old they are. */
    static Need need(SdohCategory category, ObjectNode patient, Person person) {
        Double latitude = null;
        Double longitude = null;
        for (JsonNode address : patient.path("address")) {
            for (JsonNode extension : address.path("extension")) {
                if (Json.text(extension, "url").equals(GEOLOCATION)) {
                    for (JsonNode part : extension.path("extension")) {
                        if (Json.text(part, "url").equals("latitude")) {
                            latitude = part.path("valueDecimal").asDouble();
                        } else if (Json.text(part, "url").equals("longitude")) {
                            longitude = part.path("valueDecimal").asDouble();
                        }
                    }
                }
            }
        }
        if (latitude == null || longitude == null) { // few systems send a point: the postcode says it well enough
            double[] middle = patient.path("address")
                    .valueStream()
                    .flatMap(address -> PostcodeCentroids.of(Json.text(address, "postalCode")).stream())
                    .findFirst()
                    .orElse(null);
            latitude = middle == null ? null : Double.valueOf(middle[0]);
            longitude = middle == null ? null : Double.valueOf(middle[1]);
        }
        String language = patient.path("communication")
                .path(0)
                .path("language")
                .path("coding")
                .path(0)
                .path("code")
                .asString("en");
        LocalDate birthDate = person.birthDate();
        return new Need(
                category,
                latitude,
                longitude,
                language.length() > 2 ? language.substring(0, 2) : language,
                birthDate == null
                        ? OptionalInt.empty()
                        : OptionalInt.of(
                                birthDate.until(LocalDate.now(ZoneOffset.UTC)).getYears()));
    }
}
