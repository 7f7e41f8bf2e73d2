package health.weft.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What Linux knows of a process and of those it began: the CPU time used so far and the memory held, from {@code /proc} (proc(5)).
 *
 * <p>CPU time comes in ticks of 10 ms, so that it says something about seconds of work, not about one request.
 *
 * @param pid the process itself; PostgreSQL's postmaster, for instance, whose backends are its children
 */
record Cpu(long pid) {
    private static final long MS_A_TICK = 10;

    /** Milliseconds of user and system time of the process, its living children, and all that has ended among them. */
    long millis() {
        Map<Long, List<String>> stats = new HashMap<>();
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            all.filter(p -> p.getFileName().toString().matches("\\d+"))
                    .forEach(p -> stats.put(Long.parseLong(p.getFileName().toString()), stat(p)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long ticks = 0;
        for (List<String> stat : stats.values()) {
            if (stat.isEmpty()
                    || !(stat.getFirst().equals(Long.toString(pid))
                            || stat.get(1).equals(Long.toString(pid)))) {
                continue;
            }
            // utime, stime, and of those who were waited for: cutime, cstime
            ticks += stat.subList(2, 6).stream().mapToLong(Long::parseLong).sum();
        }
        return ticks * MS_A_TICK;
    }

    /** Pid, parent and the four times of a process; empty when it has just ended. */
    private static List<String> stat(Path process) {
        try {
            String line = Files.readString(process.resolve("stat"));
            if (line.isEmpty()) {
                return List.of();
            }
            // The name stands in brackets and may hold anything; the rest begins with the state and the parent.
            String[] rest = line.substring(line.lastIndexOf(')') + 2).split(" ");
            return List.of(line.substring(0, line.indexOf(' ')), rest[1], rest[11], rest[12], rest[13], rest[14]);
        } catch (IOException ended) {
            return List.of();
        }
    }

    /** Milliseconds of CPU of the process's threads so far, by their names. */
    Map<String, Long> threads() {
        Map<String, Long> threads = new HashMap<>();
        try (Stream<Path> all = Files.list(Path.of("/proc/" + pid + "/task"))) {
            all.forEach(task -> {
                List<String> stat = stat(task);
                if (!stat.isEmpty()) {
                    threads.merge(
                            name(Long.parseLong(stat.getFirst())),
                            (Long.parseLong(stat.get(2)) + Long.parseLong(stat.get(3))) * MS_A_TICK,
                            Long::sum);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return threads;
    }

    /** Memory of the process itself that is in RAM now, in MiB. */
    long residentMiB() {
        return status("VmRSS:");
    }

    /** The most that it ever was. */
    long peakMiB() {
        return status("VmHWM:");
    }

    private long status(String name) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The name of a process, {@code postgres}; empty when there is none of this number. */
    static String name(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
        } catch (IOException none) {
            return "";
        }
    }

    /** The process that began this one. */
    static long parent(long pid) {
        List<String> stat = stat(Path.of("/proc/" + pid));
        return stat.isEmpty() ? 0 : Long.parseLong(stat.get(1));
    }
}
