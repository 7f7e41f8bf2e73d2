package health.weft.casework;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalTime;
import org.jspecify.annotations.Nullable;

/** What somebody says of a visit: as {@link Visit}. */
public record Filled(
        LocalDate day,
        @Nullable LocalTime time,
        Attendance attendance,
        String service,
        @Nullable BigDecimal quantity,
        String unit,
        String note) {}
