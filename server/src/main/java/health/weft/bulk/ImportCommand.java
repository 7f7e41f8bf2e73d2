package health.weft.bulk;

import health.weft.bulk.BulkHttp.Told;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.terminal.ProgressLine;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code ./weft import DIR|FILE...}: sends NDJSON files together, so that they may refer to each other, and transaction bundles one by
 * one. Running it again updates what is there.
 */
public final class ImportCommand {
    private static final int SHOWN = 20;

    private final PrintStream out;
    private final PrintStream err;

    public ImportCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** The exit code: 0 when everything was taken, 1 when something was refused or failed; what, is said. */
    public int run(String server, Optional<String> token, Optional<String> tokenFile, List<Path> paths) {
        try (BulkHttp http = new BulkHttp(server, BulkHttp.token(token, tokenFile))) {
            List<Path> files = files(paths);
            List<Path> bundles =
                    files.stream().filter(f -> f.toString().endsWith(".json")).toList();
            List<Path> lines =
                    files.stream().filter(f -> !f.toString().endsWith(".json")).toList();
            boolean whole = bundles(http, bundles);
            return lines.isEmpty() || ndjson(http, lines) ? (whole ? 0 : 1) : 1;
        } catch (Told e) {
            err.println(e.getMessage());
            return 1;
        } catch (IOException e) {
            err.println(ExportCommand.reason(e));
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private static List<Path> files(List<Path> paths) throws Told, IOException {
        List<Path> files = new ArrayList<>();
        for (Path path : paths) {
            if (!Files.exists(path)) {
                throw new Told("There is no file or folder " + path + ".");
            }
            try (Stream<Path> inside = Files.walk(path)) {
                inside.filter(Files::isRegularFile)
                        .filter(f -> f.toString().matches(".*\\.(ndjson|ndjson\\.gz|json)"))
                        .filter(f -> !f.endsWith("manifest.json")
                                && !f.getFileName().toString().matches("(error|deleted)-.*"))
                        // Synthea's organisations and staff are what the people's bundles refer to.
                        .sorted(Comparator.comparing((Path f) ->
                                        !f.getFileName().toString().matches("(hospital|practitioner)Information.*"))
                                .thenComparing(Comparator.naturalOrder()))
                        .forEach(files::add);
            }
        }
        for (Path file : files) {
            if (!Files.isReadable(file)) {
                throw new Told("The file " + file + " cannot be read by this user. Nothing was sent.");
            }
        }
        if (files.isEmpty()) {
            throw new Told("There is nothing to import: no .ndjson, .ndjson.gz or .json file.");
        }
        return files;
    }

    // ------------------------------------------------------------------------------------------------ bundles

    private boolean bundles(BulkHttp http, List<Path> files) throws Told, IOException, InterruptedException {
        ProgressLine line = new ProgressLine(out);
        boolean whole = true;
        for (int i = 0; i < files.size(); i++) {
            Path file = files.get(i);
            byte[] body = Files.readAllBytes(file);
            try {
                http.send(
                        "POST",
                        http.fhir(""),
                        BodyPublishers.ofByteArray(body),
                        "Content-Type",
                        "application/fhir+json",
                        "Prefer",
                        "return=minimal",
                        "Idempotency-Key",
                        key(body));
            } catch (Told e) {
                if (String.valueOf(e.getMessage()).matches("(No Weft answers|The connection|The server does not).*")) {
                    throw e;
                }
                err.println(file + ": " + e.getMessage());
                whole = false;
            }
            line.show("Sending bundles", i + 1L, files.size());
        }
        return whole;
    }

    private static String key(byte[] body) {
        try {
            return "import-"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    // ------------------------------------------------------------------------------------------------ NDJSON

    private boolean ndjson(BulkHttp http, List<Path> files) throws Told, IOException, InterruptedException {
        ObjectNode announced = Json.object("Parameters");
        ArrayNode parameters = announced.putArray("parameter");
        for (int i = 0; i < files.size(); i++) {
            String name = files.get(i).toString().replaceAll("[^\\w.,+@() /-]", "_");
            parameters
                    .addObject()
                    .put("name", "input")
                    .putArray("part")
                    .addObject()
                    .put("name", "name")
                    .put("valueString", name.length() > 180 ? i + "-" + name.substring(name.length() - 180) : name);
        }
        HttpResponse<String> begun = http.send(
                "POST",
                http.fhir("/$import"),
                BodyPublishers.ofByteArray(Json.bytes(announced)),
                "Content-Type",
                "application/fhir+json");
        String status = begun.headers().firstValue("Content-Location").orElse("");
        ObjectNode addresses = Json.parse(begun.body());
        Runnable cancel = () -> {
            try {
                http.send("DELETE", status, BodyPublishers.noBody());
            } catch (Told | InterruptedException e) {
                err.println("The upload could not be cancelled at the server; it is forgotten there by itself.");
            }
        };
        Thread interrupted = new Thread(cancel);
        Runtime.getRuntime().addShutdownHook(interrupted);
        boolean sent = false;
        try {
            send(http, files, addresses);
            sent = true;
        } finally {
            Runtime.getRuntime().removeShutdownHook(interrupted);
            if (!sent) {
                cancel.run();
            }
        }
        out.println("Everything is at the server, which goes on by itself: " + status);
        ProgressLine line = new ProgressLine(out);
        ObjectNode manifest = http.await(status, (done, total) -> line.show("Importing", done, total));
        long written = 0;
        for (var output : manifest.path("output")) {
            written += output.path("count").asLong();
        }
        out.println(written + " resources were imported.");
        return manifest.path("error").isEmpty() || refused(http, manifest);
    }

    private void send(BulkHttp http, List<Path> files, ObjectNode addresses)
            throws Told, IOException, InterruptedException {
        ProgressLine line = new ProgressLine(out);
        long total = 0;
        for (Path file : files) {
            total += Files.size(file);
        }
        long all = total;
        long before = 0;
        for (int i = 0; i < files.size(); i++) {
            Path file = files.get(i);
            String url = addresses.at("/parameter/" + i + "/part/1/valueUri").asString("");
            long start = before;
            boolean gzip = file.toString().endsWith(".gz");
            http.send(
                    "PUT",
                    url,
                    BodyPublishers.ofInputStream(
                            () -> counted(file, read -> line.show("Sending (KB)", (start + read) >> 10, all >> 10))),
                    "Content-Type",
                    "application/fhir+ndjson",
                    "Content-Encoding",
                    gzip ? "gzip" : "identity");
            before += Files.size(file);
        }
    }

    private interface Counter {
        void at(long bytes);
    }

    private static InputStream counted(Path file, Counter counter) {
        try {
            return new FilterInputStream(Files.newInputStream(file)) {
                private long read;

                @Override
                public int read(byte[] bytes, int from, int most) throws IOException {
                    int n = super.read(bytes, from, most);
                    if (n > 0) {
                        read += n;
                        counter.at(read);
                    }
                    return n;
                }
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Shows what was refused; false, since something was. */
    private boolean refused(BulkHttp http, ObjectNode manifest) throws Told, InterruptedException {
        var error = manifest.path("error").path(0);
        String url = Json.text(error, "url");
        err.println(error.path("count").asLong() + " lines were refused:");
        http.get(url).body().lines().limit(SHOWN).forEach(text -> {
            try {
                ObjectNode outcome = Json.parse(text.getBytes(StandardCharsets.UTF_8));
                err.println("  " + outcome.at("/issue/0/location/0").asString("") + ": "
                        + outcome.at("/issue/0/expression/0").asString("") + " "
                        + outcome.at("/issue/0/diagnostics").asString(""));
            } catch (InvalidResource e) {
                err.println("  " + text);
            }
        });
        err.println("The whole list, as OperationOutcomes: " + url);
        return false;
    }
}
