package health.weft.record;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.AtOnce;
import health.weft.WeftTest;
import health.weft.fhir.Json;
import health.weft.security.PartyKind;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What one system sends over many connections at the same moment is stored together, and answered as if each had come alone. */
class NewFactsTest extends WeftTest {
    private static final int MANY = 240;
    private static final String CODE = "urn:test:new-facts";

    @Autowired
    JdbcClient jdbc;

    private String patient(String token, String family) throws Exception {
        HttpResponse<String> made = send("POST", "/Patient", token, """
                {"resourceType":"Patient","name":[{"family":"%s","given":["Thessaly"]}],"birthDate":"1909-03-09"}""".formatted(family));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return "Patient/" + Json.text(Json.parse(made.body()), "id");
    }

    private static String weight(String patient, String series, int kilograms) {
        return """
                {"resourceType":"Observation","status":"final","subject":{"reference":"%s"},
                 "code":{"coding":[{"system":"%s","code":"%s"}]},"valueQuantity":{"value":%d,"unit":"kg"}}""".formatted(patient, CODE, series, kilograms);
    }

    private static List<String> ids(List<HttpResponse<String>> answers) {
        return answers.stream()
                .map(answer -> Json.text(Json.parse(answer.body()), "id"))
                .toList();
    }

    private int found(String token, String series) throws Exception {
        HttpResponse<String> count =
                send("GET", "/Observation?_summary=count&code=" + CODE + "%7C" + series, token, "");
        return Json.parse(count.body()).path("total").asInt();
    }

    @Test
    void what_one_sends_at_once_is_each_stored_once_as_it_was_sent_and_on_record() throws Exception {
        String token = member("new-facts-clinic", PartyKind.CLINICAL);
        List<String> people =
                List.of(patient(token, "Ravensworth"), patient(token, "Umarova"), patient(token, "Zylberman"));
        List<HttpResponse<String>> answers = AtOnce.all(
                24,
                IntStream.range(0, MANY)
                        .<Callable<HttpResponse<String>>>mapToObj(
                                i -> () -> send("POST", "/Observation", token, weight(people.get(i % 3), "each", i)))
                        .toList());
        List<String> ids = ids(answers);
        assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(201);
        assertThat(new HashSet<>(ids)).hasSize(MANY);
        assertThat(found(token, "each")).isEqualTo(MANY);
        for (int i = 0; i < MANY; i++) {
            HttpResponse<String> answer = answers.get(i);
            assertThat(Json.parse(answer.body()).at("/valueQuantity/value").asInt())
                    .isEqualTo(i);
            assertThat(Json.parse(answer.body()).at("/subject/reference").asString())
                    .isEqualTo(people.get(i % 3));
            assertThat(answer.headers().firstValue("location").orElseThrow()).contains(ids.get(i));
        }
        assertThat(send("GET", "/Observation/" + ids.get(7), token, "").body())
                .isEqualTo(answers.get(7).body());
        String[] subjects = ids.stream().map(id -> "Observation/" + id).toArray(String[]::new);
        assertThat(jdbc.sql("""
                        select e.subject || array_to_string(e.pats, ',') from audit.event e
                         where e.action = 'CREATE' and e.username = 'new-facts-clinic' and e.subject = any(?)""").param(subjects).query(String.class).list())
                .containsExactlyInAnyOrderElementsOf(jdbc.sql(
                                "select 'Observation/' || r.id || r.pat from record.res r where r.rtype = 'Observation' and r.id = any(?)")
                        .param(ids.toArray(String[]::new))
                        .query(String.class)
                        .list());
        // Else this would show nothing: they did go together.
        assertThat(jdbc.sql(
                                "select count(distinct xmin::text) from record.res where rtype = 'Observation' and id = any(?)")
                        .param(ids.toArray(String[]::new))
                        .query(Integer.class)
                        .single())
                .isLessThan(MANY);
    }

