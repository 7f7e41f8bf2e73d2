package health.weft.profile;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar archive (POSIX ustar with pax headers, GNU long names) from a stream, file by file, into memory. Nothing is ever
 * written to a disk; names that lead out of the archive, links, and archives that swell beyond the limits are refused.
 */
final class Tar {
    private static final int BLOCK = 512;

    private final InputStream in;
    private final long largestFile;
    private final long largest;
    private final int mostFiles;
    private long read;
    private int files;

    /** The archive breaks a rule; the message is a sentence for the operator. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    /** One file of the archive. */
    record Entry(String name, byte[] content) {}

    /**
     * @param in the archive, unpacked
     * @param largestFile bytes of one file that is wanted, at most
     * @param largest bytes of the whole archive, unpacked, at most
     */
    Tar(InputStream in, long largestFile, long largest, int mostFiles) {
        this.in = in;
        this.largestFile = largestFile;
        this.largest = largest;
        this.mostFiles = mostFiles;
    }

    /**
     * The next file whose name is wanted; null at the end.
     *
     * @throws Refused for what no package holds
     */
    @Nullable
    Entry next(Predicate<String> wanted) throws IOException {
        String longName = null;
        while (true) {
            byte[] header = block();
            if (header == null || header[0] == 0) {
                return null;
            }
            long size = number(header, 124, 12);
            char kind = (char) header[156];
            switch (kind) {
                case 'x' -> longName = path(content(size), longName);
                case 'L' -> longName = text(content(size), 0, (int) size);
                case 'g', '5' -> skip(size);
                case '0', 0 -> {
                    String name = longName == null ? name(header) : longName;
                    longName = null;
                    if (name.startsWith("/") || name.contains("\\") || ("/" + name + "/").contains("/../")) {
                        throw new Refused("It holds a file whose path leads out of it.");
                    }
                    if (++files > mostFiles) {
                        throw new Refused("It holds more than " + mostFiles + " files.");
                    }
                    if (wanted.test(name)) {
                        return new Entry(name, content(size));
                    }
                    skip(size);
                }
                default -> throw new Refused("It holds a link or a device; a package holds files only.");
            }
        }
    }

    private byte @Nullable [] block() throws IOException {
        byte[] block = in.readNBytes(BLOCK);
        counted(block.length);
        if (block.length == 0) {
            return null;
        }
        if (block.length < BLOCK) {
            throw new EOFException();
        }
        return block;
    }

    private byte[] content(long size) throws IOException {
        if (size > largestFile) {
            throw new Refused("It holds a file of more than " + largestFile / (1024 * 1024) + " MB.");
        }
        byte[] content = in.readNBytes((int) size);
        if (content.length < size) {
            throw new EOFException();
        }
        counted(size);
        skip(padding(size), false);
        return content;
    }

    private void skip(long size) throws IOException {
        skip(size, true);
    }

    private void skip(long size, boolean padded) throws IOException {
        long left = padded ? size + padding(size) : size;
        counted(left);
        in.skipNBytes(left);
    }

    private static long padding(long size) {
        return (BLOCK - size % BLOCK) % BLOCK;
    }

    private void counted(long bytes) throws Refused {
        read += bytes;
        if (read > largest) {
            throw new Refused("Unpacked it is larger than " + largest / (1024 * 1024) + " MB.");
        }
    }

    private static String name(byte[] header) {
        String prefix = text(header, 345, 155);
        String name = text(header, 0, 100);
        return prefix.isEmpty() || !text(header, 257, 5).equals("ustar") ? name : prefix + "/" + name;
    }

    private static String text(byte[] from, int at, int length) {
        int end = at;
        while (end < at + length && from[end] != 0) {
            end++;
        }
        return new String(from, at, end - at, StandardCharsets.UTF_8);
    }

    private static long number(byte[] header, int at, int length) throws Refused {
        String octal = text(header, at, length).strip();
        if (!octal.matches("[0-7]{1,12}")) {
            throw new Refused("It is no tar archive.");
        }
        return Long.parseLong(octal, 8);
    }

    /** The path of a pax header, {@code 30 path=package/x.json\n} among its records. */
    private static @Nullable String path(byte[] records, @Nullable String otherwise) {
        for (String line : new String(records, StandardCharsets.UTF_8).split("\n")) {
            int path = line.toLowerCase(Locale.ROOT).indexOf(" path=");
            if (path >= 0) {
                return line.substring(path + 6);
            }
        }
        return otherwise;
    }
}
