package health.weft.directory;

import health.weft.fhir.Json;
import health.weft.security.ClearName;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The fields of an HSDS service that people change by hand; the rest comes from feeds. */
public enum ListingField {
    NAME("name", Kind.LINE),
    DESCRIPTION("description", Kind.WORDS),
    STATUS("status", Kind.STATUS),
    PHONE("phones", Kind.PHONE),
    EMAIL("email", Kind.MAIL),
    URL("url", Kind.LINK),
    ELIGIBILITY("eligibility_description", Kind.WORDS),
    FEES("fees_description", Kind.WORDS),
    APPLICATION("application_process", Kind.WORDS),
    MINIMUM_AGE("minimum_age", Kind.AGE),
    MAXIMUM_AGE("maximum_age", Kind.AGE),
    CAPACITY("capacity_code", Kind.CAPACITY);

    /** HSDS 3.1, {@code service.status}. */
    public static final List<String> STATUSES = List.of("active", "temporarily closed", "inactive", "defunct");

    /** Of SDOHCC's capacity codes those that say more than the number of free places does. */
    public static final List<String> CAPACITIES = List.of("waitlist", "additional-assessment-required");

    private static final int LONGEST = 5_000;
    private static final int LONGEST_LINE = 200;
    private static final int OLDEST = 120;

    enum Kind {
        LINE,
        WORDS,
        STATUS,
        PHONE,
        MAIL,
        LINK,
        AGE,
        CAPACITY
    }

    private final String key;
    private final Kind kind;

    ListingField(String key, Kind kind) {
        this.key = key;
        this.kind = kind;
    }

    /** Whether the youngest of these ages is above the oldest, so that nobody would be let in; ages that are none are passed over. */
    public static boolean agesContradict(Map<ListingField, String> said) {
        String youngest = said.getOrDefault(MINIMUM_AGE, "").strip();
        String oldest = said.getOrDefault(MAXIMUM_AGE, "").strip();
        return youngest.matches("\\d{1,3}")
                && oldest.matches("\\d{1,3}")
                && Integer.parseInt(youngest) > Integer.parseInt(oldest);
    }

    /** The property of HSDS that holds it. */
    public String key() {
        return key;
    }

    public static Optional<ListingField> of(String key) {
        return Arrays.stream(values()).filter(field -> field.key.equals(key)).findFirst();
    }

    public boolean isLong() {
        return kind == Kind.WORDS;
    }

    /** What can be chosen; empty for what is typed. */
    public List<String> choices() {
        return switch (kind) {
            case STATUS -> STATUSES;
            case CAPACITY -> Stream.concat(Stream.of(""), CAPACITIES.stream()).toList();
            default -> List.of();
        };
    }

    /** What a listing has in this field, empty for nothing. */
    public String in(ObjectNode document) {
        return kind == Kind.PHONE
                ? document.path(key).path(0).path("number").asString("")
                : document.path(key).asString("");
    }

    /** Why these words cannot stand in this field, as the end of a message key; empty when they can. */
    public Optional<String> wrong(String words) {
        if (words.isEmpty()) {
            return Set.of(NAME, STATUS).contains(this) ? Optional.of("needed") : Optional.empty();
        }
        if (this == NAME && ClearName.wrong(words).isPresent()) {
            return Optional.of("letters");
        }
        boolean fits = words.indexOf('\0') < 0
                && switch (kind) {
                    case LINE -> words.length() <= LONGEST_LINE;
                    case WORDS -> words.length() <= LONGEST;
                    case STATUS -> STATUSES.contains(words);
                    case CAPACITY -> CAPACITIES.contains(words);
                    case PHONE -> words.matches("[-+()./ 0-9extEXT#,]{3,40}");
                    case MAIL ->
                        words.length() <= LONGEST_LINE && words.matches("[^\\s@<>\"]+@[^\\s@<>\"]+\\.[^\\s@<>\"]+");
                    case LINK -> words.length() <= 2_000 && isLink(words);
                    case AGE -> words.matches("\\d{1,3}") && Integer.parseInt(words) <= OLDEST;
                };
        return fits ? Optional.empty() : Optional.of(kind.name().toLowerCase(java.util.Locale.ROOT));
    }

    private static boolean isLink(String words) {
        try {
            URI uri = new URI(words);
            return uri.getHost() != null && Set.of("http", "https").contains(String.valueOf(uri.getScheme()));
        } catch (java.net.URISyntaxException e) {
            return false;
        }
    }

    /** What the listing then holds under {@link #key()}; null for nothing. */
    @Nullable
    JsonNode value(String words, ObjectNode document) {
        if (kind == Kind.PHONE) {
            return phones(words, document);
        }
        return words.isEmpty()
                ? null
                : kind == Kind.AGE
                        ? Json.mapper().getNodeFactory().numberNode(Integer.parseInt(words))
                        : Json.mapper().getNodeFactory().stringNode(words);
    }

    /** The first number is the one that people are shown; others stay. */
    private JsonNode phones(String words, ObjectNode document) {
        List<JsonNode> rest = new ArrayList<>(document.path(key).valueStream().toList());
        ObjectNode first = rest.isEmpty()
                ? Json.mapper().createObjectNode().put("id", UUID.randomUUID().toString())
                : (ObjectNode) rest.removeFirst().deepCopy();
        ArrayNode phones = Json.mapper().createArrayNode();
        if (!words.isEmpty()) {
            phones.add(first.put("number", words));
        }
        return phones.addAll(rest);
    }
}
