package health.weft.referral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.Chromium;
import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.referral.Attempt.Medium;
import health.weft.referral.Referral.Event;
import health.weft.referral.Referral.What;
import health.weft.security.Caller;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** Between yes and help: appointments, attempts to reach the person, the waitlist, clocks, and what came of it. */
class ProgressTest extends ProgressNetwork {
    // ------------------------------------------------------------------------------------------------ appointments

    @Test
    void an_appointment_is_made_moved_and_missed_and_both_sides_and_the_person_know() {
        String person = someone();
        String task = accepted(person);
        Slot slot = new Slot(ahead(2), "Hall B", "Bring a bag");
        appointments.book(worker, task, version(task), slot);
        appointments.book(worker, task, 1, slot); // pressed twice
        assertThat(progress.of(task).starts()).isEqualTo(slot.starts());
        assertThat(business(coordinator, task)).isEqualTo("5.1.1");
        assertThat(records.read(me(person), "Task", task)
                        .json()
                        .path("businessStatus")
                        .path("text")
                        .asString(""))
                .contains("Hall B", "Bring a bag");
        String appointment = progress.of(task).appointmentId();
        ObjectNode stored =
                records.read(coordinator, "Appointment", appointment).json();
        assertThat(Json.text(stored, "status")).isEqualTo("booked");
        assertThat(Json.text(
                        records.read(me(person), "Appointment", appointment).json(), "start"))
                .isEqualTo(slot.starts().toString());

        Slot later = new Slot(ahead(3), "Hall C", "");
        appointments.book(worker, task, version(task), later);
        assertThat(progress.of(task).appointmentId()).isEqualTo(appointment);
        assertThatThrownBy(() -> appointments.end(worker, task, version(task), BusinessStatus.UNATTENDED))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("still to come");
        past(task);
        appointments.end(worker, task, version(task), BusinessStatus.UNATTENDED);
        appointments.end(worker, task, 1, BusinessStatus.UNATTENDED);
        assertThat(business(coordinator, task)).isEqualTo("5.1.2");
        assertThat(progress.of(task).isMissed()).isTrue();
        assertThat(whats(task))
                .containsExactly(What.SENT, What.ACCEPTED, What.BOOKED, What.MOVED, What.MOVED, What.MISSED);
        appointments.book(worker, task, version(task), new Slot(ahead(5), "", ""));
        assertThat(progress.of(task).appointmentId()).isNotEqualTo(appointment);
        appointments.end(worker, task, version(task), BusinessStatus.CALLED_OFF);
        assertThat(business(worker, task)).isEqualTo("5.1.3");
        assertThatThrownBy(() -> appointments.end(worker, task, version(task), BusinessStatus.ATTENDED))
                .hasMessageContaining("no appointment");
    }

    @Test
    void nobody_but_who_helps_says_anything_of_an_appointment_and_not_before_the_yes() {
        String task = send(someone(), food("Onward Pantry"), "");
        Slot slot = new Slot(ahead(1), "", "");
        assertThatThrownBy(() -> appointments.book(worker, task, 1, slot)).hasMessageContaining("Accept the referral");
        referrals.accept(worker, task, 1, "");
        assertThatThrownBy(() -> appointments.book(coordinator, task, 2, slot))
                .hasMessageContaining("Only the organization that helps");
        assertThatThrownBy(() -> appointments.book(stranger, task, 2, slot)).isInstanceOf(Problem.class);
        for (Instant wrong : List.of(Instant.now().minusSeconds(60), ahead(367))) {
            assertThatThrownBy(() -> appointments.book(worker, task, 2, new Slot(wrong, "", "")))
                    .isInstanceOf(Problem.class);
        }
        ObjectNode said = records.read(coordinator, "Task", task).json().deepCopy();
        said.set("businessStatus", BusinessStatus.SCHEDULED.concept("tomorrow"));
        assertThatThrownBy(() -> records.update(coordinator, said, null))
                .hasMessageContaining("Only the organization that helps");
        ObjectNode moved = records.read(coordinator, "Task", task).json().deepCopy();
        Waitlist.place(moved, 1);
        assertThatThrownBy(() -> records.update(coordinator, moved, null))
                .hasMessageContaining("Only the organization that helps");
        assertThat(whats(task)).containsExactly(What.SENT, What.ACCEPTED);
    }

