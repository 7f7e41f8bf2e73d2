package health.weft.demo;

import health.weft.fhir.Json;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One organisation's copy of a person's demographics, altered as real copies are: typed at a counter, years apart.
 *
 * <p>Shares follow what audits of patient registries report: names differ in one copy of ten, addresses in one of five,
 * birth dates in one of thirty.
 */
final class PatientCopy {
    private static final Map<String, List<String>> CALLED = Map.ofEntries(
            Map.entry("robert", List.of("Bob", "Rob")),
            Map.entry("william", List.of("Bill", "Will")),
            Map.entry("james", List.of("Jim")),
            Map.entry("michael", List.of("Mike")),
            Map.entry("thomas", List.of("Tom")),
            Map.entry("joseph", List.of("Joe")),
            Map.entry("daniel", List.of("Dan")),
            Map.entry("matthew", List.of("Matt")),
            Map.entry("christopher", List.of("Chris")),
            Map.entry("anthony", List.of("Tony")),
            Map.entry("elizabeth", List.of("Liz", "Beth")),
            Map.entry("margaret", List.of("Peggy", "Maggie")),
            Map.entry("katherine", List.of("Kate", "Kathy")),
            Map.entry("jennifer", List.of("Jen")),
            Map.entry("patricia", List.of("Pat")),
            Map.entry("deborah", List.of("Debbie")),
            Map.entry("rebecca", List.of("Becky")),
            Map.entry("susan", List.of("Sue")),
            Map.entry("francisco", List.of("Paco")),
            Map.entry("guillermo", List.of("Memo")),
            Map.entry("guadalupe", List.of("Lupe")),
            Map.entry("jose", List.of("Pepe")),
            Map.entry("josé", List.of("Pepe")),
            Map.entry("rafael", List.of("Rafa")),
            Map.entry("manuel", List.of("Manny")),
            Map.entry("samuel", List.of("Sam")),
            Map.entry("alexander", List.of("Alex")),
            Map.entry("gregory", List.of("Greg")),
            Map.entry("kenneth", List.of("Ken")),
            Map.entry("timothy", List.of("Tim")),
            Map.entry("edward", List.of("Ed", "Ted")));
    private static final List<String> STREETS = List.of(
            "Elm Street",
            "Belmont Street",
            "Highland Street",
            "Grafton Street",
            "Pleasant Street",
            "June Street",
            "Vernon Street",
            "Lincoln Street",
            "Millbury Street",
            "Chandler Street");
    private static final List<String> POSTCODES =
            List.of("01602", "01603", "01604", "01605", "01606", "01607", "01609", "01610");

    private PatientCopy() {}

    /**
     * @param truth the person as they are
     * @param source key of the organisation
     * @param recordNumber its own number for the person
     * @param recordSystem where such numbers come from
     * @param known whether this organisation knows the person best; its copy is seldom wrong
     */
    static ObjectNode of(
            ObjectNode truth, String person, String source, String recordSystem, String recordNumber, boolean known) {
        Chance chance = Chance.of("copy", source, person);
        double often = known ? .25 : 1;
        ObjectNode copy = Json.object("Patient");
        ObjectNode number = copy.withArray("identifier").addObject().put("use", "usual");
        ObjectNode type = number.putObject("type");
        type.withArray("coding")
                .addObject()
                .put("system", "http://terminology.hl7.org/CodeSystem/v2-0203")
                .put("code", "MR")
                .put("display", "Medical record number");
        number.put("system", recordSystem).put("value", recordNumber);
        for (JsonNode identifier : truth.path("identifier")) {
            String system = Json.text(identifier, "system");
            boolean kept = system.endsWith("us-ssn") && !chance.in(known ? .15 : .45)
                    || system.endsWith("2.16.840.1.113883.4.3.25") && chance.in(.25);
            if (kept) {
                copy.withArray("identifier").add(identifier.deepCopy());
            }
        }
        copy.put("active", true);
        copy.set("name", names(truth, chance, often));
        telecom(copy, truth, chance, often);
        copy.put("gender", chance.in(.003 * often) ? "unknown" : Json.text(truth, "gender"));
        copy.put("birthDate", birthDate(Json.text(truth, "birthDate"), chance, often));
        copy.set("address", address(truth, chance, often));
        for (String field : List.of("maritalStatus", "communication", "extension")) {
            if (truth.has(field)) {
                copy.set(field, truth.get(field).deepCopy());
            }
        }
        if (copy.get("extension") instanceof ArrayNode extensions) {
            extensions.removeIf(e -> Json.text(e, "url").contains("synthetichealth"));
        }
        return copy;
    }

