package health.weft.partner;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.annotation.OptionalParam;
import ca.uhn.fhir.rest.annotation.RequiredParam;
import ca.uhn.fhir.rest.annotation.Search;
import ca.uhn.fhir.rest.param.ReferenceParam;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.HashMapResourceProvider;
import java.nio.file.Path;
import java.util.List;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.hl7.fhir.r4.model.Communication;
import org.hl7.fhir.r4.model.Procedure;
import org.hl7.fhir.r4.model.Task;

/**
 * A FHIR R4 server of others, HAPI's: it keeps Tasks, Procedures and Communications, knows no conditional create and no Subscription, and
 * does nothing by itself.
 */
final class PlainFhirServer implements AutoCloseable {
    private final Tomcat tomcat = new Tomcat();
    final HashMapResourceProvider<Task> tasks;
    final HashMapResourceProvider<Procedure> procedures;
    final Messages messages;

    PlainFhirServer(Path folder) throws Exception {
        FhirContext r4 = FhirContext.forR4Cached();
        tasks = new HashMapResourceProvider<>(r4, Task.class);
        procedures = new HashMapResourceProvider<>(r4, Procedure.class);
        messages = new Messages(r4);
        RestfulServer server = new RestfulServer(r4);
        server.registerProviders(tasks, procedures, messages);
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

    String base() {
        return "http://localhost:" + tomcat.getConnector().getLocalPort() + "/r4";
    }

    @Override
    public void close() throws Exception {
        tomcat.stop();
        tomcat.destroy();
    }
}