    @Test
    void a_partners_system_says_the_same_by_appointment_or_by_business_status_alone() throws Exception {
        String task = accepted(someone());
        ObjectNode json = read(task);
        json.set("businessStatus", BusinessStatus.SCHEDULED.concept("Tuesday at ten, Hall D"));
        assertThat(put(json).statusCode()).isEqualTo(200);
        assertThat(progress.of(task).isScheduled()).isTrue();
        assertThat(progress.of(task).businessWords()).isEqualTo("Tuesday at ten, Hall D");
        Referral referral = referrals.find(worker, task);
        String appointment = """
                {"resourceType":"Appointment","status":"%s","start":"%s","end":"%s",
                 "basedOn":[{"reference":"ServiceRequest/%s"}],
                 "participant":[{"actor":{"reference":"Patient/%s"},"status":"accepted"},
                  {"actor":{"type":"Location","display":"Hall E"},"status":"accepted"}]}""";
        Instant starts = ahead(4);
        HttpResponse<String> made = send(
                "POST",
                "/Appointment",
                pantry,
                appointment.formatted(
                        "booked", starts, starts.plusSeconds(1800), referral.requestId(), referral.patientId()));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(progress.of(task).starts()).isEqualTo(starts);
        assertThat(progress.of(task).place()).isEqualTo("Hall E");
        Instant far = ahead(400);
        assertThat(send(
                                "POST",
                                "/Appointment",
                                pantry,
                                appointment.formatted(
                                        "booked", far, far.plusSeconds(60), referral.requestId(), referral.patientId()))
                        .statusCode())
                .isEqualTo(422);
        ObjectNode attended = read(task);
        attended.set("businessStatus", BusinessStatus.ATTENDED.concept(""));
        assertThat(put(attended).statusCode()).isEqualTo(200);
        ObjectNode wrong = read(task);
        wrong.set("businessStatus", Json.parse("""
                {"coding":[{"system":"%s","code":"9.9"}]}""".formatted(BusinessStatus.SYSTEM)));
        HttpResponse<String> refused = put(wrong);
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("5.1.2");
        assertThat(whats(task)).containsExactly(What.SENT, What.ACCEPTED, What.BOOKED, What.MOVED, What.CAME);
    }

    // ------------------------------------------------------------------------------------------------ attempts

    @Test
    void that_the_person_could_not_be_reached_is_said_after_three_attempts_on_two_days() throws Exception {
        String task = accepted(someone());
        assertThatThrownBy(() -> unreachable(task))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("0 of 3")
                .hasMessageContaining("Record 3 more");
        jdbc.sql("update referral.referral set sent_at = now() - interval '4 days' where id = ?")
                .param(task)
                .update();
        UUID form = UUID.randomUUID();
        attempts.record(worker, task, form, Medium.PHONE, Instant.now(), "No answer");
        attempts.record(worker, task, form, Medium.PHONE, Instant.now(), "No answer"); // pressed twice
        attempts.record(worker, task, UUID.randomUUID(), Medium.TEXT, Instant.now(), "");
        assertThatThrownBy(() -> unreachable(task)).hasMessageContaining("2 of 3");
        attempts.record(worker, task, UUID.randomUUID(), Medium.VISIT, Instant.now(), "");
        assertThatThrownBy(() -> unreachable(task)).hasMessageContaining("on another day");
        ObjectNode failing = read(task).put("status", "failed");
        failing.set("statusReason", Elements.concept(Reason.COULD_NOT_CONTACT.coding()));
        assertThat(put(failing).statusCode()).as("by FHIR too").isEqualTo(409);

        Referral referral = referrals.find(worker, task);
        HttpResponse<String> ahead = communication(referral, Instant.now().plus(Duration.ofHours(3)));
        assertThat(ahead.statusCode()).isEqualTo(422);
        assertThat(communication(referral, Instant.now().minus(Duration.ofDays(9)))
                        .statusCode())
                .as("before it was sent")
                .isEqualTo(422);
        assertThat(communication(referral, Instant.now().minus(Duration.ofDays(2)))
                        .statusCode())
                .isEqualTo(201);
        assertThat(attempts.of(referral).missing()).isZero();
        unreachable(task);
        assertThat(referrals.find(coordinator, task).status()).isEqualTo(ReferralStatus.FAILED);
        assertThat(referrals.story(referral).stream()
                        .filter(event -> event.what() == What.TRIED)
                        .map(Event::words))
                .containsExactly("No answer", null, null, "Letter came back");
    }

