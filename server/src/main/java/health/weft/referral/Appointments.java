package health.weft.referral;

import static health.weft.fhir.Elements.reference;
import static health.weft.fhir.Elements.target;

import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.RecordListener;
import health.weft.record.Records;
import health.weft.record.ResourceWritten;
import health.weft.security.Caller;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The appointment of a referral: a FHIR Appointment that whoever helps writes, based on the ServiceRequest. Pages and the FHIR API write
 * the same one; {@code Task.businessStatus} is kept in step with it.
 */
@Component
@Transactional
public class Appointments implements RecordListener {
    /** R4 wants an end (app-3) that nobody is asked for. */
    private static final Duration LENGTH = Duration.ofMinutes(30);

    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm");

    private final Referrals referrals;
    private final ReferralStore rows;
    private final ProgressStore store;
    private final Records records;
    private final ZoneId zone;
    private final Clock clock = Clock.systemUTC();

    Appointments(
            Referrals referrals,
            ReferralStore rows,
            ProgressStore store,
            Records records,
            @Value("${weft.zone:}") String zone) {
        this.referrals = referrals;
        this.rows = rows;
        this.store = store;
        this.records = records;
        this.zone = zone.isBlank() ? ZoneId.systemDefault() : ZoneId.of(zone);
    }

    /**
     * Makes the appointment, or moves the one there is; twice the same is once.
     *
     * @throws Problem unprocessable for a time that is past or too far; conflict, when the referral changed meanwhile or is not under way
     */
    void book(Caller caller, String id, int version, Slot slot) {
        Referral referral = referrals.underWay(caller, id);
        Progress progress = store.of(id);
        if (progress.isScheduled() && slot.equals(slot(progress))) {
            return;
        }
        referral.mustBe(version);
        slot.mustLieAhead(clock.instant());
        Optional<String> known = Optional.ofNullable(progress.appointmentId()).filter(x -> progress.isScheduled());
        ObjectNode appointment = known.map(appointmentId -> records.read(caller, "Appointment", appointmentId)
                        .json()
                        .deepCopy())
                .orElseGet(() -> Json.object("Appointment"));
        write(appointment, referral, slot);
        if (known.isPresent()) {
            records.update(caller, appointment, null);
        } else {
            records.create(caller, appointment);
        }
    }

    /**
     * Says what became of the appointment.
     *
     * @param what came, did not come, or called off
     * @throws Problem conflict, when there is none, or for "did not come" before its time
     */
    void end(Caller caller, String id, int version, BusinessStatus what) {
        Referral referral = referrals.underWay(caller, id);
        Progress progress = store.of(id);
        if (progress.business() == what) {
            return;
        }
        referral.mustBe(version);
        if (!progress.isScheduled()) {
            throw Problem.of(Category.CONFLICT, "referral.problem.appointment-none");
        }
        if (progress.appointmentId() == null) {
            say(caller, id, what, "");
            return;
        }
        ObjectNode appointment = records.read(caller, "Appointment", progress.appointmentId())
                .json()
                .deepCopy();
        records.update(
                caller,
                appointment.put(
                        "status",
                        switch (what) {
                            case ATTENDED -> "fulfilled";
                            case UNATTENDED -> "noshow";
                            default -> "cancelled";
                        }),
                null);
    }

    @Override
    public void written(ResourceWritten written) {
        if (!written.now().type().equals("Appointment")) {
            return;
        }
        ObjectNode appointment = written.json();
        if (appointment.isEmpty()) {
            deleted(written.by(), written.now().id());
            return;
        }
        Optional<BusinessStatus> status = status(appointment);
        Optional<Referral> of = appointment
                .path("basedOn")
                .valueStream()
                .flatMap(basedOn -> Referrals.id(target(basedOn), "ServiceRequest").stream())
                .findFirst()
                .flatMap(rows::ofRequest)
                .filter(referral -> referral.owner().equals(written.by().party()));
        if (status.isEmpty() || of.isEmpty() || of.get().status().isEnd()) {
            return;
        }
        keep(written.by(), of.get(), written.now().id(), appointment, status.get());
    }

