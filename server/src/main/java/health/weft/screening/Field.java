package health.weft.screening;

import health.weft.ui.DateParts;
import health.weft.ui.Option;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An item of a form as a page shows it, in one language.
 *
 * @param name of its field
 * @param kind {@code group words radios checkboxes select line area number date moment time quantity file told none}
 * @param values as they stand in the fields
 * @param dates of a date, one for each value
 * @param own what was written as an answer of the person's own, beside the options; null where none can be
 * @param unit words, where there is only one
 * @param watched whether other questions depend on it
 * @param removable whether this repetition of a group can be taken out
 * @param more key of the group that can be repeated here; null for none
 * @param space whether one more value can be added
 */
public record Field(
        String name,
        String key,
        String kind,
        String words,
        String help,
        @Nullable String error,
        boolean required,
        List<Option> options,
        List<String> values,
        List<DateParts> dates,
        @Nullable String own,
        List<Option> units,
        String unit,
        boolean watched,
        boolean removable,
        @Nullable String more,
        boolean space,
        List<Field> below) {

    public String value() {
        return values.isEmpty() ? "" : values.getFirst();
    }

    /** Id of the field of a value: the first has the field's name. */
    public String id(int at) {
        return at == 0 ? name : name + "-" + at;
    }
}
