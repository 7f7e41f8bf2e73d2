package health.weft.directory;

import health.weft.problem.Problem;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import tools.jackson.core.JacksonException;

/**
 * A feed as a file: JSON, NDJSON or CSV as it is or in gzip, or a zip of CSV. Read as a stream, with an end to what may come out of it;
 * nothing of an archive is ever written under the names it gives.
 */
final class FeedFile implements AutoCloseable {
    private static final int MOST_ENTRIES = 200;
    private static final int MOST_TIMES = 500;

    private final Path path;
    private final String name;
    private final long most;
    private final @org.jspecify.annotations.Nullable ZipFile zip;
    private final Map<String, ZipEntry> entries = new LinkedHashMap<>();
    private long out;

    /** What is done with a stream. */
    interface Reading<T> {
        void read(T in) throws IOException;
    }

    /**
     * @param name as the sender called it
     * @param most bytes that may come out
     * @throws Problem unprocessable for an archive that is broken or no feed
     */
    FeedFile(Path path, String name, long most) throws IOException {
        this.path = path;
        this.name = name;
        this.most = most;
        byte[] head = new byte[4];
        try (InputStream in = Files.newInputStream(path)) {
            if (in.readNBytes(head, 0, 4) == 0) {
                throw Problem.unprocessable("The file " + name + " is empty.");
            }
        }
        try {
            this.zip = head[0] == 'P' && head[1] == 'K' ? new ZipFile(path.toFile()) : null;
        } catch (ZipException e) {
            throw Problem.unprocessable("The file " + name + " is no whole zip archive. Make it again.");
        }
        if (zip != null) {
            var all = zip.entries().asIterator();
            while (all.hasNext()) {
                ZipEntry entry = all.next();
                String base = entry.getName().replaceFirst(".*[/\\\\]", "");
                if (entry.isDirectory()
                        || base.startsWith(".")
                        || entry.getName().startsWith("__MACOSX")) {
                    continue;
                }
                if (entries.put(base, entry) != null || entries.size() > MOST_ENTRIES) {
                    zip.close();
                    throw Problem.unprocessable("The archive " + name + " has " + base
                            + " twice, or too many files. Send one package, and each table once.");
                }
            }
        }
    }

    boolean isZip() {
        return zip != null;
    }

    /** The files of the archive by their plain names; one name for a file that is none. */
    java.util.Set<String> names() {
        return zip == null ? java.util.Set.of(name) : entries.keySet();
    }

    /** Reads one of them as bytes, unpacked. */
    void bytes(String file, Reading<InputStream> reading) throws IOException {
        InputStream raw = zip == null
                ? new BufferedInputStream(Files.newInputStream(path))
                : zip.getInputStream(entries.get(file));
        long packed = zip == null
                ? Files.size(path)
                : Math.max(
                        1, java.util.Objects.requireNonNull(entries.get(file)).getCompressedSize());
        try (InputStream in = raw.markSupported() ? raw : new BufferedInputStream(raw)) {
            in.mark(2);
            boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
            in.reset();
            reading.read(new Bounded(gzip ? new GZIPInputStream(in) : in, packed));
        } catch (JacksonException e) {
            if (e.getCause() instanceof IOException io && !(io instanceof CharacterCodingException)) {
                throw io;
            }
            var at = e.getLocation();
            throw Problem.unprocessable("The file " + file + " is not valid JSON in UTF-8"
                    + (at == null ? "" : ", at line " + at.getLineNr() + ", column " + at.getColumnNr())
                    + ". Nothing was taken.");
        } catch (CharacterCodingException e) {
            throw notUtf8(file);
        } catch (java.io.UncheckedIOException e) {
            if (e.getCause() instanceof CharacterCodingException) {
                throw notUtf8(file);
            }
            throw e.getCause();
        } catch (ZipException | java.io.EOFException e) {
            throw Problem.unprocessable("The file " + file + " is broken off or damaged. Nothing was taken.");
        }
    }

    private static Problem notUtf8(String file) {
        return Problem.unprocessable(
                "The file " + file + " is not in UTF-8. Save it as UTF-8 and send it again. Nothing was taken.");
    }

    /** Reads one of them as text, strictly UTF-8. */
    void text(String file, Reading<Reader> reading) throws IOException {
        bytes(file, in -> {
            BufferedInputStream buffered = new BufferedInputStream(in);
            buffered.mark(3);
            byte[] mark = buffered.readNBytes(3);
            if (!(mark.length == 3 && mark[0] == (byte) 0xEF && mark[1] == (byte) 0xBB && mark[2] == (byte) 0xBF)) {
                buffered.reset();
            }
            reading.read(new InputStreamReader(
                    buffered,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .onUnmappableCharacter(CodingErrorAction.REPORT)));
        });
    }

    @Override
    public void close() throws IOException {
        if (zip != null) {
            zip.close();
        }
    }

    /** Ends where more comes out than may, or hundreds of times what went in: a bomb. */
    private final class Bounded extends FilterInputStream {
        private final long packed;
        private long here;

        Bounded(InputStream in, long packed) {
            super(in);
            this.packed = packed;
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            count(b < 0 ? 0 : 1);
            return b;
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            int n = super.read(buffer, from, length);
            count(Math.max(n, 0));
            return n;
        }

        private void count(int n) {
            here += n;
            out += n;
            if (out > most || (here > 10_000_000 && here / packed > MOST_TIMES)) {
                throw Problem.tooLarge("The file " + name + " holds more than " + most / 1_000_000
                        + " MB, or far more than it seems. Send it in parts. Nothing was taken.");
            }
        }
    }
}
