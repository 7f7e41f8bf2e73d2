package health.weft.casework;

import static health.weft.fhir.Elements.concept;
import static health.weft.fhir.Elements.reference;
import static health.weft.fhir.Elements.target;
import static health.weft.fhir.Elements.text;

import health.weft.fhir.Elements;
import health.weft.fhir.Elements.Coding;
import health.weft.fhir.Json;
import health.weft.referral.Outcome;
import health.weft.security.Caller;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A case written as FHIR resources, and read back; docs/decisions/0038 says why these. */
final class CaseFhir {
    private static final String CASE = "https://weft.health/fhir/CodeSystem/case";
    private static final String NUMBER = "https://weft.health/fhir/sid/case-number";
    private static final String REQUEST = "https://weft.health/fhir/sid/service-request";
    private static final String REASON = "https://weft.health/fhir/StructureDefinition/closing-reason";
    private static final String REASONS = "https://weft.health/fhir/CodeSystem/closing-reason";
    private static final Coding LISTED = new Coding(CASE, "case-list", "On the organisation's case list");
    private static final Coding NOTE = new Coding(CASE, "note", "Note of the organisation");
    private static final Coding AMBULATORY =
            new Coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB", "ambulatory");
    private static final Coding SOCIAL_SERVICE =
            new Coding("http://snomed.info/sct", "410606002", "Social service procedure");

    private CaseFhir() {}

    // ------------------------------------------------------------------------------------------------ client

    /** The organisation's own Patient. */
    static ObjectNode patient(Contact contact) {
        return with(Json.object("Patient").put("active", true), contact);
    }

    /** The Patient with this name, birth date, phone and address instead of its first ones. */
    static ObjectNode with(ObjectNode patient, Contact contact) {
        ObjectNode name = Json.mapper().createObjectNode();
        if (!contact.family().isEmpty()) {
            name.put("family", contact.family());
        }
        if (!contact.given().isEmpty()) {
            contact.givens().forEach(name.withArray("given")::add);
        }
        first(patient, "name", name);
        if (contact.born() == null) {
            patient.remove("birthDate");
        } else {
            patient.put("birthDate", contact.born().toString());
        }
        first(patient, "telecom", contact.phone().isEmpty() ? null : phone(contact.phone()));
        first(patient, "address", address(contact));
        return patient;
    }

    private static ObjectNode phone(String phone) {
        return Json.mapper().createObjectNode().put("system", "phone").put("value", phone);
    }

    private static @Nullable ObjectNode address(Contact contact) {
        ObjectNode address = Json.mapper().createObjectNode();
        if (!contact.line().isEmpty()) {
            address.withArray("line").add(contact.line());
        }
        if (!contact.city().isEmpty()) {
            address.put("city", contact.city());
        }
        if (!contact.postcode().isEmpty()) {
            address.put("postalCode", contact.postcode());
        }
        return address.isEmpty() ? null : address;
    }

    /** Puts a value in the place of the first of a list; the others stay. A phone takes the place of the first phone. */
    private static void first(ObjectNode patient, String list, @Nullable ObjectNode value) {
        var kept = Json.mapper().createArrayNode();
        boolean found = false;
        for (JsonNode each : patient.path(list)) {
            boolean replaced = !found
                    && (!list.equals("telecom") || Json.text(each, "system").equals("phone"));
            if (!replaced) {
                kept.add(each);
            } else if (value != null) {
                kept.add(value);
            }
            found |= replaced;
        }
        if (!found && value != null) {
            kept.insert(0, value);
        }
        if (kept.isEmpty()) {
            patient.remove(list);
        } else {
            patient.set(list, kept);
        }
    }

    /** What the first name, phone and address of a Patient say. */
    static Contact contact(ObjectNode patient) {
        JsonNode name = patient.path("name").path(0);
        JsonNode address = patient.path("address").path(0);
        String phone = patient.path("telecom")
                .valueStream()
                .filter(telecom -> Json.text(telecom, "system").equals("phone"))
                .map(telecom -> Json.text(telecom, "value"))
                .findFirst()
                .orElse("");
        String born = Json.text(patient, "birthDate");
        return new Contact(
                String.join(
                        " ",
                        name.path("given")
                                .valueStream()
                                .map(g -> g.asString(""))
                                .toList()),
                Json.text(name, "family"),
                born.length() == 10 ? LocalDate.parse(born) : null,
                phone,
                address.path("line").path(0).asString(""),
                Json.text(address, "city"),
                Json.text(address, "postalCode"));
    }

