package health.weft.validator;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How server and validator speak. Every text and body is a length of four bytes, then UTF-8. The server sends definitions
 * ({@code D}: type, url, version, JSON) and questions ({@code Q}: number of profiles, each profile, the resource in JSON); the
 * validator answers {@code R} once it is ready, and each question with {@code A} and an OperationOutcome, or with {@code E} and why it could not.
 */
final class Frames {
    /** No frame is longer: what claims to be is no frame. */
    private static final int LONGEST = 256 << 20;

    private final DataInputStream in;
    private final DataOutputStream out;

    Frames(DataInputStream in, DataOutputStream out) {
        this.in = in;
        this.out = out;
    }

    /** What the server sends. */
    sealed interface Sent {}

    record Definition(String type, String url, String version, byte[] json) implements Sent {}

    record Question(List<String> profiles, String resource) implements Sent {}

    /** The next frame; null when the server has gone. */
    @Nullable
    Sent next() throws IOException {
        int kind = in.read();
        return switch (kind) {
            case -1 -> null;
            case 'D' -> new Definition(text(), text(), text(), bytes());
            case 'Q' -> {
                int number = in.readInt();
                List<String> profiles = new ArrayList<>();
                for (int i = 0; i < number; i++) {
                    profiles.add(text());
                }
                yield new Question(profiles, text());
            }
            default -> throw new IOException("No frame begins with " + kind);
        };
    }

    void ready() throws IOException {
        out.writeByte('R');
        out.flush();
    }

    void answer(String outcome) throws IOException {
        write('A', outcome);
    }

    void failed(String why) throws IOException {
        write('E', why);
    }

    private void write(char kind, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeByte(kind);
        out.writeInt(bytes.length);
        out.write(bytes);
        out.flush();
    }

    private byte[] bytes() throws IOException {
        int length = in.readInt();
        if (length < 0 || length > LONGEST) {
            throw new IOException("A frame of " + length + " bytes");
        }
        return in.readNBytes(length);
    }

    private String text() throws IOException {
        return new String(bytes(), StandardCharsets.UTF_8);
    }
}