    @Test
    void attempts_count_only_from_who_helps() {
        String task = accepted(someone());
        for (Caller other : List.of(coordinator, stranger)) {
            assertThatThrownBy(() ->
                            attempts.record(other, task, UUID.randomUUID(), Medium.PHONE, Instant.now(), "Not mine"))
                    .isInstanceOf(Problem.class);
        }
        Referral referral = referrals.find(coordinator, task);
        records.create(coordinator, Json.parse("""
                {"resourceType":"Communication","status":"not-done","basedOn":[{"reference":"ServiceRequest/%s"}],
                 "subject":{"reference":"Patient/%s"}}""".formatted(referral.requestId(), referral.patientId())));
        assertThat(attempts.of(referral).made()).isEmpty();
        referrals.stop(worker, task, 2, ReferralStatus.FAILED, Reason.PERSON_DECLINED, "");
        assertThat(referrals.find(coordinator, task).status())
                .as("other reasons need no attempts")
                .isEqualTo(ReferralStatus.FAILED);
    }

    // ------------------------------------------------------------------------------------------------ waitlist

    @Test
    void the_place_on_the_waitlist_changes_without_another_status() {
        String person = someone();
        String task = accepted(person);
        for (int wrong : List.of(0, -1, 10_000)) {
            assertThatThrownBy(() -> waitlist.join(worker, task, 2, Optional.of(wrong), ""))
                    .isInstanceOf(Problem.class);
        }
        waitlist.join(worker, task, 2, Optional.of(7), "A place in spring");
        waitlist.join(worker, task, 2, Optional.of(7), "A place in spring");
        Referral waiting = referrals.find(coordinator, task);
        assertThat(waiting.isOnWaitlist()).isTrue();
        assertThat(progress.of(task).position()).isEqualTo(7);
        waitlist.move(worker, task, waiting.version(), Optional.of(3), "Two moved away");
        assertThat(referrals.find(me(person), task).status()).isEqualTo(ReferralStatus.ON_HOLD);
        assertThat(progress.of(task).position()).isEqualTo(3);
        assertThatThrownBy(() -> waitlist.move(coordinator, task, version(task), Optional.of(1), ""))
                .hasMessageContaining("Only the organization that helps");
        assertThatThrownBy(() -> waitlist.move(worker, task, 2, Optional.of(1), ""))
                .as("a form that was open too long")
                .hasMessageContaining("changed while");
        ObjectNode json = records.read(coordinator, "Task", task).json();
        String observation = json.path("output")
                .path(0)
                .path("valueReference")
                .path("reference")
                .asString("");
        assertThat(Enrolment.in(records.read(coordinator, "Observation", observation.substring(12))
                        .json()))
                .contains(Enrolment.ON_WAITLIST);
        referrals.start(worker, task, version(task), "");
        assertThat(progress.of(task).position()).isNull();
        assertThatThrownBy(() -> waitlist.move(worker, task, version(task), Optional.of(1), ""))
                .hasMessageContaining("not on the waitlist");
        assertThat(whats(task))
                .containsExactly(What.SENT, What.ACCEPTED, What.HELD, What.QUEUED, What.QUEUED, What.STARTED);
        outcomes.give(worker, task, version(task), "A place", NOTHING_MORE);
        assertThat(outcomes.of(referrals.find(worker, task)).orElseThrow().enrolment())
                .as("the waitlist is past")
                .isNull();
    }

    @Test
    void a_partners_system_says_the_place_in_the_output() throws Exception {
        String task = accepted(someone());
        ObjectNode held = read(task).put("status", "on-hold");
        held.set("statusReason", Elements.concept(Reason.WAITLIST.coding()));
        Waitlist.place(held, 12_000);
        assertThat(put(held).statusCode()).isEqualTo(422);
        Waitlist.place(held, 12);
        assertThat(put(held).statusCode()).isEqualTo(200);
        assertThat(progress.of(task).position()).isEqualTo(12);
        ObjectNode moved = read(task);
        Waitlist.place(moved, 11);
        assertThat(put(moved).statusCode()).isEqualTo(200);
        assertThat(progress.of(task).position()).isEqualTo(11);
    }

    // ------------------------------------------------------------------------------------------------ urgent, clocks

