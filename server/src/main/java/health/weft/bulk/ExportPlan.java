package health.weft.bulk;

import health.weft.fhir.Json;
import health.weft.store.ExportScan;
import health.weft.store.Moment;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an export is to bring, kept with its job as JSON.
 *
 * @param steps what is read, in order
 * @param filters queries by resource type; a type without any comes whole
 * @param elements {@code birthDate} or {@code Patient.birthDate}; none means whole resources
 * @param ofPatients only what stands in some patient's record
 * @param pats only what stands in the records of these Patients; null for no such limit
 * @param notes for the error file: what was asked for and is not served
 */
record ExportPlan(
        List<Step> steps,
        Map<String, List<String>> filters,
        List<String> elements,
        boolean ofPatients,
        @Nullable List<Long> pats,
        Moment moment,
        @Nullable Moment since,
        List<String> notes) {

    /** A resource type read from end to end: whole, or what one of its filters finds. */
    record Step(String type, int filter) {
        static final int WHOLE = -1;
    }

    static ExportPlan parse(String json) {
        return Json.mapper().readValue(json, ExportPlan.class);
    }

    String json() {
        return Json.mapper().writeValueAsString(this);
    }

    ExportScan scan(String type) {
        return new ExportScan(type, ofPatients, pats, moment, since);
    }

    List<String> wholeTypes() {
        return steps.stream()
                .filter(s -> s.filter() == Step.WHOLE)
                .map(Step::type)
                .toList();
    }

    /** The elements wanted of a type; none means all of it. */
    Set<String> elementsOf(String type) {
        Set<String> wanted = new LinkedHashSet<>();
        for (String element : elements) {
            int dot = element.indexOf('.');
            if (dot < 0) {
                wanted.add(element);
            } else if (element.substring(0, dot).equals(type)) {
                wanted.add(element.substring(dot + 1));
            }
        }
        return wanted;
    }
}
