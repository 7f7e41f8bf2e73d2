package health.weft.casework;

import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The days of the network: in its zone, {@code weft.zone}, wherever the server or the reader is. */
@Component
class Days {
    private final ZoneId zone;
    private final Clock clock = Clock.systemUTC();

    Days(@Value("${weft.zone:}") String zone) {
        this.zone = zone.isBlank() ? ZoneId.systemDefault() : ZoneId.of(zone);
    }

    ZoneId zone() {
        return zone;
    }

    LocalDate today() {
        return clock.instant().atZone(zone).toLocalDate();
    }
}
