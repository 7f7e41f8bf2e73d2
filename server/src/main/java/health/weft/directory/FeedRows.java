package health.weft.directory;

import health.weft.fhir.Json;
import health.weft.security.ClearName;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Brings what a feed says into one form: entities apart from each other, what belongs to one inside it, each held against what HSDS
 * 3.1 requires. A row that cannot be used is named and left out; what is merely amiss is named and kept.
 */
final class FeedRows {
    private static final int LONGEST = 100_000;
    private static final Set<String> STATUS = Set.of("active", "inactive", "defunct", "temporarily closed");
    private static final Set<String> NUMBERS = Set.of(
            "latitude",
            "longitude",
            "minimum_age",
            "maximum_age",
            "year_incorporated",
            "amount",
            "count",
            "interval",
            "extension",
            "available",
            "maximum");
    private static final Set<String> FILLED = Arrays.stream(HsdsType.values())
            .flatMap(type -> type.filled().stream())
            .collect(Collectors.toSet());
    private static final Set<String> LOCATION_TYPE = Set.of("physical", "postal", "virtual");

    /** Where rows go. */
    interface Sink {
        void row(Row row);

        void finding(boolean error, String file, long line, String type, String sourceId, String message);
    }

    /**
     * @param owner whose it is, for what belongs inside another row that came apart from it
     */
    record Row(HsdsType type, String sourceId, @Nullable Owner owner, ObjectNode document, String file, long line) {}

    record Owner(String type, String sourceId) {}

    private final String feed;
    private final boolean keepsIds;
    private final Sink sink;
    private String file = "";
    private long line;

    /** @param keepsIds its ids are the directory's own */
    FeedRows(String feed, boolean keepsIds, Sink sink) {
        this.feed = feed;
        this.keepsIds = keepsIds;
        this.sink = sink;
    }

    /** The id that something gets here, unless another feed has taken it for something else. */
    String idFor(HsdsType type, String sourceId) {
        return keepsIds || isUuid(sourceId) ? sourceId : derived(feed, type.key() + "/" + sourceId);
    }

    boolean keepsIds() {
        return keepsIds;
    }

    /** What is read next stands here. */
    FeedRows at(String newFile, long newLine) {
        file = newFile;
        line = newLine;
        return this;
    }

    void warn(String type, String id, String message) {
        sink.finding(false, file, line, type, id, message);
    }

    void refuse(String type, String id, String message) {
        sink.finding(true, file, line, type, id, message);
    }

    /** An entity with all that is nested in it; what is nested and an entity itself becomes a row of its own. */
    void entity(HsdsType type, ObjectNode node) {
        String id = id(node);
        if (id.isEmpty() || id.length() > 200) {
            refuse(type.key(), id.substring(0, Math.min(id.length(), 40)), "The id is missing or too long.");
            return;
        }
        ObjectNode document = node.deepCopy();
        for (String field : type.required()) {
            if (document.path(field).asString("").isBlank()) {
                refuse(type.key(), id, "HSDS requires " + field + ", and it is missing.");
                return;
            }
        }
        if (type == HsdsType.ORGANIZATION && !isClear(id, document)) {
            return;
        }
        if (!allowed(type, id, "status", document, HsdsType.SERVICE, STATUS)
                || !allowed(type, id, "location_type", document, HsdsType.LOCATION, LOCATION_TYPE)) {
            return;
        }
        List<Runnable> nested = new ArrayList<>();
        switch (type) {
            case ORGANIZATION -> {
                many(document, HsdsType.PROGRAM, "organization_id", id, nested);
                many(document, HsdsType.LOCATION, "organization_id", id, nested);
                many(document, HsdsType.SERVICE, "organization_id", id, nested);
            }
            case SERVICE -> {
                one(document, "organization", HsdsType.ORGANIZATION, "organization_id");
                one(document, "program", HsdsType.PROGRAM, "program_id");
                many(document, HsdsType.SERVICE_AT_LOCATION, "service_id", id, nested);
            }
            case SERVICE_AT_LOCATION -> {
                one(document, "service", HsdsType.SERVICE, "service_id");
                one(document, "location", HsdsType.LOCATION, "location_id");
            }
            case TAXONOMY_TERM -> one(document, "taxonomy_detail", HsdsType.TAXONOMY, "taxonomy_id");
            default -> {}
        }
        inside(type, id, document);
        if (type == HsdsType.LOCATION) {
            coordinate(id, document, "latitude", 90);
            coordinate(id, document, "longitude", 180);
        }
        if (clean(type, id, document)) {
            sink.row(new Row(type, id, null, document, file, line));
            nested.forEach(Runnable::run);
        }
    }

