package health.weft.partner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.conversation.NextStep;
import health.weft.fhir.Json;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Who does what next, between two servers: said on one side it shows on the other, is done there, and is done here too. */
class StepsBetweenServersTest extends TwoServers {
    @Test
    void what_one_side_says_is_to_be_done_shows_on_the_other_and_is_done_on_both() throws Exception {
        String service = food(bayside("Bayside Steps"));
        String person = person("Rosamund Ellery", "1958-04-27", "508-555-7711");
        String task = send(person, service, "");
        ObjectNode there = theirs(task);
        step(there, "accepted");

        conversations.addStep(
                coordinator,
                task,
                UUID.randomUUID(),
                "Bring the key to the side door",
                false,
                LocalDate.of(2031, 5, 17));
        conversations.addStep(coordinator, task, UUID.randomUUID(), "Ring her sister first", true, null);
        await().untilAsserted(() -> assertThat(steps(there)).hasSize(2));
        ObjectNode key = one(there, "Bring the key to the side door");
        assertThat(key.at("/owner/reference").asString()).isEqualTo(theirParty("Bayside Kitchen"));
        assertThat(key.at("/requester/reference").asString()).isEqualTo(theirParty("County Network"));
        assertThat(key.at("/restriction/period/end").asString()).startsWith("2031-05-17");
        assertThat(one(there, "Ring her sister first").at("/owner/reference").asString())
                .isEqualTo(theirParty("County Network"));

        put(kitchen, key.put("status", "completed"));
        await().untilAsserted(() -> assertThat(
                        here(task, "Bring the key to the side door").isDone())
                .isTrue());
        assertThat(here(task, "Bring the key to the side door").partyName()).isEqualTo("Bayside Steps");
        conversations.move(
                coordinator, task, here(task, "Ring her sister first").id(), "completed");
        await().untilAsserted(() -> assertThat(Json.text(one(there, "Ring her sister first"), "status"))
                .isEqualTo("completed"));

        String theirs = made(kitchen, """
                {"resourceType":"Task","status":"requested","intent":"order","partOf":[{"reference":"Task/%s"}],
                 "code":{"text":"Next step"},"description":"Send the letter of the landlord","for":{"reference":"%s"},
                 "requester":{"reference":"%s"},"owner":{"reference":"%s"}}""".formatted(
                        Json.text(there, "id"),
                        there.at("/for/reference").asString(),
                        theirParty("Bayside Kitchen"),
                        theirParty("County Network")));
        await().untilAsserted(
                        () -> assertThat(conversations.of(coordinator, task).steps())
                                .extracting(NextStep::words)
                                .contains("Send the letter of the landlord"));
        NextStep letter = here(task, "Send the letter of the landlord");
        assertThat(letter.party()).as("it is for the clinic here to do").isEqualTo(coordinator.party());
        assertThat(letter.addedBy()).isNotBlank();
        assertThat(conversations.waiting(coordinator, 50).steps())
                .as("it waits over the clinic's list")
                .extracting(NextStep::id)
                .contains(letter.id());
        conversations.move(coordinator, task, letter.id(), "completed");
        await().untilAsserted(() ->
                assertThat(Json.text(at(kitchen, "Task/" + theirs), "status")).isEqualTo("completed"));
        conversations.move(coordinator, task, letter.id(), "in-progress");
        await().untilAsserted(() ->
                assertThat(Json.text(at(kitchen, "Task/" + theirs), "status")).isEqualTo("requested"));
        put(kitchen, at(kitchen, "Task/" + theirs).put("status", "cancelled"));
        await().untilAsserted(
                        () -> assertThat(conversations.of(coordinator, task).steps())
                                .extracting(NextStep::words)
                                .as("taken out by who added it")
                                .doesNotContain("Send the letter of the landlord"));
        assertThat(steps(there)).as("each stands there once").hasSize(3);
        assertThat(conversations.of(coordinator, task).steps()).as("and here").hasSize(2);
        assertThat(jdbc.sql("select problem from partner.step where task_id = ? and problem is not null")
                        .param(task)
                        .query(String.class)
                        .list())
                .isEmpty();
    }

    /** The next steps of a referral that stand on the other server. */
    private List<ObjectNode> steps(ObjectNode there) {
        return at(kitchen, "Task?part-of=Task/" + Json.text(there, "id"))
                .path("entry")
                .valueStream()
                .map(entry -> entry.path("resource"))
                .filter(JsonNode::isObject)
                .map(ObjectNode.class::cast)
                .toList();
    }

    private ObjectNode one(ObjectNode there, String words) {
        return steps(there).stream()
                .filter(step -> Json.text(step, "description").equals(words))
                .findFirst()
                .orElseThrow();
    }

    private NextStep here(String task, String words) {
        return conversations.steps(coordinator, task).stream()
                .filter(step -> step.words().equals(words))
                .findFirst()
                .orElseThrow();
    }
}
