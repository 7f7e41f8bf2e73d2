package health.weft.subscription;

import health.weft.fhir.Json;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What can be subscribed to. The canonical address of each is what a Subscription names in {@code criteria}. */
enum Topic {
    TASK_CHANGED("A Task is created, changed or deleted: a referral moves on.", "Task"),
    SERVICE_REQUEST_CHANGED("A ServiceRequest is created, changed or deleted.", "ServiceRequest"),
    ENCOUNTER_START("An Encounter begins: it is in progress and was not before.", "Encounter"),
    ENCOUNTER_END("An Encounter ends: it is finished and was not before.", "Encounter"),
    PATIENT_JOINED("A Patient was found to be the same person as another organisation's Patient.", "Patient"),
    RESOURCE_CHANGED("A resource is created or changed; the filter, which is needed, says which.");

    static final String BASE = "https://weft.health/fhir/SubscriptionTopic/";
    private static final String R5 = "http://hl7.org/fhir/5.0/StructureDefinition/extension-SubscriptionTopic.";

    private final String description;
    private final List<String> types;

    Topic(String description, String... types) {
        this.description = description;
        this.types = List.of(types);
    }

    String key() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    String canonical() {
        return BASE + key();
    }

    /** Types that trigger it; none when the filters of a subscription say. */
    List<String> types() {
        return types;
    }

    static Optional<Topic> of(String canonical) {
        return Arrays.stream(values())
                .filter(t -> t.canonical().equals(canonical.split("\\|", 2)[0]))
                .findFirst();
    }

    /**
     * Whether a change triggers it.
     *
     * @param what {@code create}, {@code update}, {@code delete} or {@code joined}
     * @param before status before the change; empty for none
     * @param now status after it
     */
    boolean triggeredBy(String what, String before, String now) {
        return switch (this) {
            case TASK_CHANGED, SERVICE_REQUEST_CHANGED -> !what.equals("joined");
            case ENCOUNTER_START -> !what.equals("delete") && now.equals("in-progress") && !before.equals(now);
            case ENCOUNTER_END -> !what.equals("delete") && now.equals("finished") && !before.equals(now);
            case PATIENT_JOINED -> what.equals("joined");
            case RESOURCE_CHANGED -> what.equals("create") || what.equals("update");
        };
    }

    /** The topic as R4 can hold it: a Basic with the elements of R5's SubscriptionTopic as extensions. */
    ObjectNode basic() {
        ObjectNode basic = Json.object("Basic").put("id", key());
        ArrayNode extensions = basic.putArray("extension");
        extensions.addObject().put("url", R5 + "url").put("valueUri", canonical());
        extensions.addObject().put("url", R5 + "title").put("valueString", key());
        extensions.addObject().put("url", R5 + "status").put("valueCode", "active");
        extensions.addObject().put("url", R5 + "description").put("valueMarkdown", description);
        for (String type : types) {
            ArrayNode trigger =
                    extensions.addObject().put("url", R5 + "resourceTrigger").putArray("extension");
            trigger.addObject()
                    .put("url", "resource")
                    .put("valueUri", "http://hl7.org/fhir/StructureDefinition/" + type);
            trigger.addObject().put("url", "description").put("valueMarkdown", description);
        }
        basic.putObject("code")
                .putArray("coding")
                .addObject()
                .put("system", "http://hl7.org/fhir/fhir-types")
                .put("code", "SubscriptionTopic");
        return basic;
    }
}
