package health.weft.demo;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Chance that falls the same way on every machine: drawn from names, not from a clock. */
final class Chance {
    private final RandomGenerator random;

    private Chance(long seed) {
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    static Chance of(String... names) {
        return new Chance(id(names).getMostSignificantBits());
    }

    /** An id that the same names always give. */
    static UUID id(String... names) {
        return UUID.nameUUIDFromBytes(String.join("\u0000", names).getBytes(StandardCharsets.UTF_8));
    }

    boolean in(double share) {
        return random.nextDouble() < share;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    <T> T oneOf(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
