package health.weft.demo;

import health.weft.conversation.Conversations;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.problem.Problem;
import health.weft.referral.Given;
import health.weft.referral.Outcome;
import health.weft.referral.Outcomes;
import health.weft.referral.Reason;
import health.weft.referral.Referral;
import health.weft.referral.ReferralStatus;
import health.weft.referral.Referrals;
import health.weft.referral.Resolved;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * Some referrals in the middle of their way, so that whoever opens the demonstration finds a desk with work on it: new ones, some under way, help
 * that was given and waits for the person's word, a no that wants somebody else. The named people do it all by the verbs that pages use; what was
 * done before a stop is not done again.
 */
@Component
class WorkUnderWay {
    private static final Logger log = LoggerFactory.getLogger(WorkUnderWay.class);
    private static final String COORDINATOR = "maya";
    private static final String PATIENT = "patient";

    private final Accounts accounts;
    private final Identity identity;
    private final DemoStore store;
    private final Referrals referrals;
    private final Outcomes outcomes;
    private final Conversations conversations;

    WorkUnderWay(
            Accounts accounts,
            Identity identity,
            DemoStore store,
            Referrals referrals,
            Outcomes outcomes,
            Conversations conversations) {
        this.accounts = accounts;
        this.identity = identity;
        this.store = store;
        this.referrals = referrals;
        this.outcomes = outcomes;
        this.conversations = conversations;
    }

    /** Brings it where {@code work.json} has it. What cannot be is left out, with a line in the log. */
    void begin(Population population, LocalDate today) {
        List<String> people = people(population, today);
        if (people.isEmpty()) {
            return;
        }
        int n = 0;
        for (JsonNode work : Members.resource("work.json").path("referrals")) {
            n++;
            try {
                // In a small demonstration some need help twice.
                follow(n, people.get(work.path("person").asInt() % people.size()), work);
            } catch (Problem problem) {
                log.warn("Referral {} of the demonstration was left where it stood: {}", n, problem.getMessage());
            }
        }
    }

    /** Persons of the network whom the coordinator's clinic knows: the one with an account first, then adults. */
    private List<String> people(Population population, LocalDate today) {
        String clinic = caller(COORDINATOR).party().substring("Organization/".length());
        List<String> people = new ArrayList<>();
        accounts.caller(PATIENT)
                .map(patient -> patient.party().substring("Person/".length()))
                .ifPresent(people::add);
        population.people().stream()
                .filter(person -> person.sources().contains(clinic) && person.age(today) >= 18 && !person.twin())
                .map(person -> store.patients(person.id()).stream()
                        .flatMap(patient -> identity.personOfPatient(patient).stream())
                        .distinct()
                        .toList())
                .filter(found -> found.size() == 1 && !people.contains(found.getFirst()))
                .forEach(found -> people.add(found.getFirst()));
        return people;
    }

    private Caller caller(String username) {
        return accounts.caller(username).orElseThrow();
    }

    private void follow(int n, String person, JsonNode work) {
        String id = referrals.send(
                caller(COORDINATOR),
                new Referrals.Sending(
                        person,
                        SdohCategory.FOOD_INSECURITY,
                        List.of(Json.text(work, "service")),
                        Optional.empty(),
                        true,
                        false,
                        Json.text(work, "note"),
                        key(n, 0),
                        work.path("urgent").asBoolean(false)));
        int step = 0;
        for (JsonNode then : work.path("then")) {
            act(caller(Json.text(then, "by")), id, key(n, ++step), then);
        }
    }

    /** The same at every start, by which the forms of the work are known to have come before. */
    private static UUID key(int work, int step) {
        return UUID.nameUUIDFromBytes(("demonstration " + work + "." + step).getBytes(StandardCharsets.UTF_8));
    }

    private void act(Caller caller, String id, UUID key, JsonNode then) {
        String words = Json.text(then, "words");
        switch (Json.text(then, "does")) {
            case "write" -> conversations.write(caller, id, key, words);
            case "step" ->
                conversations.addStep(caller, id, key, words, then.path("ours").asBoolean(), null);
            case "accept" ->
                move(caller, id, ReferralStatus.ACCEPTED, version -> referrals.accept(caller, id, version, words));
            case "start" ->
                move(caller, id, ReferralStatus.IN_PROGRESS, version -> referrals.start(caller, id, version, words));
            case "give" ->
                move(
                        caller,
                        id,
                        ReferralStatus.COMPLETED,
                        version -> outcomes.give(caller, id, version, words, outcome(then)));
            case "decline" -> stop(caller, id, ReferralStatus.REJECTED, then);
            case "hold" -> stop(caller, id, ReferralStatus.ON_HOLD, then);
            case "withdraw" -> stop(caller, id, ReferralStatus.CANCELLED, then);
            default -> throw new IllegalArgumentException("work.json: " + Json.text(then, "does"));
        }
    }

    private void stop(Caller caller, String id, ReferralStatus status, JsonNode then) {
        Reason reason = Reason.of(Json.text(then, "reason")).orElseThrow();
        move(
                caller,
                id,
                status,
                version -> referrals.stop(caller, id, version, status, reason, Json.text(then, "words")));
    }

    private interface Move {
        void from(int version);
    }

    /** Only where it has not come this far already. */
    private void move(Caller caller, String id, ReferralStatus to, Move move) {
        Referral referral = referrals.find(caller, id);
        if (referral.status().canBecome(to)) {
            move.from(referral.version());
        }
    }

    private static Outcome outcome(JsonNode then) {
        return new Outcome(
                Given.FOOD,
                new BigDecimal(then.path("quantity").asInt()),
                Json.text(then, "unit"),
                new BigDecimal(Json.text(then, "cost")),
                Resolved.valueOf(Json.text(then, "resolved")),
                null);
    }
}