    /** A row of the tabular form that belongs inside another. */
    void part(HsdsType type, ObjectNode document) {
        part(type, document, Json.mapper().createObjectNode());
    }

    /**
     * The same.
     *
     * @param more what of it cells cannot say; null takes a field away
     */
    void part(HsdsType type, ObjectNode document, ObjectNode more) {
        String id = id(document);
        Owner owner = null;
        if (type == HsdsType.ATTRIBUTE || type == HsdsType.METADATA) {
            String of = document.path(type == HsdsType.ATTRIBUTE ? "link_entity" : "resource_type")
                    .asString("");
            owner = new Owner(of, document.path(type.owners().getFirst()).asString(""));
        } else {
            for (String column : type.owners()) {
                String value = document.path(column).asString("");
                if (!value.isEmpty() && owner == null) {
                    owner = new Owner(column.replaceFirst("_id$", ""), value);
                }
            }
        }
        if (type != HsdsType.UNIT && (owner == null || owner.sourceId().isEmpty())) {
            refuse(
                    type.key(),
                    id,
                    "It does not say whose it is: fill one of " + String.join(", ", type.owners()) + ".");
            return;
        }
        document.setAll(more);
        ObjectNode part = part(type, document, id);
        if (part != null && clean(type, id, part)) {
            sink.row(new Row(type, id.isEmpty() ? part.path("id").asString("") : id, owner, part, file, line));
        }
    }

    private static String id(ObjectNode node) {
        return node.path("id").asString("").strip();
    }

    private boolean allowed(
            HsdsType type, String id, String field, ObjectNode document, HsdsType where, Set<String> words) {
        String value = document.path(field).asString("");
        if (type != where || words.contains(value)) {
            return true;
        }
        refuse(type.key(), id, field + " is none of " + String.join(", ", new java.util.TreeSet<>(words)) + ".");
        return false;
    }

    /** An organisation whose name is not what it looks like is left out; what cannot be seen in a name is taken away. Whoever brings the feed sees it. */
    private boolean isClear(String id, ObjectNode document) {
        String name = document.path("name").asString("").strip();
        Optional<String> mixed = ClearName.mixedWord(name);
        if (mixed.isPresent()) {
            refuse(
                    HsdsType.ORGANIZATION.key(),
                    id,
                    "The word \"" + mixed.get()
                            + "\" of its name mixes letters of different alphabets that look alike.");
            return false;
        }
        if (ClearName.wrong(name).isPresent()) {
            warn(HsdsType.ORGANIZATION.key(), id, "Something in its name cannot be seen; it was left out.");
            document.put("name", ClearName.seen(name));
        }
        return !document.path("name").asString("").isBlank();
    }

    private void coordinate(String id, ObjectNode document, String field, int most) {
        if (document.has(field)) {
            double value = document.path(field).asDouble(Double.NaN);
            if (Double.isNaN(value) || Math.abs(value) > most) {
                warn("location", id, field + " is no such number; it was left out.");
                document.remove(field);
            }
        }
    }

    private void many(ObjectNode document, HsdsType type, String reference, String owner, List<Runnable> nested) {
        JsonNode list = document.remove(type.field());
        if (list != null) {
            for (JsonNode item : list) {
                if (item instanceof ObjectNode object) {
                    ObjectNode copy = object.deepCopy();
                    if (type == HsdsType.SERVICE_AT_LOCATION && id(copy).isEmpty()) {
                        copy.put(
                                "id",
                                derived(
                                        feed,
                                        owner + "/" + copy.path("location_id").asString("")));
                    }
                    copy.put(reference, owner);
                    nested.add(() -> entity(type, copy));
                }
            }
        }
    }

