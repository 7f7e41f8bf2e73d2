package health.weft.subscription;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Posts a notification: one HTTP/1.1 request to an address that was looked at first, and the status of its answer. It follows no
 * redirect and reads no body, which is why it is not a general client: those resolve names themselves.
 */
@Component
class RestHook {
    private static final int LONGEST_STATUS_LINE = 4_096;

    private final Set<String> allowedHosts;
    private final boolean privateToo;

    RestHook(
            @Value("${weft.subscription.allowed-hosts:}") Set<String> allowedHosts,
            @Value("${weft.subscription.allow-private-addresses:false}") boolean privateToo) {
        this.allowedHosts = Set.copyOf(allowedHosts);
        this.privateToo = privateToo;
    }

    /**
     * Posts.
     *
     * @throws IOException when it was not taken: why, in words that may be shown to the subscriber
     */
    void post(Destination to, List<String> headers, byte[] body, Duration timeout) throws IOException {
        InetAddress address = to.address(allowedHosts, privateToo);
        long end = System.nanoTime() + timeout.toNanos();
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(address, to.port()), left(end));
            plain.setSoTimeout(left(end));
            Socket socket = to.tls() ? secured(plain, to) : plain;
            OutputStream out = socket.getOutputStream();
            out.write(head(to, headers, body.length).getBytes(StandardCharsets.ISO_8859_1));
            out.write(body);
            out.flush();
            int status = status(socket, end);
            if (status < 200 || status > 299) {
                throw new IOException("The receiver answered with status " + status + ".");
            }
        } catch (SocketTimeoutException e) {
            throw new IOException("The receiver did not answer within " + timeout.toSeconds() + " s.");
        }
    }

    private static Socket secured(Socket plain, Destination to) throws IOException {
        SSLSocket socket = (SSLSocket)
                ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(plain, to.host(), to.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static String head(Destination to, List<String> headers, int length) {
        StringBuilder head = new StringBuilder("POST " + to.path() + " HTTP/1.1\r\n");
        String host = to.host().contains(":") ? "[" + to.host() + "]" : to.host();
        head.append("Host: ").append(host);
        if (to.port() != (to.tls() ? 443 : 80)) {
            head.append(':').append(to.port());
        }
        head.append("\r\nContent-Type: application/fhir+json\r\nContent-Length: ")
                .append(length);
        head.append("\r\nUser-Agent: Weft\r\nConnection: close\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    private static int status(Socket socket, long end) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder line = new StringBuilder();
        int c;
        while (true) {
            socket.setSoTimeout(left(end));
            c = in.read();
            if (c < 0 || c == '\n' || line.length() > LONGEST_STATUS_LINE) {
                break;
            }
            line.append((char) c);
        }
        String[] words = line.toString().strip().split(" ", 3);
        if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("\\d{3}")) {
            throw new IOException("The receiver did not answer in HTTP.");
        }
        return Integer.parseInt(words[1]);
    }

    private static int left(long end) throws SocketTimeoutException {
        long millis = (end - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            throw new SocketTimeoutException();
        }
        return (int) millis;
    }
}
