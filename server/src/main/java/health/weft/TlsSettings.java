package health.weft;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Turns {@code weft.tls.certificate} and {@code weft.tls.key}, two PEM files, into what Spring Boot and Tomcat are told: an SSL bundle
 * that is read again when the files change, so that a renewed certificate is served without a restart.
 */
final class TlsSettings implements EnvironmentPostProcessor {
    private static final String CERTIFICATE = "weft.tls.certificate";
    private static final String KEY = "weft.tls.key";
    private static final String BUNDLE = "spring.ssl.bundle.pem.weft.";

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        String certificate = environment.getProperty(CERTIFICATE, "");
        String key = environment.getProperty(KEY, "");
        if (certificate.isBlank() && key.isBlank()) {
            return;
        }
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put(BUNDLE + "keystore.certificate", file(CERTIFICATE, certificate));
        settings.put(BUNDLE + "keystore.private-key", file(KEY, key));
        settings.put(BUNDLE + "keystore.verify-keys", true);
        settings.put(BUNDLE + "reload-on-update", true);
        settings.put(
                "spring.ssl.bundle.watch.file.quiet-period", environment.getProperty("weft.tls.quiet-period", "5s"));
        settings.put("server.ssl.bundle", "weft");
        settings.put("server.ssl.enabled-protocols", "TLSv1.3,TLSv1.2");
        environment.getPropertySources().addFirst(new MapPropertySource("weft.tls", settings));
    }

    private static String file(String setting, String path) {
        if (path.isBlank()) {
            throw new IllegalStateException(
                    "For TLS set both " + CERTIFICATE + " and " + KEY + ": " + setting + " is missing.");
        }
        Path file = Path.of(path).toAbsolutePath();
        if (!Files.isReadable(file)) {
            throw new IllegalStateException(setting + " names a file that is not there or cannot be read.");
        }
        return file.toUri().toString();
    }
}
