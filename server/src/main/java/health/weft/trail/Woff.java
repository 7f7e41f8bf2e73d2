package health.weft.trail;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Unpacks a web font (WOFF 1.0, W3C Recommendation of 2012) into the TrueType font in it, which is what a PDF embeds. Its table of glyph
 * substitutions stays behind: PDFBox would draw "ff" as one glyph that no character stands for, and whoever copies "Officer" out of the
 * file, searches it or has it read aloud would not find it.
 */
final class Woff {
    private static final int SIGNATURE = 0x774F4646;
    private static final int MOST = 1 << 22;
    private static final int SUBSTITUTIONS = 0x47535542; // GSUB

    private Woff() {}

    /** @throws IllegalArgumentException when these bytes are no such font */
    static byte[] trueType(byte[] woff) {
        ByteBuffer in = ByteBuffer.wrap(woff);
        if (in.limit() < 44 || in.getInt(0) != SIGNATURE) {
            throw new IllegalArgumentException("no WOFF font");
        }
        int[] entries = IntStream.range(0, in.getShort(12) & 0xFFFF)
                .map(i -> 44 + 20 * i)
                .filter(entry -> in.getInt(entry) != SUBSTITUTIONS)
                .toArray();
        int tables = entries.length;
        int power = 31 - Integer.numberOfLeadingZeros(tables);
        int head = 12 + 16 * tables;
        ByteBuffer directory = ByteBuffer.allocate(head);
        directory.putInt(in.getInt(4)).putShort((short) tables);
        directory.putShort((short) (16 << power)).putShort((short) power);
        directory.putShort((short) (16 * tables - (16 << power)));
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int entry : entries) {
            int length = in.getInt(entry + 12);
            directory
                    .putInt(in.getInt(entry))
                    .putInt(in.getInt(entry + 16))
                    .putInt(head + body.size())
                    .putInt(length);
            body.writeBytes(table(woff, in.getInt(entry + 4), in.getInt(entry + 8), length));
            body.writeBytes(new byte[-length & 3]); // tables begin at multiples of four
        }
        return ByteBuffer.allocate(head + body.size())
                .put(directory.array())
                .put(body.toByteArray())
                .array();
    }

    private static byte[] table(byte[] woff, int offset, int packed, int length) {
        if (length < 0 || length > MOST) {
            throw new IllegalArgumentException("a table of this WOFF font is too large");
        }
        byte[] table = new byte[length];
        if (packed == length) {
            System.arraycopy(woff, offset, table, 0, length);
            return table;
        }
        try (Inflater inflater = new Inflater()) {
            inflater.setInput(woff, offset, packed);
            if (inflater.inflate(table) != length) {
                throw new IllegalArgumentException("a table of this WOFF font is cut off");
            }
            return table;
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("a table of this WOFF font is broken", e);
        }
    }
}
