package health.weft.directory;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A service that an organisation offers (HSDS {@code service}).
 *
 * @param id also the id of the FHIR HealthcareService
 * @param party the organisation, {@code Organization/<id>}
 * @param status HSDS: active, inactive, defunct, temporarily closed
 * @param categories codes of {@link SdohCategory}
 * @param languages two-letter codes
 * @param available how many more can come now; null when the service does not count
 * @param takesReferrals whether the organisation is a member of the network, so that a referral reaches somebody
 * @param mail where the service, or else its organisation, is written to; null when not known
 * @param unit what is counted, {@code households a week}
 * @param program that it is part of; null for none
 * @param schedules when it is open (HSDS {@code schedule}): its own, else those of where it is offered, else those of its places
 * @param zone where schedules are that name none
 * @param traits what search narrows by: {@code lang:es}, {@code takes:medicaid}, {@code free}, {@code wheelchair}
 * @param document the whole HSDS document
 */
public record Service(
        String id,
        String party,
        String organizationName,
        boolean takesReferrals,
        @Nullable String mail,
        String name,
        String status,
        List<String> categories,
        List<String> languages,
        @Nullable Integer minimumAge,
        @Nullable Integer maximumAge,
        @Nullable Integer available,
        @Nullable Integer maximum,
        @Nullable String unit,
        @Nullable Instant capacityUpdated,
        @Nullable LocalDate assuredDate,
        List<Place> places,
        @Nullable String program,
        JsonNode schedules,
        ZoneId zone,
        List<String> traits,
        ObjectNode document) {

    /** SDOHCC's capacity code of a service that takes names for later; beside HSDS, which has none. */
    static final String WAITLIST = "waitlist";

    /**
     * Where it is offered.
     *
     * @param access what it says of getting in and about for people with disabilities
     * @param latitude degrees north; null with the longitude where nothing is known
     * @param about whether the point is the middle of its postcode, since its source gives none
     */
    public record Place(
            String id,
            String name,
            String address,
            String city,
            String postcode,
            String phone,
            List<String> access,
            @Nullable Double latitude,
            @Nullable Double longitude,
            boolean about) {

        private boolean isPlaced() {
            return latitude != null && longitude != null;
        }

        private Distance from(double north, double east) {
            return new Distance(
                    Directory.miles(north, east, Objects.requireNonNull(latitude), Objects.requireNonNull(longitude)),
                    about);
        }
    }

    /** The first place of which a point is known. */
    Optional<Place> placed() {
        return places.stream().filter(Place::isPlaced).findFirst();
    }

    /** The place that is nearest to a point; empty where no point of any is known. */
    Optional<Place> nearest(double latitude, double longitude) {
        return places.stream().filter(Place::isPlaced).min(Comparator.comparingDouble(place -> place.from(
                        latitude, longitude)
                .miles()));
    }

    /** How far it is from a point; empty where no point of any place is known. */
    Optional<Distance> from(double latitude, double longitude) {
        return nearest(latitude, longitude).map(place -> place.from(latitude, longitude));
    }

    /** When it is open. */
    public Hours hours() {
        return Hours.of(schedules, zone);
    }

    public boolean isOpenToReferrals() {
        return status.equals("active");
    }

    /** Whether nobody there has an account, and a referral reaches them by a link in a mail. */
    public boolean isReachedByMail() {
        return !takesReferrals && mail != null;
    }

    /** Whether it takes names while it is full. */
    public boolean keepsWaitlist() {
        return document.path(ListingField.CAPACITY.key()).asString("").equals(WAITLIST);
    }

    /** Whether its listing says that it costs nothing. */
    public boolean isFree() {
        return traits.contains("free");
    }

    /** Whether one of its places says that somebody in a wheelchair gets in. */
    public boolean isReachedInWheelchair() {
        return traits.contains("wheelchair");
    }

    /** What its places say of getting in and about for people with disabilities; of several places, each with its name. */
    public List<String> accessibility() {
        return places.stream()
                .flatMap(place -> place.access().stream()
                        .map(words ->
                                places.size() == 1 || place.name().isEmpty() ? words : place.name() + ": " + words))
                .distinct()
                .toList();
    }

    /** Kinds of insurance that its listing says it takes, as {@link Wanted#INSURANCES}. */
    public List<String> insurances() {
        return traits.stream()
                .filter(trait -> trait.startsWith("takes:"))
                .map(trait -> trait.substring("takes:".length()))
                .toList();
    }

    public boolean isFull() {
        return available != null && available == 0;
    }

    /** What is counted, in the reader's language where a translation is there; empty when the service does not count. */
    public String unit(String language) {
        String translated =
                document.path("translations").path(language).path("unit").asString("");
        return translated.isEmpty() ? Objects.requireNonNullElse(unit, "") : translated;
    }

    /** A text of the document in the reader's language, where a translation is there; empty when there is no text. */
    public String text(String field, String language) {
        String translated =
                document.path("translations").path(language).path(field).asString("");
        return translated.isEmpty() ? document.path(field).asString("") : translated;
    }

    /** The name as it stands on the door, where the reader's language has another for it; empty where the reader is shown that one. */
    public Optional<String> nameOnDoor(String language) {
        return text("name", language).equals(name) ? Optional.empty() : Optional.of(name);
    }

    /** The language of the name on the door: English, unless it is into English that it was translated. */
    public String languageOfDoor() {
        return document.at("/translations/en/name").asString("").isEmpty() ? "en" : "es";
    }

    /** Where nothing but text can stand: the name in the reader's language, and in brackets that on the door where it is another. */
    public String names(String language) {
        return text("name", language)
                + nameOnDoor(language).map(door -> " (" + door + ")").orElse("");
    }

    /** One field of each thing in a list of the document, {@code phones} and {@code number}. */
    public List<String> contacts(String list, String field) {
        return document.path(list)
                .valueStream()
                .map(one -> one.path(field).asString(""))
                .filter(words -> !words.isBlank())
                .distinct()
                .toList();
    }
}
