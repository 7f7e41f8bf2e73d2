package health.weft.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import health.weft.WeftTest;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.record.ResourceArriving;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.node.ObjectNode;

/** Packages, {@code $validate} and the network's own profiles, over HTTP with the real validator beside the server. */
@DirtiesContext
class ProfileTest extends WeftTest {
    private static final String BORN = "https://test.example/StructureDefinition/born";
    private static final Path FOLDER = folder();

    @Autowired
    PackageLoading loading;

    @Autowired
    Validator validator;

    @Autowired
    PackageStore packages;

    @Autowired
    Records records;

    @Autowired
    TransactionTemplate transaction;

    private String clinic = "";
    private String pantry = "";

    @DynamicPropertySource
    static void packages(DynamicPropertyRegistry registry) {
        registry.add("weft.demo", () -> "false"); // its people do not keep to the profiles of this test
        registry.add("weft.packages", FOLDER::toString);
        registry.add("weft.profiles", () -> "Patient=" + BORN + ",Flag=" + BORN + "-flag");
        registry.add("weft.validator.max-bytes", () -> "64KB");
    }

    private static Path folder() {
        try {
            Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "packages");
            Packages.guide("1.0.0").in(folder, "guide.tgz");
            Packages.named("too.new", "1", "5.0.0").in(folder, "r5.tgz");
            return folder;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeAll
    void members() {
        clinic = member("profile-clinic", PartyKind.CLINICAL);
        pantry = member("profile-pantry", PartyKind.COMMUNITY);
        loading.load();
    }

    private static final String BAD_PATIENT = """
            {"resourceType":"Patient","maritalStatus":{"coding":[{"system":"https://test.example/CodeSystem/marital","code":"three"}]}}""";

    private static final String GOOD_PATIENT = """
            {"resourceType":"Patient","birthDate":"1970-01-02","maritalStatus":{"coding":[
             {"system":"https://test.example/CodeSystem/marital","code":"two"}]}}""";

    private ObjectNode outcome(String path, String body, String... headers) throws IOException, InterruptedException {
        HttpResponse<String> answer = send("POST", path, clinic, body, headers);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.parse(answer.body());
    }

    /** {@code severity code expression} of each issue. */
    private static List<String> issues(ObjectNode outcome) {
        return outcome.path("issue")
                .valueStream()
                .map(i -> Json.text(i, "severity") + " " + Json.text(i, "code") + " "
                        + i.at("/expression/0").asString(""))
                .toList();
    }

    private ObjectNode found(String token, String search) throws IOException, InterruptedException {
        return Json.parse(send("GET", search, token, "").body());
    }

    // ------------------------------------------------------------------------------------------------ packages

    @Test
    void what_a_package_defines_is_found_by_its_address_by_everybody() throws Exception {
        ObjectNode page = found(pantry, "/StructureDefinition?url=" + BORN);
        assertThat(page.path("entry").size()).isEqualTo(1);
        assertThat(page.at("/entry/0/resource/version").asString()).isEqualTo("1.0.0");
        assertThat(page.at("/entry/0/resource/meta/source").asString()).isEqualTo("weft");
        assertThat(found(pantry, "/CodeSystem?url=https://test.example/CodeSystem/marital")
                        .path("entry")
                        .size())
                .isEqualTo(1);
    }

    @Test
    void a_second_start_writes_nothing_and_a_changed_package_makes_a_new_version() throws Exception {
        String version = "/entry/0/resource/meta/versionId";
        String search = "/ValueSet?url=https://test.example/ValueSet/changing";
        Packages changing =
                Packages.named("weft.test.changing", "1.0.0", "4.0.1").file("package/v.json", """
                {"resourceType":"ValueSet","url":"https://test.example/ValueSet/changing","status":"draft"}""");
        changing.in(FOLDER, "changing.tgz");
        loading.load();
        loading.load();
        assertThat(found(pantry, search).at(version).asString()).isEqualTo("1");
        Packages.named("weft.test.changing", "1.0.0", "4.0.1")
                .file("package/v.json", """
                {"resourceType":"ValueSet","url":"https://test.example/ValueSet/changing","status":"active"}""")
                .in(FOLDER, "changing.tgz");
        loading.load();
        assertThat(found(pantry, search).at(version).asString()).isEqualTo("2");
    }

    @Test
    void nobody_overwrites_what_a_package_defines_or_stands_at_its_address() throws Exception {
        ObjectNode mine = Json.parse("""
                {"resourceType":"ValueSet","url":"https://test.example/ValueSet/marital","version":"99","status":"active"}""");
        HttpResponse<String> posted = send("POST", "/ValueSet", clinic, mine.toString());
        assertThat(posted.statusCode()).isEqualTo(403);
        assertThat(posted.body()).contains("weft.test.guide@1.0.0");
        String id = found(clinic, "/ValueSet?url=https://test.example/ValueSet/marital")
                .at("/entry/0/resource/id")
                .asString();
        mine.put("id", id).put("url", "https://mine.example/ValueSet/x");
        assertThat(send("PUT", "/ValueSet/" + id, clinic, mine.toString()).statusCode())
                .isEqualTo(403);
        assertThat(send("DELETE", "/ValueSet/" + id, clinic, "").statusCode()).isEqualTo(403);
    }

    @Test
    void the_status_tells_what_is_loaded_and_why_something_is_not() throws Exception {
        String status = send("GET", "/$package-status", pantry, "").body();
        assertThat(status)
                .contains("weft.test.guide")
                .contains("loaded")
                .contains("r5.tgz")
                .contains("5.0.0");
    }

    @Test
    void all_that_published_packages_define_becomes_readable() throws Exception {
        String published = System.getenv("WEFT_TEST_PACKAGES");
        assumeTrue(published != null && Files.isDirectory(Path.of(published)), "WEFT_TEST_PACKAGES is not set");
        PackageLoading of = new PackageLoading(new PackageFolder(published), packages, records, transaction);
        of.start();
        of.load();
        assertThat(packages.all()).isNotEmpty().allSatisfy(p -> {
            assertThat(p.done()).as(p.name() + ": " + p.message()).isGreaterThan(p.total() * 9 / 10);
            // What breaks R4 itself is left out, by name.
            assertThat(p.message().contains("Left out: ")).isEqualTo(p.done() < p.total());
        });
        loading.load(); // back to what the others expect
    }

    // ------------------------------------------------------------------------------------------------ $validate

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"resourceType":"Basic","code":{"text":"x"}}                  | information informational
            {"resourceType":"Basic"}                                      | error required Basic.code
            {"resourceType":"Basic","code":{"text":"x"},"colour":"red"}   | error structure Basic
            {"resourceType":"Basic","code":{"text":"x"},"created":"soon"} | error value Basic.created
            {"resourceType":"Patient"}                                    | error invalid
            {"resourceType":"Basic",                                      | error structure
            []                                                            | error structure
            """)
    void without_profiles_our_own_rules_answer_whatever_is_wrong(String body, String told) throws Exception {
        assertThat(issues(outcome("/Basic/$validate", body)).getFirst().strip()).isEqualTo(told);
        assertThat(found(clinic, "/Basic?_total=accurate").path("total").asInt())
                .isZero();
    }

    @Test
    void with_a_profile_the_hl7_validator_answers_with_places() throws Exception {
        ObjectNode parameters = Json.object("Parameters");
        parameters.putArray("parameter").addObject().put("name", "profile").put("valueUri", BORN + "|1.0.0");
        parameters.withArray("parameter").addObject().put("name", "resource").set("resource", Json.parse(BAD_PATIENT));
        List<String> issues = issues(outcome("/Patient/$validate", parameters.toString()));
        assertThat(issues).contains("error structure Patient", "error code-invalid Patient.maritalStatus");
        assertThat(issues(outcome("/Patient/$validate?profile=" + BORN, GOOD_PATIENT)))
                .noneMatch(i -> i.startsWith("error"));
    }

    @Test
    void the_profile_that_a_resource_names_is_asked_and_one_that_is_not_here_is_told() throws Exception {
        String named =
                "{\"resourceType\":\"Basic\",\"meta\":{\"profile\":[\"https://away.example/x\"]},\"code\":{\"text\":\"x\"}}";
        assertThat(issues(outcome("/Basic/$validate", named))).contains("warning structure Basic.meta.profile[0]");
        assertThat(issues(outcome(
                        "/Basic/$validate?profile=https://away.example/x",
                        "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"}}")))
                .anyMatch(i -> i.startsWith("fatal not-found"));
    }

    @Test
    void the_address_of_a_profile_is_a_name_and_never_fetched() throws Exception {
        try (ServerSocket trap = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String address = "http://localhost:" + trap.getLocalPort() + "/StructureDefinition/x";
            String named = "{\"resourceType\":\"Basic\",\"meta\":{\"profile\":[\"" + address
                    + "\"]},\"code\":{\"coding\":[{\"system\":\"" + address + "\",\"code\":\"x\"}]}}";
            outcome("/Basic/$validate?profile=" + address, named);
            trap.setSoTimeout(200);
            assertThatThrownBy(trap::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void codes_that_nobody_here_can_know_are_warnings_that_say_so() throws Exception {
        ObjectNode outcome = outcome("/Patient/$validate?profile=https://test.example/StructureDefinition/openly", """
                {"resourceType":"Patient","birthDate":"1970-01-02",
                 "maritalStatus":{"coding":[{"system":"http://snomed.info/sct","code":"87915002"}]}}""");
        assertThat(issues(outcome)).contains("warning not-found Patient.maritalStatus");
        assertThat(outcome.toString()).contains("https://elsewhere.example/ValueSet/not-here");
    }

    @Test
    void xml_is_taken_and_answered_and_xml_that_cannot_be_read_is_an_answer_too() throws Exception {
        String[] xml = {"Content-Type", "application/fhir+xml", "Accept", "application/fhir+xml"};
        HttpResponse<String> good = send("POST", "/Basic/$validate", clinic, """
                <Basic xmlns="http://hl7.org/fhir"><code><text value="x"/></code></Basic>""", xml);
        assertThat(good.statusCode()).isEqualTo(200);
        assertThat(good.body()).startsWith("<").contains("<severity value=\"information\"/>");
        HttpResponse<String> bad =
                send("POST", "/Basic/$validate", clinic, "<Basic xmlns=\"http://hl7.org/fhir\"><code>", xml);
        assertThat(bad.statusCode()).as(bad.body()).isEqualTo(200);
        assertThat(bad.body()).contains("<severity value=\"error\"/>");
    }

    @Test
    void a_mode_rehearses_the_write_and_takes_it_back() throws Exception {
        String basic =
                "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"rehearsed\"},\"subject\":{\"reference\":\"Patient/nobody\"}}";
        assertThat(issues(outcome("/Basic/$validate?mode=create", basic)))
                .containsExactly("error not-found Basic.subject.reference");
        String patient = Json.text(
                Json.parse(send("POST", "/Patient", clinic, GOOD_PATIENT).body()), "id");
        assertThat(issues(outcome("/Patient/" + patient + "/$validate?mode=delete", "")))
                .containsExactly("information informational ");
        HttpResponse<String> there = send("GET", "/Patient/" + patient, clinic, "");
        assertThat(there.headers().firstValue("ETag")).contains("W/\"1\"");
        assertThat(send("GET", "/Patient/" + patient + "/$validate", clinic, "").statusCode())
                .isEqualTo(200);
        assertThat(send("GET", "/Patient/" + patient + "/$validate", pantry, "").statusCode())
                .isEqualTo(404);
        assertThat(send("POST", "/Patient/" + patient + "/$validate?mode=delete", pantry, "")
                        .statusCode())
                .isEqualTo(404);
        String set = found(clinic, "/ValueSet?url=https://test.example/ValueSet/marital")
                .at("/entry/0/resource/id")
                .asString();
        assertThat(issues(outcome("/ValueSet/" + set + "/$validate?mode=delete", "")))
                .containsExactly("error forbidden ");
    }

    @Test
    void what_is_asked_wrongly_or_too_much_is_refused() throws Exception {
        assertThat(send("POST", "/Basic/$validate", clinic, "").statusCode()).isEqualTo(400);
        assertThat(send("POST", "/Basic/$validate?mode=dream", clinic, "{\"resourceType\":\"Basic\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(send("POST", "/Basic/$validate?mode=profile", clinic, "{\"resourceType\":\"Basic\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(send("POST", "/Nothing/$validate", clinic, "{}").statusCode())
                .isEqualTo(404);
        assertThat(send("POST", "/Basic/$validate", "no token", "{}").statusCode())
                .isEqualTo(401);
        String huge = "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"" + "x".repeat(70_000) + "\"}}";
        assertThat(send("POST", "/Basic/$validate", clinic, huge).statusCode()).isEqualTo(413);
    }

    // ------------------------------------------------------------------------------------------------ at writing

    @Test
    void what_breaks_the_networks_profile_is_not_stored_and_told_with_its_place() throws Exception {
        HttpResponse<String> refused = send("POST", "/Patient", clinic, BAD_PATIENT);
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(issues(Json.parse(refused.body()))).contains("error code-invalid Patient.maritalStatus");
        HttpResponse<String> stored = send("POST", "/Patient", clinic, GOOD_PATIENT);
        assertThat(stored.statusCode()).as(stored.body()).isEqualTo(201);
        ObjectNode patient = Json.parse(stored.body());
        patient.remove("birthDate");
        assertThat(send("PUT", "/Patient/" + Json.text(patient, "id"), clinic, patient.toString())
                        .statusCode())
                .isEqualTo(422);
        assertThat(send(
                                "PATCH",
                                "/Patient/" + Json.text(patient, "id"),
                                clinic,
                                "[{\"op\":\"remove\",\"path\":\"/birthDate\"}]",
                                "Content-Type",
                                "application/json-patch+json")
                        .statusCode())
                .isEqualTo(422);
    }

    @Test
    void a_transaction_is_refused_whole_and_of_a_batch_the_entry() throws Exception {
        String bundle = """
                {"resourceType":"Bundle","type":"%s","entry":[
                 {"resource":%s,"request":{"method":"POST","url":"Patient"}},
                 {"resource":%s,"request":{"method":"POST","url":"Patient"}}]}""";
        HttpResponse<String> refused =
                send("POST", "", clinic, bundle.formatted("transaction", GOOD_PATIENT, BAD_PATIENT));
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(issues(Json.parse(refused.body())))
                .contains("error code-invalid Bundle.entry[1].resource.maritalStatus");
        ObjectNode batch = Json.parse(send("POST", "", clinic, bundle.formatted("batch", BAD_PATIENT, GOOD_PATIENT))
                .body());
        assertThat(batch.at("/entry/0/response/status").asString()).isEqualTo("422");
        assertThat(batch.at("/entry/0/response/outcome/issue/0/severity").asString())
                .isEqualTo("error");
        assertThat(batch.at("/entry/1/response/status").asString()).isEqualTo("201");
    }

    @Test
    void of_an_import_the_line_that_breaks_the_profile_is_refused_and_the_rest_stored() throws Exception {
        String family = "Import" + UUID.randomUUID().toString().substring(0, 8);
        String line = "{\"resourceType\":\"Patient\",\"id\":\"%s\",\"name\":[{\"family\":\"" + family + "\"}]%s}\n";
        String lines = line.formatted("good", ",\"birthDate\":\"1970-01-02\"") + line.formatted("bad", "");
        HttpResponse<String> begun = send(
                "POST",
                "/$import",
                clinic,
                lines,
                "Content-Type",
                "application/fhir+ndjson",
                "Prefer",
                "respond-async");
        assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
        String status = begun.headers().firstValue("Content-Location").orElseThrow();
        HttpResponse<String> done = send("GET", status.substring(status.indexOf("/fhir") + 5), clinic, "");
        for (int i = 0; i < 600 && done.statusCode() == 202; i++) {
            Thread.sleep(100);
            done = send("GET", status.substring(status.indexOf("/fhir") + 5), clinic, "");
        }
        assertThat(done.statusCode()).isEqualTo(200);
        assertThat(found(clinic, "/Patient?_total=accurate&family=" + family)
                        .path("total")
                        .asInt())
                .as(done.body())
                .isEqualTo(1);
    }

    @Test
    void a_profile_that_no_package_brings_lets_nothing_in() throws Exception {
        HttpResponse<String> answer = send("POST", "/Flag", clinic, """
                {"resourceType":"Flag","status":"active","code":{"text":"x"},"subject":{"display":"x"}}""");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("cannot be checked");
    }

    @Test
    void where_a_network_only_warns_a_tag_says_so_until_it_is_mended() {
        NetworkProfiles warning = new NetworkProfiles(List.of("Patient=" + BORN), "warn", validator);
        ObjectNode patient = Json.parse(BAD_PATIENT);
        ResourceArriving arriving = new ResourceArriving(Caller.PLATFORM, patient);
        warning.arriving(arriving);
        assertThat(arriving.refused()).isEmpty();
        assertThat(arriving.warnings()).isNotEmpty().allSatisfy(i -> assertThat(i.severity())
                .isEqualTo("warning"));
        assertThat(patient.at("/meta/tag/0/code").asString()).isEqualTo("broken");
        patient.setAll(Json.parse(GOOD_PATIENT));
        warning.arriving(new ResourceArriving(Caller.PLATFORM, patient));
        assertThat(patient.has("meta")).isFalse();
        NetworkProfiles away = new NetworkProfiles(List.of("Patient=" + BORN + "-away"), "warn", validator);
        away.arriving(new ResourceArriving(Caller.PLATFORM, patient));
        assertThat(patient.at("/meta/tag/0/code").asString()).isEqualTo("unchecked");
    }

    @ParameterizedTest
    @CsvSource({"Patient,reject", "Patient=,reject", "Person and more=x,reject", "Patient=x,sometimes"})
    void a_setting_that_means_nothing_is_told_at_the_start(String profiles, String broken) {
        assertThatThrownBy(() -> new NetworkProfiles(List.of(profiles), broken, validator))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("weft.profiles");
    }

    // ------------------------------------------------------------------------------------------------ the process

    private static Validator validator(String heap, Duration patience, Duration idle) {
        Validator validator = new Validator(new PackageFolder(FOLDER.toString()), heap, patience, idle, 2);
        validator.start();
        return validator;
    }

    private static List<Issue> ask(Validator validator) {
        return validator.check(List.of(BORN), BAD_PATIENT.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void killed_or_hung_in_the_middle_of_a_question_the_next_one_is_answered_by_a_new_process() throws Exception {
        Validator of = validator("512m", Duration.ofSeconds(20), Duration.ZERO);
        try {
            CompletableFuture<List<Issue>> asked = CompletableFuture.supplyAsync(() -> ask(of));
            ValidatorProcess first = of.process();
            while (first == null) {
                assertThat(asked).isNotDone(); // it was refused before there was a process
                Thread.sleep(50);
                first = of.process();
            }
            ProcessHandle.of(first.pid()).orElseThrow().destroyForcibly();
            assertThatThrownBy(asked::join)
                    .hasRootCauseInstanceOf(Problem.class)
                    .hasMessageContaining("ended before");
            assertThat(ask(of)).anyMatch(NetworkProfiles::isError);

            ValidatorProcess second = of.process();
            assertThat(second).isNotNull();
            assertThat(second.peakMemory()).isBetween(100L, 1_000L);
            new ProcessBuilder("kill", "-STOP", Long.toString(second.pid()))
                    .start()
                    .waitFor();
            assertThatThrownBy(() -> ask(of)).isInstanceOf(Problem.class).hasMessageContaining("longer than 20 s");
            assertThat(second.isAlive()).isFalse();
            assertThat(ask(of)).anyMatch(NetworkProfiles::isError);
            of.stopWhenIdle();
            assertThat(of.process()).isNull();
        } finally {
            of.stop();
        }
    }

    @Test
    void too_little_memory_is_told_and_never_taken_for_valid() {
        Validator small = validator("40m", Duration.ofSeconds(60), Duration.ZERO);
        try {
            assertThatThrownBy(() -> ask(small))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("weft.validator.heap");
        } finally {
            small.stop();
        }
        assertThatThrownBy(() -> validator("much", Duration.ZERO, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_examples_of_published_packages_keep_to_their_profiles_and_known_errors_are_found() throws IOException {
        String published = System.getenv("WEFT_TEST_PACKAGES");
        assumeTrue(published != null && Files.isDirectory(Path.of(published)), "WEFT_TEST_PACKAGES is not set");
        Validator of = new Validator(new PackageFolder(published), "512m", Duration.ofMinutes(1), Duration.ZERO, 1);
        of.start();
        try {
            List<String> wrong = new ArrayList<>();
            int asked = 0;
            for (Tar.Entry example : examples(Path.of(published))) {
                asked++;
                of.check(List.of(), example.content()).stream()
                        .filter(NetworkProfiles::isError)
                        .forEach(i -> wrong.add(example.name() + ": " + i));
            }
            assertThat(wrong).isEmpty();
            assertThat(asked).isGreaterThan(20);
            String core = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient";
            byte[] nameless = """
                    {"resourceType":"Patient","gender":"female","identifier":[{"system":"urn:x","value":"1"}]}""".getBytes(StandardCharsets.UTF_8);
            assertThat(of.check(List.of(core), nameless))
                    .anySatisfy(i -> assertThat(i.diagnostics()).contains("Patient.name: minimum required = 1"));
            assertThat(of.check(List.of(core + "|7.0.0"), nameless)).anyMatch(NetworkProfiles::isError);
        } finally {
            of.stop();
        }
    }

    @Test
    void the_events_of_the_trail_keep_to_the_profiles_of_BALP_that_they_name() throws Exception {
        String published = System.getenv("WEFT_TEST_PACKAGES");
        assumeTrue(published != null && Files.isDirectory(Path.of(published)), "WEFT_TEST_PACKAGES is not set");
        String patient = Json.text(
                Json.parse(send("POST", "/Patient", clinic, GOOD_PATIENT).body()), "id");
        send("GET", "/Patient/" + patient, clinic, "");
        send("GET", "/Patient?_id=" + patient, clinic, "");
        send("PUT", "/Patient/" + patient, clinic, GOOD_PATIENT.replace("{\"res", "{\"id\":\"" + patient + "\",\"res"));
        send("DELETE", "/Patient/" + patient, clinic, "");
        Validator of = new Validator(new PackageFolder(published), "512m", Duration.ofMinutes(1), Duration.ZERO, 1);
        of.start();
        try {
            List<String> profiles = new ArrayList<>();
            List<String> wrong = new ArrayList<>();
            found(clinic, "/AuditEvent?patient=" + patient).path("entry").forEach(entry -> {
                String profile = entry.at("/resource/meta/profile/0").asString("");
                profiles.add(profile.replaceFirst(".*BasicAudit[.]", ""));
                of.check(List.of(profile), Json.bytes(entry.path("resource"))).stream()
                        .filter(NetworkProfiles::isError)
                        .forEach(i -> wrong.add(profile + ": " + i));
            });
            assertThat(wrong).isEmpty();
            assertThat(profiles)
                    .contains("PatientCreate", "PatientRead", "PatientQuery", "PatientUpdate", "PatientDelete");
        } finally {
            of.stop();
        }
    }

    /** Every fourth example of each package: enough to meet every profile once, in a minute. */
    private static List<Tar.Entry> examples(Path folder) throws IOException {
        List<Tar.Entry> examples = new ArrayList<>();
        try (var files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".tgz")).toList()) {
                try (var in = new GZIPInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
                    Tar tar = new Tar(in, 1L << 26, 1L << 30, 10_000);
                    int i = 0;
                    for (Tar.Entry e = tar.next(n -> n.matches("package/example/[^.]+\\.json"));
                            e != null;
                            e = tar.next(n -> n.matches("package/example/[^.]+\\.json"))) {
                        if (i++ % 4 == 0) {
                            examples.add(e);
                        }
                    }
                }
            }
        }
        return examples;
    }
}
