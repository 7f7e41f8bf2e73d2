package health.weft.validator;

import ca.uhn.fhir.context.FhirContext;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** Answers one question after the other until standard input ends, which it does when the server goes, however it goes. */
public final class Main {
    private Main() {}

    /** Takes no arguments; standard output carries {@link Frames} and nothing else. */
    public static void main(String[] args) throws IOException {
        Frames server = new Frames(
                new DataInputStream(new BufferedInputStream(System.in)),
                new DataOutputStream(new BufferedOutputStream(System.out)));
        System.setOut(System.err); // a library that prints must not break the frames
        FhirContext context = FhirContext.forR4();
        Definitions definitions = new Definitions(context);
        Profiles profiles = new Profiles(context, definitions);
        server.ready();
        for (Frames.Sent sent = server.next(); sent != null; sent = server.next()) {
            switch (sent) {
                case Frames.Definition d -> definitions.add(d.type(), d.url(), d.version(), d.json());
                case Frames.Question q -> {
                    try {
                        server.answer(profiles.check(q.profiles(), q.resource()));
                    } catch (RuntimeException e) {
                        // Its words may quote the resource: only its kind is told.
                        server.failed(e.getClass().getSimpleName());
                    }
                }
            }
        }
    }
}
