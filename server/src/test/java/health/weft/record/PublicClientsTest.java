package health.weft.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.api.MethodOutcome;
import ca.uhn.fhir.rest.client.api.IGenericClient;
import ca.uhn.fhir.rest.client.interceptor.BearerTokenAuthInterceptor;
import ca.uhn.fhir.rest.gclient.TokenClientParam;
import ca.uhn.fhir.rest.server.exceptions.PreconditionFailedException;
import ca.uhn.fhir.rest.server.exceptions.ResourceGoneException;
import ca.uhn.fhir.rest.server.exceptions.ResourceNotFoundException;
import health.weft.WeftTest;
import health.weft.security.PartyKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.CapabilityStatement;
import org.hl7.fhir.r4.model.Enumerations.AdministrativeGender;
import org.hl7.fhir.r4.model.IdType;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.Observation.ObservationStatus;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.StringType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that others wrote go through a session as their users would: HAPI's, and fhir-kit-client of npm where Node is there. */
class PublicClientsTest extends WeftTest {
    private static final FhirContext R4 = FhirContext.forR4();

    private String clinic = "";

    @BeforeAll
    void member() {
        clinic = member("public-clients", PartyKind.CLINICAL);
    }

    private IGenericClient client(EncodingEnum encoding) {
        R4.getRestfulClientFactory().setSocketTimeout(60_000);
        IGenericClient client = R4.newRestfulGenericClient(url("/fhir")); // asks for the CapabilityStatement first
        client.registerInterceptor(new BearerTokenAuthInterceptor(clinic));
        client.setEncoding(encoding);
        return client;
    }

