package health.weft.partner;

import static health.weft.fhir.Elements.target;

import health.weft.conversation.Conversations;
import health.weft.fhir.Json;
import health.weft.partner.CarryStore.Carried;
import health.weft.partner.CarryStore.State;
import health.weft.partner.PartnerHttp.Answer;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Brings what the partner wrote about a referral on its own server: Communications about the very Task, from the organisation to this
 * network, each once, in the order in which they were sent. Everything else that stands there is none of ours.
 */
@Component
class Receiving {
    private static final int MOST_PAGES = 10;
    private static final int PAGE = 200;

    private final CarryStore store;
    private final PartnerRequests requests;
    private final Conversations conversations;
    private final TransactionOperations transactions;
    private final int largestFile;

    Receiving(
            CarryStore store,
            PartnerRequests requests,
            Conversations conversations,
            TransactionOperations transactions,
            @Value("${weft.referral.file-limit:10MB}") DataSize fileLimit) {
        this.store = store;
        this.requests = requests;
        this.conversations = conversations;
        this.transactions = transactions;
        this.largestFile = (int) fileLimit.toBytes();
    }

    /**
     * Takes in what is new, and takes back here what was taken back there.
     *
     * @param there the Task as it stands on the partner's server
     * @throws IOException when the server does not answer; what cannot be kept here is kept with the reason
     */
    void bring(PartnerServer server, Caller account, String taskId, ObjectNode there) throws IOException {
        Optional<List<ObjectNode>> all = said(server, there);
        if (all.isEmpty()) {
            return; // no messages on that server
        }
        Map<String, Carried> known = store.all(taskId).stream()
                .filter(message -> message.there() != null)
                .collect(Collectors.toMap(
                        message -> String.valueOf(message.there()), Function.identity(), (first, second) -> first));
        for (ObjectNode message : all.get()) {
            String reference = "Communication/" + Json.text(message, "id");
            Carried before = known.remove(reference);
            boolean gone = Json.text(message, "status").equals("entered-in-error");
            if (before == null && !gone) {
                bring(server, account, taskId, reference, message);
            } else if (before != null && gone) {
                takeBack(account, taskId, before);
            }
        }
        for (Carried missing : known.values()) {
            if (!missing.outgoing() && missing.state() == State.THERE) {
                Answer answer = requests.get(server, String.valueOf(missing.there()));
                if (answer.status() == 404 || answer.status() == 410) {
                    takeBack(account, taskId, missing); // what is not open there any more is not kept open here
                }
            }
        }
    }

    private void takeBack(Caller account, String taskId, Carried message) {
        String here = message.here();
        if (!message.outgoing() && here != null && message.state() == State.THERE) {
            transactions.executeWithoutResult(status -> {
                conversations.withdraw(account, taskId, here);
                store.state(message, State.WITHDRAWN, null, null);
            });
        }
    }

    private void bring(PartnerServer server, Caller account, String taskId, String reference, ObjectNode message)
            throws IOException {
        try {
            Optional<Conversations.Came> file = file(server, message);
            transactions.executeWithoutResult(status -> {
                String here = conversations.bring(account, taskId, server.url(reference), words(message), file);
                store.came(taskId, reference, here, State.THERE, null);
            });
        } catch (Problem cannotBe) {
            store.came(taskId, reference, null, State.REFUSED, cannotBe.getMessage());
        }
    }

