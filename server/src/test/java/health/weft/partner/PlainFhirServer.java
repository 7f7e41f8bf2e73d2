package health.weft.partner;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.HashMapResourceProvider;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.hl7.fhir.r4.model.Procedure;
import org.hl7.fhir.r4.model.Task;

/** A FHIR R4 server of others, HAPI's: it keeps Tasks and Procedures, knows no conditional create, and does nothing by itself. */
final class PlainFhirServer implements AutoCloseable {
    private final Tomcat tomcat = new Tomcat();
    final HashMapResourceProvider<Task> tasks;
    final HashMapResourceProvider<Procedure> procedures;

    PlainFhirServer(Path folder) throws Exception {
        FhirContext r4 = FhirContext.forR4Cached();
        tasks = new HashMapResourceProvider<>(r4, Task.class);
        procedures = new HashMapResourceProvider<>(r4, Procedure.class);
        RestfulServer server = new RestfulServer(r4);
        server.registerProviders(tasks, procedures);
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        Context context = tomcat.addContext("", folder.toString());
        Tomcat.addServlet(context, "fhir", server);
        context.addServletMappingDecoded("/r4/*", "fhir");
        tomcat.getConnector();
        tomcat.start();
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
