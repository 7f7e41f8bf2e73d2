package health.weft.casework;

import static health.weft.fhir.Elements.target;

import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.RecordListener;
import health.weft.record.Records;
import health.weft.record.ResourceWritten;
import health.weft.referral.Outcome;
import health.weft.security.Caller;
import health.weft.store.Stored;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keeps the rows of case lists, whichever door a write came through, in its transaction. What does not belong to a case of whoever wrote
 * it is no business of these.
 */
@Component
class CaseLedger implements RecordListener {
    private final CaseStore store;
    private final Records records;
    private final Days days;

    CaseLedger(CaseStore store, Records records, Days days) {
        this.store = store;
        this.records = records;
        this.days = days;
    }

    @Override
    public void written(ResourceWritten written) {
        Stored now = written.now();
        ObjectNode json = written.json();
        switch (now.type()) {
            case "EpisodeOfCare" -> client(now, json);
            case "Encounter" -> visit(now, json);
            case "Procedure" -> given(now, json, written.by());
            case "Communication" -> note(now, json);
            default -> {
                // other types are no business of a case list
            }
        }
    }

    private void client(Stored now, ObjectNode episode) {
        if (!CaseFhir.isListed(episode)
                || !target(episode.path("managingOrganization")).equals(now.owner())) {
            if (now.version() > 1) {
                store.removeClient(now.id());
            }
            return;
        }
        // Of another's copy the organisation may see less, and not for ever.
        String patient = CaseFhir.id(target(episode.path("patient")), "Patient")
                .filter(id -> store.isOwn(now.pat(), now.owner()))
                .orElseThrow(() -> Problem.unprocessable(
                        "EpisodeOfCare.patient on a case list must be the organisation's own Patient."));
        LocalDate since = day(Json.text(episode.path("period"), "start")).orElseGet(days::today);
        boolean ended =
                switch (Json.text(episode, "status")) {
                    case "finished", "cancelled" -> true;
                    default -> false;
                };
        boolean kept = store.saveClient(
                now,
                patient,
                CaseFhir.number(episode).orElse(null),
                since,
                ended ? day(Json.text(episode.path("period"), "end")).orElseGet(days::today) : null,
                ended ? CaseFhir.reason(episode).orElse(Closing.OTHER.code()) : null);
        if (!kept) {
            throw Problem.of(Category.CONFLICT, "casework.problem.twice");
        }
    }

    private void visit(Stored now, ObjectNode encounter) {
        Optional<Attendance> attendance = Attendance.in(encounter);
        Optional<CaseFhir.Moment> moment = CaseFhir.moment(encounter, days.zone());
        Optional<String> client = CaseFhir.episode(encounter);
        if (client.isEmpty() || attendance.isEmpty() || moment.isEmpty()) {
            if (now.version() > 1) {
                store.removeVisit(now.id());
            }
            return;
        }
        store.saveVisit(
                now,
                client.get(),
                moment.get(),
                attendance.get(),
                CaseFhir.service(encounter),
                CaseFhir.by(encounter),
                CaseFhir.isForRequest(encounter));
    }

    private void given(Stored now, ObjectNode procedure, Caller by) {
        Optional<String> visit = CaseFhir.id(target(procedure.path("encounter")), "Encounter");
        if (!CaseFhir.isGiven(procedure)) {
            if (now.version() > 1) {
                store.removeGiven(now.id());
            }
        } else if (visit.isPresent() && store.isVisit(visit.get(), now)) {
            store.saveGiven(now.id(), visit.get(), Outcome.of(procedure));
        } else if (now.version() > 1) {
            store.changeGiven(now.id(), Outcome.of(procedure));
        } else if (visit.isEmpty()) {
            CaseFhir.request(procedure).ifPresent(request -> givenOnReferral(now, procedure, request, by));
        }
    }

    /** Whoever closes a referral of a client with what was given has said that they came: nobody types it again. */
    private void givenOnReferral(Stored now, ObjectNode procedure, String request, Caller by) {
        if (!CasePolicy.works(by) || !by.party().equals(now.owner())) {
            return;
        }
        store.openClient(now.owner(), now.pat()).ifPresent(client -> {
            LocalDate day = day(Json.text(procedure, "performedDateTime")).orElseGet(days::today);
            String words = Elements.words(procedure.path("code"));
            String visit = store.visitOf(client.id(), day)
                    .map(known -> come(by, known, request))
                    .orElseGet(() -> visit(by, client, day, words, request));
            store.saveGiven(now.id(), visit, Outcome.of(procedure));
        });
    }

    /** The visit that was planned for the day, or recorded without what was given, is this one. */
    private String come(Caller by, String visit, String request) {
        ObjectNode encounter = records.read(by, "Encounter", visit).json().deepCopy();
        Attendance.ATTENDED.into(encounter);
        records.update(by, CaseFhir.forRequest(encounter, request), null);
        return visit;
    }

    private String visit(Caller by, CaseStore.Open client, LocalDate day, String words, String request) {
        Filled said = new Filled(
                day,
                null,
                Attendance.ATTENDED,
                words.substring(0, Math.min(Visits.LONGEST_SERVICE, words.length())),
                null,
                "",
                "");
        ObjectNode encounter = CaseFhir.encounter(by, client.id(), "Patient/" + client.patientId(), said, days.zone());
        return records.create(by, CaseFhir.forRequest(encounter, request)).id();
    }

    private void note(Stored now, ObjectNode communication) {
        if (!CaseFhir.isNote(communication)) {
            if (now.version() > 1) {
                store.removeNote(now.id());
            }
            return;
        }
        Optional<String> client = communication
                .path("about")
                .valueStream()
                .flatMap(about -> CaseFhir.id(target(about), "EpisodeOfCare").stream())
                .findFirst();
        client.ifPresent(id -> store.saveNote(
                now,
                id,
                CaseFhir.id(target(communication.path("encounter")), "Encounter")
                        .orElse(null),
                at(Json.text(communication, "sent")).orElse(now.updated()),
                Json.text(communication.path("payload").path(0), "contentString"),
                Json.text(communication.path("sender"), "display")));
    }

    private Optional<LocalDate> day(String fhir) {
        try {
            return Optional.of(
                    fhir.length() == 10
                            ? LocalDate.parse(fhir)
                            : OffsetDateTime.parse(fhir)
                                    .atZoneSameInstant(days.zone())
                                    .toLocalDate());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> at(String fhir) {
        try {
            return Optional.of(OffsetDateTime.parse(fhir).toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
