package health.weft.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.referral.Enrolment;
import health.weft.referral.Given;
import health.weft.referral.Outcome;
import health.weft.referral.Outcomes;
import health.weft.referral.Reason;
import health.weft.referral.ReferralNetwork;
import health.weft.referral.ReferralStatus;
import health.weft.referral.Referrals;
import health.weft.referral.Resolved;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** HL7 Gravity SDOHCC 3.0.0: its examples come back as they were sent, and what Weft writes of a referral keeps to its profiles. */
class SdohccTest extends ReferralNetwork {
    private Caller worker = Caller.PLATFORM;

    @Autowired
    private Outcomes outcomes;

    SdohccTest() {
        super("referral");
    }

    @BeforeAll
    void a_clinic_and_a_pantry() {
        clinic("Gravity Clinic", "Galina Newton");
        worker = account("Isaac Orchard", helper("Orchard Pantry"), Role.COMMUNITY_WORKER);
    }

    private static Path folder(String setting) {
        String folder = System.getenv(setting);
        assumeTrue(folder != null && Files.isDirectory(Path.of(folder)), setting + " is not set");
        return Path.of(folder);
    }

    @Test
    void the_guides_examples_come_back_as_they_were_sent() throws Exception {
        Map<String, ObjectNode> examples =
                examples(folder("WEFT_TEST_DIRECTORY").resolve("sdohcc-3.0.0-examples"));
        assertThat(examples).hasSizeGreaterThan(40);
        String token = member("gravity-" + mark, PartyKind.CLINICAL);
        ObjectNode bundle = Json.object("Bundle").put("type", "transaction");
        Map<String, String> names = new LinkedHashMap<>();
        examples.keySet().forEach(reference -> names.put(reference, "urn:uuid:" + UUID.randomUUID()));
        examples.forEach((reference, example) -> {
            ObjectNode sent = example.deepCopy();
            sent.remove("id");
            rename(sent, names);
            ObjectNode entry = bundle.withArray("entry").addObject().put("fullUrl", names.get(reference));
            entry.set("resource", sent);
            entry.putObject("request").put("method", "POST").put("url", Json.text(sent, "resourceType"));
        });
        HttpResponse<String> stored = send("POST", "", token, bundle.toString());
        assertThat(stored.statusCode()).as(stored.body()).isEqualTo(200);
        int i = 0;
        Map<String, String> kept = new LinkedHashMap<>();
        for (String reference : examples.keySet()) {
            kept.put(
                    names.get(reference),
                    Json.parse(stored.body())
                            .at("/entry/" + i++ + "/response/location")
                            .asString()
                            .replaceAll(".*/fhir/", "")
                            .replaceAll("/_history.*", ""));
        }
        i = 0;
        for (String reference : examples.keySet()) {
            ObjectNode sent = (ObjectNode) bundle.at("/entry/" + i++ + "/resource");
            rename(sent, kept);
            ObjectNode read = Json.parse(
                    send("GET", "/" + kept.get(names.get(reference)), token, "").body());
            assertThat(bare(read)).as(reference).isEqualTo(bare(sent));
        }
    }

    private static ObjectNode bare(ObjectNode resource) {
        ObjectNode bare = resource.deepCopy();
        bare.remove("id");
        if (bare.get("meta") instanceof ObjectNode meta) {
            meta.retain("profile");
            if (meta.isEmpty()) {
                bare.remove("meta");
            }
        }
        return bare;
    }

    private static void rename(JsonNode node, Map<String, String> names) {
        if (node instanceof ObjectNode object && names.containsKey(Json.text(object, "reference"))) {
            object.put("reference", names.get(Json.text(object, "reference")));
        }
        node.forEach(child -> rename(child, names));
    }

    /** All but Tasks of referrals: those begin as requested and move by steps here. What the guide refers to and has no example of is left out. */
    private static Map<String, ObjectNode> examples(Path folder) throws IOException {
        Map<String, ObjectNode> all = all(folder);
        all.values().removeIf(Referrals::isReferral);
        while (all.values().removeIf(example -> !known(example, all))) {
            // what refers to what was left out is left out too
        }
        return all;
    }

