package health.weft.directory;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.node.ObjectNode;

/** The organisations of the network, what they offer, and how much room they have. */
@Component
@Transactional
public class Directory {
    private static final double EARTH_RADIUS_MILES = 3958.8;

    private final DirectoryStore store;
    private final DirectorySearch search;
    private final Feeds feeds;
    private final Accounts accounts;
    private final Clock clock = Clock.systemUTC();

    Directory(DirectoryStore store, DirectorySearch search, Feeds feeds, Accounts accounts) {
        this.store = store;
        this.search = search;
        this.feeds = feeds;
        this.accounts = accounts;
    }

    /**
     * Makes an organisation and its services known, or brings them up to date; its FHIR view is written with it.
     *
     * @param organization an HSDS 3.1 organization with {@code services} and {@code locations} inside; {@code kind} and
     *     {@code clinical} say what it is to the network
     * @throws Problem unprocessable, naming what is missing
     */
    public void publish(ObjectNode organization) {
        String id = required(organization, "id");
        required(organization, "description");
        String kind = organization.path("kind").asString("community");
        accounts.party(
                "Organization/" + id,
                required(organization, "name"),
                partyKind(kind, organization.path("clinical").asBoolean(false)));
        feeds.publish(organization);
        store.member(id);
    }

    @Transactional(readOnly = true)
    public Optional<Service> service(String id) {
        return store.service(id);
    }

    /** Those of these that are there, by id. */
    @Transactional(readOnly = true)
    public Map<String, Service> services(List<String> ids) {
        return store.services(ids).stream().collect(Collectors.toMap(Service::id, service -> service));
    }

    @Transactional(readOnly = true)
    public List<Service> servicesOf(String party) {
        return store.servicesOf(party.replaceFirst("^Organization/", ""));
    }

    /** The names of all organisations by party, for lists to choose from. */
    @Transactional(readOnly = true)
    public Map<String, String> organizationNames() {
        return store.organizationNames();
    }

    /**
     * The services of a category held against a need, best first; those that cannot be chosen come last, not left out.
     *
     * @param byMail whether also those of organisations without accounts that can be written to
     * @param words that they must be found by, in English or Spanish, may be spelt wrong; blank for any
     */
    @Transactional(readOnly = true)
    public List<Option> options(Need need, boolean byMail, String words) {
        Instant now = clock.instant();
        Optional<String> query = words.isBlank() ? Optional.empty() : Optional.of(search.query(words));
        return store.reached(need, byMail, query).stream()
                .map(service -> option(service, need, now))
                .sorted(Comparator.comparingDouble(Option::rank).reversed())
                .toList();
    }

    private static Option option(Service service, Need need, Instant now) {
        Hours hours = service.hours();
        boolean ageFits = need.age().isEmpty()
                || ((service.minimumAge() == null || need.age().getAsInt() >= service.minimumAge())
                        && (service.maximumAge() == null || need.age().getAsInt() <= service.maximumAge()));
        return new Option(
                service,
                distance(service, need),
                service.languages().contains(need.language()),
                ageFits,
                hours.isOpen(now),
                hours.next(now).orElse(null));
    }

    private static @Nullable Distance distance(Service service, Need need) {
        return need.latitude() == null || need.longitude() == null
                ? null
                : service.from(need.latitude(), need.longitude()).orElse(null);
    }

    /** Great-circle distance by the haversine formula, in statute miles. */
    static double miles(double latitude, double longitude, double otherLatitude, double otherLongitude) {
        double dLat = Math.toRadians(otherLatitude - latitude);
        double dLon = Math.toRadians(otherLongitude - longitude);
        double a = Math.pow(Math.sin(dLat / 2), 2)
                + Math.cos(Math.toRadians(latitude))
                        * Math.cos(Math.toRadians(otherLatitude))
                        * Math.pow(Math.sin(dLon / 2), 2);
        return 2 * EARTH_RADIUS_MILES * Math.asin(Math.sqrt(a));
    }

    /**
     * The service a referral may be sent to, held until the transaction ends.
     *
     * @throws Problem not found; conflict, when it is closed by now, or full and keeps no waitlist
     */
    public Service forReferral(String id) {
        store.lock(id);
        Service service =
                store.service(id).orElseThrow(() -> Problem.of(Category.UNPROCESSABLE, "directory.problem.gone"));
        if (!service.takesReferrals() && !service.isReachedByMail()) {
            throw Problem.of(Category.CONFLICT, "directory.problem.outside", service.organizationName());
        }
        if (!service.isOpenToReferrals()) {
            throw Problem.of(Category.CONFLICT, "directory.problem.closed", service.name());
        }
        if (service.isFull() && !service.keepsWaitlist()) {
            throw Problem.of(Category.CONFLICT, "directory.problem.full", service.name(), service.organizationName());
        }
        return service;
    }

    /** What the network's members offer of each kind of help now, the most services first. */
    @Transactional(readOnly = true)
    public List<Supply> supply() {
        return store.supply();
    }

    /** Counts one place as taken; a service that does not count stays as it is. */
    public void take(String serviceId) {
        store.changeAvailable(serviceId, -1);
    }

    /** Gives one place back. */
    public void giveBack(String serviceId) {
        store.changeAvailable(serviceId, 1);
    }

    /**
     * Says how many more can come now.
     *
     * @throws Problem forbidden, when it is another organisation's service; invalid, when the number cannot be
     */
    public void setCapacity(Caller caller, String serviceId, int available) {
        Service service =
                store.service(serviceId).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "directory.problem.none"));
        if (!service.party().equals(caller.party())) {
            throw Problem.of(Category.FORBIDDEN, "directory.problem.other", service.organizationName());
        }
        Integer most = service.maximum();
        if (available < 0) {
            throw Problem.of(Category.INVALID, "directory.problem.negative");
        }
        if (most != null && available > most) {
            throw Problem.of(Category.INVALID, "directory.problem.most", most);
        }
        store.setAvailable(serviceId, available);
    }

    private static PartyKind partyKind(String kind, boolean clinical) {
        if (clinical) {
            return PartyKind.CLINICAL;
        }
        return switch (kind) {
            case "public-health" -> PartyKind.PUBLIC_HEALTH;
            case "payer" -> PartyKind.PAYER;
            case "network" -> PartyKind.NETWORK;
            default -> PartyKind.COMMUNITY;
        };
    }

    private static String required(ObjectNode document, String field) {
        String value = document.path(field).asString("");
        if (value.isBlank()) {
            throw Problem.unprocessable("HSDS requires " + field + " and it is missing in "
                    + document.path("name").asString(document.path("id").asString("an entry")) + ".");
        }
        return value;
    }
}
