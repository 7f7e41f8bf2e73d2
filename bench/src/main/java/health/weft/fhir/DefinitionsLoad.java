package health.weft.fhir;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How long a cold JVM takes to load the definitions: structures, value sets, rules, search parameters. Each time in a JVM of its own;
 * the aim is under 300 ms.
 */
public final class DefinitionsLoad {
    private static final int RUNS = 7;

    private DefinitionsLoad() {}

    public static void main(String[] args) throws Exception {
        if (args.length > 0) {
            System.out.println(once());
            return;
        }
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < RUNS; i++) {
            Process jvm = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            DefinitionsLoad.class.getName(),
                            "once")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            lines.add(new String(jvm.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).strip());
            if (jvm.waitFor() != 0) {
                throw new IllegalStateException("A JVM ended with " + jvm.exitValue() + ".");
            }
        }
        lines.forEach(line -> System.out.println("definitions from the jar, cold JVM: " + line));
    }

    private static String once() {
        StringBuilder parts = new StringBuilder();
        long cpuBefore = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        long began = System.nanoTime();
        // Each is asked for one thing, which loads all of its kind.
        time(parts, "structures", () -> Structures.shape("Observation"));
        time(parts, "value sets", () -> ValueSet.required("http://hl7.org/fhir/ValueSet/observation-status"));
        time(parts, "rules", Invariant::all);
        time(parts, "search parameters", () -> SearchParameters.of("Observation"));
        double cpu = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuBefore) / 1e6;
        return String.format(
                Locale.ROOT,
                "%.0f ms (%.0f ms of CPU of its thread):%s",
                (System.nanoTime() - began) / 1e6,
                cpu,
                parts);
    }

    private static void time(StringBuilder parts, String name, java.util.function.Supplier<?> load) {
        long began = System.nanoTime();
        if (load.get() == null) {
            throw new IllegalStateException("There are no " + name + ".");
        }
        parts.append(String.format(Locale.ROOT, " %s %.0f,", name, (System.nanoTime() - began) / 1e6));
    }
}
