package health.weft.directory;

import static health.weft.fhir.Elements.concept;
import static health.weft.fhir.Elements.reference;
import static health.weft.fhir.Elements.text;

import health.weft.fhir.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The directory as FHIR sees it: Organization, Location, HealthcareService (after the Human Services Directory guide).
 *
 * <p>Lossy by nature: eligibility, waiting lists and fees have no place there; the HSDS document keeps them.
 */
final class DirectoryFhir {
    private static final Map<String, String> DAYS =
            Map.of("MO", "mon", "TU", "tue", "WE", "wed", "TH", "thu", "FR", "fri", "SA", "sat", "SU", "sun");

    private DirectoryFhir() {}

    /** The Organization, and a Location for each of its places. */
    static List<ObjectNode> organization(ObjectNode document) {
        List<ObjectNode> resources = new ArrayList<>();
        String id = document.path("id").asString("");
        ObjectNode organization = Json.object("Organization");
        organization.put("id", id).put("active", true);
        organization.withArray("type").add(text(document.path("kind").asString("")));
        organization.put("name", document.path("name").asString(""));
        telecom(organization, document);
        for (JsonNode location : document.path("locations")) {
            JsonNode address = location.path("addresses").path(0);
            if (!organization.has("address") && !address.isMissingNode()) {
                organization.withArray("address").add(address(address));
            }
            ObjectNode place = Json.object("Location");
            place.put("id", location.path("id").asString("")).put("status", "active");
            place.put(
                    "name", location.path("name").asString(document.path("name").asString("")));
            telecom(place, location);
            if (!address.isMissingNode()) {
                place.set("address", address(address));
            }
            if (location.path("latitude").isNumber()
                    && location.path("longitude").isNumber()) {
                ObjectNode position = place.putObject("position");
                position.set("longitude", location.path("longitude"));
                position.set("latitude", location.path("latitude"));
            }
            place.set(
                    "managingOrganization",
                    reference("Organization/" + id, document.path("name").asString("")));
            resources.add(place);
        }
        resources.addFirst(organization);
        return resources;
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
        for (JsonNode schedule : service.document().path("schedules")) {
            String opens = schedule.path("opens_at").asString("");
            String closes = schedule.path("closes_at").asString("");
            if (opens.isEmpty() || closes.isEmpty()) {
                continue;
            }
            ObjectNode time = Json.mapper().createObjectNode();
            ArrayNode days = time.putArray("daysOfWeek");
            for (String day : schedule.path("byday").asString("").split(",")) {
                String fhirDay = DAYS.get(day.strip());
                if (fhirDay != null) {
                    days.add(fhirDay);
                }
            }
            if (!days.isEmpty()) {
                time.put("availableStartTime", opens.substring(0, 5) + ":00");
                time.put("availableEndTime", closes.substring(0, 5) + ":00");
                resource.withArray("availableTime").add(time);
            }
        }
        return resource;
    }

    private static void telecom(ObjectNode resource, JsonNode document) {
        for (JsonNode phone : document.path("phones")) {
            resource.withArray("telecom")
                    .addObject()
                    .put("system", "phone")
                    .put("value", phone.path("number").asString(""));
        }
        String email = document.path("email").asString("");
        if (!email.isEmpty()) {
            resource.withArray("telecom").addObject().put("system", "email").put("value", email);
        }
        String website = document.path("website").asString("");
        if (!website.isEmpty()) {
            resource.withArray("telecom").addObject().put("system", "url").put("value", website);
        }
    }

    private static ObjectNode address(JsonNode address) {
        ObjectNode node = Json.mapper().createObjectNode();
        node.putArray("line").add(address.path("address_1").asString(""));
        return node.put("city", address.path("city").asString(""))
                .put("state", address.path("state_province").asString(""))
                .put("postalCode", address.path("postal_code").asString(""))
                .put("country", address.path("country").asString("US"));
    }
}
