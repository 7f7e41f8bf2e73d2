package health.weft.matching.shell;

import health.weft.matching.Progress;
import java.io.PrintStream;

/** How far the work has come: a bar on a terminal, a line each fifth where there is none. */
final class ProgressBar implements Progress {
    private static final int WIDTH = 30;

    private final PrintStream out;
    private final boolean terminal =
            System.console() != null && System.console().isTerminal();
    private String shown = "";

    ProgressBar(PrintStream out) {
        this.out = out;
    }

    @Override
    public void show(String what, long done, long total) {
        long percent = total <= 0 ? 0 : 100 * Math.min(done, total) / total;
        long step = terminal ? percent : percent / 20;
        String now = what + " " + step;
        if (now.equals(shown)) {
            return;
        }
        shown = now;
        if (terminal) {
            int filled = (int) (percent * WIDTH / 100);
            out.printf("\r%-28s [%s%s] %3d %%", what, "#".repeat(filled), ".".repeat(WIDTH - filled), percent);
            if (percent == 100) {
                out.println();
            }
        } else {
            out.printf("%s: %d %%%n", what, percent);
        }
        out.flush();
    }
}
