package health.weft;

import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;
import org.springframework.stereotype.Component;

/**
 * Requests are served by threads of the operating system. Most wait a few times for the database, each time for less than it takes to
 * park a virtual thread and to wake it: measured, a read costs a fifth less so. What waits for long (open pages, downloads, work in
 * the background) holds none of them and runs on virtual threads.
 */
@Component
class RequestThreads implements WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory>, Ordered {

    @Override
    public void customize(ConfigurableTomcatWebServerFactory factory) {
        factory.addProtocolHandlerCustomizers(handler -> handler.setExecutor(null));
    }

    /** After Spring Boot has set virtual threads for everything. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }
}
