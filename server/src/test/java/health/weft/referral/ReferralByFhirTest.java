package health.weft.referral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.WeftTest;
import health.weft.directory.Directory;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The referral by FHIR alone: a clinic's system, a pantry's system and a patient's app, each with its own token. */
class ReferralByFhirTest extends WeftTest {
    private final HttpClient http = HttpClient.newHttpClient();
    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private final String clinicParty = "Organization/clinic-" + mark;
    private final String pantryParty = "Organization/pantry-" + mark;
    private final String serviceId = "service-" + mark;

    @Autowired
    private Directory directory;

    @Autowired
    private Identity identity;

    @Autowired
    private Referrals referrals;

    private String clinic = "";
    private String pantry = "";
    private String stranger = "";

    @BeforeAll
    void a_network_of_a_clinic_a_pantry_and_a_stranger() {
        directory.publish(organization("clinic-" + mark, true, ""));
        directory.publish(organization("pantry-" + mark, false, service(serviceId, 400)));
        directory.publish(organization("stranger-" + mark, false, ""));
        clinic = system("clinic", clinicParty);
        pantry = system("pantry", pantryParty);
        stranger = system("stranger", "Organization/stranger-" + mark);
    }

    @Test
    void a_need_crosses_organisations_and_comes_back_closed() throws Exception {
        String patient = patient("Loop");
        Sent sent = send(patient, serviceId, pantryParty, pantryParty);

        ObjectNode inbox =
                ok(pantry, "GET", "/Task?owner=" + pantryParty + "&status=requested&_include=Task:focus", "");
        assertThat(inbox.path("entry").valueStream().map(e -> Json.text(e.path("resource"), "id")))
                .contains(sent.task(), sent.request());
        ObjectNode seen = ok(pantry, "GET", "/Patient/" + patient, "");
        assertThat(seen.path("name").path(0).path("family").asString("")).isEqualTo("Loop");
        assertThat(seen.has("identifier"))
                .as("a record number is no contact fact")
                .isFalse();

        move(pantry, sent.task(), "accepted", 200);
        move(pantry, sent.task(), "in-progress", 200);
        String procedure = Json.text(ok(pantry, "POST", "/Procedure", """
                        {"resourceType":"Procedure","status":"completed",
                         "code":{"coding":[{"system":"http://snomed.info/sct","code":"710925007","display":"Provision of food"}]},
                         "subject":{"reference":"Patient/%s"},"performedDateTime":"2026-11-21"}""".formatted(patient)), "id");
        ObjectNode task = ok(pantry, "GET", "/Task/" + sent.task(), "");
        ReferralFhir.addActivity(task, "Procedure/" + procedure);
        assertThat(put(pantry, task.put("status", "completed")).statusCode()).isEqualTo(200);

        assertThat(Json.text(ok(clinic, "GET", "/Task/" + sent.task(), ""), "status"))
                .isEqualTo("completed");
        assertThat(Json.text(ok(clinic, "GET", "/ServiceRequest/" + sent.request(), ""), "status"))
                .isEqualTo("completed");
        assertThat(Json.text(ok(clinic, "GET", "/Procedure/" + procedure, ""), "status"))
                .isEqualTo("completed");
        assertThat(loop(sent)).isEqualTo(Referral.Loop.CLOSED);

        String me = app(patient);
        answer(me, sent, false);
        assertThat(loop(sent)).isEqualTo(Referral.Loop.REOPENED);
        answer(me, sent, true);
        assertThat(loop(sent)).isEqualTo(Referral.Loop.CLOSED);
        assertThat(referrals.story(referral(sent)).stream().map(Referral.Event::what))
                .containsExactly(
                        Referral.What.SENT,
                        Referral.What.ACCEPTED,
                        Referral.What.STARTED,
                        Referral.What.GIVEN,
                        Referral.What.HELP_NO,
                        Referral.What.HELP_YES);
        assertThat(ok(clinic, "GET", "/Task/" + sent.task() + "/_history", "")
                        .path("entry")
                        .size())
                .isEqualTo(4);
    }