    @Test
    void what_cannot_wait_stands_first_and_has_a_shorter_clock() {
        String urgent = referrals.send(
                coordinator,
                new Referrals.Sending(
                        someone(),
                        health.weft.directory.SdohCategory.FOOD_INSECURITY,
                        List.of(food("Onward Pantry")),
                        Optional.empty(),
                        true,
                        false,
                        "",
                        UUID.randomUUID(),
                        true));
        String other = send(someone(), food("Onward Pantry"), "");
        assertThat(referrals.waiting(worker, "")).extracting(Referral::id).containsSubsequence(urgent, other);
        Referral sent = referrals.find(worker, urgent);
        assertThat(Json.text(records.read(worker, "Task", urgent).json(), "priority"))
                .isEqualTo("urgent");
        assertThat(Json.text(
                        records.read(worker, "ServiceRequest", sent.requestId()).json(), "priority"))
                .isEqualTo("urgent");
        jdbc.sql("update referral.referral set sent_at = now() - interval '5 hours' where id in (?, ?)")
                .params(urgent, other)
                .update();
        clocks.tick();
        assertThat(jdbc.sql("select id from referral.referral where reminded is not null and id in (?, ?)")
                        .params(urgent, other)
                        .query(String.class)
                        .list())
                .containsExactly(urgent);
        jdbc.sql("update referral.referral set sent_at = now() - interval '25 hours' where id in (?, ?)")
                .params(urgent, other)
                .update();
        clocks.tick();
        assertThat(referrals.find(coordinator, urgent).isOverdue()).isTrue();
        assertThat(referrals.find(coordinator, other).isOverdue()).isFalse();
    }

    @Test
    void who_said_yes_and_then_nothing_is_reminded_and_then_it_is_back_with_who_asked() {
        String silent = accepted(someone());
        String called = accepted(someone());
        String served = accepted(someone());
        String booked = accepted(someone());
        attempts.record(worker, called, UUID.randomUUID(), Medium.PHONE, Instant.now(), "");
        referrals.start(worker, served, 2, "");
        referrals.start(worker, booked, 2, "");
        appointments.book(worker, booked, 3, new Slot(ahead(2), "", ""));
        stood(4, silent, called);
        clocks.tick();
        assertThat(marked("reminded", silent, called)).containsExactly(silent);
        stood(7, silent, called);
        stood(61, served, booked);
        clocks.tick();
        clocks.tick();
        assertThat(marked("overdue", silent, called, served, booked)).containsExactlyInAnyOrder(silent, served);
        assertThat(referrals.needRequester(coordinator))
                .extracting(Referral::id)
                .contains(silent, served)
                .doesNotContain(called, booked);
        assertThat(referrals.find(coordinator, silent).isLate()).isTrue();
        attempts.record(worker, silent, UUID.randomUUID(), Medium.PHONE, Instant.now(), "");
        assertThat(referrals.find(coordinator, silent).isLate())
                .as("somebody tried now")
                .isFalse();
        try (BrowserContext context = chromium.context(390, "es")) {
            Page page = signedIn(context, coordinator.username(), "es");
            page.navigate(url("/referrals/" + served));
            assertThat(page.locator("main").innerText()).contains("no se registra ayuda");
            looksRight(page, "progress-late", "es", 390);
            Chromium.press(page, "form[action$='/settle'] button");
        }
        assertThat(referrals.needRequester(coordinator))
                .extracting(Referral::id)
                .doesNotContain(served);
    }

    // ------------------------------------------------------------------------------------------------ outcome

    @Test
    void what_came_of_it_is_coded_and_words_alone_are_enough() {
        String task = started(someone());
        for (Outcome wrong : List.of(
                outcome("0", null),
                outcome("1000001", null),
                outcome("1.234", null),
                outcome(null, "-1"),
                outcome(null, "1000000.01"))) {
            assertThatThrownBy(() -> outcomes.give(worker, task, 3, "Groceries", wrong))
                    .isInstanceOf(Problem.class);
        }
        outcomes.give(
                worker,
                task,
                3,
                "Helped with the form",
                new Outcome(
                        Given.PANTRY_APPLICATION,
                        new BigDecimal("2.5"),
                        "hours",
                        new BigDecimal("40.10"),
                        Resolved.PARTLY,
                        Enrolment.ENROLLED));
        Outcome kept = outcomes.of(referrals.find(coordinator, task)).orElseThrow();
        assertThat(kept.kind()).isEqualTo(Given.PANTRY_APPLICATION);
        assertThat(kept.quantity()).isEqualByComparingTo("2.5");
        assertThat(kept.unit()).isEqualTo("hours");
        assertThat(kept.cost()).isEqualByComparingTo("40.10");
        assertThat(kept.resolved()).isEqualTo(Resolved.PARTLY);
        assertThat(kept.enrolment()).isEqualTo(Enrolment.ENROLLED);
        ObjectNode json = records.read(coordinator, "Task", task).json();
        assertThat(business(coordinator, task)).isEqualTo("7.0");
        ObjectNode procedure = records.read(
                        coordinator,
                        "Procedure",
                        ReferralFhir.activities(json).getFirst().substring("Procedure/".length()))
                .json();
        assertThat(Elements.code(procedure.path("code"), ReferralFhir.SNOMED)).contains("467771000124109");
        assertThat(Elements.code(procedure.path("outcome"), ReferralFhir.SNOMED))
                .contains("385670004");

        String plain = started(someone());
        assertThatThrownBy(() -> outcomes.give(worker, plain, 3, " ", NOTHING_MORE))
                .hasMessageContaining("Say what was given");
        outcomes.give(worker, plain, 3, "Groceries", NOTHING_MORE);
        outcomes.give(worker, plain, 3, "Groceries", NOTHING_MORE);
        Outcome little = outcomes.of(referrals.find(coordinator, plain)).orElseThrow();
        assertThat(little.kind()).isEqualTo(Given.FOOD);
        assertThat(little.isSaid()).isFalse();
    }

