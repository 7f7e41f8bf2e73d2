package health.weft.bulk;

import health.weft.bulk.BulkHttp.Told;
import health.weft.fhir.Json;
import health.weft.terminal.ProgressLine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ./weft export DIR}: exports what the token's account may see into a folder, a file a resource type. */
public final class ExportCommand {
    private static final String MANIFEST = "manifest.json";

    private final Path folder;
    private final PrintStream out;
    private final PrintStream err;

    public ExportCommand(Path folder, PrintStream out, PrintStream err) {
        this.folder = folder;
        this.out = out;
        this.err = err;
    }

    /**
     * What is to be exported.
     *
     * @param level {@code ""} for the whole, {@code /Patient} or {@code /Group/<id>}
     * @param query of the kick-off, {@code _type=Patient}; empty for everything
     * @param gzip whether the files are kept compressed
     */
    public record Wanted(String level, String query, boolean gzip) {
        /** From the words on the command line. */
        public static Wanted of(
                Optional<String> types,
                Optional<String> since,
                Optional<String> group,
                boolean patients,
                boolean gzip) {
            StringBuilder query = new StringBuilder();
            types.ifPresent(t -> query.append("_type=").append(encoded(t)));
            since.ifPresent(s ->
                    query.append(query.isEmpty() ? "" : "&").append("_since=").append(encoded(s)));
            String level = group.map(id -> "/Group/" + encoded(id)).orElse(patients ? "/Patient" : "");
            return new Wanted(level, query.toString(), gzip);
        }

        private static String encoded(String value) {
            return URLEncoder.encode(value, StandardCharsets.UTF_8);
        }
    }

    /** The exit code: 0 when every file is there whole, 1 when not; what to do is said. */
    public int run(String server, Optional<String> token, Optional<String> tokenFile, Wanted wanted) {
        try (BulkHttp http = new BulkHttp(server, BulkHttp.token(token, tokenFile))) {
            prepare();
            String address =
                    http.fhir(wanted.level() + "/$export" + (wanted.query().isEmpty() ? "" : "?" + wanted.query()));
            String status = http.get(address, "Prefer", "respond-async")
                    .headers()
                    .firstValue("Content-Location")
                    .orElseThrow(() -> new Told(server + " does not export. Is it a Weft?"));
            Path part = folder.resolve(".part");
            Thread interrupted = new Thread(() -> {
                remove(part);
                try (BulkHttp last = new BulkHttp(server, BulkHttp.token(token, tokenFile))) {
                    last.send("DELETE", status, BodyPublishers.noBody());
                } catch (Told | InterruptedException e) {
                    err.println("The export could not be cancelled at the server; it ends there by itself.");
                }
            });
            Runtime.getRuntime().addShutdownHook(interrupted);
            try {
                ProgressLine line = new ProgressLine(out);
                ObjectNode manifest = http.await(status, (done, total) -> line.show("Exporting", done, total));
                long resources = fetch(http, manifest, part, wanted.gzip());
                settle(part);
                http.send("DELETE", status, BodyPublishers.noBody());
                out.println(resources + " resources are in " + folder + ", as of "
                        + Json.text(manifest, "transactionTime") + ".");
                return 0;
            } finally {
                Runtime.getRuntime().removeShutdownHook(interrupted);
                remove(part);
            }
        } catch (Told e) {
            err.println(e.getMessage());
            return 1;
        } catch (IOException e) {
            err.println(reason(e));
            return 1;
        } catch (InterruptedException | IllegalStateException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private void prepare() throws Told, IOException {
        Files.createDirectories(folder);
        try (Stream<Path> inside = Files.list(folder)) {
            List<Path> there = inside.toList();
            if (!there.isEmpty()
                    && !Files.exists(folder.resolve(MANIFEST))
                    && !there.equals(List.of(folder.resolve(".part")))) {
                throw new Told("The folder " + folder + " holds other files. Name an empty or a new one.");
            }
        }
        remove(folder.resolve(".part"));
        Files.createDirectory(folder.resolve(".part"));
    }

    private long fetch(BulkHttp http, ObjectNode manifest, Path part, boolean gzip)
            throws Told, IOException, InterruptedException {
        ProgressLine line = new ProgressLine(out);
        long total = 0;
        for (String list : List.of("output", "deleted", "error")) {
            for (JsonNode file : manifest.path(list)) {
                total += file.path("count").asLong();
            }
        }
        long done = 0;
        Map<String, Integer> numbers = new HashMap<>();
        for (String list : List.of("output", "deleted", "error")) {
            for (JsonNode file : manifest.path(list)) {
                String type = (list.equals("output") ? "" : list + "-") + Json.text(file, "type");
                int number = numbers.merge(type, 1, Integer::sum);
                String name = type + (number == 1 ? "" : "." + number) + ".ndjson" + (gzip ? ".gz" : "");
                long lines = fetch(http, Json.text(file, "url"), part.resolve(name), gzip);
                if (lines != file.path("count").asLong()) {
                    throw new Told("The file " + name + " broke off. Run the same again.");
                }
                ((ObjectNode) file).put("url", name);
                done += lines;
                line.show("Fetching", done, total);
            }
        }
        Files.write(part.resolve(MANIFEST), Json.bytes(manifest));
        return done;
    }

    private static long fetch(BulkHttp http, String url, Path to, boolean gzip)
            throws Told, IOException, InterruptedException {
        HttpResponse<InputStream> answer =
                http.exchange("GET", url, BodyPublishers.noBody(), BodyHandlers.ofInputStream());
        try (InputStream in = answer.body();
                OutputStream file = Files.newOutputStream(to);
                OutputStream packed = gzip ? new GZIPOutputStream(file, 1 << 16) : file) {
            if (answer.statusCode() != 200) {
                throw new Told(
                        http.reason(answer.statusCode(), new String(in.readNBytes(1 << 16), StandardCharsets.UTF_8)));
            }
            byte[] buffer = new byte[1 << 16];
            long lines = 0;
            int n;
            while ((n = in.read(buffer)) > 0) {
                for (int i = 0; i < n; i++) {
                    if (buffer[i] == '\n') {
                        lines++;
                    }
                }
                packed.write(buffer, 0, n);
            }
            return lines;
        }
    }

    /** Takes the files of an earlier export away and puts the new ones in their place. */
    private void settle(Path part) throws IOException {
        Path earlier = folder.resolve(MANIFEST);
        if (Files.exists(earlier)) {
            ObjectNode manifest = Json.parse(Files.readAllBytes(earlier));
            for (String list : List.of("output", "deleted", "error")) {
                for (JsonNode file : manifest.path(list)) {
                    Path old = folder.resolve(Json.text(file, "url")).normalize();
                    if (folder.equals(old.getParent())) {
                        Files.deleteIfExists(old);
                    }
                }
            }
        }
        try (Stream<Path> files = Files.list(part)) {
            for (Path file : files.toList()) {
                Files.move(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static void remove(Path part) {
        try (Stream<Path> files = Files.list(part)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(part);
        } catch (IOException gone) {
            // Not there, or another has removed it.
        }
    }

    static String reason(IOException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("No space left")
                ? "The disk is full. Free some space and run the same again; nothing is done twice."
                : "A file cannot be read or written: " + message;
    }
}