    private void one(ObjectNode document, String field, HsdsType type, String reference) {
        if (document.remove(field) instanceof ObjectNode object && !id(object).isEmpty()) {
            document.put(reference, id(object));
            // A mere reference, as in minimal lists, says nothing of the entity itself.
            if (type.required().stream().allMatch(object::has)) {
                entity(type, object);
            }
        }
    }

    private void inside(HsdsType type, String id, ObjectNode document) {
        for (String field : List.copyOf(document.propertyNames())) {
            HsdsType part = HsdsType.inside(field).orElse(null);
            if (part == null || part.isEntity() || !(document.path(field) instanceof ArrayNode list)) {
                continue;
            }
            ArrayNode kept = Json.mapper().createArrayNode();
            for (int i = 0; i < list.size(); i++) {
                ObjectNode one = list.path(i) instanceof ObjectNode object
                        ? part(part, object, id(object).isEmpty() ? id + "/" + field + "/" + i : id(object))
                        : null;
                if (one != null) {
                    kept.add(one);
                }
            }
            document.set(field, kept);
        }
        for (String field : type.filled()) {
            if (!document.has(field)) {
                document.put(field, field.equals("address_type") ? "physical" : "");
                warn(type.key(), id, "HSDS requires " + field + "; it is kept empty.");
            }
        }
        document.remove("metadata"); // the history is kept by the directory itself
    }

    private @Nullable ObjectNode part(HsdsType type, ObjectNode object, String id) {
        for (String field : type.required()) {
            if (object.path(field).asString("").isBlank()) {
                warn(type.key(), id, "HSDS requires " + field + "; without it this was left out.");
                return null;
            }
        }
        ObjectNode part = object.deepCopy();
        part.put("id", isUuid(id) ? id : derived(feed, type.key() + "/" + id));
        // Whose it is says where it stands.
        type.owners().forEach(part::remove);
        if (part.remove("taxonomy_term") instanceof ObjectNode term) {
            if (term.has("name") && term.has("id")) {
                part.put("taxonomy_term_id", id(term));
                entity(HsdsType.TAXONOMY_TERM, term);
                term.put("id", idFor(HsdsType.TAXONOMY_TERM, id(term)));
            }
            term.remove("taxonomy_detail");
            part.set("taxonomy_term", term);
        }
        if (type == HsdsType.ATTRIBUTE && part.has("taxonomy_term_id")) {
            part.put(
                    "taxonomy_term_id",
                    idFor(HsdsType.TAXONOMY_TERM, part.path("taxonomy_term_id").asString("")));
        }
        if (type == HsdsType.SERVICE_CAPACITY
                && part.path("available").asDouble(0) > part.path("maximum").asDouble(Double.MAX_VALUE)) {
            warn(
                    type.key(),
                    id,
                    "More are available than there are at most: it is kept as written, and not counted with.");
        }
        inside(type, id, part);
        return part;
    }

    /** Numbers below 0x20 have no place in a text, and a text has an end. */
    private boolean clean(HsdsType type, String id, JsonNode node) {
        if (node instanceof ObjectNode object) {
            for (String field : List.copyOf(object.propertyNames())) {
                JsonNode value = object.path(field);
                if (value.isNull() || (value.isString() && value.asString().isBlank() && !FILLED.contains(field))) {
                    object.remove(field);
                } else if (value.isString() && isNumber(field, value.asString())) {
                    object.put(field, new BigDecimal(value.asString()));
                } else if (value.isString()) {
                    if (value.asString().length() > LONGEST) {
                        refuse(type.key(), id, field + " is longer than " + LONGEST + " characters.");
                        return false;
                    }
                    object.set(
                            field,
                            StringNode.valueOf(value.asString()
                                    .replaceAll("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]", "")
                                    .strip()));
                } else if (!clean(type, id, value)) {
                    return false;
                }
            }
        } else if (node instanceof ArrayNode list) {
            for (JsonNode item : list) {
                if (!clean(type, id, item)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether words are a number in a field that has one. */
    static boolean isNumber(String field, String words) {
        return NUMBERS.contains(field) && words.matches("-?\\d{1,15}(\\.\\d+)?");
    }

    private static boolean isUuid(String id) {
        return id.matches("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    }

    static String derived(String feed, String id) {
        return UUID.nameUUIDFromBytes((feed + "/" + id).getBytes(StandardCharsets.UTF_8))
                .toString();
    }
}