    @Test
    void what_is_refused_takes_nothing_of_its_neighbours_with_it_and_is_answered_as_if_it_were_alone()
            throws Exception {
        String token = member("new-facts-lab", PartyKind.CLINICAL);
        String person = patient(token, "Featherstonhaugh");
        List<String> bad = List.of(
                weight("Patient/nobody-of-that-name", "mixed", 1),
                weight(person, "mixed", 2).replace("\"final\"", "\"finished\""),
                weight(person, "mixed", 3).replace("\"kg\"", "[]"));
        List<HttpResponse<String>> alone = new ArrayList<>();
        for (String each : bad) {
            alone.add(send("POST", "/Observation", token, each, "Prefer", "handling=strict"));
        }
        assertThat(alone).extracting(HttpResponse::statusCode).allMatch(status -> status >= 400 && status < 500);
        List<HttpResponse<String>> answers = AtOnce.all(
                24,
                IntStream.range(0, MANY)
                        .<Callable<HttpResponse<String>>>mapToObj(i -> () -> send(
                                "POST",
                                "/Observation",
                                token,
                                i % 8 == 5 ? bad.get(i / 8 % 3) : weight(person, "mixed", 100 + i)))
                        .toList());
        int stored = 0;
        for (int i = 0; i < MANY; i++) {
            HttpResponse<String> answer = answers.get(i);
            if (i % 8 == 5) {
                assertThat(answer.statusCode()).isEqualTo(alone.get(i / 8 % 3).statusCode());
                assertThat(answer.body()).isEqualTo(alone.get(i / 8 % 3).body());
            } else {
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
                assertThat(Json.parse(answer.body()).at("/valueQuantity/value").asInt())
                        .isEqualTo(100 + i);
                stored++;
            }
        }
        assertThat(found(token, "mixed")).isEqualTo(stored);
    }

    @Test
    void whoever_sends_at_the_same_moment_as_another_stores_under_their_own_name_and_learns_nothing_of_the_other()
            throws Exception {
        List<String> names = List.of("new-facts-north", "new-facts-south");
        List<String> tokens = new ArrayList<>();
        List<String> people = new ArrayList<>();
        for (String name : names) {
            tokens.add(member(name, PartyKind.CLINICAL));
            people.add(patient(tokens.getLast(), name.endsWith("north") ? "Quarrington" : "Sibelius-Oyelaran"));
        }
        // Every second one refers to the other's Patient, who is not there for this sender.
        List<HttpResponse<String>> answers = AtOnce.all(
                24,
                IntStream.range(0, MANY)
                        .<Callable<HttpResponse<String>>>mapToObj(i -> () -> send(
                                "POST", "/Observation", tokens.get(i % 2), weight(people.get(i / 2 % 2), "sides", i)))
                        .toList());
        for (int i = 0; i < MANY; i++) {
            assertThat(answers.get(i).statusCode()).isEqualTo(i % 2 == i / 2 % 2 ? 201 : 422);
        }
        for (int side = 0; side < 2; side++) {
            int which = side;
            Set<String> own = ids(IntStream.range(0, MANY)
                            .filter(i -> i % 2 == which && i / 2 % 2 == which)
                            .mapToObj(answers::get)
                            .toList())
                    .stream()
                    .collect(Collectors.toSet());
            assertThat(own).hasSize(MANY / 4);
            assertThat(found(tokens.get(side), "sides")).isEqualTo(MANY / 4);
            assertThat(jdbc.sql(
                                    "select distinct e.username from audit.event e where e.action = 'CREATE' and e.subject = any(?)")
                            .param(own.stream().map(id -> "Observation/" + id).toArray(String[]::new))
                            .query(String.class)
                            .list())
                    .containsExactly(names.get(side));
        }
    }

    @Test
    void a_token_that_ends_while_many_are_sent_stores_nothing_more_than_was_answered() throws Exception {
        String token = member("new-facts-leaving", PartyKind.CLINICAL);
        String person = patient(token, "Villanelle");
        List<Callable<HttpResponse<String>>> work = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            int n = i;
            work.add(() -> {
                if (n == MANY / 2) {
                    jdbc.sql("delete from security.access_token where username = 'new-facts-leaving'")
                            .update();
                }
                return send("POST", "/Observation", token, weight(person, "leaving", n));
            });
        }
        List<HttpResponse<String>> answers = AtOnce.all(24, work);
        assertThat(answers)
                .extracting(HttpResponse::statusCode)
                .contains(201, 401)
                .containsOnly(201, 401);
        long stored =
                answers.stream().filter(answer -> answer.statusCode() == 201).count();
        assertThat(jdbc.sql("""
                        select count(*) from record.res r where r.rtype = 'Observation' and not r.deleted
                           and convert_from(r.body, 'UTF8') like '%"leaving"%' and convert_from(r.body, 'UTF8') like '%' || ? || '%'""").param(CODE).query(Long.class).single()).isEqualTo(stored);
    }
}
