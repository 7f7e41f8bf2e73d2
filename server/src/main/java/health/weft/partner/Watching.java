package health.weft.partner;

import health.weft.fhir.Json;
import health.weft.partner.PartnerHttp.Answer;
import health.weft.partner.WatchStore.Due;
import health.weft.partner.WatchStore.Watch;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keeps Subscriptions at partners' servers that offer them, so that they say when something changed: by a topic (Subscriptions R5
 * Backport 1.1), or by R4's criteria. Each is looked at now and then, renewed before it ends, made again when it is gone, and deleted
 * when the partner is removed. A notification is a nudge: what it says is not read, and what stands with the partner is asked for.
 */
@Component
class Watching {
    private static final Logger log = LoggerFactory.getLogger(Watching.class);
    private static final Duration LEASE = Duration.ofMinutes(3);
    /** How long one is asked for, and with how much left it is renewed. */
    private static final Duration LIFE = Duration.ofDays(30);

    private static final Duration RENEWED = Duration.ofDays(10);
    private static final Duration FAREWELL = Duration.ofHours(1);
    private static final int SECRET_BYTES = 32;
    private static final String BACKPORT =
            "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-";
    private static final String TOPICS =
            "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/capabilitystatement-subscriptiontopic-canonical";
    /** What is heard of: by which of its parameters a resource concerns this network. */
    private static final Map<String, String> CONCERNS = Map.of("Task", "requester", "Communication", "recipient");

    private final WatchStore store;
    private final PartnerStore partners;
    private final PartnerRequests requests;
    private final Environment environment;
    private final Duration look;
    private final SecureRandom random = new SecureRandom();
    private final Clock clock = Clock.systemUTC();

    Watching(
            WatchStore store,
            PartnerStore partners,
            PartnerRequests requests,
            Environment environment,
            @Value("${weft.partner.watch:1h}") Duration look) {
        this.store = store;
        this.partners = partners;
        this.requests = requests;
        this.environment = environment;
        this.look = look;
    }

    /** How a server says that something changed. */
    enum Offer {
        TOPICS,
        CRITERIA,
        NOTHING;

        String code() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Looks after those of the server whose turn it is; whether there was one. */
    boolean part() {
        Due due = store.claim(LEASE).orElse(null);
        if (due == null) {
            return false;
        }
        PartnerServer server = due.server();
        String offers = server.offers();
        try {
            if (due.ended()) {
                leave(due);
            } else {
                ObjectNode statement =
                        requests.get(server, "metadata").good("metadata").json();
                offers = keep(server, statement).code();
                partners.heard(server);
            }
        } catch (IOException e) {
            if (!due.ended()) {
                partners.failed(server, String.valueOf(e.getMessage()));
            }
        } catch (RuntimeException e) {
            log.warn("The subscriptions at {} could not be looked after", server.party(), e);
        } finally {
            store.done(due, due.ended() ? FAREWELL : look, offers);
        }
        return true;
    }

    /** Somebody says that something changed; whether they showed what only the partner was told. */
    boolean told(UUID id, String bearer) {
        Optional<PartnerServer> server = store.server(id).filter(partner -> store.secret(partner)
                .filter(secret -> MessageDigest.isEqual(
                        secret.getBytes(StandardCharsets.UTF_8), bearer.getBytes(StandardCharsets.UTF_8)))
                .isPresent());
        server.ifPresent(partner -> {
            store.told(partner);
            partners.look(partner.party());
        });
        return server.isPresent();
    }

    // ------------------------------------------------------------------------------------------------ keeping

    private Offer keep(PartnerServer server, ObjectNode statement) throws IOException {
        JsonNode subscription = statement
                .path("rest")
                .valueStream()
                .flatMap(rest -> rest.path("resource").valueStream())
                .filter(resource -> Json.text(resource, "type").equals("Subscription"))
                .filter(resource -> resource.path("interaction")
                        .valueStream()
                        .anyMatch(interaction -> Json.text(interaction, "code").equals("create")))
                .findFirst()
                .orElse(Json.mapper().createObjectNode());
        if (subscription.isEmpty() || address(server).isEmpty()) {
            return Offer.NOTHING;
        }
        List<String> topics = subscription
                .path("extension")
                .valueStream()
                .filter(extension -> Json.text(extension, "url").equals(TOPICS))
                .map(extension -> Json.text(extension, "valueCanonical"))
                .toList();
        for (String type : CONCERNS.keySet()) {
            Watch before = store.watches(server).stream()
                    .filter(watch -> watch.type().equals(type))
                    .findFirst()
                    .orElse(new Watch(type, null, null, null));
            try {
                keep(server, before, topic(topics, type), topics.isEmpty());
            } catch (IOException e) {
                store.keep(server, new Watch(type, before.remote(), before.ends(), e.getMessage()));
            }
        }
        return topics.isEmpty() ? Offer.CRITERIA : Offer.TOPICS;
    }

