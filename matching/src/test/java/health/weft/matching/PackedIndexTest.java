package health.weft.matching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class PackedIndexTest {
    private final Scorer scorer = new Scorer(Model.standard(), Frequencies.NONE);

    @Test
    void it_finds_what_comparing_with_everyone_who_shares_a_key_finds_to_the_bit() {
        List<Demographics> records = MadeUpPeople.pairs(600, 11);
        Map<Long, Demographics> kept = new HashMap<>();
        PackedIndex index = new PackedIndex(8);
        for (int i = 0; i < records.size(); i += 2) {
            kept.put((long) i, records.get(i));
            index.put(i, 1, records.get(i));
        }
        int found = 0;
        for (int i = 1; i < records.size(); i += 2) {
            found += same(index, kept, records.get(i));
        }
        assertThat(found).isGreaterThan(500);
    }

    @Test
    void after_any_changes_it_answers_as_if_made_anew() {
        Random random = new Random(4);
        List<Demographics> records = MadeUpPeople.pairs(500, 12);
        Map<Long, Demographics> kept = new HashMap<>();
        PackedIndex index = new PackedIndex(8);
        for (int change = 1; change <= 4_000; change++) {
            long id = random.nextInt(120) - 60;
            if (random.nextInt(5) == 0) {
                index.remove(id, change);
                kept.remove(id);
            } else {
                Demographics d = records.get(random.nextInt(records.size()));
                assertThat(index.put(id, change, d)).isTrue();
                kept.put(id, d);
            }
        }
        assertThat(index.size()).isEqualTo(kept.size());
        assertThat(index.waste()).isGreaterThan(2_000);
        int found = 0;
        for (Demographics wanted : records) {
            found += same(index, kept, wanted);
        }
        assertThat(found).isGreaterThan(100);
    }

    /** How many were found, after it was checked that these and no others resemble. */
    private int same(PackedIndex index, Map<Long, Demographics> kept, Demographics wanted) {
        Map<Long, Score> expected = new HashMap<>();
        List<String> keys = Blocks.keys(wanted);
        kept.forEach((id, other) -> {
            Score score = scorer.score(wanted, other);
            if (score.decision() != Decision.NONE && Blocks.keys(other).stream().anyMatch(keys::contains)) {
                expected.put(id, score);
            }
        });
        List<PackedIndex.Near> near = index.near(wanted, scorer);
        Map<Long, Score> found = new HashMap<>();
        near.forEach(each -> found.put(each.id(), each.score()));
        assertThat(found).isEqualTo(expected);
        assertThat(near).extracting(PackedIndex.Near::id).isSorted();
        return found.size();
    }

    @Test
    void what_is_older_than_what_is_known_changes_nothing() {
        List<Demographics> two = MadeUpPeople.pairs(2, 13);
        PackedIndex index = new PackedIndex(8);
        assertThat(index.put(1, 5, two.get(0))).isTrue();
        assertThat(index.put(1, 5, two.get(2))).isFalse();
        assertThat(index.put(1, 4, two.get(2))).isFalse();
        index.remove(1, 4);
        assertThat(index.change(1)).isEqualTo(5);
        assertThat(index.near(two.get(0), scorer)).hasSize(1);
        index.remove(1, 5);
        assertThat(index.change(1)).isEqualTo(Long.MIN_VALUE);
        assertThat(index.near(two.get(0), scorer)).isEmpty();
    }

    @Test
    void a_number_that_a_whole_shelter_has_leads_to_nobody_until_most_have_left() {
        PackedIndex index = new PackedIndex(8);
        List<Demographics> guests = new ArrayList<>();
        for (int i = 0; i < Blocks.LARGEST + 1; i++) {
            guests.add(
                    Demographics.builder().phone("508-777-1234").given("Q" + i).build());
            index.put(i, 1, guests.getLast());
        }
        assertThat(index.sharing(guests.getFirst())).isEmpty();
        index.remove(7, 2);
        assertThat(index.sharing(guests.getFirst())).hasSize(Blocks.LARGEST);
        for (int i = 0; i < guests.size() - 3; i++) {
            index.remove(i, 2);
        }
        assertThat(index.sharing(guests.getFirst())).hasSize(3);
    }

    @Test
    void a_person_whose_record_changes_a_thousand_times_is_still_found() {
        List<Demographics> two = MadeUpPeople.pairs(1, 14);
        PackedIndex index = new PackedIndex(8);
        for (int change = 0; change < 3_000; change++) {
            index.put(9, change, two.get(change % 2));
        }
        assertThat(index.sharing(two.getFirst())).containsExactly(9);
        assertThat(index.near(two.getFirst(), scorer))
                .extracting(PackedIndex.Near::change)
                .containsExactly(2_999L);
    }

    @Test
    void many_ask_while_others_write() throws Exception {
        List<Demographics> records = MadeUpPeople.pairs(400, 15);
        PackedIndex index = new PackedIndex(8);
        Map<Long, Demographics> still = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            still.put((long) i, records.get(i));
            index.put(i, 1, records.get(i));
        }
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(7)) {
            Future<?> writer = threads.submit(() -> {
                for (int change = 2; !over.get(); change++) {
                    index.put(1_000 + change % 300, change, records.get(200 + change % 600));
                }
            });
            List<Future<Integer>> asking = new ArrayList<>();
            for (int t = 0; t < 6; t++) {
                int first = t;
                asking.add(threads.submit(() -> {
                    int asked = 0;
                    for (int i = first; i < 200; i += 1) {
                        Set<Long> found = new HashSet<>();
                        for (PackedIndex.Near near : index.near(records.get(i), scorer)) {
                            if (near.id() < 1_000) {
                                assertThat(near.score()).isEqualTo(scorer.score(records.get(i), still.get(near.id())));
                                found.add(near.id());
                            }
                        }
                        assertThat(found).contains((long) i);
                        asked++;
                    }
                    return asked;
                }));
            }
            for (int t = 0; t < 6; t++) {
                assertThat(asking.get(t).get()).isEqualTo(200 - t);
            }
            over.set(true);
            writer.get();
        }
    }

    @Test
    void questions_leave_nothing_behind() {
        List<Demographics> records = MadeUpPeople.pairs(50, 16);
        PackedIndex index = new PackedIndex(8);
        for (int i = 0; i < 20; i++) {
            index.put(i, 1, records.get(i));
        }
        for (int round = 0; round < 3; round++) {
            for (int i = 20; i < records.size(); i++) {
                index.near(records.get(i), scorer);
            }
        }
        assertThat(index.size()).isEqualTo(20);
        assertThat(index.waste()).isZero();
    }
}
