package health.weft.partner;

import static health.weft.fhir.Elements.reference;

import health.weft.conversation.Conversations;
import health.weft.conversation.NextStep;
import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.partner.PartnerHttp.Answer;
import health.weft.partner.StepStore.Both;
import health.weft.problem.Problem;
import health.weft.referral.Referrals;
import health.weft.security.Caller;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keeps next steps alike on both servers: a Task with {@code partOf} the referral's, added on either side, stands on the other too, and
 * what is done or taken out on one is so on the other. Where both changed, whoever does the step is right.
 */
@Component
class Stepping {
    private static final int MOST = 200;

    private final StepStore store;
    private final PartnerRequests requests;
    private final Conversations conversations;
    private final TransactionOperations transactions;

    Stepping(
            StepStore store,
            PartnerRequests requests,
            Conversations conversations,
            TransactionOperations transactions) {
        this.store = store;
        this.requests = requests;
        this.conversations = conversations;
        this.transactions = transactions;
    }

    /**
     * Brings both sides in step.
     *
     * @param account acts for the partner here, and sees what is open to it
     * @param there the referral's Task as it stands on the partner's server
     * @throws IOException when the server does not answer; what it or this one refuses is kept with the reason
     */
    void align(PartnerServer server, Caller account, String taskId, ObjectNode there) throws IOException {
        Map<String, Both> known = new LinkedHashMap<>();
        store.all(taskId).forEach(both -> known.put(both.here(), both));
        List<NextStep> here = conversations.steps(account, taskId);
        Optional<Map<String, ObjectNode>> theirs = there(server, there);
        if (theirs.isEmpty()) {
            return; // no such Tasks on that server
        }
        for (NextStep step : here) {
            Both both = known.get(step.id());
            if (both == null) {
                if (!step.status().equals("cancelled")) {
                    store.keep(taskId, post(server, there, step));
                }
            } else if (both.problem() == null && theirs.get().get(both.there()) instanceof ObjectNode task) {
                same(server, account, taskId, step, both, task);
            }
        }
        Set<String> stand = new HashSet<>();
        store.all(taskId).forEach(both -> stand.add(both.there()));
        for (Map.Entry<String, ObjectNode> task : theirs.get().entrySet()) {
            if (!stand.contains(task.getKey()) && isNew(server, task.getValue())) {
                bring(server, account, taskId, task.getKey(), task.getValue());
            }
        }
    }

    /** The next steps that stand there, by reference; empty when the server keeps none. */
    private Optional<Map<String, ObjectNode>> there(PartnerServer server, ObjectNode there) throws IOException {
        String task = "Task/" + Json.text(there, "id");
        Answer answer = requests.get(
                server, "Task?part-of=" + URLEncoder.encode(task, StandardCharsets.UTF_8) + "&_count=" + MOST);
        if (List.of(400, 403, 404, 501).contains(answer.status())) {
            return Optional.empty();
        }
        Map<String, ObjectNode> steps = new LinkedHashMap<>();
        for (JsonNode entry : answer.good("A search for next steps").json().path("entry")) {
            if (entry.path("resource") instanceof ObjectNode step
                    && Json.text(step, "id").matches("[A-Za-z0-9.-]{1,64}")
                    && Json.text(step, "resourceType").equals("Task")
                    && !Referrals.isReferral(step)
                    && step.path("partOf").valueStream().anyMatch(part -> Carrying.leadsTo(server, part, task))) {
                steps.put("Task/" + Json.text(step, "id"), step);
            }
        }
        return Optional.of(steps);
    }

    // ------------------------------------------------------------------------------------------------ from here

