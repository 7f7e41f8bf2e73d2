package health.weft.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import health.weft.WeftTest;
import java.net.http.HttpResponse;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A name is what it looks like. */
class ClearNameTest extends WeftTest {
    private final String mark = UUID.randomUUID().toString().substring(0, 6);

    @Autowired
    private DataSource database;

    @Autowired
    private JdbcClient jdbc;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Worcester Table Food Bank",
                "Cl\u00ednica Nu\u00f1ez & Hijos, S. A.",
                "\u041a\u0430\u0444\u0435-Bar", // two words, each in its alphabet
                "\u5c71\u7530 Clinic",
                "YMCA #3 (North)",
                "\u03a9mega"
            })
    void names_of_one_alphabet_a_word_are_taken_but_for_one(String name) {
        boolean mixed = name.equals("\u03a9mega");
        assertThat(ClearName.wrong(name).isPresent()).isEqualTo(mixed);
    }

    @Test
    void what_mixes_or_hides_is_told_apart_also_where_one_hides_the_other() {
        assertThat(ClearName.wrong("H\u0430rbour")).contains(ClearName.Wrong.MIXED);
        assertThat(ClearName.wrong("\u202eHarbour")).contains(ClearName.Wrong.HIDDEN);
        assertThat(ClearName.mixedWord("Open H\u200b\u0430rbour")).contains("H\u0430rbour");
        assertThat(ClearName.mixedWord("\uff28\u0430rbour")).as("wide letters").isPresent();
        assertThat(ClearName.seen(" Open\u200b \u202eDoor\n")).isEqualTo("Open Door");
        assertThat(ClearName.wrong("x".repeat(100_000))).isEmpty();
    }

    @Test
    void names_that_are_drawn_alike_are_found() {
        assertThat(ClearName.looksLike("COPE", "\u0421\u041e\u0420\u0415"))
                .as("all Cyrillic")
                .isTrue();
        assertThat(ClearName.looksLike("Open  Door", "open door")).isTrue();
        assertThat(ClearName.looksLike("Open Door", "Open Door")).as("the same").isFalse();
        assertThat(ClearName.looksLike("Open Door", "Open Doors")).isFalse();
    }

    @Test
    void names_that_only_an_alphabet_tells_apart_are_found_and_case_and_spaces_are_no_matter() {
        assertThat(ClearName.mimics("COPE", "\u0421\u041e\u0420\u0415")).isTrue();
        assertThat(ClearName.mimics("cope", " \u0421\u041e\u0420\u0415")).isTrue();
        assertThat(ClearName.mimics("Open  Door", "open door"))
                .as("the same letters")
                .isFalse();
        assertThat(ClearName.mimics("Cope", "Hope")).isFalse();
    }

    @Test
    void a_system_cannot_write_an_organisation_that_is_not_what_it_looks_like() throws Exception {
        String token = member("names-" + mark, PartyKind.CLINICAL);
        accounts.party("Organization/vista-" + mark, "BECTA " + mark.replaceAll("[a-f]", "7"), PartyKind.COMMUNITY);
        String vista = "\u0412\u0415\u0421\u0422\u0410 " + mark.replaceAll("[a-f]", "7");
        for (String name : new String[] {"H\u0430rbour House", "\u202eHarbour House", vista}) {
            for (String field : new String[] {"\"name\":\"%s\"", "\"name\":\"Plain\",\"alias\":[\"%s\"]"}) {
                HttpResponse<String> refused = send(
                        "POST",
                        "/Organization",
                        token,
                        "{\"resourceType\":\"Organization\"," + field.formatted(name) + "}");
                assertThat(refused.statusCode()).as(name).isEqualTo(422);
                assertThat(refused.body()).contains("Organization.name");
            }
        }
        assertThat(send("POST", "/Organization", token, """
                {"resourceType":"Organization","name":"BECTA %s","alias":["Caf\u00e9 \u041a\u0430\u0444\u0435"]}""".formatted(mark.replaceAll("[a-f]", "7")))
                        .statusCode())
                .as("the member's own name, and two words each in its alphabet")
                .isEqualTo(201);
        assertThat(jdbc.sql("select count(*)::int from audit.event where party = ? and outcome = 'refused'")
                        .param("Organization/names-" + mark)
                        .query(Integer.class)
                        .single())
                .isEqualTo(6);
    }

    @Test
    void the_operator_is_told_why_a_name_is_refused_and_nothing_is_made() {
        OperatorAccounts operator = new OperatorAccounts(database);
        String pace = "PACE " + mark;
        assertThat(operator.make("pace-" + mark, "Odile Sandoval", pace, "community", "community-worker"))
                .startsWith("Made");
        assertThatThrownBy(() ->
                        operator.make("second-" + mark, "Odile S\u0430ndoval", pace, "community", "community-worker"))
                .hasMessageContaining("--name")
                .hasMessageContaining("S\u0430ndoval")
                .hasMessageContaining("alphabets");
        assertThatThrownBy(() -> operator.make(
                        "third-" + mark, "Odile Third", "P\u0410CE " + mark, "community", "community-worker"))
                .hasMessageContaining("--organisation");
        assertThatThrownBy(() -> operator.make(
                        "fourth-" + mark,
                        "Odile Fourth",
                        "\u0420\u0410\u0421\u0415 " + mark,
                        "community",
                        "community-worker"))
                .hasMessageContaining("looks the same: " + pace);
        assertThat(accounts.caller("second-" + mark)).isEmpty();
        assertThat(accounts.caller("fourth-" + mark)).isEmpty();
        accounts.end("pace-" + mark);
    }
}
