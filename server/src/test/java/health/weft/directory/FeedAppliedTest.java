package health.weft.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.WeftTest;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A feed is applied part after part; whatever ends it midway, it comes to the same end, and nothing is done twice. */
class FeedAppliedTest extends WeftTest {
    private static final int MANY = 700;

    @Autowired
    private Feeds feeds;

    @Autowired
    private FeedApplying applying;

    @Autowired
    private FeedWork work;

    @Autowired
    private JdbcClient jdbc;

    @TempDir
    private Path folder;

    private final String mark = UUID.randomUUID().toString().substring(0, 8);
    private final Caller steward =
            new Caller("feed-steward", "Stella", "Organization/convener", "Network", Set.of(Role.CONVENER), "en");

    @Test
    void what_was_ended_midway_and_gone_on_with_is_what_an_undisturbed_one_is() throws Exception {
        String whole = "whole-" + mark;
        String ended = "ended-" + mark;
        feeds.apply(steward, check(whole));

        long run = check(ended);
        applying.begin(steward, run);
        assertThat(rows(ended)).as("the rows are there at once").isEqualTo(rows(whole));
        assertThat(applying.part(run)).isTrue();
        assertThat(applying.part(run)).isTrue();
        FeedRun midway = feeds.run(steward, run);
        assertThat(midway.state()).isEqualTo("applying");
        assertThat(midway.progress()).isEqualTo(new FeedRun.Progress(MANY, 3 * MANY));
        assertThat(views(ended)).isEqualTo("Organization " + MANY + " of version 1");
        feeds.discard(steward, run);
        assertThat(feeds.run(steward, run).state())
                .as("it cannot be let go any more")
                .isEqualTo("applying");

        FeedRun applied = feeds.apply(steward, run);
        assertThat(applied.state()).isEqualTo("applied");
        assertThat(applied.progress()).isNull();
        assertThat(views(ended))
                .isEqualTo(views(whole))
                .isEqualTo("HealthcareService " + MANY + " of version 1, Location " + MANY
                        + " of version 1, Organization " + MANY + " of version 1");
        assertThat(documents(ended)).isEqualTo(documents(whole));
        assertThat(staged(run)).isZero();
        assertThatThrownBy(() -> feeds.apply(steward, run)).isInstanceOf(Problem.class);
    }

    @Test
    void what_a_killed_server_left_is_brought_to_its_end_by_another_even_by_two_at_once() throws Exception {
        String feed = "left-" + mark;
        long run = check(feed);
        applying.begin(steward, run);
        applying.part(run);
        assertThat(jdbc.sql("select counts #>> '{following,at}' from directory.run where id = ?")
                        .param(run)
                        .query(String.class)
                        .single())
                .as("somebody was at it just now, so nobody else goes on")
                .isNotEqualTo("-infinity");
        jdbc.sql(
                        "update directory.run set counts = jsonb_set(counts, '{following,at}', '\"2020-01-01T00:00:00Z\"') where id = ?")
                .param(run)
                .update();
        try (ExecutorService two = Executors.newFixedThreadPool(2)) {
            two.submit(work::one);
            two.submit(() -> applying.finish(run)).get();
        }
        assertThat(feeds.run(steward, run).state()).isEqualTo("applied");
        assertThat(views(feed))
                .isEqualTo("HealthcareService " + MANY + " of version 1, Location " + MANY
                        + " of version 1, Organization " + MANY + " of version 1");
    }

    @Test
    void the_same_again_changes_nothing() throws Exception {
        String feed = "again-" + mark;
        feeds.apply(steward, check(feed));
        String before = views(feed) + documents(feed);
        FeedRun again = feeds.apply(steward, check(feed));
        assertThat(again.count("new") + again.count("changed")).isZero();
        assertThat(again.count("same")).isEqualTo(4L * MANY);
        assertThat(views(feed) + documents(feed)).isEqualTo(before);
    }

    @Test
    void what_fhir_cannot_say_is_told_and_the_others_are_there() throws Exception {
        String feed = "unsaid-" + mark;
        Path file = folder.resolve("two.json");
        Files.writeString(
                file,
                "[" + FeedTest.organization("1", "Bread for " + mark, "Bread") + ","
                        + FeedTest.organization("2", "Soup for " + mark, "Soup") + "]");
        long run = feeds.check(steward, feed, "two.json", file, false).id();
        jdbc.sql(
                        "update directory.staged set document = document || '{\"name\": \"\"}' where run = ? and type = 'location' and source_id = '2'")
                .param(run)
                .update();
        FeedRun applied = feeds.apply(steward, run);
        assertThat(applied.state()).isEqualTo("applied");
        assertThat(feeds.findings(steward, run, 10))
                .extracting(Finding::type, f -> f.message().startsWith("FHIR cannot say it: "))
                .as("the place, and the service that is there")
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("location", true),
                        org.assertj.core.groups.Tuple.tuple("service", true));
        assertThat(views(feed)).contains("Location 1 of version 1", "Organization 2 of version 1");
    }

    private long check(String feed) throws Exception {
        Path file = folder.resolve(feed + ".json");
        Files.writeString(
                file,
                IntStream.rangeClosed(1, MANY)
                        .mapToObj(n -> FeedTest.organization("q" + n, "Quay " + mark + " " + n, "Ferry help " + n))
                        .collect(Collectors.joining(",", "[", "]")));
        return feeds.check(steward, feed, feed + ".json", file, false).id();
    }

    private long rows(String feed) {
        return jdbc.sql("select count(*) from directory.service where feed = ?")
                .param(feed)
                .query(Long.class)
                .single();
    }

    private long staged(long run) {
        return jdbc.sql("select count(*) from directory.staged where run = ?")
                .param(run)
                .query(Long.class)
                .single();
    }

    /** What the record has of a feed, by type and version. */
    private String views(String feed) {
        return String.join(", ", jdbc.sql("""
                select r.rtype || ' ' || count(*) || ' of version ' || r.ver from directory.source s
                  join record.res r on r.id = s.id and r.rtype = case s.type when 'organization' then 'Organization'
                       when 'location' then 'Location' when 'service' then 'HealthcareService' end
                 where s.feed = ? group by r.rtype, r.ver order by 1""").param(feed).query(String.class).list());
    }

    /** What the directory says and search finds, whatever the feed's ids are here. */
    private List<String> documents(String feed) {
        return jdbc.sql("""
                select s.name || ' ' || o.name || ' ' || s.search::text || ' ' || s.traits::text || ' ' || l.name
                  from directory.service s join directory.organization o on o.id = s.organization_id
                  join directory.service_at_location a on a.service_id = s.id join directory.location l on l.id = a.location_id
                 where s.feed = ? order by 1""").param(feed).query(String.class).list();
    }
}