    private void keep(Caller by, Referral referral, String id, ObjectNode appointment, BusinessStatus status) {
        if (!Referrals.underWay().contains(referral.status())) {
            throw Problem.of(Category.CONFLICT, "referral.problem.accept-first");
        }
        Progress before = store.of(referral.id());
        if (status != BusinessStatus.SCHEDULED && !id.equals(before.appointmentId())) {
            return; // an earlier one, that another took the place of
        }
        Slot slot = read(appointment, referral);
        Instant now = clock.instant();
        if (status == BusinessStatus.SCHEDULED && !slot.starts().equals(before.starts())) {
            slot.mustLieAhead(now);
        }
        if (status == BusinessStatus.UNATTENDED && slot.starts().isAfter(now)) {
            throw Problem.of(Category.CONFLICT, "referral.problem.appointment-early");
        }
        store.save(referral.id(), before.at(id, slot));
        say(by, referral.id(), status, words(slot));
    }

    private void deleted(Caller by, String appointment) {
        store.ofAppointment(appointment)
                .flatMap(rows::lock)
                .filter(referral -> Referrals.underWay().contains(referral.status())
                        && store.of(referral.id()).isScheduled())
                .ifPresent(referral -> say(by, referral.id(), BusinessStatus.CALLED_OFF, ""));
    }

    /** Task.businessStatus, where the story and both sides read it. */
    private void say(Caller by, String id, BusinessStatus status, String words) {
        ObjectNode task = records.read(by, "Task", id).json().deepCopy();
        ObjectNode concept = status.concept(words);
        if (!task.path("businessStatus").equals(concept)) {
            task.set("businessStatus", concept);
            task.put(
                    "lastModified",
                    clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
            records.update(by, task, null);
        }
    }

    /** What Task.businessStatus says of an appointment, for whoever reads no Appointment. */
    String words(Slot slot) {
        return Stream.of(
                        MINUTE.format(slot.starts().atZone(zone)) + " (" + zone.getId() + ")",
                        slot.place(),
                        slot.words())
                .filter(part -> !part.isBlank())
                .collect(Collectors.joining(", "));
    }

    /** The appointment that stands, where its time is known. */
    static Slot slot(Progress progress) {
        return new Slot(
                progress.starts() == null ? Instant.EPOCH : progress.starts(), progress.place(), progress.words());
    }

    private static void write(ObjectNode appointment, Referral referral, Slot slot) {
        appointment.put("status", "booked");
        appointment.put("start", slot.starts().toString());
        appointment.put("end", slot.starts().plus(LENGTH).toString());
        appointment.putArray("basedOn").add(reference("ServiceRequest/" + referral.requestId()));
        if (slot.words().isBlank()) {
            appointment.remove("patientInstruction");
        } else {
            appointment.put("patientInstruction", slot.words());
        }
        var participants = appointment.putArray("participant");
        participants.addObject().put("status", "accepted").set("actor", reference("Patient/" + referral.patientId()));
        // R4 has no organisation among participants; its service can be one.
        referral.serviceIdIfAny().ifPresent(service -> participants
                .addObject()
                .put("status", "accepted")
                .set("actor", reference("HealthcareService/" + service, referral.serviceName())));
        if (!slot.place().isBlank()) {
            participants
                    .addObject()
                    .put("status", "accepted")
                    .putObject("actor")
                    .put("type", "Location")
                    .put("display", slot.place());
        }
    }

    private static Slot read(ObjectNode appointment, Referral referral) {
        boolean theirs = appointment.path("participant").valueStream().anyMatch(participant -> target(
                        participant.path("actor"))
                .equals("Patient/" + referral.patientId()));
        if (!theirs) {
            throw Problem.unprocessable(
                    "Appointment.participant must name the person whom the ServiceRequest in basedOn is for.");
        }
        String place = appointment
                .path("participant")
                .valueStream()
                .map(participant -> participant.path("actor"))
                .filter(actor -> target(actor).startsWith("Location/")
                        || Json.text(actor, "type").equals("Location"))
                .map(actor -> Json.text(actor, "display"))
                .findFirst()
                .orElse("");
        try {
            return new Slot(
                    OffsetDateTime.parse(Json.text(appointment, "start")).toInstant(),
                    place,
                    Json.text(appointment, "patientInstruction"));
        } catch (DateTimeException e) {
            throw Problem.unprocessable("Appointment.start must say when it is: an instant with its time zone.");
        }
    }

    private static Optional<BusinessStatus> status(JsonNode appointment) {
        return switch (Json.text(appointment, "status")) {
            case "booked", "arrived", "checked-in" -> Optional.of(BusinessStatus.SCHEDULED);
            case "fulfilled" -> Optional.of(BusinessStatus.ATTENDED);
            case "noshow" -> Optional.of(BusinessStatus.UNATTENDED);
            case "cancelled", "entered-in-error" -> Optional.of(BusinessStatus.CALLED_OFF);
            default -> Optional.empty(); // proposed, pending, waitlist: not agreed
        };
    }
}
