package health.weft.directory;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.terminal.ProgressLine;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code ./weft directory import FILE|DIR} and {@code ./weft directory export DIR|FILE.zip}: another directory into a running server, first
 * to look at; and this one out of it, whole, as HSDS or as FHIR.
 */
public final class DirectoryCommand {
    private static final int SHOWN = 30;

    private final PrintStream out;
    private final PrintStream err;
    private final String server;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

    public DirectoryCommand(String server, PrintStream out, PrintStream err) {
        this.server = server.replaceFirst("/$", "");
        this.out = out;
        this.err = err;
    }

    /**
     * Sends a feed and says what it would change; writes it when {@code apply} is set.
     *
     * @param path a file, or a folder whose CSV or JSON files belong together
     * @param mapping a JSON file that says what the columns of plain CSV mean; it is kept
     * @return the exit code: 0 when all rows could be used, 1 when some could not or it failed
     */
    public int importing(
            Path path,
            String feed,
            boolean whole,
            boolean apply,
            Optional<Path> mapping,
            Optional<String> token,
            Optional<Path> tokenFile) {
        try {
            String bearer = token(token, tokenFile);
            if (mapping.isPresent()) {
                send("PUT", "/hsds/feeds/" + encoded(feed) + "/mapping", bearer, BodyPublishers.ofFile(mapping.get()))
                        .join();
            }
            boolean made = Files.isDirectory(path);
            Path file = made ? zipped(path) : path;
            try {
                ObjectNode run = sent(file, path.getFileName() + (made ? ".zip" : ""), feed, whole, bearer);
                tell(run);
                if (apply) {
                    tell(applied(run.path("id").asLong(), bearer));
                } else {
                    out.println("Nothing has changed. To write it: the same with --apply, or on the page " + server
                            + "/directory/feeds/runs/" + run.path("id").asLong());
                }
                return run.path("counts").path("left_out").asLong(0) == 0 ? 0 : 1;
            } finally {
                if (made) {
                    Files.delete(file);
                }
            }
        } catch (CompletionException | IOException | IllegalArgumentException e) {
            Throwable why = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
            err.println(
                    why instanceof java.net.ConnectException
                            ? "No Weft answers at " + server + ". Start it, or name another: --server URL."
                            : why instanceof java.nio.file.NoSuchFileException
                                    ? "There is no file " + why.getMessage() + "."
                                    : why.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private ObjectNode sent(Path file, String name, String feed, boolean whole, String token) throws IOException {
        ProgressLine line = new ProgressLine(out);
        long size = Files.size(file);
        InputStream in = new FilterInputStream(Files.newInputStream(file)) {
            private long done;

            @Override
            public int read(byte[] buffer, int from, int length) throws IOException {
                int n = super.read(buffer, from, length);
                done += Math.max(n, 0);
                line.show("Sending (kB)", done / 1000, size / 1000);
                return n;
            }
        };
        try (in) {
            return send(
                            "POST",
                            "/hsds/feeds/" + encoded(feed) + "?whole=" + whole + "&name=" + encoded(name),
                            token,
                            BodyPublishers.ofInputStream(() -> in))
                    .join();
        }
    }

    private ObjectNode applied(long run, String token) throws InterruptedException {
        CompletableFuture<ObjectNode> applying =
                send("POST", "/hsds/feeds/runs/" + run + "/apply", token, BodyPublishers.noBody());
        ProgressLine line = new ProgressLine(out);
        while (!applying.isDone()) {
            Thread.sleep(500);
            JsonNode progress = send("GET", "/hsds/feeds/progress", token, BodyPublishers.noBody())
                    .join();
            if (progress.has("total")) {
                line.show(
                        "Applying",
                        progress.path("done").asLong(),
                        progress.path("total").asLong());
            }
        }
        return applying.join();
    }

    private void tell(ObjectNode run) {
        out.println("Feed " + run.path("feed").asString("") + ", "
                + run.path("state").asString("") + ":");
        run.path("counts")
                .propertyStream()
                .forEach(count -> out.println("  " + count.getKey().replace('_', ' ') + ": "
                        + (count.getValue().isObject()
                                ? String.join(
                                        ", ",
                                        count.getValue()
                                                .propertyStream()
                                                .map(v -> v.getValue().asLong() + " " + v.getKey())
                                                .toList())
                                : count.getValue().asString(""))));
        run.path("findings")
                .valueStream()
                .limit(SHOWN)
                .forEach(finding -> err.println((finding.path("error").asBoolean() ? "left out  " : "told      ")
                        + finding.path("file").asString("") + ":"
                        + finding.path("line").asLong() + "  "
                        + finding.path("type").asString("") + " "
                        + finding.path("id").asString("") + "  "
                        + finding.path("message").asString("")));
        run.path("differences")
                .valueStream()
                .filter(d -> d.has("field") && !d.path("field").isNull())
                .limit(SHOWN)
                .forEach(d -> out.println("  " + d.path("name").asString("") + ", "
                        + d.path("field").asString("") + ": "
                        + FeedRun.brief(d.path("before").asString("")) + " -> "
                        + FeedRun.brief(d.path("after").asString(""))));
    }

    /** Writes the whole directory into a folder: lists of HSDS 3.1 entities, a line each. The exit code. */
    public int exporting(Path folder) {
        ProgressLine line = new ProgressLine(out);
        List<String> lists = List.of("taxonomies", "taxonomy_terms", "organizations");
        return writing(() -> {
            Files.createDirectories(folder);
            for (int i = 0; i < lists.size(); i++) {
                String list = lists.get(i);
                String query = "?format=ndjson" + (list.equals("organizations") ? "&full_service=true" : "");
                fetched("/hsds/" + list + query, folder.resolve(list + ".ndjson"), part -> {});
                line.show("Exporting", i + 1L, lists.size());
            }
        });
    }

    /** Writes the whole directory into one file: HSDS 3.1's tabular data package, a zip of CSV. The exit code. */
    public int exportingTables(Path zip) {
        return writing(() -> fetched("/hsds/tabular.zip", zip, part -> {
            try (ZipFile whole = new ZipFile(part.toFile())) {
                out.println(whole.size() - 1 + " tables, " + Files.size(part) / 1000 + " kB.");
            }
        }));
    }

    /** Writes the whole directory into a folder as FHIR: {@code Organization.ndjson} and one for each other type. The exit code. */
    public int exportingFhir(Path folder) {
        return writing(() -> {
            Files.createDirectories(folder);
            Path all = folder.resolve("all.ndjson");
            fetched("/hsds/fhir.ndjson", all, part -> {});
            Map<String, Long> written = new TreeMap<>();
            try (Lines lines = new Lines(folder);
                    BufferedReader in = Files.newBufferedReader(all)) {
                for (String resource = in.readLine(); resource != null; resource = in.readLine()) {
                    String type = Json.parse(resource).path("resourceType").asString("");
                    lines.write(type, resource);
                    written.merge(type, 1L, Long::sum);
                }
            }
            Files.delete(all);
            written.forEach((type, resources) -> out.println("  " + type + ": " + resources));
        });
    }

    /** A file a type of resource. */
    private static final class Lines implements AutoCloseable {
        private final Path folder;
        private final Map<String, BufferedWriter> files = new HashMap<>();

        Lines(Path folder) {
            this.folder = folder;
        }

        void write(String type, String resource) throws IOException {
            if (!type.matches("[A-Z][A-Za-z]{1,60}")) {
                throw new IOException("what the server sent is not FHIR: " + type);
            }
            BufferedWriter file = files.get(type);
            if (file == null) {
                file = Files.newBufferedWriter(folder.resolve(type + ".ndjson"));
                files.put(type, file);
            }
            file.write(resource);
            file.write('\n');
        }

        @Override
        public void close() throws IOException {
            for (BufferedWriter file : files.values()) {
                file.close();
            }
        }
    }

    private interface Writing {
        void run() throws IOException, InterruptedException;
    }

    private interface Look {
        void at(Path part) throws IOException;
    }

    private int writing(Writing writing) {
        try {
            writing.run();
            return 0;
        } catch (java.net.ConnectException e) {
            err.println("No Weft answers at " + server + ". Start it, or name another: --server URL.");
        } catch (IOException e) {
            err.println("The directory could not be written whole: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 1;
    }

    /**
     * Brings what stands at an address into a file, which is there only once it is whole.
     *
     * @param look what is to be right with it first
     */
    private void fetched(String path, Path file, Look look) throws IOException, InterruptedException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            HttpResponse<Path> answer =
                    http.send(HttpRequest.newBuilder(URI.create(server + path)).build(), BodyHandlers.ofFile(part));
            if (answer.statusCode() != 200) {
                throw new IOException(server + " answered with status " + answer.statusCode() + ". Is it a Weft?");
            }
            look.at(part);
            Files.move(part, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private CompletableFuture<ObjectNode> send(
            String method, String path, String token, HttpRequest.BodyPublisher body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server + path))
                .header("Authorization", "Bearer " + token)
                .header("Accept", "application/json")
                .header("Content-Type", "application/octet-stream")
                .method(method, body)
                .build();
        return http.sendAsync(request, BodyHandlers.ofString()).thenApply(answer -> {
            try {
                ObjectNode told =
                        answer.body().isEmpty() ? Json.mapper().createObjectNode() : Json.parse(answer.body());
                if (answer.statusCode() < 400) {
                    return told;
                }
                throw new IllegalArgumentException(told.path("detail")
                        .asString(told.at("/issue/0/diagnostics").asString("Status " + answer.statusCode())));
            } catch (InvalidResource e) {
                throw new IllegalArgumentException(
                        server + " answered with status " + answer.statusCode() + ". Is it a Weft?", e);
            }
        });
    }

    private static String token(Optional<String> given, Optional<Path> file) throws IOException {
        String token = given.isPresent()
                ? given.get()
                : file.isPresent()
                        ? Files.readString(file.get())
                        : Optional.ofNullable(System.getenv("WEFT_TOKEN")).orElse("");
        if (token.isBlank()) {
            throw new IllegalArgumentException(
                    "Say who you are: --token-file FILE, --token TOKEN or WEFT_TOKEN. ./weft token --as NAME prints one.");
        }
        return token.strip();
    }

    private static Path zipped(Path folder) throws IOException {
        Path zip = Files.createTempFile("weft-directory", ".zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip));
                Stream<Path> files = Files.list(folder)) {
            files.filter(f -> f.toString().matches(".*\\.(csv|json|ndjson)"))
                    .sorted()
                    .forEach(f -> {
                        try {
                            out.putNextEntry(new ZipEntry(f.getFileName().toString()));
                            Files.copy(f, out);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
        return zip;
    }

    private static String encoded(String words) {
        return URLEncoder.encode(words, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
