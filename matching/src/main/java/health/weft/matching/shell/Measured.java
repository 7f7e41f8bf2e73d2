package health.weft.matching.shell;

import health.weft.matching.Linked;

/**
 * One measurement: a set, how right, and what it cost.
 *
 * @param seconds from the file to the groups
 * @param cpuSeconds of all cores together for that, compiling and collecting included: what counts where others use the machine
 * @param memory MiB of heap at most
 */
record Measured(
        String name,
        int records,
        Accuracy accuracy,
        double blockingRecall,
        Linked linked,
        double seconds,
        double cpuSeconds,
        long memory) {
    static final String HEAD = """
            | set | records | precision | recall | F1 | B-cubed F1 | blocking recall | review | matches expected | pairs scored | pairs per CPU s | s | CPU s | heap MiB |
            |---|---|---|---|---|---|---|---|---|---|---|---|---|---|
            """;

    String row() {
        return "| %s | %,d | %.4f | %.4f | %.4f | %.4f | %.4f | %.2f %% | %,.0f | %,d | %,.0f | %.1f | %.1f | %,d |%n"
                .formatted(
                        name,
                        records,
                        accuracy.precision(),
                        accuracy.recall(),
                        accuracy.f1(),
                        accuracy.bcubed(),
                        blockingRecall,
                        accuracy.review() * 100,
                        linked.expected(),
                        linked.scored(),
                        linked.scored() / Math.max(linked.cpuSeconds(), 1e-3),
                        seconds,
                        cpuSeconds,
                        memory);
    }
}
