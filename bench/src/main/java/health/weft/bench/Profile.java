package health.weft.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where the CPU time of a JVM goes: a recording by CPU time (JEP 509), each sample counted for the part of the program that it
 * served. What compiles and collects is no Java thread and stands in no sample; Linux tells its share.
 */
final class Profile {
    /**
     * Parts by the beginning of a class's name. Of a stack the innermost frame that fits counts, so that a library counts for its
     * user; of what has no name here, JDBC and the pool, whoever called it.
     */
    private static final Map<String, String> PARTS = parts();

    private static Map<String, String> parts() {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("health.weft.audit.", "audit row");
        parts.put("health.weft.security.Accounts", "token and account");
        parts.put("health.weft.security.", "security, other");
        parts.put("health.weft.identity.", "identity");
        parts.put("health.weft.subscription.", "subscriptions");
        parts.put("health.weft.referral.", "referrals");
        parts.put("health.weft.fhir.Validation", "validation");
        parts.put("health.weft.store.Extraction", "index: extraction");
        parts.put("health.weft.store.Values", "index: extraction");
        parts.put("health.weft.store.Pairs", "index: extraction");
        parts.put("health.weft.store.Index", "index: rows to PostgreSQL");
        parts.put("health.weft.store.Bundles", "bundle: references, order");
        parts.put("health.weft.store.Writing", "writing");
        parts.put("health.weft.store.Searching", "search: SQL and rows");
        parts.put("health.weft.store.Including", "search: SQL and rows");
        parts.put("health.weft.store.ClauseSql", "search: SQL and rows");
        parts.put("health.weft.store.", "store, other");
        parts.put("health.weft.fhir.SearchRe", "search: reading the query");
        parts.put("health.weft.fhir.Json", "JSON");
        parts.put("health.weft.record.Answers", "answer: Bundle");
        parts.put("health.weft.record.Formats", "answer: formats");
        parts.put("health.weft.record.", "record, controller");
        parts.put("org.springframework.jdbc.datasource.DataSourceTransactionManager", "begin, commit, connection");
        parts.put("org.springframework.jdbc.support.JdbcTransactionManager", "begin, commit, connection");
        parts.put("org.springframework.jdbc.", "");
        parts.put("org.springframework.transaction.", "begin, commit, connection");
        parts.put("org.springframework.security.", "Spring Security");
        parts.put("org.springframework.session.", "Spring Session");
        parts.put("org.springframework.web.", "Spring MVC");
        parts.put("org.springframework.", "Spring, other");
        parts.put("org.apache.", "Tomcat");
        return parts;
    }

    private final Cpu process;
    private final Map<String, Long> threadsBefore;

    private Profile(Cpu process) {
        this.process = process;
        this.threadsBefore = process.threads();
    }

    /** Begins to record a JVM of this user's. */
    static Profile begin(Cpu process) throws IOException, InterruptedException {
        jcmd(process, "JFR.start", "name=bench", "jdk.CPUTimeSample#enabled=true", "jdk.CPUTimeSample#throttle=2ms");
        return new Profile(process);
    }

    /** Ends it, and tells in Markdown where the time went. */
    String end(String title, Path file) throws IOException, InterruptedException {
        Map<String, Long> threads = process.threads();
        threads.replaceAll((name, millis) -> millis - threadsBefore.getOrDefault(name, 0L));
        jcmd(process, "JFR.stop", "name=bench", "filename=" + file.toAbsolutePath());
        long total =
                Math.max(1, threads.values().stream().mapToLong(Long::longValue).sum());
        return "## " + title + "\n\nCPU of the JVM: " + shares(threads, total) + ". " + samples(file);
    }

    /** The samples of a recording, by part and by method. */
    static String samples(Path file) throws IOException {
        Map<String, Integer> parts = new HashMap<>();
        Map<String, Integer> frames = new HashMap<>();
        int driver = 0;
        int all = 0;
        try (RecordingFile recording = new RecordingFile(file)) {
            while (recording.hasMoreEvents()) {
                RecordedEvent event = recording.readEvent();
                if (!event.getEventType().getName().equals("jdk.CPUTimeSample") || event.getStackTrace() == null) {
                    continue;
                }
                List<RecordedFrame> stack = event.getStackTrace().getFrames();
                all++;
                parts.merge(part(stack), 1, Integer::sum);
                frames.merge(ours(stack), 1, Integer::sum);
                driver += stack.stream().anyMatch(f -> name(f).startsWith("org.postgresql.")) ? 1 : 0;
            }
        }
        StringBuilder text = new StringBuilder(all + " samples, in PostgreSQL's driver " + percent(driver, all)
                + " of them.\n\n| part | share |\n|---|---|\n");
        table(text, parts, all, 30, 0.5);
        text.append("\n| innermost of Weft's own methods | share |\n|---|---|\n");
        table(text, frames, all, 20, 1);
        return text.append('\n').toString();
    }

    private static String name(RecordedFrame frame) {
        return frame.getMethod().getType().getName();
    }

    private static String part(List<RecordedFrame> stack) {
        for (RecordedFrame frame : stack) {
            for (Map.Entry<String, String> part : PARTS.entrySet()) {
                if (name(frame).startsWith(part.getKey())) {
                    if (part.getValue().isEmpty()) {
                        break;
                    }
                    return part.getValue();
                }
            }
        }
        return "the JDK alone";
    }

    private static String ours(List<RecordedFrame> stack) {
        return stack.stream()
                .filter(f -> name(f).startsWith("health.weft."))
                .findFirst()
                .map(f -> name(f).replaceFirst("health\\.weft\\.", "").replaceFirst("\\$\\$.*", "") + "."
                        + f.getMethod().getName())
                .orElse("none");
    }

    private static void table(StringBuilder text, Map<String, Integer> counts, int all, int rows, double least) {
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .limit(rows)
                .filter(e -> 100.0 * e.getValue() / all >= least)
                .forEach(e -> text.append("| " + e.getKey() + " | " + percent(e.getValue(), all) + " |\n"));
    }

    private static String shares(Map<String, Long> threads, long total) {
        Function<String, String> kind = name -> name.startsWith("C1 ") || name.startsWith("C2 ")
                ? "compiling"
                : name.startsWith("VM ") || name.startsWith("GC ") || name.startsWith("G1 ") ? "collecting" : "working";
        return threads.entrySet().stream()
                .collect(
                        Collectors.groupingBy(e -> kind.apply(e.getKey()), Collectors.summingLong(Map.Entry::getValue)))
                .entrySet()
                .stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .map(e -> e.getKey() + " " + percent(e.getValue(), total))
                .collect(Collectors.joining(", "));
    }

    private static String percent(double part, double all) {
        return String.format(Locale.ROOT, "%.1f%%", all == 0 ? 0 : 100 * part / all);
    }

    private static void jcmd(Cpu process, String... words) throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(process.pid())));
        command.addAll(List.of(words));
        Program.run(command, Map.of());
    }
}
