package health.weft.fhir.terminology;

import health.weft.fhir.Json;
import health.weft.fhir.Ucum;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Currency;
import java.util.IllformedLocaleException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Code systems that no table has: units (UCUM), languages (BCP 47), media types (BCP 13) by their grammar, countries (ISO 3166) and
 * currencies (ISO 4217) as the JDK knows them.
 */
final class Grammars {
    private static final Pattern MEDIA_TYPE =
            Pattern.compile("(application|audio|font|example|image|message|model|multipart|text|video)"
                    + "/[A-Za-z0-9!#$&^_.+-]{1,127}( *; *[^;]+)*");
    private static final Set<String> LANGUAGES =
            Arrays.stream(Locale.getISOLanguages()).collect(Collectors.toUnmodifiableSet());

    private Grammars() {}

    /**
     * A system of these; null for others.
     *
     * @param listed the codes of it that value sets name, with their displays; null when there are none
     */
    static @Nullable CodeSystem of(String url, @Nullable ObjectNode listed) {
        return switch (url) {
            case "http://unitsofmeasure.org" -> by("UCUM", url, listed, Grammars::unit);
            case "urn:ietf:bcp:47" -> by("Languages", url, listed, Grammars::language);
            case "urn:ietf:bcp:13" -> by("MediaTypes", url, listed, Grammars::mediaType);
            case "urn:iso:std:iso:3166" -> CodeSystem.of(countries(url));
            case "urn:iso:std:iso:4217" -> CodeSystem.of(currencies(url));
            default -> null;
        };
    }

    private static CodeSystem by(
            String name, String url, @Nullable ObjectNode listed, Function<String, @Nullable Concept> grammar) {
        ObjectNode resource = listed == null ? Json.object("CodeSystem").put("url", url) : listed.deepCopy();
        return CodeSystem.of(resource.put("name", name), grammar);
    }

    private static @Nullable Concept unit(String code) {
        return Ucum.canonical(BigDecimal.ONE, code)
                .map(c -> new Concept(
                        code,
                        code,
                        "",
                        List.of(),
                        List.of(new Concept.Property(
                                "canonical", "valueString", JsonNodeFactory.instance.stringNode(c.unit())))))
                .orElse(null);
    }

    /** A tag whose language ISO 639 has; variants and extensions are taken as they are. */
    private static @Nullable Concept language(String code) {
        try {
            Locale locale = new Locale.Builder().setLanguageTag(code).build();
            if (!LANGUAGES.contains(locale.getLanguage())
                    && locale.getISO3Language().isEmpty()) {
                return null;
            }
            return Concept.bare(code, locale.getDisplayName(Locale.ENGLISH));
        } catch (IllformedLocaleException | java.util.MissingResourceException e) {
            return null;
        }
    }

    private static @Nullable Concept mediaType(String code) {
        return MEDIA_TYPE.matcher(code).matches() ? Concept.bare(code, code) : null;
    }

    private static ObjectNode countries(String url) {
        Map<String, String> names = new TreeMap<>();
        for (String country : Locale.getISOCountries()) {
            Locale locale = Locale.of("", country);
            names.put(country, locale.getDisplayCountry(Locale.ENGLISH));
            names.put(locale.getISO3Country(), locale.getDisplayCountry(Locale.ENGLISH));
        }
        return listed(url, "Countries", names);
    }

    private static ObjectNode currencies(String url) {
        Map<String, String> names = new TreeMap<>();
        for (Currency currency : Currency.getAvailableCurrencies()) {
            names.put(currency.getCurrencyCode(), currency.getDisplayName(Locale.ENGLISH));
        }
        return listed(url, "Currencies", names);
    }

    private static ObjectNode listed(String url, String name, Map<String, String> names) {
        ObjectNode system = Json.object("CodeSystem")
                .put("url", url)
                .put("name", name)
                .put("content", "complete")
                .put("status", "active");
        ArrayNode concepts = system.putArray("concept");
        names.forEach((code, display) -> concepts.addObject().put("code", code).put("display", display));
        return system;
    }
}
