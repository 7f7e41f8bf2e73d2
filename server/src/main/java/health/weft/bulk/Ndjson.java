package health.weft.bulk;

import health.weft.problem.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Reads NDJSON line by line, in bounded memory whatever comes: overlong lines are skipped and told, too much in all is refused. */
final class Ndjson {
    private final InputStream in;
    private final int longest;
    private final long most;
    private final byte[] buffer = new byte[1 << 16];
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(1 << 12);
    private int at;
    private int end;
    private long read;
    private long number;
    private boolean overlong;

    /**
     * @param longest bytes of a line
     * @param most bytes in all, unpacked
     */
    Ndjson(InputStream in, int longest, long most) {
        this.in = in;
        this.longest = longest;
        this.most = most;
    }

    /**
     * The next line that is not blank; null at the end.
     *
     * @throws Problem too large, when there are more bytes than allowed
     */
    byte @Nullable [] next() throws IOException {
        while (true) {
            line.reset();
            overlong = false;
            boolean any = false;
            boolean ended = false;
            while (!ended) {
                if (at == end) {
                    end = in.read(buffer);
                    at = 0;
                    if (end <= 0) {
                        end = 0;
                        break;
                    }
                    read += end;
                    if (read > most) {
                        throw Problem.tooLarge(
                                "This is more than " + most / (1 << 20)
                                        + " MB unpacked. Send it in several imports; what refers to what was sent before is found.");
                    }
                }
                any = true;
                int start = at;
                while (at < end && buffer[at] != '\n') {
                    at++;
                }
                if (line.size() + (at - start) > longest) {
                    overlong = true;
                } else if (!overlong) {
                    line.write(buffer, start, at - start);
                }
                if (at < end) {
                    at++;
                    ended = true;
                }
            }
            if (!any) {
                return null;
            }
            number++;
            byte[] bytes = line.toByteArray();
            if (overlong || !blank(bytes)) {
                return bytes;
            }
        }
    }

    /** Number of the line last read, from 1, blank ones counted. */
    long number() {
        return number;
    }

    /** Whether the line last read was too long and is not whole. */
    boolean overlong() {
        return overlong;
    }

    private static boolean blank(byte[] bytes) {
        for (byte b : bytes) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }
}
