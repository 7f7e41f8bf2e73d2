package health.weft.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The tables of a run, as Markdown; each server in columns of its own, the ratios at the end. */
final class Report {
    private final List<Subject> subjects;
    private final StringBuilder text = new StringBuilder();

    Report(List<Subject> subjects) {
        this.subjects = subjects;
    }

    /** One row of the table of loads: for each server the resources that came, and what that took. */
    record Load(String words, List<Long> resources, List<Used> used) {}

    /** One row of the table of requests: for each server its turn. */
    record Requests(String words, int clients, List<Wrk.Turn> turns, List<Used> used) {}

    void line(String line) {
        text.append(line).append('\n');
    }

    /** Facts that have one value for each server. */
    void facts(List<List<String>> rows) {
        line("");
        head(List.of("what"), subjects.stream().map(s -> s.name).toList());
        rows.forEach(this::row);
    }

    void loads(List<Load> loads) {
        line("");
        List<String> columns = new ArrayList<>();
        for (Subject s : subjects) {
            columns.addAll(List.of(s.name + " resources/s", "CPU ms a resource"));
        }
        if (subjects.size() > 1) {
            columns.addAll(List.of("ratio resources/s", "ratio CPU"));
        }
        head(List.of("load", "resources"), columns);
        for (Load load : loads) {
            List<String> cells = new ArrayList<>(
                    List.of(load.words(), Long.toString(load.resources().getFirst())));
            for (int i = 0; i < subjects.size(); i++) {
                Used used = load.used().get(i);
                long n = load.resources().get(i);
                cells.add(number(n / used.seconds()));
                cells.add(sum(used.server() / n, used.database() / n));
            }
            if (subjects.size() > 1) {
                Used mine = load.used().getFirst();
                Used other = load.used().get(1);
                double n = load.resources().getFirst();
                double m = load.resources().get(1);
                cells.add(times(n / mine.seconds() / (m / other.seconds())));
                cells.add(times(other.cpu() / m / (mine.cpu() / n)));
            }
            row(cells);
        }
    }

    void requests(List<Requests> all) {
        line("");
        List<String> columns = new ArrayList<>();
        for (Subject s : subjects) {
            columns.addAll(List.of(s.name + " rps", "p50 ms", "p99 ms", "CPU ms a request"));
        }
        if (subjects.size() > 1) {
            columns.addAll(List.of("ratio rps", "ratio CPU"));
        }
        head(List.of("request", "clients"), columns);
        for (Requests r : all) {
            List<String> cells = new ArrayList<>(List.of(r.words(), Integer.toString(r.clients())));
            for (int i = 0; i < subjects.size(); i++) {
                Wrk.Turn turn = r.turns().get(i);
                Used used = r.used().get(i);
                cells.add(
                        turn.failed()
                                ? "**failed**: " + (turn.refused() + turn.lost()) + " of " + turn.requests()
                                : number(turn.rps()));
                cells.add(number(turn.p50()));
                cells.add(number(turn.p99()));
                cells.add(sum(used.server() / turn.requests(), used.database() / turn.requests()));
            }
            if (subjects.size() > 1) {
                Wrk.Turn mine = r.turns().getFirst();
                Wrk.Turn other = r.turns().get(1);
                boolean fit = !mine.failed() && !other.failed();
                cells.add(fit ? times(mine.rps() / other.rps()) : "–");
                cells.add(
                        fit
                                ? times(r.used().get(1).cpu()
                                        / other.requests()
                                        / (r.used().getFirst().cpu() / mine.requests()))
                                : "–");
            }
            row(cells);
        }
    }

    private void head(List<String> first, List<String> columns) {
        List<String> all = new ArrayList<>(first);
        all.addAll(columns);
        row(all);
        line("|---".repeat(all.size()) + "|");
    }

    private void row(List<String> cells) {
        line("| " + String.join(" | ", cells) + " |");
    }

    /** Of the server and of the database, as far as they are known. */
    private static String sum(double server, double database) {
        return Double.isNaN(server)
                ? "–"
                : number(server + database) + " (" + number(server) + " + " + number(database) + ")";
    }

    static String number(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return "–";
        }
        return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }

    private static String times(double ratio) {
        return Double.isNaN(ratio) ? "–" : number(ratio) + "x";
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
