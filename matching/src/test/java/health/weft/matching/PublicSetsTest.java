package health.weft.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Accuracy on labelled public sets, with weights nobody trained on them. The floors are what was measured, less a little.
 * Skipped where the sets are absent (folder given by {@code weft.matching.data}).
 */
class PublicSetsTest {
    private static final Path FOLDER = Path.of(System.getProperty("weft.matching.data", "../../shared/data/matching"));

    @Test
    void febrl_3() throws IOException {
        assertThat(f1("dataset3.csv", PublicSetsTest::febrl, row -> row.get("rec_id")
                        .split("-")[1]))
                .isGreaterThan(.96);
    }

    @Test
    void febrl_generated_c() throws IOException {
        assertThat(f1("dsgen_C_5000.csv", PublicSetsTest::febrl, PublicSetsTest::tenth))
                .isGreaterThan(.8);
    }

    @Test
    void rl_data_500() throws IOException {
        assertThat(f1("RLdata500.csv", PublicSetsTest::german, row -> row.get("ent_id")))
                .isGreaterThan(.94);
    }

    @Test
    void fake_1000() throws IOException {
        assertThat(f1("fake_1000.csv", PublicSetsTest::splink, row -> row.get("cluster")))
                .isGreaterThan(.65);
    }

    private static String tenth(Map<String, String> row) {
        return String.valueOf(Integer.parseInt(row.getOrDefault("rec_id", "0")) / 10);
    }

    private static void febrl(Map<String, String> row, Demographics.Builder to) {
        to.region("AU")
                .given(row.get("given_name"))
                .family(row.get("surname"))
                .addressLine(row.get("address_1"))
                .houseNumber(row.get("street_number"))
                .city(row.get("suburb"))
                .state(row.get("state"))
                .postcode(row.get("postcode"))
                .birthDate(row.get("date_of_birth"))
                .phone(row.get("phone_number"))
                .identifier("ssn", row.get("soc_sec_id"));
    }

    private static void german(Map<String, String> row, Demographics.Builder to) {
        to.given(row.get("fname_c1"))
                .middle(row.get("fname_c2"))
                .family(row.get("lname_c1"))
                .birthDate("%s-%02d-%02d"
                        .formatted(
                                row.get("by"),
                                Integer.parseInt(row.getOrDefault("bm", "0")),
                                Integer.parseInt(row.getOrDefault("bd", "0"))));
    }

    private static void splink(Map<String, String> row, Demographics.Builder to) {
        to.given(row.get("first_name"))
                .family(row.get("surname"))
                .birthDate(row.get("dob"))
                .city(row.get("city"))
                .email(row.get("email"));
    }

    private static double f1(
            String file,
            BiConsumer<Map<String, String>, Demographics.Builder> read,
            Function<Map<String, String>, String> truth)
            throws IOException {
        Path path = FOLDER.resolve(file);
        assumeTrue(Files.exists(path), "no " + file);
        List<Demographics> records = new ArrayList<>();
        List<String> entity = new ArrayList<>();
        List<String> lines = Files.readAllLines(path);
        String[] header = lines.getFirst().split(",", -1);
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",", -1);
            Map<String, String> row = new HashMap<>();
            for (int i = 0; i < header.length; i++) {
                row.put(header[i].trim(), cells[i].trim().equals("NA") ? "" : cells[i].trim());
            }
            Demographics.Builder to = Demographics.builder();
            read.accept(row, to);
            records.add(to.build());
            entity.add(truth.apply(row));
        }
        Linked result = new Linkage(new Scorer(Model.standard(), Frequencies.NONE)).link(records);
        long both = 0;
        long found = 0;
        long real = 0;
        for (int i = 0; i < records.size(); i++) {
            for (int j = i + 1; j < records.size(); j++) {
                boolean same = entity.get(i).equals(entity.get(j));
                boolean joined = result.cluster()[i] == result.cluster()[j];
                real += same ? 1 : 0;
                found += joined ? 1 : 0;
                both += same && joined ? 1 : 0;
            }
        }
        double precision = (double) both / found;
        double recall = (double) both / real;
        double f1 = 2 * precision * recall / (precision + recall);
        System.out.printf(
                "%s: F1 %.4f, precision %.4f, recall %.4f, %d pairs scored, %d for review, %d blocks dropped%n",
                file, f1, precision, recall, result.scored(), result.review().size(), result.dropped());
        return f1;
    }
}
