package health.weft.security;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.routing.RoutingSupport;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.io.Closer;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Requests to servers of others, by addresses that somebody typed or that such a server named. A host's name is looked up once for each
 * connection, every address of it must be one of the public internet ({@link ServerAddress#isPublic}), and the connection goes to what was
 * looked at: a name that changes its meaning in between leads nowhere. No redirect is followed, no cookie kept, no proxy asked; an answer
 * has a bounded size and comes within a bounded time.
 */
public final class Outgoing implements AutoCloseable {
    private static final Timeout CONNECT = Timeout.ofSeconds(5);
    private static final TimeValue IDLE = TimeValue.ofSeconds(30);
    private static final int CONNECTIONS = 100;
    private static final int TO_ONE_SERVER = 10;

    private final PoolingHttpClientConnectionManager connections;
    private final CloseableHttpClient http;

    /** @param wherever hosts that are reached although their address is not public */
    public Outgoing(Predicate<String> wherever) {
        this(wherever, InetAddress::getAllByName, standard());
    }

    /**
     * The same with what a test puts in its place.
     *
     * @param names asked for the addresses of a host
     * @param trust which servers are believed
     */
    Outgoing(Predicate<String> wherever, Names names, SSLContext trust) {
        this.connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(new Careful(wherever, names))
                .setTlsSocketStrategy(new DefaultClientTlsStrategy(trust))
                .setMaxConnTotal(CONNECTIONS)
                .setMaxConnPerRoute(TO_ONE_SERVER)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(CONNECT)
                        .setTimeToLive(TimeValue.ofMinutes(5))
                        .setValidateAfterInactivity(TimeValue.ZERO_MILLISECONDS)
                        .build())
                .build();
        this.http = HttpClients.custom()
                .setConnectionManager(connections)
                .setUserAgent("Weft")
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableAutomaticRetries()
                .disableContentCompression()
                .build();
    }

    private static SSLContext standard() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Looks up the addresses of a host. */
    @FunctionalInterface
    interface Names {
        InetAddress[] of(String host) throws UnknownHostException;
    }

    /** Why there is no answer. */
    public enum Trouble {
        /** There is no such host. */
        HOST,
        /** An address of the host is not on the public internet. */
        INSIDE,
        /** It took too long. */
        LATE,
        /** The answer is too large. */
        LARGE,
        /** No connection, or no answer in HTTP. */
        REACH,
        /** This server is being stopped. */
        STOPPED
    }

    /** There is no answer. */
    public static final class Failure extends IOException {
        private static final long serialVersionUID = 1L;

        private final Trouble trouble;

        Failure(Trouble trouble, Throwable cause) {
            super("No answer: " + trouble, cause);
            this.trouble = trouble;
        }

        public Trouble trouble() {
            return trouble;
        }
    }

    /**
     * What is asked.
     *
     * @param headers of the request, besides those of HTTP itself
     * @param body empty for none
     */
    public record Request(String method, URI to, Map<String, String> headers, byte[] body) {
        public static Request get(URI from, Map<String, String> headers) {
            return new Request("GET", from, headers, new byte[0]);
        }
    }

    /** What was answered. */
    public record Answer(int status, Map<String, String> headers, byte[] body) {
        /** The first of this name. */
        public Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
        }

        public boolean isGood() {
            return status >= 200 && status < 300;
        }
    }

    /**
     * Asks and waits.
     *
     * @param largest bytes of the body that are taken; for 0 it is not read at all
     * @param timeout from here to the last byte
     * @throws Failure when there is no answer
     */
    public Answer send(Request request, int largest, Duration timeout) throws Failure {
        HttpUriRequestBase asked = new HttpUriRequestBase(request.method(), request.to());
        request.headers().forEach(asked::addHeader);
        if (request.body().length > 0) {
            asked.setEntity(new ByteArrayEntity(request.body(), null));
        }
        Timeout most = Timeout.of(timeout);
        asked.setConfig(RequestConfig.custom()
                .setConnectionRequestTimeout(most)
                .setResponseTimeout(most)
                .build());
        connections.closeIdle(IDLE);
        FutureTask<Answer> coming = new FutureTask<>(() -> answer(asked, largest));
        Thread.ofVirtual().name("outgoing").start(coming);
        try {
            return coming.get(timeout.toMillis(), TimeUnit.MILLISECONDS); // a body that trickles counts too
        } catch (TimeoutException e) {
            throw new Failure(Trouble.LATE, e);
        } catch (ExecutionException e) {
            throw failure(e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Trouble.STOPPED, e);
        } finally {
            asked.cancel(); // nothing after it has ended; else its connection closes
        }
    }

    /** For a library that brings requests of its own: the same rules, but for size and time. */
    public HttpClient client() {
        return http;
    }

    private Answer answer(HttpUriRequestBase asked, int largest) throws IOException, HttpException {
        ClassicHttpResponse response = http.executeOpen(RoutingSupport.determineHost(asked), asked, null);
        boolean ended = false;
        try {
            Map<String, String> headers = new HashMap<>();
            for (Header header : response.getHeaders()) {
                headers.putIfAbsent(header.getName().toLowerCase(Locale.ROOT), String.valueOf(header.getValue()));
            }
            HttpEntity entity = response.getEntity();
            byte[] body = entity == null || largest == 0
                    ? new byte[0]
                    : entity.getContent().readNBytes(largest + 1);
            if (body.length > largest) {
                throw new TooLarge();
            }
            ended = entity == null || largest > 0;
            return new Answer(response.getCode(), headers, body);
        } finally {
            if (!ended) {
                asked.cancel(); // else closing would wait for the rest
            }
            Closer.closeQuietly(response);
        }
    }

    private static Failure failure(Throwable why) {
        for (Throwable e = why; e != null; e = e.getCause()) {
            switch (e) {
                case Inside inside -> {
                    return new Failure(Trouble.INSIDE, why);
                }
                case UnknownHostException unknown -> {
                    return new Failure(Trouble.HOST, why);
                }
                case SocketTimeoutException late -> {
                    return new Failure(Trouble.LATE, why);
                }
                case TooLarge large -> {
                    return new Failure(Trouble.LARGE, why);
                }
                default -> {}
            }
        }
        return new Failure(Trouble.REACH, why);
    }

    private static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private static final class Inside extends UnknownHostException {
        private static final long serialVersionUID = 1L;

        Inside(String host) {
            super(host + " has an address that is not on the public internet");
        }
    }

    /** All addresses of a host, as long as each may be reached. */
    private record Careful(Predicate<String> wherever, Names names) implements DnsResolver {
        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            InetAddress[] addresses = names.of(host);
            if (!wherever.test(host) && !List.of(addresses).stream().allMatch(ServerAddress::isPublic)) {
                throw new Inside(host);
            }
            return addresses;
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }

    @Override
    public void close() throws IOException {
        http.close();
    }
}
