package health.weft.audit;

import jakarta.servlet.ServletException;
import java.io.IOException;
import org.apache.catalina.AccessLog;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/**
 * Tells {@link RefusedInput} of requests that the container refuses by itself, before any filter: a header with a line break in it, one that is far too
 * long, an address that none can be. The container tells them to its access log alone, so this stands where one would.
 */
@Component
class UnreadRequests implements WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> {
    private final ObjectProvider<RefusedInput> refused;

    UnreadRequests(ObjectProvider<RefusedInput> refused) {
        this.refused = refused;
    }

    @Override
    public void customize(ConfigurableTomcatWebServerFactory factory) {
        factory.addEngineValves(new Listening());
    }

    private final class Listening extends ValveBase implements AccessLog {
        Listening() {
            super(true);
        }

        @Override
        public void invoke(Request request, Response response) throws IOException, ServletException {
            getNext().invoke(request, response);
        }

        @Override
        public void log(Request request, Response response, long nanoseconds) {
            if (response.getStatus() >= 400 && request.getAttribute(RefusedInput.SEEN) == null) {
                refused.getObject().unread(String.valueOf(request.getRemoteAddr()), response.getStatus());
            }
        }

        @Override
        public void setRequestAttributesEnabled(boolean enabled) {
            // Only the address is asked for, and only of what no valve has read.
        }

        @Override
        public boolean getRequestAttributesEnabled() {
            return false;
        }
    }
}
