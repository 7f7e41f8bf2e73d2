package health.weft.partner;

import static org.awaitility.Awaitility.await;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.annotation.OptionalParam;
import ca.uhn.fhir.rest.annotation.RequiredParam;
import ca.uhn.fhir.rest.annotation.Search;
import ca.uhn.fhir.rest.param.ReferenceParam;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.HashMapResourceProvider;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.CodeableConcept;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Communication;
import org.hl7.fhir.r4.model.Consent;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Procedure;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.ServiceRequest;
import org.hl7.fhir.r4.model.Task;
import tools.jackson.databind.node.ObjectNode;

/**
 * A FHIR R4 server of others, HAPI's: it keeps what a referral is made of, knows no transaction, no conditional create and no Subscription,
 * and does nothing by itself.
 */
final class PlainFhirServer implements AutoCloseable {
    private final Tomcat tomcat = new Tomcat();
    final HashMapResourceProvider<Task> tasks;
    final HashMapResourceProvider<Procedure> procedures;
    final Messages messages;
    private final FhirContext r4 = FhirContext.forR4Cached();
    private final Map<Class<?>, HashMapResourceProvider<?>> asked = new HashMap<>();

    PlainFhirServer(Path folder) throws Exception {
        tasks = new HashMapResourceProvider<>(r4, Task.class);
        procedures = new HashMapResourceProvider<>(r4, Procedure.class);
        messages = new Messages(r4);
        RestfulServer server = new RestfulServer(r4);
        server.registerProviders(tasks, procedures, messages);
        for (Class<? extends Resource> type : List.of(Patient.class, Consent.class, ServiceRequest.class)) {
            HashMapResourceProvider<?> kept = new HashMapResourceProvider<>(r4, type);
            asked.put(type, kept);
            server.registerProvider(kept);
        }
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        Context context = tomcat.addContext("", folder.toString());
        Tomcat.addServlet(context, "fhir", server);
        context.addServletMappingDecoded("/r4/*", "fhir");
        tomcat.getConnector();
        tomcat.start();
    }

    /** Communications, found by whom they are for. */
    static final class Messages extends HashMapResourceProvider<Communication> {
        Messages(FhirContext r4) {
            super(r4, Communication.class);
        }

        /** Those for a recipient about a person. */
        @Search
        public List<Communication> to(
                @RequiredParam(name = "recipient") ReferenceParam recipient,
                @OptionalParam(name = "subject") ReferenceParam subject) {
            return getStoredResources().stream()
                    .filter(message -> message.getRecipient().stream()
                            .anyMatch(to -> to.getReference().equals(recipient.getValue())))
                    .toList();
        }
    }

    /** Somebody there writes down a Patient, a Consent or a ServiceRequest; the reference to it, within the server. */
    String keeps(ObjectNode resource) {
        IBaseResource parsed = r4.newJsonParser().parseResource(resource.toString());
        return keeps(Objects.requireNonNull(asked.get(parsed.getClass())), parsed);
    }

    private static <T extends IBaseResource> String keeps(HashMapResourceProvider<T> kept, IBaseResource resource) {
        return kept.store(kept.getResourceType().cast(resource))
                .toUnqualifiedVersionless()
                .getValue();
    }

    /** The Task that stands there under an identifier, once it does. */
    Task task(String identifier) {
        return await().until(
                        () -> tasks.getStoredResources().stream()
                                .filter(task ->
                                        task.getIdentifierFirstRep().getValue().equals(identifier))
                                .findFirst()
                                .orElse(null),
                        found -> found != null);
    }

    /** Somebody there gives help, and says that the Task is done. */
    void gives(Task task, String what) {
        Procedure given = new Procedure();
        given.setStatus(Procedure.ProcedureStatus.COMPLETED)
                .setSubject(task.getFor())
                .setCode(new CodeableConcept().setText(what));
        Task done = task.copy().setStatus(Task.TaskStatus.COMPLETED);
        done.addOutput()
                .setType(new CodeableConcept().addCoding(new Coding(TwoServers.OUTPUT, "resulting-activity", null)))
                .setValue(new Reference(procedures.store(given).toUnqualifiedVersionless()));
        tasks.store(done);
    }

    String base() {
        return "http://localhost:" + tomcat.getConnector().getLocalPort() + "/r4";
    }

    @Override
    public void close() throws Exception {
        tomcat.stop();
        tomcat.destroy();
    }
}