    @Test
    void a_request_that_is_asked_of_a_second_organisation_is_answered_for_that_one() throws Exception {
        String patient = patient("Twice");
        Sent sent = send(patient, serviceId, pantryParty, pantryParty);
        move(pantry, sent.task(), "rejected", 200);
        ObjectNode again = ok(clinic, "GET", "/Task/" + sent.task(), "").put("status", "requested");
        again.remove(List.of("id", "statusReason", "meta"));
        ObjectNode request = ok(clinic, "GET", "/ServiceRequest/" + sent.request(), "");
        assertThat(put(clinic, request.put("status", "active"), "/ServiceRequest/")
                        .statusCode())
                .isEqualTo(200);
        String second = Json.text(ok(clinic, "POST", "/Task", again.toString()), "id");
        move(pantry, second, "accepted", 200);
        answer(app(patient), sent, true);
        assertThat(referral(second).help()).isEqualTo(Referral.Help.YES);
        assertThat(referral(sent).help()).isNull();
    }

    @Test
    void accepting_counts_a_place_down_and_failing_gives_it_back() throws Exception {
        String counted = "counted-" + mark;
        directory.publish(organization("pantry-" + mark, false, service(serviceId, 400) + "," + service(counted, 2)));
        Sent sent = send(patient("Counted"), counted, pantryParty, pantryParty);
        assertThat(available(counted)).isEqualTo(2);
        move(pantry, sent.task(), "accepted", 200);
        assertThat(available(counted)).isEqualTo(1);
        move(pantry, sent.task(), "failed", 200);
        assertThat(available(counted)).isEqualTo(2);
    }

    @Test
    void a_full_or_closed_service_takes_no_referral_and_nothing_is_stored() throws Exception {
        String full = "full-" + mark;
        directory.publish(organization("pantry-" + mark, false, service(serviceId, 400) + "," + service(full, 0)));
        String patient = patient("Full");
        HttpResponse<String> refused = http(clinic, "POST", "", bundle(patient, full, pantryParty, pantryParty));
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("is full at the moment");
        for (String type : List.of("Task", "ServiceRequest", "Consent", "Condition")) {
            assertThat(ok(clinic, "GET", "/" + type + "?patient=Patient/" + patient + "&_summary=count", "")
                            .path("total")
                            .asInt())
                    .as(type)
                    .isZero();
        }
    }

    @Test
    void without_a_consent_that_names_the_organisation_nothing_is_sent() throws Exception {
        String patient = patient("Consent");
        HttpResponse<String> another =
                http(clinic, "POST", "", bundle(patient, serviceId, pantryParty, "Organization/stranger-" + mark));
        assertThat(another.statusCode()).isEqualTo(422);
        assertThat(another.body()).contains("provision.actor must name the organisation");
        ObjectNode none = Json.parse(bundle(patient, serviceId, pantryParty, pantryParty));
        ((ObjectNode) none.at("/entry/2/resource")).remove("supportingInfo");
        HttpResponse<String> missing = http(clinic, "POST", "", none.toString());
        assertThat(missing.statusCode()).isEqualTo(422);
        assertThat(missing.body()).contains("needs the person's consent");
    }

    @Test
    void a_need_that_is_sensitive_is_sent_when_the_person_agreed_to_that_too() throws Exception {
        String patient = patient("Hushed");
        ObjectNode unnamed = Json.parse(bundle(patient, serviceId, pantryParty, pantryParty));
        ((ObjectNode) unnamed.at("/entry/1/resource")).set("code", Json.parse("""
                {"coding":[{"system":"http://snomed.info/sct","code":"706893006"}]}"""));
        HttpResponse<String> refused = http(clinic, "POST", "", unnamed.toString());
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(422);
        assertThat(refused.body()).contains("marked as sensitive");
        ((ObjectNode) unnamed.at("/entry/0/resource/provision"))
                .withArray("provision")
                .add(Json.parse("""
                        {"type":"permit","securityLabel":[
                         {"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"SDV"}]}"""));
        assertThat(http(clinic, "POST", "", unnamed.toString()).statusCode()).isEqualTo(200);

        String condition = Json.text(ok(clinic, "POST", "/Condition", """
                {"resourceType":"Condition","subject":{"reference":"Patient/%s"},
                 "code":{"coding":[{"system":"http://snomed.info/sct","code":"706893006"}]}}""".formatted(patient)), "id");
        Caller coordinator = new Caller("c", "Coordinator", clinicParty, "Clinic", Set.of(Role.COORDINATOR), "en");
        String person = identity.personOfPatient(patient).orElseThrow();
        assertThatThrownBy(() -> referrals.send(coordinator, sending(person, condition, false)))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("marked as sensitive");
        assertThat(http(pantry, "GET", "/Condition/" + condition, "").statusCode())
                .isEqualTo(404);
        String task = referrals.send(coordinator, sending(person, condition, true));
        assertThat(http(pantry, "GET", "/Task/" + task, "").statusCode()).isEqualTo(200);
        assertThat(http(pantry, "GET", "/Condition/" + condition, "").statusCode())
                .isEqualTo(200);
    }

