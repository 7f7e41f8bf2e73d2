package health.weft.fhir;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A search, read from a query string and checked against the definitions (R4, 3.1.1).
 *
 * <p>All clauses must hold; within a clause any of its values may. What is not understood, or not served, is an
 * {@link InvalidResource} that says so; only {@link #lenient} leaves out unknown parameters and lists them in
 * {@link #ignored}.
 *
 * @param path what is searched, as it stands before the question mark: {@code Patient}, {@code Patient/1/Observation},
 *     {@code Patient/1/*}, or nothing for all
 * @param types resource types searched; empty for every type
 * @param count matches a page, 0 to {@value #MAX_COUNT}
 * @param total whether the number of all matches is to be counted
 * @param elements names of the elements wanted; empty means all
 * @param page token of a later page; null for the first
 * @param ignored parameters left out under lenient handling
 * @param query the parameters as understood, for the self link, without the page token
 */
public record SearchRequest(
        String path,
        List<String> types,
        List<Clause> clauses,
        List<Include> includes,
        List<Sort> sort,
        int count,
        boolean total,
        Summary summary,
        Set<String> elements,
        @Nullable String page,
        List<String> ignored,
        String query) {

    public static final int DEFAULT_COUNT = 20;
    public static final int MAX_COUNT = 1000;

    /** How much of each resource is wanted (R4, 3.1.1.5.8). */
    public enum Summary {
        FALSE,
        TRUE,
        TEXT,
        DATA,
        COUNT
    }

    /**
     * Resources to send along.
     *
     * @param reverse {@code _revinclude}: those that refer to the matches
     * @param iterate also from what was included
     * @param source type that holds the reference; null for any
     * @param parameter null for every reference parameter of the source
     * @param target only resources of this type; null for any
     */
    public record Include(
            boolean reverse,
            boolean iterate,
            @Nullable String source,
            @Nullable SearchParameter parameter,
            @Nullable String target) {}

    /** An order; no {@code parameters} with {@code code} {@code _id} or {@code _lastUpdated}. */
    public record Sort(String code, List<SearchParameter> parameters, boolean descending) {}

    /** Reads a query string, {@code patient=Patient/1&code=http://loinc.org|4548-4}, refusing what is not understood. */
    public static SearchRequest parse(String type, String query) {
        return parse(type, parameters(query));
    }

    /** Reads parameters, refusing what is not understood. */
    public static SearchRequest parse(String type, List<Map.Entry<String, String>> parameters) {
        return read(type, parameters, ParameterSet.R4, false);
    }

    /** Reads parameters, leaving out unknown ones ({@code Prefer: handling=lenient}). */
    public static SearchRequest lenient(String type, List<Map.Entry<String, String>> parameters) {
        return read(type, parameters, ParameterSet.R4, true);
    }

    /**
     * Reads parameters.
     *
     * @param path {@code Patient}; {@code Patient/1/Observation} or {@code Patient/1/*} for a compartment; empty for all types
     * @param known what may be searched by
     * @param lenient whether unknown parameters are left out
     */
    public static SearchRequest read(
            String path, List<Map.Entry<String, String>> parameters, ParameterSet known, boolean lenient) {
        return new SearchReader(path, known, lenient).read(parameters);
    }

    /** Splits and decodes a query string, in order. */
    public static List<Map.Entry<String, String>> parameters(String query) {
        return QueryText.parameters(query);
    }

    /** The one type searched; empty when there are several. */
    public String type() {
        return types.size() == 1 ? types.getFirst() : "";
    }

    /** Only the number is wanted. */
    public boolean summaryCount() {
        return summary == Summary.COUNT;
    }

    /** The same search, begun by one of which this was left out. */
    public SearchRequest ignoring(List<String> leftOut) {
        return new SearchRequest(
                path,
                types,
                clauses,
                includes,
                sort,
                count,
                total,
                summary,
                elements,
                page,
                List.copyOf(leftOut),
                query);
    }

    /** The same search for another page. */
    public SearchRequest at(String token) {
        return new SearchRequest(
                path, types, clauses, includes, sort, count, total, summary, elements, token, ignored, query);
    }
}
