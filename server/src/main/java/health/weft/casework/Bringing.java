package health.weft.casework;

import health.weft.casework.Look.Finding;
import health.weft.casework.Look.Kind;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Brings clients and visits in from files: kept and looked at first, then stored whole or not at all. What stands on the list already is
 * left as it is, so that the same file twice adds nothing.
 */
@Component
@Transactional
public class Bringing {
    static final int LARGEST = 2_000_000;
    private static final int MOST = 2_000;
    private static final int ALL = 100_000;
    private static final DateTimeFormatter MONTH_FIRST = DateTimeFormatter.ofPattern("M/d/uuuu");

    private static final DateTimeFormatter TWELVE_HOURS = DateTimeFormatter.ofPattern("h:mm[:ss]a", Locale.ROOT);

    private final CaseStore store;
    private final Cases cases;
    private final Visits visits;
    private final Days days;

    Bringing(CaseStore store, Cases cases, Visits visits, Days days) {
        this.store = store;
        this.cases = cases;
        this.visits = visits;
        this.days = days;
    }

    private record NewClient(Contact contact, @Nullable String number, LocalDate since) {}

    private record NewVisit(Client client, Filled said) {}

    /** What of a file is to be stored. */
    private static final class Plan {
        private final List<NewClient> clients = new ArrayList<>();
        private final List<NewVisit> visits = new ArrayList<>();
        private final List<Finding> findings = new ArrayList<>();
        private int there;

        BiConsumer<String, Problem> at(Sheet.Row row) {
            return (column, problem) -> findings.add(new Finding(row.line(), column, problem));
        }
    }

    /**
     * Keeps a file for a day.
     *
     * @return its key
     * @throws Problem unprocessable, when it cannot be read at all
     */
    public UUID keep(Caller caller, Kind kind, String name, byte[] file) {
        CasePolicy.mayWork(caller);
        String text = Sheet.text(file);
        plan(caller, kind, text);
        return store.keep(caller, kind, name, text);
    }

    /**
     * What a kept file would bring now.
     *
     * @throws Problem not found, when it is not there, or another's
     */
    public Look look(Caller caller, UUID key) {
        CasePolicy.mayWork(caller);
        CaseStore.Upload file = store.upload(caller, key).orElseThrow(Bringing::gone);
        Plan plan = plan(caller, file.kind(), file.content());
        return new Look(
                key, file.kind(), file.name(), plan.clients.size() + plan.visits.size(), plan.there, plan.findings);
    }

    /**
     * Stores what a kept file brings, all or nothing.
     *
     * @return how many rows were added
     * @throws Problem not found; unprocessable, when something is wrong with it
     */
    public int bring(Caller caller, UUID key) {
        CasePolicy.mayWork(caller);
        store.hold(caller.party() + " files");
        CaseStore.Upload file = store.upload(caller, key).orElseThrow(Bringing::gone);
        Plan plan = plan(caller, file.kind(), file.content());
        if (!plan.findings.isEmpty()) {
            throw Problem.of(Category.UNPROCESSABLE, "casework.import.wrong");
        }
        int added = plan.visits.size();
        for (NewClient each : plan.clients) {
            added += cases.add(caller, each.contact(), each.number(), each.since())
                            .isNew()
                    ? 1
                    : 0;
        }
        plan.visits.forEach(each -> visits.add(caller, each.client(), each.said()));
        store.forget(caller, key);
        return added;
    }

    /** Forgets a kept file. */
    public void discard(Caller caller, UUID key) {
        CasePolicy.mayWork(caller);
        store.forget(caller, key);
    }

    private Plan plan(Caller caller, Kind kind, String text) {
        Sheet sheet = Sheet.read(text, MOST);
        List<Client> list = cases.list(caller, Filter.ALL, ALL, 0);
        Plan plan = new Plan();
        if (kind == Kind.CLIENTS) {
            needs(sheet, "name", "given", "family");
            clients(sheet, list, plan);
        } else {
            needs(sheet, "day");
            needs(sheet, "number", "name", "given", "family");
            visits(caller, sheet, list, plan);
        }
        return plan;
    }

    private static void needs(Sheet sheet, String... any) {
        if (Stream.of(any).noneMatch(sheet.columns()::contains)) {
            throw Problem.of(
                    Category.UNPROCESSABLE,
                    any[0].equals("day") ? "casework.import.no-day" : "casework.import.no-name");
        }
    }