    private Referrals.Sending sending(String person, String condition, boolean sensitive) {
        return new Referrals.Sending(
                person,
                SdohCategory.FOOD_INSECURITY,
                List.of(serviceId),
                Optional.of("Condition/" + condition),
                true,
                sensitive,
                "",
                UUID.randomUUID());
    }

    @Test
    void what_a_referral_opened_closes_when_its_consent_is_taken_back() throws Exception {
        String patient = patient("Takesback");
        Sent sent = send(patient, serviceId, pantryParty, pantryParty);
        assertThat(http(pantry, "GET", "/Patient/" + patient, "").statusCode()).isEqualTo(200);
        ObjectNode consent = ok(clinic, "GET", "/Consent/" + sent.consent(), "");
        HttpResponse<String> back = http(
                clinic,
                "PUT",
                "/Consent/" + sent.consent(),
                consent.put("status", "inactive").toString());
        assertThat(back.statusCode()).as(back.body()).isEqualTo(200);
        for (String closed :
                List.of("/Patient/" + patient, "/ServiceRequest/" + sent.request(), "/Condition/" + sent.condition())) {
            assertThat(http(pantry, "GET", closed, "").statusCode()).as(closed).isEqualTo(404);
        }
        assertThat(http(pantry, "GET", "/Task/" + sent.task(), "").statusCode())
                .as("both sides know how it stands")
                .isEqualTo(200);
    }

    @Test
    void a_step_that_may_not_follow_is_refused_and_says_what_may() throws Exception {
        Sent sent = send(patient("Steps"), serviceId, pantryParty, pantryParty);
        assertThat(move(pantry, sent.task(), "completed", 409)).contains("can become accepted, rejected, cancelled");
        assertThat(move(clinic, sent.task(), "accepted", 403)).contains("Only the organization that was asked");
        assertThat(move(pantry, sent.task(), "cancelled", 403)).contains("Only the organization that asks");
        assertThat(move(pantry, sent.task(), "ready", 422)).contains("cannot have the status ready");
        ObjectNode task = ok(pantry, "GET", "/Task/" + sent.task(), "");
        assertThat(put(pantry, task.deepCopy().put("status", "rejected")).statusCode())
                .as("a decline without a reason")
                .isEqualTo(422);
        ObjectNode moved = task.deepCopy();
        moved.putObject("owner").put("reference", "Organization/stranger-" + mark);
        assertThat(put(pantry, moved).statusCode()).as("another owner").isEqualTo(422);
        move(pantry, sent.task(), "accepted", 200);
        move(pantry, sent.task(), "in-progress", 200);
        assertThat(move(pantry, sent.task(), "completed", 422)).contains("Say what was given");
        assertThat(http(clinic, "DELETE", "/Task/" + sent.task(), "").statusCode())
                .isEqualTo(409);
    }

    @Test
    void the_pantry_sees_what_was_shared_and_a_stranger_nothing() throws Exception {
        String patient = patient("Hidden");
        String other = Json.text(ok(clinic, "POST", "/Condition", """
                        {"resourceType":"Condition","subject":{"reference":"Patient/%s"},"code":{"text":"Hypertension"}}""".formatted(patient)), "id");
        Sent sent = send(patient, serviceId, pantryParty, pantryParty);
        assertThat(http(pantry, "GET", "/Condition/" + other, "").statusCode()).isEqualTo(404);
        assertThat(ok(pantry, "GET", "/Condition?patient=Patient/" + patient, "")
                        .path("entry")
                        .valueStream()
                        .map(e -> Json.text(e.path("resource"), "id")))
                .containsExactly(sent.condition());
        assertThat(ok(pantry, "GET", "/Patient?identifier=urn:test:mrn|" + mark + "-Hidden", "")
                        .has("entry"))
                .as("a Patient is not found by what its reader may not see")
                .isFalse();
        assertThat(ok(pantry, "GET", "/Task?patient.identifier=urn:test:mrn|" + mark + "-Hidden", "")
                        .has("entry"))
                .isFalse();
        for (String path :
                List.of("/Task/" + sent.task(), "/ServiceRequest/" + sent.request(), "/Patient/" + patient)) {
            assertThat(http(stranger, "GET", path, "").statusCode()).as(path).isEqualTo(404);
        }
        assertThat(http(stranger, "GET", "/Patient/absent", "").body().replaceAll("absent", "x"))
                .as("denied and absent answer the same")
                .isEqualTo(
                        http(stranger, "GET", "/Patient/" + patient, "").body().replaceAll(patient, "x"));
        assertThat(put(stranger, ok(pantry, "GET", "/Task/" + sent.task(), "").put("status", "accepted"))
                        .statusCode())
                .isEqualTo(404);
    }

