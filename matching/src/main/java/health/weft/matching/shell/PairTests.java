package health.weft.matching.shell;

import health.weft.matching.Decision;
import health.weft.matching.Demographics;
import health.weft.matching.Frequencies;
import health.weft.matching.Model;
import health.weft.matching.Progress;
import health.weft.matching.Scorer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The CDC's pairs with an expected answer each (nbs_seed, nbs_test), put to the scorer as the server has it: nothing is learned. */
final class PairTests {
    private static final Schema SCHEMA = Schema.parse("""
            {"id": "Match Id", "fields": [
              {"column": "FIRST", "kind": "given"}, {"column": "LAST", "kind": "family"}, {"column": "SUFFIX", "kind": "suffix"},
              {"column": "BIRTHDATE", "kind": "birth date"}, {"column": "GENDER", "kind": "sex"},
              {"column": "ADDRESS", "kind": "street line"}, {"column": "CITY", "kind": "city"}, {"column": "STATE", "kind": "state"},
              {"column": "ZIP", "kind": "postcode"}, {"column": "SSN", "kind": "identifier", "system": "ssn"},
              {"column": "MAIDEN", "kind": "mother's maiden name"}]}""", "nbs");

    private PairTests() {}

    /** One line of text, empty where the sets are absent. */
    static String run(Path folder) {
        if (!Files.exists(folder.resolve("nbs_seed.csv")) || !Files.exists(folder.resolve("nbs_test.csv"))) {
            return "";
        }
        List<String> columns = Stream.concat(
                        Stream.of(SCHEMA.id()), SCHEMA.fields().stream().map(Schema.Field::column))
                .toList();
        Map<String, Demographics> seeds = new HashMap<>();
        new CsvFile(folder.resolve("nbs_seed.csv"))
                .read(columns, Progress.SILENT, (values, line) -> seeds.put(values[0], record(values)));
        List<String> asked = new ArrayList<>(columns);
        asked.add("Expected Result");
        Scorer scorer = new Scorer(Model.standard(), Frequencies.NONE);
        int[] told = new int[3];
        new CsvFile(folder.resolve("nbs_test.csv")).read(asked, Progress.SILENT, (values, line) -> {
            Demographics seed = seeds.get(values[0]);
            if (seed == null) {
                throw new Refusal("nbs_test.csv, line " + line + ": there is no seed " + values[0] + ".");
            }
            Decision decision = scorer.score(seed, record(values)).decision();
            String expected = values[values.length - 1];
            boolean wrong = decision == Decision.LINK && expected.equals("no_match")
                    || decision == Decision.NONE && expected.equals("match");
            boolean same = expected.equals(
                    switch (decision) {
                        case LINK -> "match";
                        case REVIEW -> "possible_match";
                        case NONE -> "no_match";
                    });
            told[same ? 0 : wrong ? 2 : 1]++;
        });
        return "%nnbs: of %d pairs %d as expected, %d nearer to or further from a person's look, %d the opposite.%n"
                .formatted(told[0] + told[1] + told[2], told[0], told[1], told[2]);
    }

    private static Demographics record(String[] values) {
        return SCHEMA.demographics(
                java.util.Arrays.copyOfRange(values, 1, 1 + SCHEMA.fields().size()));
    }
}
