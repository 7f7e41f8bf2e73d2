package health.weft.directory;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The objects of HSDS 3.1. Seven are entities with a row of their own; the others live inside the document of their owner.
 *
 * @see <a href="https://docs.openreferral.org/en/3.1/hsds/schema_reference.html">HSDS 3.1 schema reference</a>
 */
enum HsdsType {
    TAXONOMY("taxonomies", true, List.of("name"), List.of("description")),
    TAXONOMY_TERM("taxonomy_terms", true, List.of("name"), List.of("description")),
    ORGANIZATION("organizations", true, List.of("name"), List.of("description")),
    PROGRAM("programs", true, List.of("name"), List.of("description")),
    LOCATION("locations", true, List.of("location_type"), List.of()),
    SERVICE("services", true, List.of("name", "status"), List.of()),
    SERVICE_AT_LOCATION("service_at_locations", true, List.of(), List.of()),

    ADDRESS(
            "addresses",
            false,
            List.of("address_1"),
            List.of("city", "state_province", "postal_code", "country", "address_type"),
            "location_id"),
    PHONE(
            "phones",
            false,
            List.of("number"),
            List.of(),
            "contact_id",
            "service_at_location_id",
            "service_id",
            "location_id",
            "organization_id"),
    CONTACT(
            "contacts",
            false,
            List.of(),
            List.of(),
            "service_at_location_id",
            "service_id",
            "location_id",
            "organization_id"),
    SCHEDULE("schedules", false, List.of(), List.of(), "service_at_location_id", "service_id", "location_id"),
    LANGUAGE("languages", false, List.of(), List.of(), "phone_id", "service_id", "location_id"),
    ACCESSIBILITY("accessibility", false, List.of(), List.of(), "location_id"),
    SERVICE_AREA("service_areas", false, List.of(), List.of(), "service_at_location_id", "service_id"),
    SERVICE_CAPACITY("capacities", false, List.of("available"), List.of("updated"), "service_id"),
    COST_OPTION("cost_options", false, List.of(), List.of(), "service_id"),
    REQUIRED_DOCUMENT("required_documents", false, List.of(), List.of(), "service_id"),
    FUNDING("funding", false, List.of(), List.of(), "service_id", "organization_id"),
    ORGANIZATION_IDENTIFIER(
            "organization_identifiers", false, List.of("identifier"), List.of("identifier_type"), "organization_id"),
    URL("additional_urls", false, List.of("url"), List.of(), "service_id", "organization_id"),
    ATTRIBUTE("attributes", false, List.of(), List.of(), "link_id"),
    METADATA("metadata", false, List.of(), List.of(), "resource_id"),
    UNIT("unit", false, List.of("name"), List.of());

    private final String field;
    private final boolean entity;
    private final List<String> required;
    private final List<String> filled;
    private final List<String> owners;

    HsdsType(String field, boolean entity, List<String> required, List<String> filled, String... owners) {
        this.field = field;
        this.entity = entity;
        this.required = required;
        this.filled = filled;
        this.owners = List.of(owners);
    }

    /** The entities, each after those it refers to. */
    static final List<HsdsType> ENTITIES =
            Arrays.stream(values()).filter(type -> type.entity).toList();

    /** As HSDS names it, and its table here: {@code service_at_location}. */
    String key() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** The field of its owner that holds it, and the path of the API for an entity. */
    String field() {
        return field;
    }

    /** The field in an owner of this type: links are called differently in organisations. */
    String fieldIn(String ownerType) {
        return this == URL && ownerType.equals("organization") ? "additional_websites" : field;
    }

    boolean isEntity() {
        return entity;
    }

    /** What a row cannot do without. */
    List<String> required() {
        return required;
    }

    /** What HSDS requires and feeds often leave out: kept as an empty word, and told. */
    List<String> filled() {
        return filled;
    }

    /** Columns of the tabular form that say whose it is, the nearest owner first. */
    List<String> owners() {
        return owners;
    }

    static Optional<HsdsType> of(String key) {
        return Arrays.stream(values()).filter(type -> type.key().equals(key)).findFirst();
    }

    static Optional<HsdsType> inside(String field) {
        return field.equals("additional_websites")
                ? Optional.of(URL)
                : Arrays.stream(values())
                        .filter(type -> type.field.equals(field))
                        .findFirst();
    }
}
