package health.weft.profile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/** Makes packages for tests: a tar by hand, so that a broken one can be made too. */
final class Packages {
    private final ByteArrayOutputStream tar = new ByteArrayOutputStream();

    static Packages named(String name, String version, String fhir) {
        return new Packages().file("package/package.json", """
                {"name":"%s","version":"%s","fhirVersions":["%s"],"dependencies":{"hl7.fhir.r4.core":"4.0.1"}}""".formatted(name, version, fhir));
    }

    Packages file(String name, String content) {
        return entry(name, '0', content.getBytes(StandardCharsets.UTF_8), -1);
    }

    /** @param size what the header says; -1 for the truth */
    Packages entry(String name, char kind, byte[] content, long size) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 124, String.format("%011o", size < 0 ? content.length : size));
        header[156] = (byte) kind;
        put(header, 257, "ustar");
        tar.writeBytes(header);
        tar.writeBytes(content);
        tar.writeBytes(new byte[(512 - content.length % 512) % 512]);
        return this;
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(tar.toByteArray());
            gzip.write(new byte[1024]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Only the first bytes of it, as of a download that broke off. */
    byte[] cut() {
        byte[] whole = bytes();
        return Arrays.copyOf(whole, whole.length / 2);
    }

    Path in(Path folder, String file) throws IOException {
        return Files.write(folder.resolve(file), bytes());
    }

    /** A guide of a network: a Patient must have a birth date, and says how it came here by a code of a list. */
    static Packages guide(String version) {
        return named("weft.test.guide", version, "4.0.1")
                .file("package/StructureDefinition-born.json", """
                        {"resourceType":"StructureDefinition","id":"born","url":"https://test.example/StructureDefinition/born",
                         "name":"Born","status":"active","kind":"resource","abstract":false,"type":"Patient","fhirVersion":"4.0.1",
                         "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint",
                         "text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><script>x</script></div>"},
                         "differential":{"element":[
                          {"id":"Patient","path":"Patient"},
                          {"id":"Patient.birthDate","path":"Patient.birthDate","min":1},
                          {"id":"Patient.maritalStatus","path":"Patient.maritalStatus",
                           "binding":{"strength":"required","valueSet":"https://test.example/ValueSet/marital"}}]}}""")
                .file("package/ValueSet-marital.json", """
                        {"resourceType":"ValueSet","id":"marital","url":"https://test.example/ValueSet/marital","status":"active",
                         "compose":{"include":[{"system":"https://test.example/CodeSystem/marital"}]}}""")
                .file("package/CodeSystem-marital.json", """
                        {"resourceType":"CodeSystem","id":"marital","url":"https://test.example/CodeSystem/marital",
                         "status":"active","content":"complete","concept":[{"code":"one"},{"code":"two"}]}""")
                .file("package/ValueSet-open.json", """
                        {"resourceType":"ValueSet","id":"open","url":"https://test.example/ValueSet/open","status":"active",
                         "compose":{"include":[{"valueSet":["https://elsewhere.example/ValueSet/not-here"]}]}}""")
                .file("package/StructureDefinition-openly.json", """
                        {"resourceType":"StructureDefinition","id":"openly","url":"https://test.example/StructureDefinition/openly",
                         "name":"Openly","status":"active","kind":"resource","abstract":false,"type":"Patient","fhirVersion":"4.0.1",
                         "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint",
                         "differential":{"element":[
                          {"id":"Patient","path":"Patient"},
                          {"id":"Patient.maritalStatus","path":"Patient.maritalStatus",
                           "binding":{"strength":"required","valueSet":"https://test.example/ValueSet/open"}}]}}""")
                .file("package/example/Patient-one.json", "{\"resourceType\":\"Patient\"}")
                .file("package/notes.json", "no JSON at all");
    }
}
