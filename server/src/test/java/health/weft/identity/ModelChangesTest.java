package health.weft.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import health.weft.WeftTest;
import health.weft.live.Live;
import health.weft.live.LiveListener;
import health.weft.matching.FieldKind;
import health.weft.matching.Level;
import health.weft.matching.Model;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** What labels say of m comes into force by a steward's word, on every instance, and goes again. */
class ModelChangesTest extends WeftTest {
    private static final String OWN = Model.standard().version();

    @Autowired
    private Records records;

    @Autowired
    private ModelChanges changes;

    @Autowired
    private Models models;

    @Autowired
    private InForce inForce;

    @Autowired
    private ModelStore store;

    @Autowired
    private Deciding deciding;

    @Autowired
    private Identity identity;

    @Autowired
    private Live live;

    @Autowired
    private TransactionTemplate transaction;

    @Autowired
    private JdbcClient jdbc;

    private Caller clinic = Caller.PLATFORM;
    private Caller hospital = Caller.PLATFORM;
    private Caller steward = Caller.PLATFORM;

    @BeforeAll
    void a_network_with_pairs_enough() {
        clinic = Copies.clinic(accounts, "Tamarack Clinic");
        hospital = Copies.clinic(accounts, "Hemlock Hospital");
        steward = Copies.steward(accounts, "Vera Weights");
        for (int i = 0; i < 18; i++) {
            Copies.write(
                    records,
                    clinic,
                    Copies.name(700 + i),
                    Copies.born(700 + i),
                    "508-555-77%02d".formatted(i),
                    i + " Fir");
        }
    }

    @BeforeEach
    void nothing_was_labelled() {
        SettledLabels.clear(jdbc);
        inForce.changed();
    }

    @AfterEach
    void the_librarys_own_is_in_force_again() {
        nothing_was_labelled();
    }

    // ------------------------------------------------------------------------------------------------ few and many

    @Test
    void with_few_labels_the_proposal_is_shown_and_not_put_into_force() {
        SettledLabels.write(jdbc, 39, 61);
        ModelProposal proposal = changes.proposal(steward);
        assertThat(proposal.enough()).isFalse();
        assertThat(proposal.levels()).isNotEmpty();
        refused(Category.UNPROCESSABLE, () -> changes.put(steward, OWN, "I could not wait."))
                .hasMessageContaining("100 labeled pairs")
                .hasMessageContaining("40");
        assertThat(inForce.model()).isEqualTo(Model.standard());
        assertThat(changes.turns(steward)).isEmpty();
    }

    @Test
    void what_labels_say_is_drawn_towards_the_model_in_force() {
        for (Caller each : List.of(clinic, hospital)) {
            Copies.write(records, each, Copies.name(760), Copies.born(760), "508-555-7760", "760 Fir");
        }
        SettledLabels.write(jdbc, 60, 60);
        ModelProposal proposal = changes.proposal(steward);
        ModelProposal.Level nickname = proposal.levels().stream()
                .filter(level -> level.kind() == FieldKind.GIVEN && level.name().equals("nickname"))
                .findFirst()
                .orElseThrow();
        // 60 of 60 labels, against 40 pairs that agree as the model has it: .05.
        assertThat(nickname.worth()).isCloseTo(60, within(1e-6));
        assertThat(nickname.then()).isCloseTo((60 + 40 * .05) / 100, within(1e-9));
        assertThat(nickname.weightThen() - nickname.weight())
                .isCloseTo(Math.log(.62 / .05) / Math.log(2), within(1e-9));
        assertThat(proposal.levels())
                .allMatch(level -> level.kind() == FieldKind.GIVEN || level.kind() == FieldKind.FAMILY);
        assertThat(proposal.moves().looked()).isPositive();
        assertThat(proposal.before().precision()).isBetween(.5, 1.0);
        assertThat(proposal.labelled().same() + proposal.labelled().other()).isEqualTo(120);
    }