    @ParameterizedTest
    @EnumSource(
            value = EncodingEnum.class,
            names = {"JSON", "XML"})
    void hapis_client_goes_through_a_session(EncodingEnum encoding) {
        IGenericClient client = client(encoding);
        String mark = UUID.randomUUID().toString();
        CapabilityStatement can =
                client.capabilities().ofType(CapabilityStatement.class).execute();
        assertThat(can.getFhirVersion().toCode()).isEqualTo("4.0.1");

        Patient patient = new Patient();
        patient.addIdentifier().setSystem("urn:clients").setValue(mark);
        patient.addName().setFamily("Público").addGiven("Zoë");
        MethodOutcome created = client.create()
                .resource(patient)
                .conditional()
                .where(Patient.IDENTIFIER.exactly().systemAndIdentifier("urn:clients", mark))
                .execute();
        assertThat(created.getCreated()).isTrue();
        assertThat(client.create()
                        .resource(patient)
                        .conditional()
                        .where(Patient.IDENTIFIER.exactly().systemAndIdentifier("urn:clients", mark))
                        .execute()
                        .getCreated())
                .as("the second time it is there")
                .isNotEqualTo(Boolean.TRUE);
        IdType id = (IdType) created.getId().toUnqualifiedVersionless();

        Patient read = client.read().resource(Patient.class).withId(id).execute();
        assertThat(read.getNameFirstRep().getNameAsSingleString()).isEqualTo("Zoë Público");
        read.setGender(AdministrativeGender.FEMALE);
        MethodOutcome updated = client.update().resource(read).execute();
        assertThat(updated.getId().getVersionIdPart()).isEqualTo("2");
        Patient stale = client.vread(Patient.class, id.getIdPart(), "1");
        stale.setId(id.withVersion("1"));
        assertThatExceptionOfType(PreconditionFailedException.class).isThrownBy(() -> client.update()
                .resource(stale)
                .withAdditionalHeader("If-Match", "W/\"1\"")
                .execute());

        Parameters patch = new Parameters();
        var operation = patch.addParameter().setName("operation");
        operation.addPart().setName("type").setValue(new org.hl7.fhir.r4.model.CodeType("replace"));
        operation.addPart().setName("path").setValue(new StringType("Patient.gender"));
        operation.addPart().setName("value").setValue(new org.hl7.fhir.r4.model.CodeType("male"));
        client.patch().withFhirPatch(patch).withId(id).execute();
        assertThat(client.read().resource(Patient.class).withId(id).execute().getGender())
                .isEqualTo(AdministrativeGender.MALE);

        Bundle sent = new Bundle().setType(Bundle.BundleType.TRANSACTION);
        for (int i = 0; i < 25; i++) {
            Observation weight =
                    new Observation().setStatus(ObservationStatus.FINAL).setSubject(new Reference(id));
            weight.getCode().addCoding().setSystem("http://loinc.org").setCode("29463-7");
            sent.addEntry()
                    .setResource(weight)
                    .getRequest()
                    .setMethod(Bundle.HTTPVerb.POST)
                    .setUrl("Observation");
        }
        Bundle stored = client.transaction().withBundle(sent).execute();
        assertThat(stored.getEntry())
                .hasSize(25)
                .allSatisfy(e -> assertThat(e.getResponse().getStatus()).startsWith("201"));

        Bundle page = client.search()
                .forResource(Observation.class)
                .where(Observation.PATIENT.hasId(id))
                .and(new TokenClientParam("code").exactly().systemAndCode("http://loinc.org", "29463-7"))
                .include(Observation.INCLUDE_PATIENT)
                .count(10)
                .returnBundle(Bundle.class)
                .execute();
        int observations = 0;
        int pages = 0;
        while (true) {
            observations += (int) page.getEntry().stream()
                    .filter(e -> e.getResource() instanceof Observation)
                    .count();
            assertThat(page.getEntry()).anyMatch(e -> e.getResource() instanceof Patient);
            pages++;
            if (page.getLink(Bundle.LINK_NEXT) == null) {
                break;
            }
            page = client.loadPage().next(page).execute();
        }
        assertThat(observations).isEqualTo(25);
        assertThat(pages).isEqualTo(3);

        Bundle everything = client.operation()
                .onInstance(id)
                .named("$everything")
                .withNoParameters(Parameters.class)
                .returnResourceType(Bundle.class)
                .execute();
        assertThat(everything.getEntry()).hasSize(26);
        Parameters valid = client.operation()
                .onType(org.hl7.fhir.r4.model.ValueSet.class)
                .named("$validate-code")
                .withParameter(
                        Parameters.class,
                        "url",
                        new org.hl7.fhir.r4.model.UriType("http://hl7.org/fhir/ValueSet/administrative-gender"))
                .andParameter("code", new org.hl7.fhir.r4.model.CodeType("female"))
                .andParameter("system", new org.hl7.fhir.r4.model.UriType("http://hl7.org/fhir/administrative-gender"))
                .execute();
        assertThat(valid.getParameterBool("result")).isTrue();
        assertThat(client.validate().resource(patient).execute().getOperationOutcome())
                .isNotNull();
        assertThat(client.history()
                        .onInstance(id)
                        .returnBundle(Bundle.class)
                        .execute()
                        .getEntry())
                .hasSize(3);

        String observation = stored.getEntryFirstRep().getResponse().getLocation();
        IdType gone = (IdType) new IdType(observation).toUnqualifiedVersionless();
        client.delete().resourceById(gone).execute();
        assertThatExceptionOfType(ResourceGoneException.class)
                .isThrownBy(() ->
                        client.read().resource(Observation.class).withId(gone).execute());
        assertThatExceptionOfType(ResourceNotFoundException.class)
                .isThrownBy(() ->
                        client.read().resource(Patient.class).withId("nobody").execute());
    }

    @Test
    void fhir_kit_client_goes_through_a_session() throws Exception {
        Path folder = Path.of("target", "fhir-kit-client").toAbsolutePath();
        Files.createDirectories(folder);
        Files.copy(
                Path.of("src/test/node/session.mjs"),
                folder.resolve("session.mjs"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(
                folder.resolve("package.json"),
                "{\"private\":true,\"type\":\"module\",\"dependencies\":{\"fhir-kit-client\":\"2.0.3\"}}");
        assumeTrue(run(folder, "node", "--version") == 0, "Node is not here");
        assumeTrue(
                run(folder, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock") == 0,
                "npm cannot bring fhir-kit-client");
        int exit = run(folder, "node", "session.mjs", url("/fhir"), clinic);
        assertThat(exit).as(Files.readString(folder.resolve("out.log"))).isZero();
        assertThat(folder.resolve("out.log")).content().contains("all steps done");
    }

    private static int run(Path folder, String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("out.log").toFile())
                    .start();
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return -1;
            }
            return process.exitValue();
        } catch (IOException absent) {
            return -1;
        }
    }
}
