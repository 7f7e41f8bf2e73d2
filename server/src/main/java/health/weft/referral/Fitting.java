package health.weft.referral;

import health.weft.directory.DirectorySearch;
import health.weft.directory.Need;
import health.weft.directory.SdohCategory;
import health.weft.directory.Wanted;
import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.store.Stored;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What of a person's record decides whether a service is for them, as far as the reader may see it. */
@Component
@Transactional
class Fitting {
    /** Of a Coverage's type and payor, as codes of the Source of Payment Typology (SOPT) and as words. */
    private static final Map<String, Pattern> INSURANCES = Map.of(
            "medicare", Pattern.compile("^1\\d*$|\\bmedicare\\b"),
            "medicaid", Pattern.compile("^2[1-9]*$|\\b(medicaid|medi-?cal|masshealth|mcpol)\\b"),
            "chip", Pattern.compile("^23\\d*$|\\b(s?chip|children's health insurance)\\b"),
            "private", Pattern.compile("^[56]\\d*$|\\b(private|commercial|hmo|ppo|ehcpol)\\b"),
            "tricare", Pattern.compile("^31\\d*$|\\b(tricare|champva|mil|vet)\\b"),
            "none", Pattern.compile("^81\\d*$|\\b(self.?pay|uninsured|no insurance|pay)\\b"));

    /** LOINC: how many people are living or staying at this address. */
    private static final String HOUSEHOLD = "http://loinc.org|63512-8";

    private final Identity identity;
    private final Records records;
    private final DirectorySearch search;

    Fitting(Identity identity, Records records, DirectorySearch search) {
        this.identity = identity;
        this.records = records;
        this.search = search;
    }

    /**
     * A person as a search takes them.
     *
     * @param town postcode or else town where they live; empty when not known
     */
    record Fits(Person person, Wanted.Fit fit, String town) {}

    /** @throws health.weft.problem.Problem not found, when the caller may not see the person */
    Fits of(Caller caller, String personId) {
        Person person = identity.person(caller, personId);
        String patientId = identity.patientOf(caller, personId).patientId();
        ObjectNode patient = records.read(caller, "Patient", patientId).json();
        Need need = ServicesToAsk.need(SdohCategory.UNSPECIFIED, patient, person);
        JsonNode address = patient.path("address").path(0);
        List<String> places = new ArrayList<>();
        String postcode = address.path("postalCode").asString("").strip();
        places.add(postcode.length() > 5 ? postcode.substring(0, 5) : postcode);
        places.add(address.path("city").asString("").strip());
        places.removeIf(String::isEmpty);
        Optional<String> known =
                places.stream().filter(place -> search.area(place).isPresent()).findFirst();
        Set<String> names = new LinkedHashSet<>();
        known.flatMap(search::area).ifPresent(area -> names.addAll(area.names()));
        places.forEach(place -> names.add(place.toLowerCase(Locale.ROOT)));
        boolean speaks = patient.path("communication").isArray();
        return new Fits(
                person,
                new Wanted.Fit(
                        need.age(),
                        speaks ? need.language() : null,
                        insurances(caller, person),
                        household(caller, person),
                        names.isEmpty() ? null : new Wanted.Area(names, need.latitude(), need.longitude())),
                known.orElse(""));
    }

    /** What the person said last, when they were asked how many live together (PRAPARE). */
    private OptionalInt household(Caller caller, Person person) {
        return person.sources().stream()
                .filter(source -> !source.contactOnly())
                .limit(5)
                .flatMap(source -> records
                        .search(
                                caller,
                                "Observation?code=" + HOUSEHOLD
                                        + "&status=final,amended,corrected&_sort=-date&_count=1&subject="
                                        + source.reference())
                        .matches()
                        .stream())
                .map(Stored::json)
                .max(Comparator.comparing(said -> said.path("effectiveDateTime").asString("")))
                .map(said -> household(said))
                .orElse(OptionalInt.empty());
    }

    /** How many live together, as an Observation says it: a number from 1 on. */
    static OptionalInt household(ObjectNode said) {
        JsonNode value =
                said.path("valueInteger").isNumber() ? said.path("valueInteger") : said.at("/valueQuantity/value");
        return value.isNumber() && value.asDouble() >= 1 && value.asDouble() == value.asInt()
                ? OptionalInt.of(value.asInt())
                : OptionalInt.empty();
    }

    private Set<String> insurances(Caller caller, Person person) {
        Set<String> insurances = new LinkedHashSet<>();
        person.sources().stream()
                .filter(source -> !source.contactOnly())
                .limit(5)
                .forEach(source -> {
                    for (Stored coverage : records.search(
                                    caller, "Coverage?status=active&_count=20&beneficiary=" + source.reference())
                            .matches()) {
                        insurances.addAll(insurances(coverage.json()));
                    }
                });
        return insurances;
    }

    /** Kinds of insurance that a Coverage stands for, as {@link Wanted#INSURANCES}. */
    static Set<String> insurances(ObjectNode coverage) {
        List<String> words = new ArrayList<>();
        JsonNode type = coverage.path("type");
        words.add(type.path("text").asString(""));
        for (JsonNode coding : type.path("coding")) {
            words.add(coding.path("code").asString(""));
            words.add(coding.path("display").asString(""));
        }
        coverage.path("payor").forEach(payor -> words.add(payor.path("display").asString("")));
        Set<String> insurances = new LinkedHashSet<>();
        for (String said : words) {
            String lower = said.toLowerCase(Locale.ROOT);
            INSURANCES.forEach((insurance, pattern) -> {
                if (pattern.matcher(lower).find()) {
                    insurances.add(insurance);
                }
            });
        }
        return insurances;
    }
}