    private void keep(PartnerServer server, Watch before, Optional<String> topic, boolean byCriteria)
            throws IOException {
        if (topic.isEmpty() && !byCriteria) {
            store.keep(server, new Watch(before.type(), null, null, "It has no topic for this."));
            return;
        }
        Instant now = clock.instant();
        String remote = before.remote();
        if (remote != null) {
            Answer answer = requests.get(server, remote);
            String status = answer.isGood() ? Json.text(answer.json(), "status") : "";
            Instant ends = before.ends();
            boolean lasts = ends == null || ends.isAfter(now.plus(RENEWED));
            if (status.matches("active|requested") && lasts) {
                store.keep(server, new Watch(before.type(), remote, ends, null));
                return;
            }
            if (status.isEmpty() && answer.status() != 404 && answer.status() != 410) {
                answer.good(remote);
            }
            if (status.isEmpty()) {
                remote = null;
            }
        }
        Instant ends = now.plus(LIFE).truncatedTo(ChronoUnit.SECONDS);
        ObjectNode wanted = subscription(server, before.type(), topic, ends);
        Answer made;
        if (remote == null) {
            made = requests.send(server, "POST", "Subscription", wanted, Map.of());
        } else {
            wanted.put("id", remote.substring(remote.indexOf('/') + 1));
            made = requests.send(server, "PUT", remote, wanted, Map.of());
        }
        made.good("Our Subscription");
        String said = made.header("Location").orElse("Subscription/" + Json.text(made.json(), "id"));
        String known = remote != null
                ? remote
                : server.within(said)
                        .filter(reference -> reference.startsWith("Subscription/"))
                        .orElseThrow(() -> new IOException("The server did not say where it keeps our Subscription."));
        store.keep(server, new Watch(before.type(), known, ends, null));
    }

    /** The topic by which a server tells of a type: this software's own, or one whose name says so. */
    private static Optional<String> topic(List<String> topics, String type) {
        String own = type.equals("Task") ? "task-changed" : "resource-changed";
        return topics.stream()
                .filter(topic -> topic.endsWith("weft.health/fhir/SubscriptionTopic/" + own))
                .findFirst()
                .or(() -> topics.stream()
                        .filter(topic -> topic.substring(topic.lastIndexOf('/') + 1)
                                .toLowerCase(java.util.Locale.ROOT)
                                .contains(type.toLowerCase(java.util.Locale.ROOT)))
                        .findFirst());
    }

    private ObjectNode subscription(PartnerServer server, String type, Optional<String> topic, Instant ends) {
        String criteria = type + "?" + CONCERNS.get(type) + "=" + server.asker();
        ObjectNode wanted = Json.object("Subscription");
        wanted.put("status", "requested").put("end", ends.toString());
        wanted.put("reason", "To hear at once of referrals between our networks");
        wanted.put("criteria", topic.orElse(criteria));
        if (topic.isPresent()) {
            wanted.putObject("meta").putArray("profile").add(BACKPORT + "subscription");
            wanted.putObject("_criteria")
                    .putArray("extension")
                    .addObject()
                    .put("url", BACKPORT + "filter-criteria")
                    .put("valueString", criteria);
        }
        ObjectNode channel = wanted.putObject("channel").put("type", "rest-hook");
        channel.put("endpoint", address(server).orElseThrow() + "/partners/told/" + server.id());
        if (topic.isPresent()) {
            channel.put("payload", "application/fhir+json")
                    .putObject("_payload")
                    .putArray("extension")
                    .addObject()
                    .put("url", BACKPORT + "payload-content")
                    .put("valueCode", "empty");
        }
        channel.putArray("header").add("Authorization: Bearer " + secret(server));
        return wanted;
    }

    private String secret(PartnerServer server) {
        return store.secret(server).orElseGet(() -> {
            byte[] bytes = new byte[SECRET_BYTES];
            random.nextBytes(bytes);
            String made = WatchStore.madeSecret(bytes);
            store.secret(server, made);
            return made;
        });
    }

    /** Where this server is reached from there; without {@code weft.base-url} only by a server on the same machine. */
    private Optional<String> address(PartnerServer server) {
        String set = environment.getProperty("weft.base-url", "").replaceAll("/+$", "");
        if (!set.isBlank()) {
            return Optional.of(set);
        }
        String port = environment.getProperty("local.server.port", "");
        return Optional.of("http://localhost:" + port)
                .filter(here -> !port.isEmpty()
                        && "localhost".equals(URI.create(server.base()).getHost()));
    }

    // ------------------------------------------------------------------------------------------------ leaving

    private void leave(Due due) throws IOException {
        PartnerServer server = due.server();
        if (!due.longAgo()) {
            for (Watch watch : store.watches(server)) {
                String remote = watch.remote();
                if (remote != null) {
                    Answer answer = requests.send(server, "DELETE", remote, null, Map.of());
                    if (answer.status() != 404 && answer.status() != 410) {
                        answer.good("The end of our Subscription");
                    }
                }
                store.forget(server, watch.type());
            }
        }
        store.leave(server);
    }
}
