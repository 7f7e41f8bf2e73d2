package health.weft.referral;

import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.identity.Person;
import health.weft.referral.Referral.Outline;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a referral shows of the person: who they are and how to reach them, read from the Patient as the reader may see it.
 *
 * @param known false when the reader may no longer see the person
 * @param language they speak: a code of BCP 47, words where there is no code; empty when not known
 */
public record PersonFacts(
        boolean known, String name, String birthDate, String phone, String email, String address, String language) {
    static final PersonFacts HIDDEN = new PersonFacts(false, "", "", "", "", "", "");

    static PersonFacts of(@Nullable ObjectNode patient) {
        if (patient == null) {
            return HIDDEN;
        }
        JsonNode name = patient.path("name").path(0);
        List<String> parts = new ArrayList<>();
        name.path("given").forEach(given -> parts.add(given.asString("")));
        parts.add(Json.text(name, "family"));
        JsonNode address = patient.path("address").path(0);
        String lines =
                address.path("line").valueStream().map(l -> l.asString("")).collect(Collectors.joining(", "));
        String town = town(address);
        return new PersonFacts(
                true,
                String.join(" ", parts).strip(),
                Json.text(patient, "birthDate"),
                Elements.telecom(patient, "phone"),
                Elements.telecom(patient, "email"),
                lines.isEmpty() ? town : lines + (town.isEmpty() ? "" : ", " + town),
                language(patient.path("communication").path(0).path("language")));
    }

    /** What may be told of the person without saying who they are. */
    static Outline outline(ObjectNode patient, boolean urgent) {
        return new Outline(
                town(patient.path("address").path(0)),
                language(patient.path("communication").path(0).path("language")),
                urgent);
    }

    private static String town(JsonNode address) {
        return (Json.text(address, "city") + " " + Json.text(address, "postalCode")).strip();
    }

    /** The same with what other copies of the person know of how to reach them. */
    PersonFacts completedBy(Person person) {
        return new PersonFacts(
                known,
                name,
                birthDate,
                phone.isEmpty() ? Objects.requireNonNullElse(person.phone(), "") : phone,
                email,
                address.isEmpty() ? Objects.requireNonNullElse(person.address(), "") : address,
                language);
    }

    private static String language(JsonNode language) {
        String code = Json.text(language.path("coding").path(0), "code");
        return code.isEmpty() ? Elements.words(language) : code;
    }

    /** The language in the reader's own words: Spanish for {@code es-MX}. */
    public String languageIn(Locale locale) {
        return languageIn(language, locale);
    }

    /** A language in the reader's own words. */
    public static String languageIn(String language, Locale locale) {
        String name = Locale.forLanguageTag(language).getDisplayLanguage(locale);
        return name.isEmpty() ? language : name;
    }
}
