package health.weft.demo;

import health.weft.fhir.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.ZipFile;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The member organisations: those that Synthea's people were treated by, and the community's own. */
final class Members {
    /** Synthea's lists of providers say what kind of place one is; the first list that has the name decides. */
    private static final Map<String, String> LISTS = new LinkedHashMap<>();

    static {
        LISTS.put("va_facilities", "hospital");
        LISTS.put("hospitals", "hospital");
        LISTS.put("longterm", "hospital");
        LISTS.put("rehab", "rehabilitation");
        LISTS.put("home_health_agencies", "home-health");
        LISTS.put("nursing", "nursing-home");
        LISTS.put("hospice", "hospice");
        LISTS.put("dialysis", "dialysis");
        LISTS.put("urgent_care_facilities", "urgent-care");
        LISTS.put("primary_care_facilities", "clinic");
    }

    private static final Set<String> SMALL_WORDS = Set.of("of", "the", "and", "for", "at", "in", "on");
    private static final Set<String> LEGAL_FORMS =
            Set.of("llc", "inc", "pc", "corp", "corporation", "ltd", "llp", "professionals");
    private static final Set<String> CAPITALS = Set.of("va", "ma", "ymca", "esrd", "vhs", "vna", "umass");

    private final Map<String, Clinical> clinical;
    private final List<ObjectNode> community;

    private Members(Map<String, Clinical> clinical, List<ObjectNode> community) {
        this.clinical = clinical;
        this.community = community;
    }

    /**
     * An organisation that treats people and has a system of its own.
     *
     * @param hsds as the directory takes it
     * @param copies how many people it has, counted by {@link #keep}
     */
    record Clinical(
            String id,
            String name,
            String kind,
            ObjectNode hsds,
            List<ObjectNode> practitioners,
            List<ObjectNode> roles,
            int[] copies) {
        String party() {
            return "Organization/" + id;
        }

        /** User name of its system. */
        String username() {
            String plain =
                    name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
            return "system-" + (plain.length() > 24 ? plain.substring(0, 24).replaceAll("-$", "") : plain) + "-"
                    + id.substring(0, 4);
        }
    }

    List<Clinical> clinical() {
        return List.copyOf(clinical.values());
    }

    /** Every member as an HSDS organisation. */
    List<ObjectNode> all() {
        List<ObjectNode> all = new ArrayList<>(community);
        clinical.values().forEach(member -> all.add(member.hsds()));
        return all;
    }

    /** The community member with this key in members.json. */
    ObjectNode community(String key) {
        return community.stream()
                .filter(member -> Json.text(member, "key").equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("members.json has no member " + key));
    }

    /** Clinical members of a kind, the one with the most people first. */
    List<Clinical> largest(String kind) {
        List<Clinical> ofKind = clinical.values().stream()
                .filter(member -> member.kind().equals(kind))
                .sorted(Comparator.comparingInt((Clinical member) -> -member.copies()[0])
                        .thenComparing(Clinical::id))
                .toList();
        return ofKind.isEmpty()
                ? clinical.values().stream()
                        .sorted(Comparator.comparingInt((Clinical member) -> -member.copies()[0])
                                .thenComparing(Clinical::id))
                        .toList()
                : ofKind;
    }

    /** Counts the people of each, and leaves out who has none. */
    void keep(Population population) {
        for (Population.Person person : population.people()) {
            for (String source : person.sources()) {
                Clinical member = clinical.get(source);
                if (member != null) {
                    member.copies()[0]++;
                }
            }
        }
        clinical.values().removeIf(member -> member.copies()[0] == 0);
    }

    /** Where Synthea's names of organisations and places lead in the record. */
    Map<String, String> references() {
        Map<String, String> references = new HashMap<>();
        for (Clinical member : clinical.values()) {
            references.put("Organization?identifier=" + Demo.SYNTHEA + "|" + member.id(), member.party());
            for (JsonNode location : member.hsds().path("locations")) {
                String id = Json.text(location, "id");
                references.put("Location?identifier=" + Demo.SYNTHEA + "|" + id, "Location/" + id);
            }
        }
        return references;
    }

    static Members read(Path folder, Path syntheaJar) throws IOException {
        Map<String, String> kinds = kinds(syntheaJar);
        Map<String, Clinical> clinical = new TreeMap<>();
        ObjectNode hospitals = bundle(folder, "hospitalInformation");
        for (JsonNode entry : hospitals.path("entry")) {
            JsonNode resource = entry.path("resource");
            if (Json.text(resource, "resourceType").equals("Organization")) {
                String written = Json.text(resource, "name");
                String kind = kinds.getOrDefault(written.toLowerCase(Locale.ROOT), "clinic");
                String id = Json.text(resource, "id");
                clinical.put(
                        id,
                        new Clinical(
                                id,
                                pretty(written),
                                kind,
                                hsds(resource, kind),
                                new ArrayList<>(),
                                new ArrayList<>(),
                                new int[1]));
            }
        }
        for (JsonNode entry : hospitals.path("entry")) {
            JsonNode resource = entry.path("resource");
            if (Json.text(resource, "resourceType").equals("Location")) {
                Clinical owner = clinical.get(
                        Json.text(resource.path("managingOrganization").path("identifier"), "value"));
                if (owner != null) {
                    owner.hsds().withArray("locations").add(location(resource, owner.name()));
                }
            }
        }
        ObjectNode staff = bundle(folder, "practitionerInformation");
        Map<String, ObjectNode> practitioners = new HashMap<>();
        for (JsonNode entry : staff.path("entry")) {
            if (Json.text(entry.path("resource"), "resourceType").equals("Practitioner")) {
                practitioners.put(
                        Json.text(entry.path("resource").path("identifier").path(0), "value"),
                        (ObjectNode) entry.path("resource"));
            }
        }
        for (JsonNode entry : staff.path("entry")) {
            JsonNode role = entry.path("resource");
            if (Json.text(role, "resourceType").equals("PractitionerRole")) {
                Clinical owner =
                        clinical.get(Json.text(role.path("organization").path("identifier"), "value"));
                ObjectNode practitioner =
                        practitioners.get(Json.text(role.path("practitioner").path("identifier"), "value"));
                if (owner != null && practitioner != null) {
                    owner.roles().add((ObjectNode) role);
                    owner.practitioners().add(practitioner);
                }
            }
        }
        List<ObjectNode> community = new ArrayList<>();
        resource("members.json").path("organizations").forEach(member -> community.add((ObjectNode) member));
        return new Members(clinical, community);
    }

