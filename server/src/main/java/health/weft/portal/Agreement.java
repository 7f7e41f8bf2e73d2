package health.weft.portal;

import health.weft.consent.Consents;
import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.security.SensitiveCategory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Something the person agreed to or refused, as their page shows it.
 *
 * @param id of the Consent
 * @param permits whether they agreed
 * @param referral whether it is about a referral alone, and not the whole record
 * @param organisations names of those it is about
 * @param categories sensitive ones that it names
 * @param recorded day or time, as FHIR has it; empty when not known
 * @param until day or time; empty for no end
 * @param by name of the organisation that wrote it down; empty for the person
 * @param signed what was signed, with the name; empty for nothing
 */
public record Agreement(
        String id,
        boolean permits,
        boolean referral,
        List<String> organisations,
        Set<SensitiveCategory> categories,
        String recorded,
        String until,
        String by,
        String signed) {

    static List<Agreement> of(List<ObjectNode> consents) {
        return consents.stream().map(Agreement::of).toList();
    }

    private static Agreement of(ObjectNode consent) {
        JsonNode provision = consent.path("provision");
        List<String> organisations = new ArrayList<>();
        Set<SensitiveCategory> categories = new TreeSet<>();
        collect(provision, organisations, categories);
        return new Agreement(
                Json.text(consent, "id"),
                Json.text(provision, "type").equals("permit"),
                provision.path("purpose").valueStream().anyMatch(p -> Json.text(p, "code")
                        .equals("COC")),
                organisations.stream().distinct().toList(),
                categories,
                Json.text(consent, "dateTime"),
                Json.text(provision.path("period"), "end"),
                Json.text(consent.path("organization").path(0), "display"),
                Consents.signed(consent));
    }

    private static void collect(JsonNode provision, List<String> organisations, Set<SensitiveCategory> categories) {
        for (JsonNode actor : provision.path("actor")) {
            String name = Json.text(actor.path("reference"), "display");
            organisations.add(name.isEmpty() ? Elements.target(actor.path("reference")) : name);
        }
        for (JsonNode label : provision.path("securityLabel")) {
            SensitiveCategory.of(Json.text(label, "system"), Json.text(label, "code"))
                    .ifPresent(categories::add);
        }
        for (JsonNode exception : provision.path("provision")) {
            collect(exception, organisations, categories);
        }
    }
}
