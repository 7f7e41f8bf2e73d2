package health.weft.subscription;

import com.sun.net.httpserver.HttpServer;
import health.weft.fhir.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import tools.jackson.databind.node.ObjectNode;

/** A system that is told: keeps what is posted to it, and answers as the test wants. */
public final class Receiver implements AutoCloseable {
    private final HttpServer server;
    private final List<ObjectNode> got = new CopyOnWriteArrayList<>();
    public volatile int answer = 200;
    public volatile String seenHeader = "";
    public volatile String location = "";
    /** How long it keeps what was posted before it answers. */
    public volatile long silentMillis;

    public Receiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/hook", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (answer == 200) {
                got.add(Json.parse(body));
            }
            seenHeader = String.valueOf(exchange.getRequestHeaders().getFirst("X-Key"));
            if (!location.isEmpty()) {
                exchange.getResponseHeaders().add("Location", location);
            }
            try {
                Thread.sleep(silentMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.sendResponseHeaders(answer, -1);
            exchange.close();
        });
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    }

    public List<ObjectNode> got() {
        return got;
    }

    /** The bundles of a kind of notification. */
    public List<ObjectNode> got(String kind) {
        return got.stream().filter(b -> kind.equals(parameter(b, "type"))).toList();
    }

    /** The value of a parameter of a bundle's status. */
    public static String parameter(ObjectNode bundle, String name) {
        for (var p : bundle.at("/entry/0/resource/parameter")) {
            if (Json.text(p, "name").equals(name)) {
                for (var e : p.properties()) {
                    if (e.getKey().startsWith("value") && e.getValue().isString()) {
                        return e.getValue().stringValue();
                    }
                }
            }
        }
        return "";
    }

    /** Each event told: its number, and behind it what it is about when that was told. */
    public static List<String> events(ObjectNode bundle) {
        List<String> events = new ArrayList<>();
        for (var p : bundle.at("/entry/0/resource/parameter")) {
            if (Json.text(p, "name").equals("notification-event")) {
                StringBuilder event = new StringBuilder();
                for (var part : p.path("part")) {
                    switch (Json.text(part, "name")) {
                        case "event-number" -> event.append(Json.text(part, "valueString"));
                        case "focus" ->
                            event.append(' ')
                                    .append(part.at("/valueReference/reference").asString());
                        default -> {}
                    }
                }
                events.add(event.toString());
            }
        }
        return events;
    }

    /** All events told, in the order they came. */
    public List<String> events() {
        return got("event-notification").stream()
                .flatMap(b -> events(b).stream())
                .toList();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
