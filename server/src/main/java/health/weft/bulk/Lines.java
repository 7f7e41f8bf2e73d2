package health.weft.bulk;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Lines of NDJSON on their way into one gzip member. */
final class Lines {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);
    private final GZIPOutputStream gzip;
    private long count;
    private long length;

    Lines() {
        try {
            gzip = new GZIPOutputStream(bytes, 1 << 14) {
                {
                    def.setLevel(Deflater.BEST_SPEED);
                }
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void add(byte[] json) {
        try {
            gzip.write(json);
            gzip.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        count++;
        length += json.length + 1L;
    }

    long count() {
        return count;
    }

    /** Bytes before compression. */
    long length() {
        return length;
    }

    byte[] close() {
        try {
            gzip.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
