package health.weft.matching.shell;

import java.util.List;

/** What the launcher starts for {@code ./weft match} and {@code ./weft bench match}. */
public final class Shell {
    private Shell() {}

    public static void main(String[] args) {
        System.exit(run(List.of(args)));
    }

    /** 0: done; 2: something in what was given must be mended, nothing was written. */
    static int run(List<String> words) {
        String command = words.isEmpty() ? "" : words.getFirst();
        List<String> rest = words.isEmpty() ? List.of() : words.subList(1, words.size());
        boolean help = rest.contains("--help") || rest.contains("-h");
        try {
            switch (command) {
                case "match" -> System.out.println(help ? Match.HELP : Match.run(rest, new ProgressBar(System.err)));
                case "bench" -> System.out.println(help ? Bench.HELP : Bench.run(rest, new ProgressBar(System.err)));
                default -> throw new Refusal("Say match or bench.");
            }
            return 0;
        } catch (Refusal e) {
            System.err.println(e.getMessage());
            return 2;
        }
    }
}
