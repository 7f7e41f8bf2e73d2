package health.weft.directory;

import static health.weft.fhir.Elements.concept;
import static health.weft.fhir.Elements.reference;
import static health.weft.fhir.Elements.text;

import health.weft.fhir.Json;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The directory as FHIR sees it: Organization, Location, HealthcareService (after the Human Services Directory guide).
 *
 * <p>Lossy by nature: eligibility, waiting lists and fees have no place there; the HSDS document keeps them.
 */
final class DirectoryFhir {
    /** Employer identification numbers of the IRS. */
    private static final String EIN = "urn:oid:2.16.840.1.113883.4.4";

    /** That a position is the middle of this postcode, and nobody said it of the place. */
    static final String MIDDLE = "https://weft.health/fhir/StructureDefinition/middle-of-postcode";

    private DirectoryFhir() {}

    /**
     * @param address of its first place, as HSDS has it; missing when it has none
     */
    static ObjectNode organization(String id, ObjectNode document, JsonNode address) {
        ObjectNode organization = Json.object("Organization");
        organization.put("id", id).put("active", true);
        String taxId = document.path("tax_id").asString("");
        if (!taxId.isEmpty()) {
            organization.withArray("identifier").addObject().put("system", EIN).put("value", taxId);
        }
        organization.withArray("type").add(text(document.path("kind").asString("community")));
        organization.put("name", document.path("name").asString(""));
        telecom(organization, document);
        if (address.isObject()) {
            organization.withArray("address").add(address(address));
        }
        return organization;
    }

    /** @param middle of its postcode, latitude and longitude in degrees, where the source gives no point; told as that */
    static ObjectNode location(String id, ObjectNode document, String organizationName, double @Nullable [] middle) {
        ObjectNode place = Json.object("Location");
        place.put("id", id).put("status", "active");
        place.put("name", document.path("name").asString(organizationName));
        telecom(place, document);
        JsonNode address = document.path("addresses").path(0);
        if (address.isObject()) {
            place.set("address", address(address));
        }
        if (document.path("latitude").isNumber() && document.path("longitude").isNumber()) {
            ObjectNode position = place.putObject("position");
            position.set("longitude", document.path("longitude"));
            position.set("latitude", document.path("latitude"));
        } else if (middle != null) {
            ObjectNode position = place.putObject("position");
            position.withArray("extension")
                    .addObject()
                    .put("url", MIDDLE)
                    .put("valueString", address.path("postal_code").asString(""));
            position.put("longitude", middle[1]).put("latitude", middle[0]);
        }
        String organization = document.path("organization_id").asString("");
        if (!organization.isEmpty()) {
            place.set("managingOrganization", reference("Organization/" + organization, organizationName));
        }
        return place;
    }

    static ObjectNode healthcareService(Service service) {
        ObjectNode resource = Json.object("HealthcareService");
        resource.put("id", service.id()).put("active", service.isOpenToReferrals());
        resource.set("providedBy", reference(service.party(), service.organizationName()));
        for (String code : service.categories()) {
            SdohCategory.of(code).ifPresent(c -> resource.withArray("category").add(concept(c.coding())));
        }
        for (Service.Place place : service.places()) {
            resource.withArray("location").add(reference("Location/" + place.id(), place.name()));
        }
        resource.put("name", service.name());
        String description = service.document().path("description").asString("");
        if (!description.isEmpty()) {
            resource.put("comment", description);
        }
        for (String language : service.languages()) {
            ObjectNode communication = resource.withArray("communication").addObject();
            communication
                    .withArray("coding")
                    .addObject()
                    .put("system", "urn:ietf:bcp:47")
                    .put("code", language);
            communication.put("text", Locale.of(language).getDisplayLanguage(Locale.ENGLISH));
        }
        for (Hours.Opening opening : service.hours().openings()) {
            available(resource, opening);
        }
        WeekHours told = WeekHours.of(service.schedules());
        if (told.appointment()) {
            resource.put("appointmentRequired", true);
        }
        for (WeekHours.Closing closing : told.closed()) {
            ObjectNode away = resource.withArray("notAvailable").addObject();
            away.put("description", closing.words().isEmpty() ? "Closed" : closing.words());
            away.putObject("during")
                    .put("start", closing.from().toString())
                    .put("end", closing.to().toString());
        }
        return resource;
    }

    /** FHIR has no time that ends on the day after: a night is an evening and a morning. */
    private static void available(ObjectNode resource, Hours.Opening opening) {
        if (opening.opens().equals(LocalTime.MIDNIGHT) && opening.closes().equals(LocalTime.MIDNIGHT)) {
            available(resource, opening.day()).put("allDay", true);
            return;
        }
        boolean night = !opening.closes().isAfter(opening.opens());
        available(resource, opening.day())
                .put("availableStartTime", opening.opens() + ":00")
                .put("availableEndTime", night ? "23:59:59" : opening.closes() + ":00");
        if (night && !opening.closes().equals(LocalTime.MIDNIGHT)) {
            available(resource, opening.day().plus(1))
                    .put("availableStartTime", "00:00:00")
                    .put("availableEndTime", opening.closes() + ":00");
        }
    }

    private static ObjectNode available(ObjectNode resource, DayOfWeek day) {
        ObjectNode time = resource.withArray("availableTime").addObject();
        time.putArray("daysOfWeek").add(day.name().substring(0, 3).toLowerCase(Locale.ROOT));
        return time;
    }

    private static void telecom(ObjectNode resource, JsonNode document) {
        for (JsonNode phone : document.path("phones")) {
            String number = phone.path("number").asString("");
            if (!number.isBlank()) {
                telecom(resource, phone.path("type").asString("").equals("fax") ? "fax" : "phone", number);
            }
        }
        telecom(resource, "email", document.path("email").asString(""));
        telecom(
                resource,
                "url",
                document.path("website").asString(document.path("url").asString("")));
    }

    private static void telecom(ObjectNode resource, String system, String value) {
        if (!value.isEmpty()) {
            resource.withArray("telecom").addObject().put("system", system).put("value", value);
        }
    }

    /** What HSDS keeps as an empty word is not there in FHIR. */
    private static ObjectNode address(JsonNode address) {
        ObjectNode node = Json.mapper().createObjectNode();
        for (String line : List.of("address_1", "address_2")) {
            String words = address.path(line).asString("");
            if (!words.isEmpty()) {
                node.withArray("line").add(words);
            }
        }
        put(node, "city", address.path("city").asString(""));
        put(node, "state", address.path("state_province").asString(""));
        put(node, "postalCode", address.path("postal_code").asString(""));
        put(node, "country", address.path("country").asString(""));
        return node;
    }

    private static void put(ObjectNode node, String field, String value) {
        if (!value.isEmpty()) {
            node.put(field, value);
        }
    }
}
