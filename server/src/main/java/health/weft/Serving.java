package health.weft;

import health.weft.database.EmbeddedDatabase;
import health.weft.demo.Demo;
import health.weft.demo.Rehearsal;
import health.weft.security.Accounts;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationContextInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;

/** Starting the application and staying until it is stopped. */
final class Serving {
    private Serving() {}

    static int until(Command.Options options, boolean showsDemo) {
        Optional<Duration> rehearsal = Rehearsal.wanted();
        boolean demo = showsDemo || rehearsal.isPresent();
        Map<String, Object> settings = new LinkedHashMap<>();
        options.value("port").ifPresent(port -> settings.put("server.port", number("port", port)));
        options.value("people").ifPresent(people -> settings.put("weft.demo.people", number("people", people)));
        options.value("database-url").ifPresent(url -> settings.put("weft.database-url", url));
        Path data = Path.of(options.value("data")
                        .or(() -> Optional.ofNullable(System.getenv("WEFT_DATA")))
                        .orElse(demo ? "data/demo" : "data"))
                .toAbsolutePath();
        if (rehearsal.isPresent()) {
            Optional<String> refusal = Rehearsal.refusal(
                    data,
                    options.value("database-url").or(() -> Optional.ofNullable(System.getenv("WEFT_DATABASE_URL"))));
            if (refusal.isPresent()) {
                return Command.wrong(refusal.get());
            }
            settings.put("weft.demo.people", Rehearsal.PEOPLE);
        }
        settings.put("weft.data", data.toString());
        settings.put("weft.demo", demo);
        int port = Integer.parseInt(settings.getOrDefault(
                        "server.port",
                        Optional.ofNullable(System.getenv("WEFT_PORT")).orElse("8080"))
                .toString());
        settings.put("server.port", port);
        if (busy(port)) {
            return Command.wrong("Port " + port
                    + " is taken by another program. Stop that one, or choose another: --port " + (port + 1));
        }
        if (options.has("fresh")) {
            if (options.has("database-url") || System.getenv("WEFT_DATABASE_URL") != null) {
                return Command.wrong(
                        "--fresh deletes the embedded database only. Empty an external one with PostgreSQL's own tools.");
            }
            if (!demo && !options.has("yes")) {
                return Command.wrong("--fresh would delete every record in " + data
                        + ". Say --fresh --yes if that is what you want.");
            }
            try {
                EmbeddedDatabase.erase(data);
            } catch (IOException e) {
                return Command.wrong("Could not delete the database in " + data + ": " + e.getMessage());
            }
        }
        SpringApplication application = new SpringApplication(Weft.class);
        application.setDefaultProperties(settings);
        application.setRegisterShutdownHook(true);
        application.setLogStartupInfo(false);
        if (!options.has("database-url")
                && System.getenv("WEFT_DATABASE_URL") == null
                && !Boolean.getBoolean("spring.aot.processing")) {
            application.addListeners((ApplicationListener<ApplicationContextInitializedEvent>)
                    event -> EmbeddedDatabase.startAhead(data));
        }
        ConfigurableApplicationContext context;
        try {
            context = application.run(arguments(demo, data, port, rehearsal.isPresent()));
        } catch (SpringApplication.AbandonedRunException e) {
            throw e; // the build wanted the bean definitions, not a server
        } catch (RuntimeException e) {
            return Command.wrong("Weft did not start: " + reason(e));
        }
        CountDownLatch closed = new CountDownLatch(1);
        context.addApplicationListener(event -> {
            if (event instanceof org.springframework.context.event.ContextClosedEvent) {
                closed.countDown();
            }
        });
        System.out.println("Weft is ready: "
                + (context.getEnvironment().containsProperty("server.ssl.bundle") ? "https" : "http")
                + "://localhost:"
                + context.getEnvironment().getProperty("local.server.port")
                + (demo
                        ? "  Sign in as anyone on the list. (Ctrl-C stops it; everything is kept in " + data + ")"
                        : ""));
        if (rehearsal.isPresent()) {
            URI here = URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port"));
            new Rehearsal(here, context.getBean(Demo.class), context.getBean(Accounts.class), System.out)
                    .run(rehearsal.get());
            context.close();
            return 0;
        }
        try {
            closed.await();
            Thread.currentThread().join(); // the shutdown hook ends the process when the context has closed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    private static String[] arguments(boolean demo, Path data, int port, boolean rehearses) {
        List<String> arguments =
                new ArrayList<>(List.of("--weft.demo=" + demo, "--weft.data=" + data, "--server.port=" + port));
        if (rehearses) {
            // Its accounts have a password that everybody knows; and two systems do in seconds what many do in a
            // minute.
            arguments.addAll(List.of(
                    "--server.address=127.0.0.1", "--weft.limits.account=1000000", "--weft.limits.address=1000000"));
        }
        return arguments.toArray(String[]::new);
    }

    static int number(String option, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--" + option + " takes a whole number, not " + value + ".");
        }
    }

    private static boolean busy(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName("0.0.0.0"))) {
            return !socket.isBound();
        } catch (BindException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
