package health.weft.profile;

import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.fhir.Structures;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.RecordListener;
import health.weft.record.ResourceArriving;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What this network asks of resources beyond R4 ({@code weft.profiles}). What breaks a profile is refused, or stored with a tag that
 * says so ({@code weft.profiles-broken}). What cannot be checked is never stored as if it had been.
 */
@Component
class NetworkProfiles implements RecordListener {
    /** Tags of resources that were stored although they break a profile, or although nobody could say. */
    static final String TAG = "https://weft.health/fhir/CodeSystem/profile-check";

    private final Map<String, List<String>> profiles = new HashMap<>();
    private final boolean refuse;
    private final Validator validator;

    NetworkProfiles(
            @Value("${weft.profiles:}") List<String> settings,
            @Value("${weft.profiles-broken:reject}") String broken,
            Validator validator) {
        for (String setting : settings) {
            String[] parts = setting.strip().split("=", 2);
            if (parts.length < 2 || !Structures.isResource(parts[0].strip()) || parts[1].isBlank()) {
                throw new IllegalArgumentException("weft.profiles is a list of Type=address[|version], not " + setting);
            }
            profiles.computeIfAbsent(parts[0].strip(), type -> new ArrayList<>())
                    .add(parts[1].strip());
        }
        this.refuse = switch (broken.toLowerCase(Locale.ROOT)) {
            case "reject" -> true;
            case "warn" -> false;
            default -> throw new IllegalArgumentException("weft.profiles-broken is reject or warn, not " + broken);
        };
        this.validator = validator;
    }

    /** The profiles that hold for a type; empty when none does. */
    List<String> of(String type) {
        return profiles.getOrDefault(type, List.of());
    }

    @Override
    public void arriving(ResourceArriving arriving) {
        if (profiles.isEmpty()) {
            return;
        }
        ObjectNode resource = arriving.resource();
        List<String> asked = of(Json.text(resource, "resourceType"));
        if (asked.isEmpty()) {
            return;
        }
        untag(resource);
        List<Issue> issues;
        try {
            issues = validator.check(asked, Json.bytes(resource));
        } catch (Problem e) {
            if (refuse) {
                throw e;
            }
            tag(resource, "unchecked");
            arriving.warn(List.of(new Issue("warning", "incomplete", e.getMessage(), null)));
            return;
        }
        issues.stream().filter(i -> i.severity().equals("fatal")).findFirst().ifPresent(fatal -> {
            if (refuse) {
                throw new Problem(
                        Category.UNAVAILABLE, "The profile of this network cannot be checked: " + fatal.diagnostics());
            }
        });
        List<Issue> errors = issues.stream().filter(NetworkProfiles::isError).toList();
        if (errors.isEmpty()) {
            return;
        }
        if (refuse) {
            arriving.refuse(errors);
        } else {
            tag(resource, errors.stream().anyMatch(i -> i.severity().equals("fatal")) ? "unchecked" : "broken");
            arriving.warn(errors.stream()
                    .map(i -> new Issue("warning", i.code(), i.diagnostics(), i.expression()))
                    .toList());
        }
    }

    static boolean isError(Issue issue) {
        return issue.severity().equals("error") || issue.severity().equals("fatal");
    }

    private static void tag(ObjectNode resource, String code) {
        ObjectNode meta = resource.get("meta") instanceof ObjectNode there ? there : resource.putObject("meta");
        ArrayNode tags = meta.get("tag") instanceof ArrayNode there ? there : meta.putArray("tag");
        tags.addObject().put("system", TAG).put("code", code);
    }

    /** What an earlier check said says nothing of this version. */
    private static void untag(ObjectNode resource) {
        if (!(resource.path("meta").path("tag") instanceof ArrayNode tags)) {
            return;
        }
        for (int i = tags.size() - 1; i >= 0; i--) {
            JsonNode tag = tags.get(i);
            if (Json.text(tag, "system").equals(TAG)) {
                tags.remove(i);
            }
        }
        if (tags.isEmpty() && resource.get("meta") instanceof ObjectNode meta) {
            meta.remove("tag");
            if (meta.isEmpty()) {
                resource.remove("meta");
            }
        }
    }
}