    // ------------------------------------------------------------------------------------------------ clients

    private void clients(Sheet sheet, List<Client> list, Plan plan) {
        Set<String> numbers = new HashSet<>();
        Set<String> seen = new HashSet<>();
        for (Sheet.Row row : sheet.rows()) {
            int before = plan.findings.size();
            BiConsumer<String, Problem> wrong = plan.at(row);
            Contact contact = contact(row, wrong);
            cases.wrong(contact).forEach(wrong);
            LocalDate since = day(row, "since", wrong).orElseGet(days::today);
            if (since.isAfter(days.today()) || since.getYear() < 1900) {
                wrong.accept("since", Problem.of(Category.UNPROCESSABLE, "casework.import.day"));
            }
            String number = row.of("number").isEmpty() ? null : row.of("number");
            if (number != null && number.length() > Cases.LONGEST_NAME) {
                wrong.accept("number", Problem.of(Category.UNPROCESSABLE, "casework.problem.long", Cases.LONGEST_NAME));
            }
            if (number != null && !numbers.add(number)) {
                wrong.accept("number", Problem.of(Category.UNPROCESSABLE, "casework.import.number.twice"));
            }
            if (plan.findings.size() > before) {
                continue;
            }
            boolean known = list.stream().anyMatch(client -> isSame(client, contact, number));
            boolean twice = number == null
                    && !seen.add(plain(contact.name()) + "|" + contact.born() + "|" + digits(contact.phone()));
            if (known || twice) {
                plan.there++;
            } else {
                plan.clients.add(new NewClient(contact, number, since));
            }
        }
    }

    private static boolean isSame(Client client, Contact contact, @Nullable String number) {
        if (number != null && client.number() != null) {
            return number.equals(client.number());
        }
        String phone = client.phone();
        return plain(client.name()).equals(plain(contact.name()))
                && (client.born() == null
                        || contact.born() == null
                        || client.born().equals(contact.born()))
                && (phone == null || contact.phone().isEmpty() || digits(phone).equals(digits(contact.phone())));
    }

    private static Contact contact(Sheet.Row row, BiConsumer<String, Problem> wrong) {
        String given = row.of("given");
        String family = row.of("family");
        String whole = row.of("name");
        if (given.isEmpty() && family.isEmpty() && !whole.isEmpty()) {
            int last = whole.lastIndexOf(' ');
            given = last < 0 ? "" : whole.substring(0, last).strip();
            family = whole.substring(last + 1);
        }
        return new Contact(
                given,
                family,
                day(row, "born", wrong).orElse(null),
                row.of("phone"),
                row.of("line"),
                row.of("city"),
                row.of("postcode"));
    }

    // ------------------------------------------------------------------------------------------------ visits

    private record Key(
            String client,
            LocalDate day,
            @Nullable LocalTime time,
            Attendance attendance,
            String service,
            String quantity,
            String unit) {
        static Key of(String client, Filled said) {
            BigDecimal quantity = said.quantity();
            return new Key(
                    client,
                    said.day(),
                    said.time(),
                    said.attendance(),
                    plain(said.service()),
                    quantity == null ? "" : quantity.stripTrailingZeros().toPlainString(),
                    quantity == null ? "" : plain(said.unit()));
        }
    }

    private void visits(Caller caller, Sheet sheet, List<Client> list, Plan plan) {
        List<NewVisit> read = new ArrayList<>();
        for (Sheet.Row row : sheet.rows()) {
            int before = plan.findings.size();
            BiConsumer<String, Problem> wrong = plan.at(row);
            Optional<Client> client = whose(row, list, wrong);
            Optional<Filled> said = said(row, wrong);
            said.map(visits::wrong).ifPresent(all -> all.forEach(wrong));
            if (plan.findings.size() == before && client.isPresent() && said.isPresent()) {
                read.add(new NewVisit(client.get(), said.get()));
            }
        }
        if (read.isEmpty()) {
            return;
        }
        // As many of one kind as the file has more than stand there: the same file twice, or one that goes further,
        // adds nothing twice.
        Map<Key, Integer> there = new HashMap<>();
        LocalDate first = read.stream()
                .map(each -> each.said().day())
                .min(LocalDate::compareTo)
                .orElseThrow();
        LocalDate last = read.stream()
                .map(each -> each.said().day())
                .max(LocalDate::compareTo)
                .orElseThrow();
        visits.between(caller, first, last)
                .forEach(visit -> there.merge(Key.of(visit.clientId(), visit.said()), 1, Integer::sum));
        for (NewVisit each : read) {
            Key key = Key.of(each.client().id(), each.said());
            if (there.merge(key, -1, Integer::sum) >= 0) {
                plan.there++;
            } else {
                plan.visits.add(each);
            }
        }
    }

