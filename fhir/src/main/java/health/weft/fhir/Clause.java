package health.weft.fhir;

import java.util.List;

/** A condition that a search puts on resources. Of parameters that several types share, one a type stands in a list. */
public sealed interface Clause {

    /**
     * One of the values matches the parameter. With {@code not}, none of them does.
     *
     * @param parameters of one kind, one for each type searched
     */
    record Match(List<SearchParameter> parameters, List<SearchValue> values, boolean not) implements Clause {
        public SearchParameter parameter() {
            return parameters.getFirst();
        }
    }

    /** The parameter has no value in the resource, or has one. */
    record Missing(List<SearchParameter> parameters, boolean missing) implements Clause {}

    /** The reference leads to a resource of a type for which the inner clause holds: {@code subject:Patient.family=x}. */
    record Chain(List<SearchParameter> parameters, List<Target> targets) implements Clause {}

    /** One type a chain may lead to, and what must hold there. */
    record Target(String type, Clause inner) {}

    /** A resource of another type refers here and the inner clause holds for it: {@code _has:Observation:patient:code=x}. */
    record Has(String type, SearchParameter reference, Clause inner) implements Clause {}

    /** The id is one of these. */
    record Ids(List<String> types, List<String> ids, boolean not) implements Clause {}

    /** The time of the last change. */
    record Updated(List<SearchValue> dates) implements Clause {}

    /**
     * The text holds the words of one of these, as a web search reads them: {@code hunger -food "two words"}.
     *
     * @param narrative only the narrative is looked at
     */
    record Words(List<String> texts, boolean narrative) implements Clause {}

    /** A List with one of these ids has it among its items. */
    record Listed(List<String> ids) implements Clause {}

    /**
     * It stands in the compartment of a resource (R4, 5.4): the resource itself, and what refers to it by one of these.
     *
     * @param reference {@code Patient/1}
     */
    record Within(String reference, List<SearchParameter> parameters) implements Clause {}

    /** All of these hold; of none everything does. */
    record All(List<Clause> clauses) implements Clause {}

    /** One of these holds. */
    record Any(List<Clause> clauses) implements Clause {}

    /** It does not hold. */
    record None(Clause clause) implements Clause {}
}
