package health.weft.matching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchTest {
    @Test
    void batch_and_online_give_the_same_bits() {
        List<Demographics> records = MadeUpPeople.pairs(400, 3);
        Linked linked = link(records);
        Scorer online = new Scorer(linked.model(), linked.frequencies());
        assertThat(linked.pairs()).hasSizeGreaterThan(100).allSatisfy(pair -> {
            Score score = online.score(records.get(pair.a()), records.get(pair.b()));
            assertThat(Double.doubleToLongBits(score.log2())).isEqualTo(Double.doubleToLongBits(pair.log2()));
            assertThat(online.score(records.get(pair.b()), records.get(pair.a())))
                    .isEqualTo(score);
        });
    }

    @Test
    void the_same_input_gives_the_same_clusters() {
        List<Demographics> records = MadeUpPeople.pairs(300, 5);
        assertThat(link(records).cluster()).isEqualTo(link(records).cluster());
        assertThat(link(records).model()).isEqualTo(link(records).model());
    }

    @Test
    void the_order_of_arrival_hardly_matters() {
        List<Integer> order = new ArrayList<>();
        List<Demographics> records = MadeUpPeople.pairs(500, 7);
        for (int i = 0; i < records.size(); i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(1));
        int[] straight = link(records).cluster();
        int[] other = link(order.stream().map(records::get).toList()).cluster();
        int[] shuffled = new int[other.length];
        for (int i = 0; i < other.length; i++) {
            shuffled[order.get(i)] = order.get(other[i]);
        }
        assertThat(f1(straight, shuffled)).isGreaterThanOrEqualTo(.995);
    }

    @Test
    void nobody_is_found_twice_in_a_file_without_duplicates() {
        Batch batch = new Batch(true);
        List<Demographics> records = MadeUpPeople.pairs(300, 9);
        for (int i = 0; i < records.size(); i++) {
            batch.add(records.get(i), i % 2);
        }
        int[] cluster = batch.link(Model.standard(), true, Progress.SILENT).cluster();
        Map<Integer, List<Integer>> members = new HashMap<>();
        for (int i = 0; i < cluster.length; i++) {
            members.computeIfAbsent(cluster[i], key -> new ArrayList<>()).add(i % 2);
        }
        assertThat(members.values()).allSatisfy(files -> assertThat(files).doesNotHaveDuplicates());
        assertThat(members.values()).anyMatch(files -> files.size() == 2);
    }

    @Test
    void a_pair_met_in_an_earlier_block_is_not_met_again() {
        long[] keys = {1, 2, 3, 1, 2, 3, 3};
        BlockIndex blocks = new BlockIndex(keys, new int[] {0, 3, 6, 7}, 3);
        int first = 0;
        for (int block = 0; block < blocks.blocks(); block++) {
            first += blocks.metBefore(block, 0, 1) ? 0 : 1;
        }
        assertThat(blocks.blocks()).isEqualTo(3);
        assertThat(first).isEqualTo(1);
        assertThat(blocks.meet(0, 2)).isTrue();
    }

    @Test
    void a_block_that_is_too_large_is_left_out_and_told() {
        int records = Blocks.LARGEST + 1;
        long[] keys = new long[records];
        int[] starts = new int[records + 1];
        for (int i = 0; i < records; i++) {
            keys[i] = 42;
            starts[i + 1] = i + 1;
        }
        BlockIndex blocks = new BlockIndex(keys, starts, records);
        assertThat(blocks.blocks()).isZero();
        assertThat(blocks.dropped).isEqualTo(1);
        assertThat(blocks.largestDropped).isEqualTo(records);
    }

    @Test
    void nothing_and_one_record_are_linked_as_well() {
        assertThat(link(List.of()).cluster()).isEmpty();
        assertThat(link(MadeUpPeople.pairs(1, 1).subList(0, 1)).cluster()).containsExactly(0);
    }

    private static Linked link(List<Demographics> records) {
        Batch batch = new Batch(false);
        records.forEach(record -> batch.add(record, 0));
        return batch.link(Model.standard(), true, Progress.SILENT);
    }

    /** People with two records each, the second with an error in one field. */
    private static double f1(int[] expected, int[] found) {
        long both = 0;
        long one = 0;
        long other = 0;
        for (int i = 0; i < expected.length; i++) {
            for (int j = i + 1; j < expected.length; j++) {
                boolean x = expected[i] == expected[j];
                boolean y = found[i] == found[j];
                both += x && y ? 1 : 0;
                one += x ? 1 : 0;
                other += y ? 1 : 0;
            }
        }
        return 2.0 * both / (one + other);
    }
}