    private static ArrayNode names(ObjectNode truth, Chance chance, double often) {
        ArrayNode names = Json.mapper().createArrayNode();
        ObjectNode name = (ObjectNode) truth.path("name").path(0).deepCopy();
        String maiden = "";
        for (JsonNode other : truth.path("name")) {
            if (Json.text(other, "use").equals("maiden")) {
                maiden = Json.text(other, "family");
            }
        }
        String family = Json.text(name, "family");
        List<String> given = new ArrayList<>();
        name.path("given").forEach(g -> given.add(g.asString("")));
        if (chance.in(.15 * often)) {
            List<String> called = CALLED.get(given.getFirst().toLowerCase(Locale.ROOT));
            if (called != null) {
                given.set(0, chance.oneOf(called));
            }
        }
        if (chance.in(.05 * often)) {
            given.set(0, typo(given.getFirst(), chance));
        }
        if (given.size() > 1) {
            if (chance.in(.40)) {
                given.subList(1, given.size()).clear();
            } else if (chance.in(.35)) {
                given.set(1, given.get(1).substring(0, 1));
                given.subList(2, given.size()).clear();
            }
        }
        boolean stillMaiden = !maiden.isEmpty() && chance.in(.18 * often);
        if (stillMaiden) {
            family = maiden;
        }
        if (chance.in(.05 * often)) {
            family = typo(family, chance);
        }
        if (chance.in(.08)) {
            family = plain(family);
            given.replaceAll(PatientCopy::plain);
        }
        if (chance.in(.06)) {
            family = family.toUpperCase(Locale.ROOT);
            given.replaceAll(g -> g.toUpperCase(Locale.ROOT));
        }
        name.put("family", family);
        ArrayNode givens = name.putArray("given");
        given.forEach(givens::add);
        if (name.has("suffix") && chance.in(.3)) {
            name.remove("suffix");
        }
        names.add(name);
        if (!maiden.isEmpty() && !stillMaiden && chance.in(.5)) {
            names.addObject().put("use", "maiden").put("family", maiden);
        }
        return names;
    }

    private static void telecom(ObjectNode copy, ObjectNode truth, Chance chance, double often) {
        for (JsonNode telecom : truth.path("telecom")) {
            if (!Json.text(telecom, "system").equals("phone") || chance.in(.12 * often)) {
                continue;
            }
            ObjectNode phone = telecom.deepCopy().asObject();
            if (chance.in(.18 * often)) {
                phone.put("value", "508-555-%04d".formatted(chance.below(10_000)));
            } else if (chance.in(.5)) {
                String digits = Json.text(telecom, "value").replaceAll("\\D", "");
                if (digits.length() == 10) {
                    phone.put(
                            "value",
                            "(%s) %s-%s"
                                    .formatted(digits.substring(0, 3), digits.substring(3, 6), digits.substring(6)));
                }
            }
            copy.withArray("telecom").add(phone);
        }
    }

    private static String birthDate(String date, Chance chance, double often) {
        if (date.length() != 10) {
            return date;
        }
        LocalDate day = LocalDate.parse(date);
        if (chance.in(.015 * often) && day.getDayOfMonth() <= 12) {
            return LocalDate.of(day.getYear(), day.getDayOfMonth(), day.getMonthValue())
                    .toString();
        }
        return chance.in(.015 * often)
                ? day.plusDays(day.getDayOfMonth() < 20 ? 10 : -10).toString()
                : date;
    }

    private static ArrayNode address(ObjectNode truth, Chance chance, double often) {
        ArrayNode addresses = truth.path("address").deepCopy().asArray();
        if (!(addresses.path(0) instanceof ObjectNode home)) {
            return addresses;
        }
        String line = home.path("line").path(0).asString("");
        if (chance.in(.2 * often)) {
            home.put("postalCode", chance.oneOf(POSTCODES));
            home.remove("extension");
            line = (1 + chance.below(400)) + " " + chance.oneOf(STREETS);
        } else if (chance.in(.3)) {
            line = line.replace("Street", "St")
                    .replace("Avenue", "Ave")
                    .replace("Road", "Rd")
                    .replace("Apt ", "#");
        }
        home.put("use", "home");
        home.putArray("line").add(line);
        return addresses;
    }

    /** One slip of the fingers: two letters swapped, one left out, one doubled. */
    private static String typo(String word, Chance chance) {
        if (word.length() < 4) {
            return word;
        }
        int at = 1 + chance.below(word.length() - 2);
        return switch (chance.below(3)) {
            case 0 -> word.substring(0, at) + word.charAt(at + 1) + word.charAt(at) + word.substring(at + 2);
            case 1 -> word.substring(0, at) + word.substring(at + 1);
            default -> word.substring(0, at) + word.charAt(at) + word.substring(at);
        };
    }

    private static String plain(String name) {
        return java.text.Normalizer.normalize(name, java.text.Normalizer.Form.NFD)
                .replaceAll("\\p{M}+", "");
    }
}