    private static Map<String, ObjectNode> all(Path folder) throws IOException {
        Map<String, ObjectNode> all = new LinkedHashMap<>();
        try (var files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                ObjectNode example = Json.parse(Files.readAllBytes(file));
                all.put(Json.text(example, "resourceType") + "/" + Json.text(example, "id"), example);
            }
        }
        return all;
    }

    private static boolean known(JsonNode node, Map<String, ObjectNode> all) {
        String reference = node.isObject() ? node.path("reference").asString("") : "";
        boolean local = reference.matches("[A-Z][A-Za-z]+/.+");
        return (!local || all.containsKey(reference)) && node.valueStream().allMatch(child -> known(child, all));
    }

    @Test
    void the_kinds_of_need_are_those_of_the_guide() {
        Map<String, String> published = new TreeMap<>();
        new PackageFolder(folder("WEFT_TEST_PACKAGES").toString())
                .read().packages().stream()
                        .flatMap(p -> p.definitions().stream())
                        .filter(d -> d.url().equals(SdohCategory.SYSTEM))
                        .flatMap(d -> Json.parse(d.json()).path("concept").valueStream())
                        .filter(c -> Json.text(c, "definition").startsWith("Category for Social Determinant"))
                        .forEach(c -> published.put(Json.text(c, "code"), Json.text(c, "display")));
        assertThat(published.remove("protective-factor")).isEqualTo("Protective Factor");
        Map<String, String> ours = new TreeMap<>();
        for (SdohCategory category : SdohCategory.values()) {
            ours.put(category.code(), category.coding().display());
        }
        assertThat(ours).isEqualTo(published);
    }

    @Test
    void what_a_referral_writes_keeps_to_the_guides_profiles_by_the_hl7_validators_word() throws Exception {
        Path published = folder("WEFT_TEST_PACKAGES");
        String person = person("Johanna Appleby", "1952-05-25", "508-555-7171");
        String task = send(person, food("Orchard Pantry"), "Leave it at the door");
        referrals.accept(worker, task, version(task), "Gladly");
        referrals.start(worker, task, version(task), "");
        outcomes.give(
                worker,
                task,
                version(task),
                "Groceries for a week",
                new Outcome(
                        Given.FOOD, new java.math.BigDecimal("2"), "boxes", null, Resolved.PARTLY, Enrolment.ENROLLED));
        String declined = send(person, food("Orchard Pantry"), "");
        referrals.stop(worker, declined, version(declined), ReferralStatus.REJECTED, Reason.NO_CAPACITY, "Full today");
        var referral = referrals.find(coordinator, task);
        List<ObjectNode> written = new ArrayList<>();
        for (String id : List.of(task, declined)) {
            written.add(records.read(Caller.PLATFORM, "Task", id).json());
        }
        written.add(records.read(Caller.PLATFORM, "ServiceRequest", referral.requestId())
                .json());
        written.add(
                records.read(Caller.PLATFORM, "Consent", referral.consentId()).json());
        written.getFirst().path("output").forEach(output -> {
            String[] reference =
                    output.at("/valueReference/reference").asString().split("/");
            written.add(
                    records.read(Caller.PLATFORM, reference[0], reference[1]).json());
        });
        Validator of =
                new Validator(new PackageFolder(published.toString()), "512m", Duration.ofMinutes(1), Duration.ZERO, 1);
        of.start();
        try {
            List<String> wrong = new ArrayList<>();
            List<String> profiles = new ArrayList<>();
            for (ObjectNode resource : written) {
                String profile = resource.at("/meta/profile/0").asString("");
                profiles.add(profile.replaceFirst(".*/SDOHCC-", ""));
                of.check(List.of(profile), Json.bytes(resource)).stream()
                        .filter(NetworkProfiles::isError)
                        // An extension of another package, which is not at hand.
                        .filter(issue -> !issue.diagnostics().contains("Unable to resolve profile"))
                        .forEach(issue -> wrong.add(profile + ": " + issue));
            }
            assertThat(wrong).isEmpty();
            int checked = 0;
            for (ObjectNode example : all(folder("WEFT_TEST_DIRECTORY").resolve("sdohcc-3.0.0-examples"))
                    .values()) {
                List<String> said = example.at("/meta/profile")
                        .valueStream()
                        .map(JsonNode::asString)
                        .filter(profile -> profile.contains("/sdoh-clinicalcare/"))
                        .toList();
                if (!said.isEmpty()) {
                    checked++;
                    of.check(said, Json.bytes(example)).stream()
                            .filter(NetworkProfiles::isError)
                            .filter(issue -> !issue.diagnostics().contains("Unable to resolve profile"))
                            .forEach(issue -> wrong.add(Json.text(example, "id") + ": " + issue));
                }
            }
            assertThat(checked)
                    .as("examples of the guide that claim one of its profiles")
                    .isGreaterThan(40);
            assertThat(wrong)
                    .as("the guide's own examples: one has a component that two of the profile's slices fit")
                    .singleElement()
                    .asString()
                    .contains("SDOHCC-ObservationEthnicityOMBExample", "matches more than one slice");
            assertThat(profiles)
                    .contains(
                            "TaskForReferralManagement",
                            "ServiceRequest",
                            "Consent",
                            "Procedure",
                            "ObservationProgramEnrollmentStatus");
        } finally {
            of.stop();
        }
    }

    private int version(String task) {
        return referrals.find(Caller.PLATFORM, task).version();
    }
}
