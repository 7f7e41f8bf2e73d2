package health.weft.consent;

import health.weft.fhir.Json;
import health.weft.record.RecordListener;
import health.weft.record.Records;
import health.weft.record.ResourceWritten;
import health.weft.security.Caller;
import health.weft.security.Seats;
import health.weft.security.Seats.Seat;
import health.weft.store.Stored;
import java.time.ZoneId;
import java.util.Optional;
import java.util.Set;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Keeps the seats in care teams in step with the CareTeams of the record, in the transaction that writes them. */
@Component
class CareTeamLedger implements RecordListener {
    private final Seats seats;
    private final Records records;
    private final JdbcClient jdbc;
    private final ZoneId zone;

    CareTeamLedger(Seats seats, Records records, JdbcClient jdbc, @Value("${weft.zone:}") String zone) {
        this.seats = seats;
        this.records = records;
        this.jdbc = jdbc;
        this.zone = zone.isBlank() ? ZoneId.systemDefault() : ZoneId.of(zone);
    }

    @Override
    public void written(ResourceWritten written) {
        Stored now = written.now();
        if (now.type().equals("CareTeam")) {
            seat(now, written.json());
        } else if (now.type().equals("PractitionerRole") && now.version() > 1) {
            seats.held(
                    now.reference(),
                    now.deleted()
                            ? null
                            : CareTeamReading.ofRole(now.reference(), written.json(), zone)
                                    .orElse(null));
        }
    }

    /** Gives and takes the seats of a CareTeam as it stands. */
    void seat(Stored now, JsonNode json) {
        Set<Seat> given =
                now.deleted() || now.pat() == 0 ? Set.of() : CareTeamReading.of(json, now.owner(), zone, this::role);
        if (!given.isEmpty() || now.version() > 1) {
            seats.given(now.rid(), now.pat(), now.owner(), given);
        }
    }

    /** A PractitionerRole as it stands, held so that it does not change until the seat that it gives is there. */
    private Optional<JsonNode> role(String id) {
        return records.find(Caller.PLATFORM, "PractitionerRole", id)
                .flatMap(role -> jdbc.sql("select body from record.res where rid = ? and not deleted for share")
                        .param(role.rid())
                        .query(byte[].class)
                        .optional())
                .map(Json::parse);
    }
}
