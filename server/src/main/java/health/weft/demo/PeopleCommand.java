package health.weft.demo;

import health.weft.terminal.ProgressLine;
import health.weft.terminal.WeftFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

/** {@code ./weft people}: synthetic people as FHIR transaction bundles, for whoever wants to load a FHIR server. */
public final class PeopleCommand {
    private final PrintStream out;
    private final PrintStream err;

    public PeopleCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /**
     * Prints the folder that they are in; makes them first when they are not there.
     *
     * @param data folder of a demonstration, which keeps the same people
     * @return the exit code
     */
    public int run(int people, Path data) {
        SyntheticPeople synthea = new SyntheticPeople(data.resolve("people"), WeftFolder.find());
        ProgressLine progress = new ProgressLine(err);
        try {
            out.println(synthea.folder(people, made -> progress.show("Synthetic people", made, people)));
            return 0;
        } catch (IOException e) {
            err.println(e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }
}
