package health.weft.demo;

import health.weft.terminal.ProgressLine;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** How far the demonstration has come: a bar on the terminal, a row in the database for any page on any instance. */
@Component
public class DemoProgress {
    /** What is being done. */
    public enum Phase {
        GENERATE("Making people"),
        MEMBERS("Enrolling members"),
        SEND("Members send records"),
        DONE("Ready"),
        INCOMPLETE("Incomplete");

        private final String words;

        Phase(String words) {
            this.words = words;
        }
    }

    /**
     * @param dataset version, seed and number of people
     * @param note one line for people: what is being done, or what went wrong and what to do
     */
    public record State(String dataset, Phase phase, int done, int total, String note) {
        /** 0 to 100 within the phase. */
        public int percent() {
            return phase == Phase.DONE ? 100 : total == 0 ? 0 : (int) (100L * done / total);
        }
    }

    private final DemoStore store;
    private final boolean quiet;
    private final PrintStream out = System.out;
    private final ProgressLine line = new ProgressLine(out);
    private @Nullable Phase shownPhase;
    private long saved;

    DemoProgress(DemoStore store, @Value("${weft.demo.quiet:false}") boolean quiet) {
        this.store = store;
        this.quiet = quiet;
    }

    /** The state as last saved by whichever instance imports; null when there is no demonstration. */
    public @Nullable State state() {
        return store.progress().orElse(null);
    }

    synchronized void tell(State state) {
        long now = System.nanoTime();
        boolean last = state.done() == state.total();
        if (state.phase() != shownPhase || last || now - saved > 300_000_000L) {
            store.save(state);
            saved = now;
            show(state);
            shownPhase = state.phase();
        }
    }

    private void show(State state) {
        if (quiet) {
            return;
        }
        if (state.phase() == Phase.DONE || state.phase() == Phase.INCOMPLETE) {
            out.println(state.note());
        } else {
            line.show(state.phase().words, state.done(), state.total());
        }
    }
}
