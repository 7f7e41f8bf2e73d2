package health.weft.store;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.SearchValue.Token;
import health.weft.fhir.terminology.CodeSystem;
import health.weft.fhir.terminology.Composing;
import health.weft.fhir.terminology.Composing.Code;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * The codes of value sets and the families of codes, of R4 and of the record, for {@code :in}, {@code :not-in}, {@code :above} and
 * {@code :below}.
 */
final class Terminology {
    /** Codes that a value set may come to in a search. */
    static final int MOST_CODES = 20_000;

    private final StoredDefinitions definitions;

    Terminology(StoredDefinitions definitions) {
        this.definitions = definitions;
    }

    /**
     * Every code of a value set.
     *
     * @param valueSet canonical address, or {@code ValueSet/id}
     * @throws InvalidResource when it is not here, cannot be listed, or is too large
     */
    List<Code> members(String valueSet) {
        Composing composing = new Composing(definitions);
        ObjectNode set = valueSet.startsWith("ValueSet/") ? definitions.byId(valueSet) : definitions.valueSet(valueSet);
        return composing.codes(set == null ? composing.named(valueSet) : set, MOST_CODES);
    }

    /** The code itself and all below it, or above it, in its system. */
    List<Code> family(Token token, boolean above) {
        String url = String.valueOf(token.system());
        String code = String.valueOf(token.code());
        CodeSystem system = definitions.codeSystem(url);
        if (system == null) {
            throw new InvalidResource(Issue.error(
                    "not-supported",
                    "The code system is not loaded here. Store it as a CodeSystem with content 'complete', or list the"
                            + " codes."));
        }
        Set<String> all = above ? system.above(code) : system.below(code);
        if (all.size() > MOST_CODES) {
            throw new InvalidResource(Issue.error(
                    "too-costly",
                    "There are more than " + MOST_CODES + " codes in this family; name one that is nearer."));
        }
        return all.stream().map(c -> new Code(url, c)).toList();
    }
}