    /** What of a Patient that the caller may read goes into the organisation's own. */
    static ObjectNode copy(ObjectNode other) {
        ObjectNode copy = Json.object("Patient").put("active", true);
        for (String field : new String[] {"name", "telecom", "gender", "birthDate", "address", "communication"}) {
            if (other.has(field)) {
                copy.set(field, other.get(field).deepCopy());
            }
        }
        return copy;
    }

    static ObjectNode episode(Caller caller, String patient, @Nullable String number, LocalDate since) {
        ObjectNode episode = Json.object("EpisodeOfCare");
        if (number != null) {
            ObjectNode identifier = episode.withArray("identifier").addObject();
            identifier.put("system", NUMBER).put("value", number);
            identifier.set("assigner", reference(caller.party(), caller.partyName()));
        }
        episode.put("status", "active");
        episode.withArray("type").add(concept(LISTED));
        episode.set("patient", reference(patient));
        episode.set("managingOrganization", reference(caller.party(), caller.partyName()));
        episode.putObject("period").put("start", since.toString());
        return episode;
    }

    static ObjectNode closed(ObjectNode episode, Closing reason, LocalDate day) {
        past(episode, day);
        episode.put("status", "finished");
        ((ObjectNode) episode.path("period")).put("end", day.toString());
        ObjectNode said = episode.withArray("extension").addObject().put("url", REASON);
        said.set("valueCodeableConcept", concept(new Coding(REASONS, reason.code(), reason.code())));
        return episode;
    }

    static ObjectNode reopened(ObjectNode episode, LocalDate day) {
        past(episode, day);
        episode.put("status", "active");
        ((ObjectNode) episode.path("period")).remove("end");
        episode.withArray("extension")
                .removeIf(extension -> Json.text(extension, "url").equals(REASON));
        if (episode.path("extension").isEmpty()) {
            episode.remove("extension");
        }
        return episode;
    }

    /** Notes the status that ends, and since when it stood. */
    private static void past(ObjectNode episode, LocalDate day) {
        JsonNode history = episode.path("statusHistory");
        String since = history.isEmpty()
                ? Json.text(episode.path("period"), "start")
                : Json.text(history.path(history.size() - 1).path("period"), "end");
        ObjectNode past = episode.withArray("statusHistory").addObject().put("status", Json.text(episode, "status"));
        past.putObject("period").put("start", since).put("end", day.toString());
    }

    /** Whether an EpisodeOfCare stands on the case list of whoever manages it. */
    static boolean isListed(ObjectNode episode) {
        return Elements.has(episode.path("type"), CASE, LISTED.code())
                && !Json.text(episode, "status").equals("entered-in-error");
    }

    static Optional<String> number(ObjectNode episode) {
        return episode.path("identifier")
                .valueStream()
                .filter(identifier -> Json.text(identifier, "system").equals(NUMBER))
                .map(identifier -> Json.text(identifier, "value"))
                .findFirst();
    }

    static Optional<String> reason(ObjectNode episode) {
        return episode.path("extension")
                .valueStream()
                .filter(extension -> Json.text(extension, "url").equals(REASON))
                .flatMap(extension -> Elements.code(extension.path("valueCodeableConcept"), REASONS).stream())
                .findFirst();
    }

    // ------------------------------------------------------------------------------------------------ visit

    static ObjectNode encounter(Caller caller, String episode, String patient, Filled said, ZoneId zone) {
        ObjectNode encounter = Json.object("Encounter");
        said.attendance().into(encounter);
        encounter.set("class", coding(AMBULATORY));
        encounter.set("subject", reference(patient));
        encounter.withArray("episodeOfCare").add(reference("EpisodeOfCare/" + episode));
        encounter.withArray("participant").addObject().putObject("individual").put("display", caller.name());
        encounter.set("serviceProvider", reference(caller.party(), caller.partyName()));
        return with(encounter, said, zone);
    }

