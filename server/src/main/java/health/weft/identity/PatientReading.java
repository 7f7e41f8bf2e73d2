package health.weft.identity;

import health.weft.fhir.Elements;
import health.weft.matching.Demographics;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What identity takes from a FHIR Patient.
 *
 * @param shown the name as the source writes it
 * @param numbers identifiers of type MR, or all that have a system where none is typed
 * @param tokens for search, see {@code identity.source.tokens}
 * @param replacedBy id of the Patient that its source says has taken its place, without its type
 */
record PatientReading(
        String shown,
        @Nullable LocalDate birthDate,
        @Nullable String sex,
        @Nullable String phone,
        @Nullable String address,
        @Nullable String city,
        List<SourcePatient.Number> numbers,
        Demographics demographics,
        List<String> tokens,
        @Nullable String replacedBy) {

    private static final Set<String> FORMER = Set.of("maiden", "old");

    private static final String MOTHERS_MAIDEN = "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName";

    static PatientReading of(JsonNode patient) {
        Demographics.Builder to = Demographics.builder();
        JsonNode current = null;
        List<JsonNode> former = new ArrayList<>();
        for (JsonNode name : patient.path("name")) {
            String use = name.path("use").asString("");
            if (FORMER.contains(use) || !name.path("period").path("end").isMissingNode()) {
                former.add(name);
            } else if (current == null || use.equals("official")) {
                current = name;
            }
        }
        if (current == null && !former.isEmpty()) {
            current = former.removeFirst();
        }
        String shown = "";
        if (current != null) {
            boolean first = true;
            for (JsonNode given : current.path("given")) {
                if (first) {
                    to.given(given.asString(""));
                } else {
                    to.middle(given.asString(""));
                }
                first = false;
            }
            to.family(text(current.path("family")));
            current.path("suffix").forEach(suffix -> to.generation(suffix.asString("")));
            shown = Elements.name(current);
        }
        former.forEach(name -> to.family(text(name.path("family"))));
        for (JsonNode extension : patient.path("extension")) {
            if (extension.path("url").asString("").equals(MOTHERS_MAIDEN)) {
                to.mothersMaiden(text(extension.path("valueString")));
            }
        }
        String birth = text(patient.path("birthDate"));
        to.birthDate(birth).sex(text(patient.path("gender")));

        String phone = null;
        for (JsonNode telecom : patient.path("telecom")) {
            String value = text(telecom.path("value"));
            if (telecom.path("use").asString("").equals("old")) {
                continue;
            }
            switch (telecom.path("system").asString("")) {
                case "phone", "sms" -> {
                    to.phone(value);
                    phone = phone == null ? value : phone;
                }
                case "email" -> to.email(value);
                default -> {}
            }
        }
        JsonNode home = null;
        for (JsonNode address : patient.path("address")) {
            if (!address.path("use").asString("").equals("old")
                    && (home == null || address.path("use").asString("").equals("home"))) {
                home = address;
            }
        }
        String line = null;
        if (home != null) {
            List<String> lines = new ArrayList<>();
            home.path("line").forEach(part -> lines.add(part.asString("")));
            to.addressLine(lines.isEmpty() ? null : lines.getFirst())
                    .city(text(home.path("city")))
                    .state(text(home.path("state")))
                    .postcode(text(home.path("postalCode")));
            lines.add((home.path("city").asString("") + " "
                            + home.path("postalCode").asString(""))
                    .trim());
            line = String.join(
                    ", ", lines.stream().filter(part -> !part.isBlank()).toList());
        }

        List<SourcePatient.Number> records = new ArrayList<>();
        List<SourcePatient.Number> all = new ArrayList<>();
        Set<String> tokens = new LinkedHashSet<>();
        for (JsonNode identifier : patient.path("identifier")) {
            String system = text(identifier.path("system"));
            String value = text(identifier.path("value"));
            if (system == null || value == null) {
                continue;
            }
            to.identifier(system, value);
            var number = new SourcePatient.Number(system, value);
            all.add(number);
            for (JsonNode coding : identifier.path("type").path("coding")) {
                if (coding.path("code").asString("").equals("MR")) {
                    records.add(number);
                }
            }
        }
        Demographics demographics = to.build();
        List<SourcePatient.Number> numbers = records.isEmpty() ? all : records;
        for (SourcePatient.Number number : numbers) {
            tokens.add(token(number.value()));
        }
        for (String e164 : demographics.phones()) {
            String digits = e164.substring(1);
            for (int tail : new int[] {7, 10}) {
                if (digits.length() >= tail) {
                    tokens.add(digits.substring(digits.length() - tail));
                }
            }
        }
        return new PatientReading(
                shown.isEmpty() ? "?" : shown,
                day(birth),
                demographics.sex(),
                phone,
                line,
                home == null ? null : text(home.path("city")),
                List.copyOf(numbers),
                demographics,
                List.copyOf(tokens),
                replacedBy(patient));
    }

    private static @Nullable String replacedBy(JsonNode patient) {
        for (JsonNode link : patient.path("link")) {
            String other = link.path("other").path("reference").asString("");
            if (link.path("type").asString("").equals("replaced-by") && other.matches("Patient/[A-Za-z0-9.-]{1,64}")) {
                return other.substring("Patient/".length());
            }
        }
        return null;
    }

    /** All names of the person by {@link NameWords}, each word after a blank, so that a search finds beginnings of words. */
    String names() {
        StringBuilder names = new StringBuilder();
        if (demographics.given() != null) {
            names.append(' ').append(demographics.given());
        }
        demographics.middles().forEach(name -> names.append(' ').append(name));
        demographics.families().forEach(name -> names.append(' ').append(name));
        return " " + NameWords.plain(names.toString()) + " ";
    }

    static String token(String number) {
        return number.toLowerCase(java.util.Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", "");
    }

    private static @Nullable String text(JsonNode node) {
        String s = node.isString() ? node.asString().strip() : "";
        return s.isEmpty() ? null : s;
    }

    private static @Nullable LocalDate day(@Nullable String fhirDate) {
        try {
            return fhirDate == null || fhirDate.length() != 10 ? null : LocalDate.parse(fhirDate);
        } catch (DateTimeException e) {
            return null;
        }
    }
}