    /** What a reference of the Patient says is no contact fact, whichever way somebody asks for it. */
    @Test
    void the_pantry_does_not_learn_whom_a_hidden_reference_names() throws Exception {
        String doctor = Json.text(
                ok(clinic, "POST", "/Practitioner", "{\"resourceType\":\"Practitioner\",\"active\":true}"), "id");
        String patient = patient("Reference");
        ObjectNode json = ok(clinic, "GET", "/Patient/" + patient, "");
        json.putArray("generalPractitioner").addObject().put("reference", "Practitioner/" + doctor);
        assertThat(http(clinic, "PUT", "/Patient/" + patient, json.toString()).statusCode())
                .isEqualTo(200);
        send(patient, serviceId, pantryParty, pantryParty);
        assertThat(ok(pantry, "GET", "/Practitioner/" + doctor, "")
                        .path("active")
                        .asBoolean())
                .as("the directory is everybody's")
                .isTrue();
        String include = "/Patient?_id=" + patient + "&_include=Patient:general-practitioner";
        String reverse = "/Practitioner?_id=" + doctor + "&_revinclude=Patient:general-practitioner";
        String everything = "/Patient/" + patient + "/$everything";
        for (String path : List.of(include, reverse, everything)) {
            List<String> theirs = resources(ok(clinic, "GET", path, ""));
            assertThat(theirs).as(path).contains("Patient/" + patient, "Practitioner/" + doctor);
            List<String> seen = resources(ok(pantry, "GET", path, ""));
            assertThat(seen)
                    .as(path)
                    .containsAnyOf("Patient/" + patient, "Practitioner/" + doctor)
                    .doesNotContain(path.equals(reverse) ? "Patient/" + patient : "Practitioner/" + doctor);
        }
    }

    private static List<String> resources(ObjectNode bundle) {
        return bundle.path("entry")
                .valueStream()
                .map(e -> Json.text(e.path("resource"), "resourceType") + "/" + Json.text(e.path("resource"), "id"))
                .toList();
    }

    @Test
    void a_decline_ends_what_the_referral_opened() throws Exception {
        String patient = patient("Ended");
        Sent sent = send(patient, serviceId, pantryParty, pantryParty);
        move(pantry, sent.task(), "rejected", 200);
        assertThat(http(pantry, "GET", "/Patient/" + patient, "").statusCode()).isEqualTo(404);
        assertThat(http(pantry, "GET", "/Condition/" + sent.condition(), "").statusCode())
                .isEqualTo(404);
        assertThat(Json.text(ok(pantry, "GET", "/Task/" + sent.task(), ""), "status"))
                .isEqualTo("rejected");
    }

    @Test
    void an_answer_by_anyone_but_the_person_is_refused() throws Exception {
        Sent sent = send(patient("Answer"), serviceId, pantryParty, pantryParty);
        move(pantry, sent.task(), "accepted", 200);
        assertThat(http(clinic, "POST", "/QuestionnaireResponse", answerBody(sent, true))
                        .statusCode())
                .isEqualTo(403);
        String another = app(patient("Another"));
        assertThat(http(another, "POST", "/QuestionnaireResponse", answerBody(sent, true))
                        .statusCode())
                .isEqualTo(422);
        assertThat(loop(sent)).isEqualTo(Referral.Loop.OPEN);
    }

