package health.weft.fhir;

import health.weft.fhir.FhirPath.Step;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The functions of FHIRPath by name: how many arguments each takes, on what it works and what it gives. */
final class FhirPathFunctions {
    /**
     * What a compiled call is made of.
     *
     * @param on the items before the dot
     */
    record Call(Step on, List<Step> arguments, List<FhirPathNode> nodes) {
        Step first() {
            return arguments.getFirst();
        }

        @Nullable
        Step at(int i) {
            return i < arguments.size() ? arguments.get(i) : null;
        }
    }

    /**
     * One line of the table.
     *
     * @param on {@code any}, or the System type it works on
     * @param gives {@code same} as before the dot, {@code argument}, {@code both}, {@code any}, or a System type
     */
    record Signature(String name, int least, int most, String on, String gives) {}

    private static final Map<String, Signature> SIGNATURES = table("""
            where 1 1 any same            | select 1 1 any argument      | exists 0 1 any Boolean
            all 1 1 any Boolean           | empty 0 0 any Boolean        | not 0 0 any Boolean
            first 0 0 any same            | last 0 0 any same            | tail 0 0 any same
            skip 1 1 any same             | take 1 1 any same            | single 0 0 any same
            count 0 0 any Integer         | distinct 0 0 any same        | isDistinct 0 0 any Boolean
            allTrue 0 0 any Boolean       | anyTrue 0 0 any Boolean      | allFalse 0 0 any Boolean
            anyFalse 0 0 any Boolean      | union 1 1 any both           | combine 1 1 any both
            intersect 1 1 any same        | exclude 1 1 any same         | subsetOf 1 1 any Boolean
            supersetOf 1 1 any Boolean    | repeat 1 1 any any           | aggregate 1 2 any any
            sort 0 9 any same             | iif 2 3 any any              | trace 1 2 any same
            children 0 0 any any          | descendants 0 0 any any      | extension 1 1 any Extension
            resolve 0 0 any any           | type 0 0 any any             | hasValue 0 0 any Boolean
            getValue 0 0 any same         | htmlChecks 0 0 any Boolean   | conformsTo 1 1 any Boolean
            memberOf 1 1 any Boolean      | now 0 0 any DateTime         | today 0 0 any Date
            timeOfDay 0 0 any Time        | comparable 1 1 any Boolean   | precision 0 0 any Integer
            lowBoundary 0 1 any same      | highBoundary 0 1 any same    | abs 0 0 any same
            ceiling 0 0 any Integer       | floor 0 0 any Integer        | truncate 0 0 any Integer
            round 0 1 any Decimal         | sqrt 0 0 any Decimal         | exp 0 0 any Decimal
            ln 0 0 any Decimal            | log 1 1 any Decimal          | power 1 1 any Decimal
            startsWith 1 1 String Boolean | endsWith 1 1 String Boolean  | contains 1 1 String Boolean
            matches 1 1 String Boolean    | matchesFull 1 1 String Boolean | indexOf 1 1 String Integer
            lastIndexOf 1 1 String Integer | length 0 0 String Integer   | substring 1 2 String String
            upper 0 0 String String       | lower 0 0 String String      | trim 0 0 String String
            replace 2 2 String String     | replaceMatches 2 2 String String | toChars 0 0 String String
            split 1 1 String String       | join 0 1 String String       | encode 1 1 String String
            decode 1 1 String String      | escape 1 1 String String     | unescape 1 1 String String
            toBoolean 0 0 any Boolean     | toInteger 0 0 any Integer    | toDecimal 0 0 any Decimal
            toString 0 0 any String       | toDate 0 0 any Date          | toDateTime 0 0 any DateTime
            toTime 0 0 any Time           | toQuantity 0 1 any Quantity  | convertsToBoolean 0 0 any Boolean
            convertsToInteger 0 0 any Boolean | convertsToDecimal 0 0 any Boolean | convertsToString 0 0 any Boolean
            convertsToDate 0 0 any Boolean | convertsToDateTime 0 0 any Boolean | convertsToTime 0 0 any Boolean
            convertsToQuantity 0 1 any Boolean
            """);

    private static final List<Function<String, @Nullable Function<Call, Step>>> GROUPS = List.of(
            FhirPathCollections::named,
            FhirPathNavigation::named,
            FhirPathText::named,
            FhirPathNumbers::named,
            FhirPathDates::named,
            FhirPathConversions::named);

    private FhirPathFunctions() {}

    private static Map<String, Signature> table(String text) {
        Map<String, Signature> table = new HashMap<>();
        for (String entry : text.split("[|\n]")) {
            String[] f = entry.strip().split(" +");
            if (f.length == 5) {
                table.put(f[0], new Signature(f[0], Integer.parseInt(f[1]), Integer.parseInt(f[2]), f[3], f[4]));
            }
        }
        return table;
    }

    static Collection<Signature> all() {
        return SIGNATURES.values();
    }

    static Signature signature(String name, int arguments) {
        Signature signature = SIGNATURES.get(name);
        if (signature == null) {
            throw new FhirPathException("the function " + name + "() is not known");
        }
        if (arguments < signature.least() || arguments > signature.most()) {
            throw new FhirPathException(name + "() takes "
                    + (signature.least() == signature.most()
                            ? String.valueOf(signature.least())
                            : signature.least() + " to " + signature.most())
                    + " arguments, not " + arguments);
        }
        return signature;
    }

    /** The step a call compiles to. */
    static Step step(String name, Call call) {
        signature(name, call.arguments().size());
        for (Function<String, @Nullable Function<Call, Step>> group : GROUPS) {
            Function<Call, Step> made = group.apply(name);
            if (made != null) {
                return made.apply(call);
            }
        }
        throw new IllegalStateException(name + "() stands in the table and nowhere else");
    }
}
