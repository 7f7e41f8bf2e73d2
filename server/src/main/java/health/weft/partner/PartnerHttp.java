package health.weft.partner;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.security.Outgoing;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/** Requests to partners' servers and to where those say that tokens are, by the rules of {@link Outgoing}; answers in JSON. */
@Component
class PartnerHttp implements DisposableBean {
    private final Outgoing http;
    private final Duration timeout;

    /**
     * @param httpHosts hosts that may be reached without TLS, and wherever they are
     * @param privateHosts hosts that may be reached by TLS although they are not on the public internet
     */
    PartnerHttp(
            @Value("${weft.partner.timeout:20s}") Duration timeout,
            @Value("${weft.partner.http-hosts:}") Set<String> httpHosts,
            @Value("${weft.partner.private-hosts:}") Set<String> privateHosts) {
        this.timeout = timeout;
        this.http = new Outgoing(host -> httpHosts.contains(host) || privateHosts.contains(host));
    }

    /**
     * What a server answered.
     *
     * @param json its body; empty when that was none
     */
    record Answer(int status, ObjectNode json, Outgoing.Answer whole) {
        boolean isGood() {
            return status >= 200 && status < 300;
        }

        Optional<String> header(String name) {
            return whole.header(name);
        }

        /** The answer, as long as it is good. */
        Answer good(String what) throws IOException {
            if (!isGood()) {
                throw new IOException(what + " was answered with status " + status + issue());
            }
            return this;
        }

        private String issue() {
            String said = json.path("issue").path(0).path("diagnostics").asString("");
            return said.isEmpty() ? "." : ": " + said.substring(0, Math.min(said.length(), 300));
        }
    }

    /**
     * Sends.
     *
     * @param largest bytes of an answer
     * @throws IOException when there was no answer in JSON, in words that may be shown to the convener
     */
    Answer send(Outgoing.Request request, int largest) throws IOException {
        Outgoing.Answer answer = answer(request, largest);
        return new Answer(answer.status(), body(answer), answer);
    }

    private Outgoing.Answer answer(Outgoing.Request request, int largest) throws IOException {
        try {
            return http.send(request, largest, timeout);
        } catch (Outgoing.Failure e) {
            throw new IOException(
                    switch (e.trouble()) {
                        case LATE -> "The server did not answer within " + timeout.toSeconds() + " s.";
                        case INSIDE ->
                            "The server's address is not on the public internet. Whoever runs this server can allow it by weft.partner.private-hosts.";
                        case HOST, REACH, LARGE -> "The server could not be reached, or its answer was too large.";
                        case STOPPED -> "Stopped.";
                    },
                    e);
        }
    }

    private static ObjectNode body(Outgoing.Answer answer) throws IOException {
        if (answer.body().length == 0) {
            return Json.mapper().createObjectNode();
        }
        try {
            return Json.parse(answer.body());
        } catch (InvalidResource e) {
            if (answer.isGood()) {
                throw new IOException("The server did not answer in FHIR's JSON.", e);
            }
            return Json.mapper().createObjectNode();
        }
    }

    @Override
    public void destroy() throws IOException {
        http.close();
    }
}
