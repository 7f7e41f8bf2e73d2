package health.weft.fhir;

import java.io.InputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.fhir.ucum.Decimal;
import org.fhir.ucum.DefinedUnit;
import org.fhir.ucum.Pair;
import org.fhir.ucum.UcumEssenceService;
import org.fhir.ucum.UcumException;
import org.jspecify.annotations.Nullable;

/**
 * Units of the Unified Code for Units of Measure, each led back to base units: 7.2 {@code mg/dL} is 72 {@code g.m-3}. Two
 * quantities can be compared when their canonical units are the same text.
 *
 * <p>Temperatures come in kelvin. Logarithmic units ({@code [pH]}, {@code dB}) stay what they are. Arbitrary units
 * ({@code [IU]}) are comparable with none but themselves (UCUM 2.2, section 24), so their name stays in the canonical unit.
 * The definitions (ucum-essence, carried by {@code org.fhir:ucum}) load at the first use.
 */
public final class Ucum {
    /** A value in base units, with as many significant digits as the value it came from, or more. */
    public record Canonical(BigDecimal value, String unit) {}

    /** How a code leads to base units: {@code (value + offset) * factor}. */
    private record Rule(BigDecimal offset, BigDecimal factor, boolean exact, String unit) {}

    /** Codes kept; what comes after is worked out each time. */
    private static final int MOST = 10_000;

    private static final int LONGEST_CODE = 200;
    /** Digits left of a factor that is a fraction without end, as that of a minute is. */
    private static final MathContext INEXACT = new MathContext(18);

    private static final Pattern BRACKETED = Pattern.compile("\\[[^\\]]*\\]");
    private static final Map<String, Optional<Rule>> RULES = new ConcurrentHashMap<>();
    private static final Map<String, Rule> OFFSETS = Map.of(
            "Cel", new Rule(new BigDecimal("273.15"), BigDecimal.ONE, true, "K"),
            "[degF]", new Rule(new BigDecimal("459.67"), fraction(5, 9), false, "K"),
            "[degRe]", new Rule(new BigDecimal("218.52"), new BigDecimal("1.25"), true, "K"));

    private Ucum() {}

    private static final class Definitions {
        static final UcumEssenceService SERVICE = load();
        /** Bracketed units that are one of nothing else. */
        static final Set<String> ARBITRARY = SERVICE.getModel().getDefinedUnits().stream()
                .filter(Definitions::arbitrary)
                .map(DefinedUnit::getCode)
                .collect(Collectors.toUnmodifiableSet());

        static final List<String> SPECIAL = SERVICE.getModel().getDefinedUnits().stream()
                .filter(DefinedUnit::isSpecial)
                .map(DefinedUnit::getCode)
                .toList();

        private static boolean arbitrary(DefinedUnit unit) {
            return unit.getCode().startsWith("[")
                    && !unit.isSpecial()
                    && unit.getValue().getUnit().equals("1")
                    && unit.getValue().getValue().isOne();
        }

        private static UcumEssenceService load() {
            try (InputStream in = UcumEssenceService.class.getResourceAsStream("/ucum-essence.xml")) {
                return new UcumEssenceService(in);
            } catch (Exception e) {
                throw new IllegalStateException("The definitions of UCUM cannot be read", e);
            }
        }
    }

    /** The value in base units; empty when the code is no UCUM unit. The unit of a pure number is {@code 1}. */
    public static Optional<Canonical> canonical(BigDecimal value, String code) {
        return rule(code).map(rule -> new Canonical(apply(rule, value), rule.unit()));
    }

    /** Whether the code is a unit of UCUM. */
    public static boolean isUnit(String code) {
        return rule(code).isPresent();
    }

    private static BigDecimal apply(Rule rule, BigDecimal value) {
        BigDecimal result = value.add(rule.offset()).multiply(rule.factor());
        return rule.exact() ? result : result.round(INEXACT).stripTrailingZeros();
    }

    private static Optional<Rule> rule(String code) {
        Optional<Rule> known = RULES.get(code);
        if (known != null) {
            return known;
        }
        Optional<Rule> found = Optional.ofNullable(find(code));
        if (RULES.size() < MOST) {
            RULES.put(code, found);
        }
        return found;
    }

    private static @Nullable Rule find(String code) {
        if (code.isEmpty() || code.length() > LONGEST_CODE || code.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            return null;
        }
        Rule offset = OFFSETS.get(code);
        if (offset != null) {
            return offset;
        }
        if (Definitions.SERVICE.validate(code) != null) {
            return null;
        }
        if (Definitions.SPECIAL.stream().anyMatch(special -> mentions(code, special))) {
            return new Rule(BigDecimal.ZERO, BigDecimal.ONE, true, code);
        }
        try {
            Pair one = Definitions.SERVICE.getCanonicalForm(new Pair(new Decimal("1"), code));
            BigDecimal factor = new BigDecimal(one.getValue().asDecimal()).stripTrailingZeros();
            return new Rule(
                    BigDecimal.ZERO,
                    factor,
                    factor.precision() <= INEXACT.getPrecision(),
                    unit(one.getCode() == null ? "" : one.getCode(), code));
        } catch (UcumException e) {
            return new Rule(BigDecimal.ZERO, BigDecimal.ONE, true, code);
        }
    }

    /** Whether a special unit stands in the code as a unit, alone or with a prefix: {@code dB}, not {@code [Btu]}. */
    private static boolean mentions(String code, String special) {
        if (special.startsWith("[")) {
            return code.contains(special);
        }
        return Pattern.compile("(^|[./(])[a-zA-Z]{0,2}" + Pattern.quote(special) + "($|[./)\\d{+-])")
                .matcher(code)
                .find();
    }

    private static String unit(String base, String code) {
        Set<String> arbitrary = new TreeSet<>();
        BRACKETED.matcher(code).results().forEach(found -> {
            String name = found.group().equals("[IU]") ? "[iU]" : found.group();
            if (Definitions.ARBITRARY.contains(name)) {
                arbitrary.add(name);
            }
        });
        if (!base.isEmpty()) {
            arbitrary.add(base);
        }
        return arbitrary.isEmpty() ? "1" : String.join(".", arbitrary);
    }

    private static BigDecimal fraction(int numerator, int denominator) {
        return BigDecimal.valueOf(numerator).divide(BigDecimal.valueOf(denominator), MathContext.DECIMAL128);
    }
}