    /** The Encounter with another day, attendance, service. */
    static ObjectNode with(ObjectNode encounter, Filled said, ZoneId zone) {
        said.attendance().into(encounter);
        LocalTime time = said.time();
        encounter
                .putObject("period")
                .put(
                        "start",
                        time == null
                                ? said.day().toString()
                                : DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                                        said.day().atTime(time).atZone(zone)));
        if (said.service().isEmpty()) {
            encounter.remove("type");
        } else {
            encounter.putArray("type").add(text(said.service()));
        }
        return encounter;
    }

    /** The moment of an Encounter, in the network's zone; a day alone has no time. */
    record Moment(LocalDate day, @Nullable LocalTime time) {}

    static Optional<Moment> moment(ObjectNode encounter, ZoneId zone) {
        String start = Json.text(encounter.path("period"), "start");
        try {
            if (start.length() == 10) {
                return Optional.of(new Moment(LocalDate.parse(start), null));
            }
            ZonedDateTime at = OffsetDateTime.parse(start).atZoneSameInstant(zone);
            return Optional.of(new Moment(at.toLocalDate(), at.toLocalTime().truncatedTo(ChronoUnit.MINUTES)));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    static String service(ObjectNode encounter) {
        return Elements.words(encounter.path("type").path(0));
    }

    static String by(ObjectNode encounter) {
        return Json.text(encounter.path("participant").path(0).path("individual"), "display");
    }

    static Optional<String> episode(ObjectNode encounter) {
        return encounter
                .path("episodeOfCare")
                .valueStream()
                .flatMap(episode -> id(target(episode), "EpisodeOfCare").stream())
                .findFirst();
    }

    /** The Encounter for what a referral asked. The ServiceRequest is named and not linked: it closes to the organisation some day. */
    static ObjectNode forRequest(ObjectNode encounter, String request) {
        encounter
                .withArray("basedOn")
                .addObject()
                .put("type", "ServiceRequest")
                .putObject("identifier")
                .put("system", REQUEST)
                .put("value", request);
        return encounter;
    }

    /** Whether a visit came of a referral, which keeps what was given. */
    static boolean isForRequest(ObjectNode encounter) {
        return encounter.path("basedOn").valueStream().anyMatch(basedOn -> Json.text(
                        basedOn.path("identifier"), "system")
                .equals(REQUEST));
    }

    /** Id of the ServiceRequest that a Procedure is based on. */
    static Optional<String> request(ObjectNode procedure) {
        return procedure
                .path("basedOn")
                .valueStream()
                .flatMap(basedOn -> id(target(basedOn), "ServiceRequest").stream())
                .findFirst();
    }

    /** What was given at a visit. */
    static ObjectNode procedure(Caller caller, String encounter, String patient, Filled said) {
        ObjectNode procedure = Json.object("Procedure").put("status", "completed");
        procedure.set("category", concept(SOCIAL_SERVICE));
        procedure.set("subject", reference(patient));
        procedure.set("encounter", reference("Encounter/" + encounter));
        procedure.withArray("performer").addObject().set("actor", reference(caller.party(), caller.partyName()));
        return with(procedure, said);
    }

    static ObjectNode with(ObjectNode procedure, Filled said) {
        procedure.set("code", text(said.service()));
        procedure.put("performedDateTime", said.day().toString());
        procedure.remove("extension");
        given(said.quantity(), said.unit()).into(procedure);
        return procedure;
    }

    /** An amount, held against what can be: as {@link Outcome#checked}. */
    static Outcome given(@Nullable BigDecimal quantity, String unit) {
        return new Outcome(null, quantity, quantity == null ? "" : unit, null, null, null).checked();
    }

    static ObjectNode note(Caller caller, String episode, @Nullable String encounter, String words, Instant now) {
        ObjectNode note = Json.object("Communication").put("status", "completed");
        note.withArray("category").add(concept(NOTE));
        note.withArray("about").add(reference("EpisodeOfCare/" + episode));
        if (encounter != null) {
            note.set("encounter", reference("Encounter/" + encounter));
        }
        note.put("sent", now.truncatedTo(ChronoUnit.SECONDS).toString());
        note.withArray("recipient").add(reference(caller.party(), caller.partyName()));
        note.putObject("sender").put("display", caller.name());
        note.withArray("payload").addObject().put("contentString", words);
        return note;
    }

    /** Whether a Communication is a note that stands. */
    static boolean isNote(ObjectNode communication) {
        return Elements.has(communication.path("category"), CASE, NOTE.code()) && !isError(communication);
    }

    /** Whether a Procedure says what was given, and stands. */
    static boolean isGiven(ObjectNode procedure) {
        return Elements.has(procedure.path("category"), SOCIAL_SERVICE.system(), SOCIAL_SERVICE.code())
                && !isError(procedure);
    }

    private static boolean isError(ObjectNode resource) {
        return Json.text(resource, "status").equals("entered-in-error");
    }

    static Optional<String> id(String reference, String type) {
        return reference.startsWith(type + "/")
                ? Optional.of(reference.substring(type.length() + 1))
                : Optional.empty();
    }

    private static ObjectNode coding(Coding coding) {
        return (ObjectNode) concept(coding).path("coding").path(0);
    }
}