    private static ObjectNode hsds(JsonNode organization, String kind) {
        ObjectNode hsds = Json.mapper().createObjectNode();
        String city = Json.text(organization.path("address").path(0), "city");
        hsds.put("id", Json.text(organization, "id")).put("name", pretty(Json.text(organization, "name")));
        String words = kind.replace('-', ' ');
        hsds.put(
                "description",
                words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1) + " in " + city + ".");
        hsds.put("kind", kind).put("clinical", true);
        phone(hsds, organization);
        hsds.putArray("locations");
        hsds.putArray("services");
        return hsds;
    }

    private static ObjectNode location(JsonNode location, String owner) {
        ObjectNode hsds = Json.mapper().createObjectNode();
        String id = Json.text(location, "id");
        hsds.put("id", id).put("location_type", "physical").put("name", owner);
        hsds.set("latitude", location.path("position").path("latitude"));
        hsds.set("longitude", location.path("position").path("longitude"));
        phone(hsds, location);
        JsonNode address = location.path("address");
        hsds.withArray("addresses")
                .addObject()
                .put("id", Chance.id("address", id).toString())
                .put("address_1", address.path("line").path(0).asString(""))
                .put("city", Json.text(address, "city"))
                .put("state_province", Json.text(address, "state"))
                .put("postal_code", Json.text(address, "postalCode"))
                .put("country", "US")
                .put("address_type", "physical");
        return hsds;
    }

    private static void phone(ObjectNode to, JsonNode from) {
        // Some lists give one number twice: "978-342-9781 Or 978-342-9781".
        String number = Json.text(from.path("telecom").path(0), "value").replaceFirst("(?i) or .*", "");
        if (!number.isEmpty()) {
            to.withArray("phones")
                    .addObject()
                    .put("id", Chance.id("phone", Json.text(from, "id")).toString())
                    .put("number", number)
                    .put("type", "voice");
        }
    }

    private static ObjectNode bundle(Path folder, String name) throws IOException {
        try (var files = Files.list(folder)) {
            Path file = files.filter(f -> f.getFileName().toString().startsWith(name))
                    .findFirst()
                    .orElseThrow(() -> new IOException("The generated people in " + folder + " lack " + name
                            + ". Delete that folder and start again."));
            return Json.parse(Files.readAllBytes(file));
        }
    }

    static ObjectNode resource(String name) {
        try (InputStream in = Members.class.getResourceAsStream("/demo/" + name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from the jar; build the server again");
            }
            return Json.parse(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> kinds(Path jar) throws IOException {
        Map<String, String> kinds = new HashMap<>();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (Map.Entry<String, String> list : LISTS.entrySet()) {
                var file = zip.getEntry("providers/" + list.getKey() + ".csv");
                if (file == null) {
                    continue;
                }
                try (BufferedReader lines =
                        new BufferedReader(new InputStreamReader(zip.getInputStream(file), StandardCharsets.UTF_8))) {
                    List<String> header = cells(String.valueOf(lines.readLine()));
                    int name = header.indexOf("name");
                    int state = header.indexOf("state");
                    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                        List<String> cells = cells(line);
                        if (name >= 0
                                && state >= 0
                                && cells.size() > Math.max(name, state)
                                && cells.get(state).equals("MA")) {
                            kinds.putIfAbsent(cells.get(name).toLowerCase(Locale.ROOT), list.getValue());
                        }
                    }
                }
            }
        }
        return kinds;
    }

    private static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (char c : line.toCharArray()) {
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                cells.add(cell.toString());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        cells.add(cell.toString());
        return cells;
    }

    /** ST VINCENT HOSPITAL, INC as people say it: St Vincent Hospital. */
    static String pretty(String written) {
        String[] words = written.replaceAll("\\bP\\.C\\.?", "PC").split("[\\s,]+");
        List<String> kept = new ArrayList<>();
        for (int i = 0; i < words.length; i++) {
            String low = words[i].toLowerCase(Locale.ROOT);
            if (LEGAL_FORMS.contains(low.replace(".", "")) && i > 0) {
                continue;
            }
            boolean shouted = words[i].equals(words[i].toUpperCase(Locale.ROOT));
            kept.add(
                    !shouted
                            ? words[i]
                            : CAPITALS.contains(low)
                                    ? low.equals("umass") ? "UMass" : words[i]
                                    : i > 0 && SMALL_WORDS.contains(low) ? low : capital(low));
        }
        return String.join(" ", kept);
    }

    private static String capital(String word) {
        return java.util.Arrays.stream(word.split("(?<=[-/&])"))
                .map(part -> part.isEmpty() ? part : part.substring(0, 1).toUpperCase(Locale.ROOT) + part.substring(1))
                .collect(Collectors.joining());
    }
}
