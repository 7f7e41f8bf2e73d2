package health.weft.peer;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * HAPI's JPA server for R4 on a PostgreSQL, reachable from this machine only: {@code HapiPeer --port N --database URL}.
 *
 * <p>The address of the database, {@code postgresql://user:password@host:port/name}, may stand in {@code HAPI_DATABASE_URL}
 * instead, which keeps the password out of the process list.
 */
public final class HapiPeer {
    private HapiPeer() {}

    public static void main(String[] args) throws Exception {
        List<String> words = Arrays.asList(args);
        String url = value(words, "--database", System.getenv("HAPI_DATABASE_URL"));
        String port = value(words, "--port", "8090");
        if (url == null || !port.matches("\\d{1,5}")) {
            System.err.println("Say which PostgreSQL and where to listen: --database postgresql://user:password@host:5432/name --port N");
            System.exit(2);
        }
        System.setProperty("peer.database", url);
        System.setProperty("peer.reuse-ms", value(words, "--reuse-ms", "60000"));
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(PeerConfiguration.class);
        Server server = new Server(new InetSocketAddress("127.0.0.1", Integer.parseInt(port)));
        ServletContextHandler handler = new ServletContextHandler("/");
        ServletHolder fhir = new ServletHolder(context.getBean(ca.uhn.fhir.rest.server.RestfulServer.class));
        fhir.setInitOrder(1);
        handler.addServlet(fhir, "/fhir/*");
        server.setHandler(handler);
        server.setStopAtShutdown(true);
        server.start();
        System.out.println("HAPI is ready: http://127.0.0.1:" + port + "/fhir");
        server.join();
        context.close();
    }

    private static String value(List<String> words, String name, String usual) {
        int at = words.indexOf(name);
        return at < 0 || at + 1 == words.size() ? usual : words.get(at + 1);
    }
}
