package health.weft.referral;

import health.weft.directory.SdohCategory;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.SensitiveCategory;
import health.weft.ui.Errors;
import health.weft.ui.Text;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.springframework.util.MultiValueMap;

/**
 * What a form that sends referrals says and asks once, whatever services are chosen.
 *
 * @param consent whether the person agrees
 * @param sensitive whether they agree that whoever is asked sees a need that is marked as sensitive
 * @param key the form's own: sent twice, it sends once
 */
public record Agreed(String note, boolean urgent, boolean consent, boolean sensitive, UUID key) {
    static Agreed nothing() {
        return new Agreed("", false, false, false, UUID.randomUUID());
    }

    /** @throws Problem invalid, without the key of a form */
    static Agreed of(MultiValueMap<String, String> typed) {
        return new Agreed(
                said(typed, "note"),
                ticked(typed, "urgent"),
                ticked(typed, "consent"),
                ticked(typed, "sensitive"),
                formKey(said(typed, "_once")));
    }

    /** Says what is missing. */
    void check(Errors errors, Collection<SensitiveCategory> marked, Text text) {
        if (!consent) {
            errors.add("consent", text.get("referral.consent.missing"));
        }
        if (!sensitive && !marked.isEmpty()) {
            errors.add("sensitive", text.get("referral.problem.sensitive"));
        }
        if (note.length() > Said.LONGEST) {
            errors.add("note", text.get("referral.note.long"));
        }
    }

    /** The marks in words. */
    static List<String> words(Collection<SensitiveCategory> marked, Text text) {
        return marked.stream().map(one -> text.get("ui.sensitive." + one.key())).toList();
    }

    /** What stands in a field, without blanks around it; empty when nothing does. */
    static String said(MultiValueMap<String, String> typed, String name) {
        String said = typed.getFirst(name);
        return said == null ? "" : said.strip();
    }

    private static boolean ticked(MultiValueMap<String, String> typed, String name) {
        return said(typed, name).equals("true");
    }

    static SdohCategory category(String code) {
        return SdohCategory.of(code).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "referral.problem.kind"));
    }

    static UUID formKey(String once) {
        try {
            return UUID.fromString(once);
        } catch (IllegalArgumentException e) {
            throw Problem.of(Category.INVALID, "problem.said.form");
        }
    }
}
