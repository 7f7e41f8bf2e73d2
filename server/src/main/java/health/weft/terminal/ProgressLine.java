package health.weft.terminal;

import java.io.PrintStream;

/**
 * How far something has come: a bar that fills on a terminal, a line each tenth where there is none.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class ProgressLine {
    private static final int WIDTH = 30;

    private final PrintStream out;
    private final boolean terminal;
    private String shownWords = "";
    private long shownTenth = -1;

    public ProgressLine(PrintStream out) {
        this.out = out;
        this.terminal = System.console() != null && System.console().isTerminal();
    }

    /**
     * Shows where it stands.
     *
     * @param words what is being done
     * @param total how many there are; less than {@code done} or 0 counts as not known
     */
    public void show(String words, long done, long total) {
        int percent = total <= 0 || done > total ? 0 : (int) (100 * done / total);
        if (terminal) {
            int filled = percent * WIDTH / 100;
            out.printf(
                    "\r%-22s [%s%s] %d of %d   ", words, "#".repeat(filled), ".".repeat(WIDTH - filled), done, total);
            if (done == total) {
                out.println();
            }
            out.flush();
        } else if (percent / 10 != shownTenth || !words.equals(shownWords)) {
            out.printf("%s: %d of %d%n", words, done, total);
        }
        shownTenth = percent / 10;
        shownWords = words;
    }
}