    // ------------------------------------------------------------------------------------------------ in force

    @Test
    void a_new_version_scores_what_is_written_from_then_on_and_the_one_before_comes_back() {
        SettledLabels.write(jdbc, 60, 60);
        String next = changes.proposal(steward).next();
        assertThat(changes.put(steward, OWN, "A hundred and twenty labels.")).isEqualTo(next);
        assertThat(m(inForce.model(), "nickname")).isCloseTo(.62, within(1e-9));
        assertThat(inForce.model().levels().get(FieldKind.PHONE))
                .isEqualTo(Model.standard().levels().get(FieldKind.PHONE));
        assertThat(models.report(steward).model().version()).isEqualTo(next);
        assertThat(models.report(steward).days()).as("counted anew").isNotEmpty();
        Stored one = Copies.write(records, clinic, "Wolfhart Ziegenbein", "1931-07-29", "508-555-7821", "1 Spruce");
        assertThat(versions(one)).containsExactly(next);
        assertThat(changes.undo(steward, next, "Too early.")).isEqualTo(OWN);
        assertThat(inForce.model()).isEqualTo(Model.standard());
        Stored other = Copies.write(records, hospital, "Wolfhart Ziegenbein", "1931-07-29", "508-555-7821", "1 Spruce");
        assertThat(versions(other)).containsExactly(OWN);
        assertThat(versions(one)).as("links tell the version that made them").containsExactly(next);
        assertThat(identity.personOf(one.rid())).isEqualTo(identity.personOf(other.rid()));
        assertThat(changes.turns(steward))
                .extracting(ModelTurn::version, ModelTurn::undo, ModelTurn::labels, ModelTurn::reason)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(OWN, true, 0L, "Too early."),
                        org.assertj.core.groups.Tuple.tuple(next, false, 120L, "A hundred and twenty labels."));
        assertThat(jdbc.sql("select count(*) from audit.event where username = ? and subject = 'Patient/$model'")
                        .param(steward.username())
                        .query(Long.class)
                        .single())
                .isGreaterThanOrEqualTo(2);
        refused(Category.CONFLICT, () -> changes.undo(steward, OWN, "Once more."))
                .hasMessageContaining("Nothing was put into force");
    }

    @Test
    void what_people_decided_stays_under_another_model() {
        Stored one = Copies.write(records, clinic, "Kunigunde Farnbacher", "1942-04-18", "508-555-7822", "2 Spruce");
        Stored other =
                Copies.write(records, hospital, "Theodolinde Osterwald", "1977-11-02", "508-555-7823", "8 Beech");
        deciding.decide(steward, one.rid(), other.rid(), Verdict.SAME, "I know her by both names.");
        SettledLabels.write(jdbc, 60, 60);
        changes.put(steward, OWN, "Enough labels.");
        records.update(
                hospital,
                Copies.json(hospital, "Theodolinde Osterwaldt", "1977-11-02", "508-555-7823", "8 Beech")
                        .put("id", other.id()),
                null);
        assertThat(identity.personOf(other.rid())).isEqualTo(identity.personOf(one.rid()));
    }

    @Test
    void each_version_begins_without_labels_and_a_second_turn_goes_back_in_its_turn() {
        SettledLabels.write(jdbc, 60, 60);
        String next = changes.put(steward, OWN, "First.");
        assertThat(changes.proposal(steward).settled()).isZero();
        assertThat(changes.proposal(steward).levels()).isEmpty();
        jdbc.sql("update identity.draw set model = ?").param(next).update();
        String third = changes.put(steward, next, "Second.");
        assertThat(third).isNotEqualTo(next);
        assertThat(m(inForce.model(), "nickname")).isCloseTo((60 + 40 * .62) / 100, within(1e-9));
        assertThat(changes.undo(steward, third, "Back.")).isEqualTo(next);
        assertThat(changes.undo(steward, next, "Further back.")).isEqualTo(OWN);
        assertThat(changes.mayUndo(steward)).isFalse();
    }

    // ------------------------------------------------------------------------------------------------ two instances

    @Test
    void what_another_instance_puts_into_force_is_in_force_here() {
        Model other = turned("elsewhere-1", .33);
        transaction.executeWithoutResult(status -> {
            store.keep(other, 200);
            store.turn(other.version(), OWN, null, "elsewhere", "Done on the other instance.");
            live.changed(InForce.TOPIC, List.of(LiveListener.EVERYBODY));
        });
        await().untilAsserted(() -> assertThat(inForce.model()).isEqualTo(other));
    }

    @Test
    void a_version_with_other_levels_than_are_compared_by_now_is_not_taken() {
        Map<FieldKind, List<Level>> levels = new EnumMap<>(Model.standard().levels());
        levels.put(FieldKind.SEX, List.of(new Level(FieldKind.SEX, "only", .5, .5)));
        Model old = new Model("old-1", levels, -13, -3, 5, -2);
        store.keep(old, 100);
        store.turn(old.version(), OWN, null, "somebody", "Long ago.");
        inForce.changed();
        assertThat(inForce.model()).isEqualTo(Model.standard());
    }

    // ------------------------------------------------------------------------------------------------ who may, and how

    @Test
    void stewards_turn_conveners_look_and_others_do_neither() {
        SettledLabels.write(jdbc, 60, 60);
        Caller convener = new Caller("conny", "Conny", "Organization/x", "x", Set.of(Role.CONVENER), "en");
        assertThat(changes.proposal(convener).enough()).isTrue();
        assertThat(changes.turns(convener)).isEmpty();
        refused(Category.FORBIDDEN, () -> changes.put(convener, OWN, "I answer for the network."));
        refused(Category.FORBIDDEN, () -> changes.undo(convener, OWN, "I answer for the network."));
        for (Caller other : List.of(clinic, Caller.PLATFORM)) {
            refused(Category.FORBIDDEN, () -> changes.proposal(other));
            refused(Category.FORBIDDEN, () -> changes.turns(other));
            refused(Category.FORBIDDEN, () -> changes.put(other, OWN, "Why not?"));
        }
        refused(Category.UNPROCESSABLE, () -> changes.put(steward, OWN, " "));
        refused(Category.UNPROCESSABLE, () -> changes.put(steward, OWN, "x".repeat(501)));
        changes.put(steward, OWN, "Once.");
        refused(Category.CONFLICT, () -> changes.put(steward, OWN, "Twice.")).hasMessageContaining("Another version");
        refused(Category.CONFLICT, () -> changes.undo(steward, OWN, "Of what was before."));
    }

    // ------------------------------------------------------------------------------------------------ steps

    private org.assertj.core.api.AbstractThrowableAssert<?, ?> refused(Category category, ThrowingCallable doing) {
        return assertThatThrownBy(doing).isInstanceOfSatisfying(Problem.class, p -> assertThat(p.category())
                .isEqualTo(category));
    }

    private List<String> versions(Stored copy) {
        return jdbc.sql("select distinct model from identity.link_event where pat = ?")
                .param(copy.rid())
                .query(String.class)
                .list();
    }

    private static double m(Model model, String given) {
        return model.levels().get(FieldKind.GIVEN).stream()
                .filter(level -> level.name().equals(given))
                .findFirst()
                .orElseThrow()
                .m();
    }

    /** The library's own with another m for nicknames. */
    private static Model turned(String version, double m) {
        Model own = Model.standard();
        Map<FieldKind, List<Level>> levels = new EnumMap<>(own.levels());
        List<Level> given = new ArrayList<>(levels.get(FieldKind.GIVEN));
        given.set(1, new Level(FieldKind.GIVEN, "nickname", m, given.get(1).u()));
        levels.put(FieldKind.GIVEN, List.copyOf(given));
        return new Model(version, Map.copyOf(levels), own.prior(), own.household(), own.link(), own.review());
    }
}