    @Test
    void accept_and_withdraw_at_the_same_moment_are_decided_once() throws Exception {
        Caller worker = new Caller("w", "Worker", pantryParty, "Pantry", Set.of(Role.COMMUNITY_WORKER), "en");
        Caller coordinator = new Caller("c", "Coordinator", clinicParty, "Clinic", Set.of(Role.COORDINATOR), "en");
        for (int round = 0; round < 5; round++) {
            Sent sent = send(patient("Race" + round), serviceId, pantryParty, pantryParty);
            int version = referral(sent).version();
            List<Callable<Boolean>> both = List.of(
                    () -> succeeds(() -> referrals.accept(worker, sent.task(), version, "")),
                    () -> succeeds(() -> referrals.stop(
                            coordinator, sent.task(), version, ReferralStatus.CANCELLED, Reason.NO_LONGER_NEEDED, "")));
            try (var pool = Executors.newFixedThreadPool(2)) {
                List<Boolean> won = new ArrayList<>();
                for (var result : pool.invokeAll(both)) {
                    won.add(result.get());
                }
                assertThat(won).containsExactlyInAnyOrder(true, false);
            }
            assertThat(referral(sent).status()).isIn(ReferralStatus.ACCEPTED, ReferralStatus.CANCELLED);
        }
    }

    @Test
    void a_form_sent_twice_is_one_referral_and_a_stale_one_is_refused() throws Exception {
        String patient = patient("Twice");
        Caller coordinator = new Caller("c", "Coordinator", clinicParty, "Clinic", Set.of(Role.COORDINATOR), "en");
        Caller worker = new Caller("w", "Worker", pantryParty, "Pantry", Set.of(Role.COMMUNITY_WORKER), "en");
        String person = identity.personOfPatient(patient).orElseThrow();
        Referrals.Sending form = new Referrals.Sending(
                person,
                SdohCategory.FOOD_INSECURITY,
                List.of(serviceId),
                Optional.empty(),
                true,
                false,
                "",
                UUID.randomUUID());
        String first = referrals.send(coordinator, form);
        assertThat(referrals.send(coordinator, form)).isEqualTo(first);
        referrals.accept(worker, first, 1, "");
        referrals.accept(worker, first, 1, ""); // pressed twice
        assertThatThrownBy(() -> referrals.stop(worker, first, 1, ReferralStatus.ON_HOLD, Reason.OTHER, ""))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("changed while you had it open");
    }

    private boolean succeeds(Runnable verb) {
        try {
            verb.run();
            return true;
        } catch (Problem refused) {
            return false;
        }
    }

    private record Sent(String task, String request, String consent, String condition) {}

    private Sent send(String patient, String service, String owner, String consentFor) throws Exception {
        ObjectNode answer = ok(clinic, "POST", "", bundle(patient, service, owner, consentFor));
        List<String> ids = answer.path("entry")
                .valueStream()
                .map(entry ->
                        entry.path("response").path("location").asString("").split("/"))
                .map(parts -> parts[parts.length - 3])
                .toList();
        return new Sent(ids.get(3), ids.get(2), ids.get(0), ids.get(1));
    }

    private String bundle(String patient, String service, String owner, String consentFor) {
        return """
                {"resourceType":"Bundle","type":"transaction","entry":[
                 {"fullUrl":"urn:uuid:00000000-0000-0000-0000-000000000001","request":{"method":"POST","url":"Consent"},
                  "resource":{"resourceType":"Consent","status":"active",
                   "scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
                   "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"IDSCL"}]}],
                   "patient":{"reference":"Patient/%1$s"},"dateTime":"2026-11-21",
                   "policyRule":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentpolicycodes","code":"hipaa-auth"}]},
                   "provision":{"type":"permit","actor":[{"role":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP"}]},
                     "reference":{"reference":"%4$s"}}]}}},
                 {"fullUrl":"urn:uuid:00000000-0000-0000-0000-000000000002","request":{"method":"POST","url":"Condition"},
                  "resource":{"resourceType":"Condition","subject":{"reference":"Patient/%1$s"},
                   "code":{"coding":[{"system":"http://snomed.info/sct","code":"733423003","display":"Food insecurity"}]}}},
                 {"fullUrl":"urn:uuid:00000000-0000-0000-0000-000000000003","request":{"method":"POST","url":"ServiceRequest"},
                  "resource":{"resourceType":"ServiceRequest","status":"active","intent":"order",
                   "category":[{"coding":[{"system":"http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes","code":"food-insecurity"}]}],
                   "subject":{"reference":"Patient/%1$s"},
                   "performer":[{"reference":"HealthcareService/%2$s"}],
                   "reasonReference":[{"reference":"urn:uuid:00000000-0000-0000-0000-000000000002"}],
                   "supportingInfo":[{"reference":"urn:uuid:00000000-0000-0000-0000-000000000001"}]}},
                 {"fullUrl":"urn:uuid:00000000-0000-0000-0000-000000000004","request":{"method":"POST","url":"Task"},
                  "resource":{"resourceType":"Task","status":"requested","intent":"order",
                   "code":{"coding":[{"system":"http://hl7.org/fhir/CodeSystem/task-code","code":"fulfill"}]},
                   "focus":{"reference":"urn:uuid:00000000-0000-0000-0000-000000000003"},
                   "for":{"reference":"Patient/%1$s"},"authoredOn":"2026-11-21T10:00:00Z",
                   "requester":{"reference":"%5$s"},"owner":{"reference":"%3$s"}}}]}""".formatted(patient, service, owner, consentFor, clinicParty);
    }

