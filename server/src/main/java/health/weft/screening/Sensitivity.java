package health.weft.screening;

import health.weft.consent.SensitiveCodes;
import health.weft.fhir.Json;
import health.weft.fhir.questionnaire.Filled;
import health.weft.fhir.questionnaire.Filling;
import health.weft.fhir.questionnaire.FormItem;
import health.weft.security.SensitiveCategory;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Which questions are sensitive: by their codes, as everything else in the record is. */
@Component
class Sensitivity {
    private final SensitiveCodes codes;

    Sensitivity(SensitiveCodes codes) {
        this.codes = codes;
    }

    boolean isSensitive(JsonNode resource) {
        return codes.of(resource) != 0;
    }

    boolean isSensitive(FormItem item) {
        return item.codes().stream().anyMatch(code -> codes.of(code) != 0);
    }

    /** The categories of all questions that were answered. */
    Set<SensitiveCategory> of(Filling filling) {
        Set<SensitiveCategory> found = new HashSet<>();
        filling.all()
                .filter(filled -> filled.isEnabled() && !filled.answers().isEmpty())
                .forEach(filled ->
                        filled.item().codes().forEach(code -> found.addAll(SensitiveCategory.in(codes.of(code)))));
        return found;
    }

    /** Puts the labels of what was answered onto a response, which names its questions by link id alone. */
    void label(ObjectNode response, Filling filling) {
        for (SensitiveCategory category : of(filling)) {
            ArrayNode labels = response.withObject("/meta").withArray("security");
            boolean there = labels.valueStream()
                    .anyMatch(label -> Json.text(label, "code").equals(category.code()));
            if (!there) {
                labels.addObject().put("system", category.system()).put("code", category.code());
            }
        }
    }

    /** The same form with the sensitive answers alone, or with all others. */
    Filling part(Filling filling, boolean sensitive) {
        Filling part = Filling.of(filling.form(), filling.response());
        part.all()
                .filter(filled -> isSensitive(filled.item()) != sensitive)
                .map(Filled::answers)
                .forEach(List::clear);
        return part;
    }
}