    private Both post(PartnerServer server, ObjectNode there, NextStep step) throws IOException {
        ObjectNode task = Json.object("Task").put("status", "requested").put("intent", "order");
        task.withArray("identifier")
                .addObject()
                .put("system", Carrying.system(server))
                .put("value", step.id());
        task.withArray("partOf").add(reference("Task/" + Json.text(there, "id")));
        task.set("code", Elements.text("Next step"));
        task.put("description", step.words());
        task.set("for", there.path("for").deepCopy());
        task.set("requester", reference(server.asker()));
        task.set("owner", reference(step.party().equals(server.party()) ? server.asked() : server.asker()));
        if (step.due() != null) {
            task.putObject("restriction")
                    .putObject("period")
                    .put("end", step.due().toString());
        }
        Answer answer = requests.send(
                server,
                "POST",
                "Task",
                task,
                Map.of("If-None-Exist", "identifier=" + Carrying.system(server) + "|" + step.id()));
        if (refused(answer)) {
            return new Both(step.id(), "", "requested", "The server answered " + answer.status() + ".");
        }
        String said = answer.good("A next step").header("Location").orElse("Task/" + Json.text(answer.json(), "id"));
        return new Both(
                step.id(),
                server.within(said)
                        .filter(reference -> reference.startsWith("Task/"))
                        .orElseThrow(() -> new IOException("The server did not say where it keeps the next step.")),
                "requested",
                null);
    }

    private static boolean refused(Answer answer) {
        return List.of(400, 403, 404, 405, 409, 410, 412, 413, 415, 422, 501).contains(answer.status());
    }

    // ------------------------------------------------------------------------------------------------ on both

    private void same(PartnerServer server, Caller account, String taskId, NextStep step, Both both, ObjectNode task)
            throws IOException {
        String theirs = status(task);
        boolean ours = !step.status().equals(both.said());
        boolean others = !theirs.equals(both.said());
        if (step.status().equals(theirs)) {
            if (ours) {
                store.keep(taskId, new Both(both.here(), both.there(), theirs, null));
            }
        } else if (ours && !(others && step.party().equals(server.party()))) {
            Answer answer = requests.send(server, "PUT", both.there(), task.put("status", step.status()), Map.of());
            if (!refused(answer)) {
                answer.good("A next step");
            }
            store.keep(
                    taskId,
                    new Both(
                            both.here(),
                            both.there(),
                            step.status(),
                            refused(answer) ? "The server answered " + answer.status() + "." : null));
        } else {
            moved(account, taskId, both, theirs);
        }
    }

    private void moved(Caller account, String taskId, Both both, String status) {
        try {
            transactions.executeWithoutResult(transaction -> {
                conversations.move(account, taskId, both.here(), status.equals("requested") ? "in-progress" : status);
                store.keep(taskId, new Both(both.here(), both.there(), status, null));
            });
        } catch (Problem cannotBe) {
            store.keep(taskId, new Both(both.here(), both.there(), both.said(), cannotBe.getMessage()));
        }
    }

    private static String status(ObjectNode task) {
        String status = Json.text(task, "status");
        return status.equals("completed")
                ? status
                : status.matches("cancelled|rejected|failed|entered-in-error") ? "cancelled" : "requested";
    }

    // ------------------------------------------------------------------------------------------------ from there

    /** Whether the partner added it for one of the two sides; what came from here carries our identifier. */
    private static boolean isNew(PartnerServer server, ObjectNode task) {
        JsonNode owner = task.path("owner");
        return Carrying.leadsTo(server, task.path("requester"), server.asked())
                && (Carrying.leadsTo(server, owner, server.asked()) || Carrying.leadsTo(server, owner, server.asker()))
                && !status(task).equals("cancelled")
                && task.path("identifier").valueStream().noneMatch(identifier -> Json.text(identifier, "system")
                        .equals(Carrying.system(server)));
    }

    private void bring(PartnerServer server, Caller account, String taskId, String reference, ObjectNode task) {
        boolean theirs = Carrying.leadsTo(server, task.path("owner"), server.asked());
        try {
            transactions.executeWithoutResult(status -> {
                String here = conversations.bringStep(
                        account,
                        taskId,
                        server.url(reference),
                        Json.text(task, "description"),
                        theirs,
                        day(Json.text(task.path("restriction").path("period"), "end")));
                store.keep(taskId, new Both(here, reference, "requested", null));
            });
        } catch (Problem cannotBe) {
            // One that cannot be here, too long for instance, is not asked for again.
            store.keep(
                    taskId,
                    new Both("refused " + server.url(reference), reference, "cancelled", cannotBe.getMessage()));
        }
    }

    private static @Nullable LocalDate day(String end) {
        try {
            return end.isEmpty() ? null : LocalDate.parse(end.substring(0, Math.min(10, end.length())));
        } catch (DateTimeException e) {
            return null;
        }
    }
}
