package health.weft.referral;

import static health.weft.fhir.Elements.reference;
import static health.weft.fhir.Elements.target;

import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.RecordListener;
import health.weft.record.Records;
import health.weft.record.ResourceWritten;
import health.weft.referral.Attempt.Medium;
import health.weft.referral.Referral.What;
import health.weft.security.Caller;
import health.weft.store.Stored;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Attempts to reach the person, and how many there must be before anybody may say that they could not be reached: each a FHIR
 * Communication that whoever helps writes, based on the ServiceRequest.
 */
@Component
@Transactional
public class ContactAttempts implements RecordListener {
    private static final int MOST = 50;
    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(5);

    private final Referrals referrals;
    private final ReferralStore rows;
    private final ProgressStore store;
    private final Records records;
    private final ReferralNews news;
    private final int needed;
    private final ZoneId zone;
    private final Clock clock = Clock.systemUTC();

    ContactAttempts(
            Referrals referrals,
            ReferralStore rows,
            ProgressStore store,
            Records records,
            ReferralNews news,
            @Value("${weft.referral.contact-attempts:3}") int needed,
            @Value("${weft.zone:}") String zone) {
        this.referrals = referrals;
        this.rows = rows;
        this.store = store;
        this.records = records;
        this.news = news;
        this.needed = needed;
        this.zone = zone.isBlank() ? ZoneId.systemDefault() : ZoneId.of(zone);
    }

    /**
     * How it stands with the attempts of a referral.
     *
     * @param made oldest first
     * @param needed before "could not reach the person" may be said
     * @param days on which somebody tried
     */
    public record Tally(List<Attempt> made, int needed, int days) {

        /** How many attempts are missing; also one when all were on one day. */
        public int missing() {
            return Math.max(needed - made.size(), days < daysNeeded() ? 1 : 0);
        }

        /** Whether another day is missing, whatever their number. */
        public boolean wantsAnotherDay() {
            return missing() > 0 && days < daysNeeded();
        }

        /** The days on which somebody must have tried: at least two, since who is out today may be in tomorrow. */
        int daysNeeded() {
            return Math.min(2, needed);
        }
    }

    /** The attempts of a referral that the caller may see. */
    @Transactional(readOnly = true)
    public Tally of(Referral referral) {
        return new Tally(store.attempts(referral.id()), needed, store.days(referral.id(), zone));
    }

    /**
     * Records one.
     *
     * @param formKey made with the form: the same one twice is one attempt
     * @param at when it was tried: not ahead, and not before the referral was sent
     * @param words for both sides and the person, empty when none
     */
    public void record(Caller caller, String id, UUID formKey, Medium medium, Instant at, String words) {
        Referral referral = referrals.underWay(caller, id);
        if (store.isRecorded(formKey)) {
            return;
        }
        Stored stored = records.create(caller, communication(caller, referral, medium, at, words.strip()));
        store.setForm(stored.id(), formKey);
    }

    /**
     * Whether "could not reach the person" may be said of a referral.
     *
     * @throws Problem conflict, saying how many attempts are missing
     */
    void mustSuffice(Referral referral) {
        Tally tally = of(referral);
        if (tally.made().size() < tally.needed()) {
            throw Problem.of(
                    Category.CONFLICT,
                    "referral.problem.attempts",
                    tally.made().size(),
                    tally.needed(),
                    tally.missing());
        }
        if (tally.missing() > 0) {
            throw Problem.of(Category.CONFLICT, "referral.problem.attempts-day");
        }
    }

    @Override
    public void written(ResourceWritten written) {
        if (!written.now().type().equals("Communication")) {
            return;
        }
        ObjectNode communication = written.json();
        if (communication.isEmpty()) {
            store.notAttempted(written.now().id()); // deleted
            return;
        }
        communication
                .path("basedOn")
                .valueStream()
                .flatMap(basedOn -> Referrals.id(target(basedOn), "ServiceRequest").stream())
                .findFirst()
                .flatMap(rows::ofRequest)
                .filter(referral -> referral.owner().equals(written.by().party())
                        && !referral.status().isEnd())
                .ifPresent(
                        referral -> keep(written.by(), referral, written.now().id(), communication));
    }

    private void keep(Caller by, Referral referral, String id, ObjectNode communication) {
        switch (Json.text(communication, "status")) {
            case "completed", "not-done", "stopped" -> {
                if (store.attempts(referral.id()).size() >= MOST) {
                    throw Problem.of(Category.CONFLICT, "referral.problem.attempts-many", MOST);
                }
                Medium medium = Medium.of(communication.path("medium"));
                Instant at = sent(communication, referral);
                String words = Json.text(communication.path("note").path(0), "text");
                if (store.attempted(id, referral.id(), medium, at, words, by.name())) {
                    rows.happened(referral.id(), What.TRIED, by, words, medium.key() + " " + at);
                    store.contacted(referral.id());
                    news.tell(referral);
                }
            }
            case "entered-in-error" -> store.notAttempted(id);
            default -> {
                // not tried yet
            }
        }
    }

    private Instant sent(ObjectNode communication, Referral referral) {
        Instant now = clock.instant();
        String sent = Json.text(communication, "sent");
        if (sent.isEmpty()) {
            return now;
        }
        Instant at = instant(sent);
        if (at.isAfter(now.plus(CLOCKS_DIFFER)) || day(at).isBefore(day(referral.sentAt()))) {
            throw Problem.of(Category.UNPROCESSABLE, "referral.problem.attempt-when");
        }
        return at;
    }

    private LocalDate day(Instant at) {
        return at.atZone(zone).toLocalDate();
    }

    private static Instant instant(String sent) {
        try {
            return OffsetDateTime.parse(sent).toInstant();
        } catch (DateTimeException e) {
            throw Problem.unprocessable(
                    "Communication.sent must say when the person was tried: with time and time zone.");
        }
    }

    /** What was written reached a mailbox; a call or a visit was done and reached nobody. */
    private static ObjectNode communication(Caller caller, Referral referral, Medium medium, Instant at, String words) {
        ObjectNode communication = Json.object("Communication");
        communication.withArray("basedOn").add(reference("ServiceRequest/" + referral.requestId()));
        communication.put("status", medium.isWritten() ? "completed" : "not-done");
        if (!medium.isWritten()) {
            communication.set("statusReason", Elements.text("Nobody was reached"));
        }
        communication.withArray("medium").add(Elements.concept(medium.coding()));
        communication.set("subject", reference("Patient/" + referral.patientId()));
        communication.put("sent", at.truncatedTo(ChronoUnit.SECONDS).toString());
        communication.withArray("recipient").add(reference("Patient/" + referral.patientId()));
        communication.set("sender", reference(caller.party(), caller.partyName()));
        Optional.of(words)
                .filter(said -> !said.isBlank())
                .ifPresent(said -> communication.withArray("note").addObject().put("text", said));
        return communication;
    }
}