    private static Optional<Client> whose(Sheet.Row row, List<Client> list, BiConsumer<String, Problem> wrong) {
        String number = row.of("number");
        Contact contact = contact(row, wrong);
        List<Client> fit = list.stream()
                .filter(client -> number.isEmpty()
                        ? !contact.name().isEmpty() && isSame(client, contact, null)
                        : number.equals(client.number()))
                .toList();
        if (fit.size() != 1) {
            wrong.accept(
                    number.isEmpty() ? "name" : "number",
                    Problem.of(
                            Category.UNPROCESSABLE,
                            fit.isEmpty() ? "casework.import.unknown" : "casework.import.several"));
        }
        return fit.stream().findFirst();
    }

    private static Optional<Filled> said(Sheet.Row row, BiConsumer<String, Problem> wrong) {
        Optional<LocalDate> day = day(row, "day", wrong);
        if (row.of("day").isEmpty()) {
            wrong.accept("day", Problem.of(Category.UNPROCESSABLE, "casework.import.day"));
        }
        LocalTime time = null;
        try {
            time = row.of("time").isEmpty() ? null : time(row.of("time"));
        } catch (DateTimeException e) {
            wrong.accept("time", Problem.of(Category.UNPROCESSABLE, "casework.problem.time"));
        }
        Optional<Attendance> attendance =
                row.of("attendance").isEmpty() ? Optional.of(Attendance.ATTENDED) : Attendance.of(row.of("attendance"));
        if (attendance.isEmpty()) {
            wrong.accept("attendance", Problem.of(Category.UNPROCESSABLE, "casework.import.attendance"));
        }
        BigDecimal quantity = null;
        if (row.of("quantity").matches("-?\\d{1,9}(\\.\\d{1,4})?")) {
            quantity = new BigDecimal(row.of("quantity"));
        } else if (!row.of("quantity").isEmpty()) {
            wrong.accept("quantity", Problem.of(Category.UNPROCESSABLE, "referral.problem.quantity"));
        }
        LocalTime at = time;
        BigDecimal much = quantity;
        return day.flatMap(on -> attendance.map(
                came -> new Filled(on, at, came, row.of("service"), much, row.of("unit"), row.of("note"))));
    }

    // ------------------------------------------------------------------------------------------------ cells

    /** A time of day as {@code 16:30} or as a clock of twelve hours has it, {@code 4:30 PM}, in whatever letters a spreadsheet writes that. */
    private static LocalTime time(String typed) {
        String plain = typed.toUpperCase(Locale.ROOT).replaceAll("[.\\s\\h]", "");
        return plain.endsWith("M")
                ? LocalTime.parse(plain, TWELVE_HOURS)
                : LocalTime.parse(plain.replaceFirst("^(?=\\d:)", "0"));
    }

    /** A day as {@code 2026-11-27} or {@code 11/27/2026}. */
    private static Optional<LocalDate> day(Sheet.Row row, String column, BiConsumer<String, Problem> wrong) {
        String typed = row.of(column);
        if (typed.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(typed.contains("/") ? LocalDate.parse(typed, MONTH_FIRST) : LocalDate.parse(typed));
        } catch (DateTimeException e) {
            wrong.accept(column, Problem.of(Category.UNPROCESSABLE, "casework.import.day"));
            return Optional.empty();
        }
    }

    private static String plain(String words) {
        return words.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
    }

    /** The last ten digits of a phone number. */
    private static String digits(String phone) {
        String digits = phone.replaceAll("\\D", "");
        return digits.substring(Math.max(0, digits.length() - 10));
    }

    private static Problem gone() {
        return Problem.of(Category.NOT_FOUND, "casework.import.gone");
    }
}