    /** What the organisation wrote about this Task, the oldest first; empty when the server keeps no messages. */
    private Optional<List<ObjectNode>> said(PartnerServer server, ObjectNode there) throws IOException {
        List<ObjectNode> all = new ArrayList<>();
        String next = "Communication?recipient=" + server.asker() + "&subject="
                + URLEncoder.encode(target(there.path("for")), StandardCharsets.UTF_8) + "&_count=" + PAGE;
        for (int page = 0; page < MOST_PAGES && !next.isEmpty(); page++) {
            Answer answer = requests.get(server, next);
            if (page == 0 && List.of(400, 403, 404, 501).contains(answer.status())) {
                return Optional.empty();
            }
            ObjectNode bundle = answer.good("A search for messages").json();
            for (JsonNode entry : bundle.path("entry")) {
                if (entry.path("resource") instanceof ObjectNode message
                        && isOurs(server, message, "Task/" + Json.text(there, "id"))) {
                    all.add(message);
                }
            }
            next = next(server, bundle);
        }
        all.sort(Comparator.comparing(Receiving::sent));
        return Optional.of(all);
    }

    private static boolean isOurs(PartnerServer server, ObjectNode message, String task) {
        return Json.text(message, "resourceType").equals("Communication")
                && Json.text(message, "id").matches("[A-Za-z0-9.-]{1,64}")
                && Json.text(message, "status").matches("completed|entered-in-error")
                && message.path("about").valueStream().anyMatch(about -> Carrying.leadsTo(server, about, task))
                && Carrying.leadsTo(server, message.path("sender"), server.asked())
                && message.path("recipient")
                        .valueStream()
                        .anyMatch(recipient -> Carrying.leadsTo(server, recipient, server.asker()));
    }

    private static String next(PartnerServer server, ObjectNode bundle) {
        return bundle.path("link")
                .valueStream()
                .filter(link -> Json.text(link, "relation").equals("next"))
                .map(link -> Json.text(link, "url"))
                .filter(url -> url.startsWith(server.base() + "/") || url.startsWith(server.base() + "?"))
                .map(url -> url.substring(server.base().length()).replaceFirst("^/", ""))
                .filter(path -> path.matches("[\\x21-\\x7e]{1,2000}"))
                .findFirst()
                .orElse("");
    }

    private static Instant sent(ObjectNode message) {
        try {
            return OffsetDateTime.parse(Json.text(message, "sent")).toInstant();
        } catch (DateTimeException e) {
            return Instant.MAX;
        }
    }

    private static String words(ObjectNode message) {
        return message.path("payload")
                .valueStream()
                .map(payload -> Json.text(payload, "contentString"))
                .filter(words -> !words.isBlank())
                .collect(Collectors.joining("\n"));
    }

    private Optional<Conversations.Came> file(PartnerServer server, ObjectNode message) throws IOException {
        for (JsonNode payload : message.path("payload")) {
            if (payload.path("contentAttachment").isObject()) {
                return attached(server, payload.path("contentAttachment"));
            }
            Optional<String> document = server.within(target(payload.path("contentReference")))
                    .filter(reference -> reference.startsWith("DocumentReference/"));
            if (document.isPresent()) {
                ObjectNode json =
                        requests.get(server, document.get()).good("A file").json();
                return attached(server, json.at("/content/0/attachment"));
            }
        }
        return Optional.empty();
    }

    private Optional<Conversations.Came> attached(PartnerServer server, JsonNode attachment) throws IOException {
        String name = Json.text(attachment, "title");
        String data = Json.text(attachment, "data");
        Optional<String> url =
                server.within(Json.text(attachment, "url")).filter(reference -> reference.startsWith("Binary/"));
        if (data.isEmpty() && url.isPresent()) {
            // In Base64 four characters stand for three bytes.
            data = Json.text(
                    requests.get(server, url.get(), largestFile / 3 * 4 + 100_000)
                            .good("A file")
                            .json(),
                    "data");
        }
        if (data.isEmpty()) {
            return Optional.empty();
        }
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(data);
            if (bytes.length > largestFile) {
                throw Problem.unprocessable("A file there has " + bytes.length + " bytes, more than are taken here.");
            }
            return Optional.of(new Conversations.Came(name, bytes));
        } catch (IllegalArgumentException e) {
            throw Problem.unprocessable("A file there is not in Base64: " + e.getMessage());
        }
    }
}
