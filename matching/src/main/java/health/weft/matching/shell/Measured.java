package health.weft.matching.shell;

import health.weft.matching.Linked;

/** One measurement: a set, how right, and what it cost. */
record Measured(String name, int records, Accuracy accuracy, double blockingRecall, Linked linked, double seconds) {
    static final String HEAD = """
            | set | records | precision | recall | F1 | B-cubed | blocking recall | review | expected matches | pairs scored | s |
            |---|---|---|---|---|---|---|---|---|---|---|
            """;

    String row() {
        return "| %s | %,d | %.4f | %.4f | %.4f | %.4f | %.4f | %.2f %% | %,.0f | %,d | %.1f |%n"
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
                        seconds);
    }
}
