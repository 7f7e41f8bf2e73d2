package health.weft.casework;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import health.weft.Visitor;
import health.weft.problem.Problem;
import health.weft.referral.ReferralNetwork;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.nio.charset.Charset;
import java.time.LocalTime;
import java.time.YearMonth;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

/** A case list as files: brought in whole or not at all, once however often, taken out again, and the month that is counted from it. */
class CaseFilesTest extends ReferralNetwork {
    private Caller worker = Caller.PLATFORM;

    @Autowired
    private Cases cases;

    @Autowired
    private Bringing bringing;

    @Autowired
    private Visits visits;

    @Autowired
    private Months months;

    @Autowired
    private Days days;

    CaseFilesTest() {
        super("casework", "referral");
    }

    @BeforeAll
    void another_organisation_that_keeps_a_list_too() {
        worker = account("Cordell Filing", helper("Filing Yard"), Role.COMMUNITY_WORKER);
    }

    @Test
    void files_come_in_whole_or_not_at_all_once_however_often_they_are_sent_and_are_counted() throws Exception {
        Caller tally = account("Tobias Tally", helper("Tally House"), Role.COMMUNITY_WORKER);
        String month = days.today().toString().substring(0, 8);
        String bad = """
                first_name,last_name,birth_date,phone,number
                Ulrika,Smolensky,31/31/1961,978-555-1001,7
                ,,1961-01-01,,8
                Bartholomew,Nakagawa,1975-09-14,call me,7
                """;
        Look wrong = bringing.look(tally, bringing.keep(tally, Look.Kind.CLIENTS, "bad.csv", bad.getBytes(UTF_8)));
        assertThat(wrong.findings())
                .extracting(finding -> finding.line() + " " + finding.column())
                .containsExactlyInAnyOrder("2 born", "3 given", "4 phone", "4 number");
        assertThatThrownBy(() -> bringing.bring(tally, wrong.key())).isInstanceOf(Problem.class);
        assertThat(cases.list(tally, Filter.ALL, 10, 0)).isEmpty();
        assertThatThrownBy(() -> bringing.look(worker, wrong.key()))
                .as("another's file")
                .isInstanceOf(Problem.class);

        // As a spreadsheet in Spanish on Windows writes it.
        byte[] clients = """
                Número;Nombre;Apellido;Fecha de nacimiento;Teléfono;Dirección;Ciudad
                7;Ulrika;Smolensky;1961-05-31;978-555-1001;88 Juniper Close;Shirley
                ;Íñigo;Nuñez Otaola;9/14/1975;978-555-1002;88 Juniper Close;Shirley
                =9;Bartholomew;Nakagawa;;;;
                """.getBytes(Charset.forName("windows-1252"));
        assertThat(bring(tally, Look.Kind.CLIENTS, clients)).isEqualTo(3);
        assertThat(bring(tally, Look.Kind.CLIENTS, clients)).isZero();
        assertThat(cases.list(tally, Filter.ALL, 10, 0))
                .extracting(Client::name)
                .contains("Íñigo Nuñez Otaola");

        String lines = """
                number,name,date,attendance,service,amount,unit,note
                7,,%1$s01,attended,Food box,2,boxes,=1+1
                7,,%1$s01,attended,Food box,2,boxes,
                ,Íñigo Nuñez Otaola,%1$s01,,food BOX,1.5,boxes,
                ,Íñigo Nuñez Otaola,%1$s01,no-show,,,,
                """.formatted(month);
        assertThat(bring(tally, Look.Kind.VISITS, lines.getBytes(UTF_8))).isEqualTo(4);
        assertThat(bring(tally, Look.Kind.VISITS, lines.getBytes(UTF_8))).isZero();
        assertThat(bring(tally, Look.Kind.VISITS, (lines + "7,," + month + "01,,Soap,,,\n").getBytes(UTF_8)))
                .as("a file that goes further")
                .isEqualTo(1);
        assertThat(bring(
                        tally,
                        Look.Kind.VISITS,
                        ("number,date,attendance\n7," + month + "01,canceled\n").getBytes(UTF_8)))
                .as("as the page spells it")
                .isEqualTo(1);
        assertThat(bring(
                        tally,
                        Look.Kind.VISITS,
                        ("número;fecha;hora;asistencia;servicio\n7;" + month
                                        + "01;4:30\u202fp.\u00a0m.;Cancelada;Clase\n" + "7;" + month
                                        + "01;9:05 am;no vino;Clase\n")
                                .getBytes(UTF_8)))
                .as("as the page spells it in Spanish, and the clock of twelve hours")
                .isEqualTo(2);
        assertThat(visits.of(
                        tally,
                        cases.list(tally, Filter.ALL, 10, 0).stream()
                                .filter(client -> "7".equals(client.number()))
                                .findFirst()
                                .orElseThrow()))
                .filteredOn(visit -> "Clase".equals(visit.service()))
                .extracting(Visit::time, Visit::attendance)
                .containsExactlyInAnyOrder(
                        tuple(LocalTime.of(16, 30), Attendance.CANCELLED),
                        tuple(LocalTime.of(9, 5), Attendance.NO_SHOW));
        Look unknown = bringing.look(
                tally,
                bringing.keep(
                        tally,
                        Look.Kind.VISITS,
                        "v.csv",
                        ("number,date,attendance,time,amount\n99," + month + "01,perhaps,noon,many\n")
                                .getBytes(UTF_8)));
        assertThat(unknown.findings())
                .extracting(Look.Finding::column)
                .containsExactlyInAnyOrder("number", "attendance", "time", "quantity");

        Report report = months.of(tally, YearMonth.from(days.today()));
        assertThat(report.clients()).isEqualTo(2);
        assertThat(report.households()).as("at one address").isEqualTo(1);
        assertThat(report.attended()).isEqualTo(4);
        assertThat(report.missed()).isEqualTo(2);
        assertThat(report.added()).isEqualTo(3);
        assertThat(report.services().getFirst()).satisfies(food -> {
            assertThat(food.visits()).isEqualTo(3);
            assertThat(food.clients()).isEqualTo(2);
            assertThat(food.amounts()).singleElement().satisfies(all -> assertThat(all.words())
                    .isEqualTo("5.5 boxes"));
        });
        assertThat(months.of(worker, YearMonth.from(days.today())).services())
                .as("another organisation's month")
                .noneMatch(service -> service.name().equals("Soap"));

        try (Visitor books = new Visitor("en").signIn(url(""), tally.username(), PASSWORD)) {
            String out = books.get(url("/cases.csv?show=all")).body();
            assertThat(out).contains("\"'=9\"", "Smolensky").doesNotContain("\"=9\"");
            String visited = books.get(url("/cases/visits.csv")).body();
            assertThat(visited).contains("\"'=1+1\"");
            assertThat(bring(tally, Look.Kind.CLIENTS, out.getBytes(UTF_8)))
                    .as("our own file")
                    .isZero();
            assertThat(bring(tally, Look.Kind.VISITS, visited.getBytes(UTF_8))).isZero();
            assertThat(books.get(url("/cases/report.csv")).body())
                    .contains("\"5.5 boxes\"", "\"households\",\"\",\"\",\"1\"");
            assertThat(books.get(url("/cases/report?month=never")).statusCode()).isEqualTo(400);
            assertThat(books.get(url("/cases/today?day=never")).statusCode()).isEqualTo(400);
            assertThat(books.get(url("/cases/import/" + UUID.randomUUID())).statusCode())
                    .isEqualTo(404);
        }

        assertThat(bring(tally, Look.Kind.CLIENTS, """
                        first_name,last_name,birth_date,phone
                        Małgorzata,Groß,1988-01-26,978-555-1003
                        """.getBytes(UTF_8))).isEqualTo(1);
        for (String typed : List.of("malgorzata gross", "MAŁGORZATA", "groß", "otaola inigo")) {
            assertThat(cases.list(tally, Filter.of(typed, "all", "", ""), 10, 0))
                    .as(typed)
                    .extracting(Client::name)
                    .containsExactly(typed.startsWith("otaola") ? "Íñigo Nuñez Otaola" : "Małgorzata Groß");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', columns",
        "'phone,date', names nobody",
        "'name,\"open', quote does not end",
        "'name,last_name,nombre_completo', twice",
    })
    void a_file_that_is_no_list_is_refused(String file, String says) {
        assertThatThrownBy(() -> bringing.keep(worker, Look.Kind.CLIENTS, "x.csv", file.getBytes(UTF_8)))
                .isInstanceOf(Problem.class)
                .hasMessageContaining(says);
        String many = "name\n" + "a\n".repeat(2_001);
        assertThatThrownBy(() -> bringing.keep(worker, Look.Kind.CLIENTS, "x.csv", many.getBytes(UTF_8)))
                .hasMessageContaining("more than");
    }

    private int bring(Caller by, Look.Kind kind, byte[] file) {
        UUID key = bringing.keep(by, kind, "file.csv", file);
        assertThat(bringing.look(by, key).findings()).isEmpty();
        return bringing.bring(by, key);
    }
}