    private String patient(String family) throws Exception {
        return Json.text(
                ok(clinic, "POST", "/Patient", """
                        {"resourceType":"Patient","name":[{"family":"%2$s","given":["%2$s%1$s"]}],"birthDate":"%3$s",
                         "identifier":[{"system":"urn:test:mrn","value":"%1$s-%2$s"}]}""".formatted(
                                mark,
                                family,
                                java.time.LocalDate.of(1940, 1, 1).plusDays(Math.floorMod(family.hashCode(), 25_000)))),
                "id");
    }

    /** The patient's own app: a token of theirs. */
    private String app(String patient) {
        String person = "Person/" + identity.personOfPatient(patient).orElseThrow();
        accounts.party(person, "Patient", PartyKind.PERSON);
        accounts.ensure("app-" + patient, "Patient", person, Set.of(Role.PATIENT), "en", null);
        return accounts.token("app-" + patient, Duration.ofHours(1));
    }

    private void answer(String token, Sent sent, boolean yes) throws Exception {
        ok(token, "POST", "/QuestionnaireResponse", answerBody(sent, yes));
    }

    private static String answerBody(Sent sent, boolean yes) {
        return """
                {"resourceType":"QuestionnaireResponse","questionnaire":"%s","status":"completed",
                 "basedOn":[{"reference":"ServiceRequest/%s"}],
                 "item":[{"linkId":"help","answer":[{"valueBoolean":%s}]}]}""".formatted(ReferralFhir.HELP, sent.request(), yes);
    }

    private String move(String token, String id, String status, int expected) throws Exception {
        ObjectNode task = ok(token, "GET", "/Task/" + id, "").put("status", status);
        if (List.of("rejected", "failed", "cancelled", "on-hold").contains(status)) {
            task.putObject("statusReason").put("text", "Because");
        }
        HttpResponse<String> answer = put(token, task);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(expected);
        return answer.body();
    }

    private HttpResponse<String> put(String token, JsonNode task) throws Exception {
        return put(token, task, "/Task/");
    }

    private HttpResponse<String> put(String token, JsonNode resource, String path) throws Exception {
        return http(token, "PUT", path + Json.text(resource, "id"), resource.toString());
    }

    private ObjectNode ok(String token, String method, String path, String body) throws Exception {
        HttpResponse<String> answer = http(token, method, path, body);
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
        return Json.parse(answer.body());
    }

    private HttpResponse<String> http(String token, String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url("/fhir" + path.replace("|", "%7C"))))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/fhir+json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private Referral referral(Sent sent) {
        return referral(sent.task());
    }

    private Referral referral(String task) {
        return referrals.find(new Caller("c", "Clinic", clinicParty, "Clinic", Set.of(Role.COORDINATOR), "en"), task);
    }

    private Referral.Loop loop(Sent sent) {
        return referral(sent).loop();
    }

    private int available(String service) {
        return directory.service(service).orElseThrow().available();
    }

    private String system(String name, String party) {
        accounts.ensure(name + "-" + mark, name, party, Set.of(Role.SOURCE), "en", null);
        return accounts.token(name + "-" + mark, Duration.ofHours(1));
    }

    private static ObjectNode organization(String id, boolean clinical, String services) {
        return Json.parse("""
                {"id":"%1$s","name":"%1$s","description":"For a test","kind":"community","clinical":%2$s,"services":[%3$s]}""".formatted(id, clinical, services));
    }

    private static String service(String id, int available) {
        return """
                {"id":"%s","name":"Groceries","status":"active","languages":[{"code":"en"}],
                 "capacities":[{"available":%d,"maximum":500,"unit":{"name":"boxes"},"updated":"2026-11-21T09:00:00Z"}],
                 "attributes":[{"taxonomy_term":{"code":"food-insecurity"}}]}""".formatted(id, available);
    }
}