    @Test
    void who_has_been_given_something_was_being_helped_whether_somebody_pressed_start_or_not() {
        String task = accepted(someone());
        outcomes.give(worker, task, version(task), "A bag at the door", NOTHING_MORE);
        assertThat(referrals.find(worker, task).status()).isEqualTo(ReferralStatus.COMPLETED);
        assertThat(referrals.story(referrals.find(worker, task)))
                .extracting(Referral.Event::what)
                .contains(Referral.What.STARTED, Referral.What.GIVEN);
        outcomes.give(worker, task, version(task), "A bag at the door", NOTHING_MORE);
        assertThat(referrals.story(referrals.find(worker, task)))
                .extracting(Referral.Event::what)
                .containsOnlyOnce(Referral.What.STARTED, Referral.What.GIVEN);
    }

    @Test
    void a_partners_procedure_tells_amount_and_cost_and_a_wrong_one_is_refused() throws Exception {
        String task = started(someone());
        Referral referral = referrals.find(worker, task);
        for (String cost : List.of("2000000", "12.5")) {
            String procedure =
                    Json.text(ok(send("POST", "/Procedure", pantry, """
                            {"resourceType":"Procedure","status":"completed","subject":{"reference":"Patient/%s"},
                             "extension":[{"url":"https://weft.health/fhir/StructureDefinition/cost","valueMoney":{"value":%s,"currency":"USD"}},
                              {"url":"https://weft.health/fhir/StructureDefinition/amount-given","valueQuantity":{"value":3,"unit":"boxes"}}],
                             "code":{"coding":[{"system":"http://snomed.info/sct","code":"710925007"}],"text":"Food"}}""".formatted(referral.patientId(), cost))), "id");
            ObjectNode done = read(task).put("status", "completed");
            ReferralFhir.addActivity(done, "Procedure/" + procedure);
            assertThat(put(done).statusCode()).as(cost).isEqualTo(cost.equals("12.5") ? 200 : 422);
        }
        Outcome kept = outcomes.of(referral).orElseThrow();
        assertThat(kept.cost()).isEqualByComparingTo("12.5");
        assertThat(kept.quantity()).isEqualByComparingTo("3");
        assertThat(kept.unit()).isEqualTo("boxes");
    }

    @Test
    void what_a_partner_deletes_counts_no_more() throws Exception {
        String task = accepted(someone());
        Referral referral = referrals.find(worker, task);
        String communication = Json.text(ok(communication(referral, Instant.now())), "id");
        assertThat(attempts.of(referral).made()).hasSize(1);
        assertThat(send("DELETE", "/Communication/" + communication, pantry, "").statusCode())
                .isIn(200, 204);
        assertThat(attempts.of(referral).made()).isEmpty();
        appointments.book(worker, task, version(task), new Slot(ahead(2), "", ""));
        assertThat(send("DELETE", "/Appointment/" + progress.of(task).appointmentId(), pantry, "")
                        .statusCode())
                .isIn(200, 204);
        assertThat(progress.of(task).isScheduled()).isFalse();
        assertThat(business(coordinator, task)).isEqualTo("5.1.3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e3", "1,2,3", "-4", "12.345", "12345678", "١٢"})
    void what_is_no_number_is_an_error_at_its_field(String typed) {
        Said said = new Said("give", new health.weft.ui.Errors(), java.util.Map.of("cost", typed));
        Typed form = new Typed(
                said,
                new health.weft.ui.Text(
                        new org.springframework.context.support.StaticMessageSource() {
                            {
                                setUseCodeAsDefaultMessage(true);
                            }
                        },
                        java.util.Locale.ENGLISH,
                        ZoneOffset.UTC));
        assertThat(form.number("cost", "referral.problem.cost")).isEmpty();
        assertThat(said.errors().of("cost")).isNotNull();
    }
}
