package health.weft.casework;

import health.weft.fhir.Json;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** What became of a visit, as Encounter.status says it; R4 has no status for somebody who did not come (decision 38). */
public enum Attendance {
    PLANNED("planned", "planeada", "prevista"),
    ATTENDED("finished", "came", "vino", "asistió", "asistio"),
    NO_SHOW("cancelled", "did-not-come", "no-vino", "no-asistió", "no-asistio"),
    CANCELLED("cancelled", "canceled", "cancelada");

    /** On an Encounter that is cancelled: the person did not come. */
    private static final String NOT_COME = "https://weft.health/fhir/StructureDefinition/did-not-come";

    private final String status;
    private final Set<String> words;

    /** @param words that stand for it in a file beside its key, in both languages, as pages say it */
    Attendance(String status, String... words) {
        this.status = status;
        this.words = Set.of(words);
    }

    /** The part of a message key that names this: {@code no-show}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What somebody wrote: its key, or its word in English or Spanish, {@code did not come}. */
    static Optional<Attendance> of(String key) {
        String said = key.strip().toLowerCase(Locale.ROOT).replaceAll("[ _]+", "-");
        return Stream.of(values())
                .filter(each -> each.key().equals(said) || each.words.contains(said))
                .findFirst();
    }

    void into(ObjectNode encounter) {
        encounter.put("status", status);
        encounter.withArray("extension").removeIf(extension -> Json.text(extension, "url")
                .equals(NOT_COME));
        if (this == NO_SHOW) {
            encounter.withArray("extension").addObject().put("url", NOT_COME).put("valueBoolean", true);
        }
        if (encounter.path("extension").isEmpty()) {
            encounter.remove("extension");
        }
    }

    /** What an Encounter says; empty when it was entered in error, or its status is not known. */
    static Optional<Attendance> in(ObjectNode encounter) {
        return switch (Json.text(encounter, "status")) {
            case "planned" -> Optional.of(PLANNED);
            case "arrived", "triaged", "in-progress", "onleave", "finished" -> Optional.of(ATTENDED);
            case "cancelled" ->
                Optional.of(
                        encounter
                                        .path("extension")
                                        .valueStream()
                                        .anyMatch(extension ->
                                                Json.text(extension, "url").equals(NOT_COME)
                                                        && extension
                                                                .path("valueBoolean")
                                                                .asBoolean(false))
                                ? NO_SHOW
                                : CANCELLED);
            default -> Optional.empty();
        };
    }
}
