package health.weft.casework;

import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who a client is and how to reach them; empty where nobody said, but for the name. */
public record Contact(
        String given,
        String family,
        @Nullable LocalDate born,
        String phone,
        String line,
        String city,
        String postcode) {
    List<String> givens() {
        return List.of(given.split("\\s+"));
    }

    /** As people read it. */
    public String name() {
        return (given + " " + family).strip();
    }
}
