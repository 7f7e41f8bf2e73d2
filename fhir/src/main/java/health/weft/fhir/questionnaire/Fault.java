package health.weft.fhir.questionnaire;

import health.weft.fhir.Issue;
import java.util.Map;
import java.util.Set;

/**
 * What is wrong with a response.
 *
 * @param key of the item on a page ({@link Filled#key}); empty for what stands nowhere in the form
 * @param path FHIRPath of the element in the response
 * @param code what is wrong: {@code required}, {@code option} ...; the part of a message key that says it
 * @param detail link id, or the bound that was passed
 */
public record Fault(String key, String path, String code, String detail) {
    private static final Set<String> TOLD = Set.of("decimals", "format", "file-kind", "file-large", "resource");
    private static final Map<String, String> ENGLISH = Map.ofEntries(
            Map.entry("unknown", "structure|The questionnaire has no item with this linkId."),
            Map.entry("misplaced", "structure|The questionnaire has this item in another place."),
            Map.entry("twice", "structure|This item stands here more than once; it does not repeat."),
            Map.entry("no-question", "structure|This item is a group or words, and takes no answer."),
            Map.entry("below-answer", "structure|What stands below a question stands below its answer: answer.item."),
            Map.entry("empty", "structure|An answer needs a value."),
            Map.entry("too-many-in-all", "too-costly|The response holds too many answers."),
            Map.entry("type", "value|The value is not of the kind that the question asks for."),
            Map.entry("option", "code-invalid|This is none of the answers that the question offers."),
            Map.entry("options-unknown", "not-found|The value set of this question is not known here."),
            Map.entry("exclusive", "business-rule|One of these answers rules the others out."),
            Map.entry("too-many", "structure|There are more answers than the question takes."),
            Map.entry("too-few", "required|There are fewer answers than the question needs."),
            Map.entry("required", "required|This question must be answered."),
            Map.entry("disabled", "business-rule|This question is not asked after what was answered before."),
            Map.entry("too-long", "too-long|The answer is longer than the question allows."),
            Map.entry("too-short", "value|The answer is shorter than the question allows."),
            Map.entry("format", "value|The answer is not written as the question asks."),
            Map.entry("file-kind", "value|The file is of another kind than the question takes."),
            Map.entry("file-large", "too-long|The file is larger than the question allows, in megabytes."),
            Map.entry("resource", "value|The reference leads to another type than the question asks for."),
            Map.entry("too-small", "value|The answer is less than the question allows."),
            Map.entry("too-large", "value|The answer is more than the question allows."),
            Map.entry("decimals", "value|The number has more decimal places than the question allows."),
            Map.entry("unit", "value|The unit is none that the question offers."));

    /** As an entry of an OperationOutcome. */
    public Issue issue() {
        String[] said =
                ENGLISH.getOrDefault(code, "invalid|The answer is not valid.").split("\\|", 2);
        boolean told = code.startsWith("too-s") || code.startsWith("too-l") || TOLD.contains(code);
        return Issue.error(said[0], said[1] + (told ? " (" + detail + ")" : ""), path);
    }
}
