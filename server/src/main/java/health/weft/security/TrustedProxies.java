package health.weft.security;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.catalina.valves.RemoteIpValve;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/**
 * Whose word counts about where a request came from. By default nobody's: {@code X-Forwarded-For} and its kin are for anybody to write.
 * A proxy that {@code weft.trusted-proxies} names is believed; of several addresses in the header the last one counts that is not such
 * a proxy's.
 *
 * <p>Rate limits, the audit, slowed sign-ins and what only this machine may see go by the address that remains.
 */
@Component
class TrustedProxies implements WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> {
    private static final Pattern NETWORK = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,3}){3})(?:/(8|16|24|32))?");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F]*:[0-9a-fA-F:]+");

    private final String proxies;

    /** @param networks addresses, or IPv4 networks of /8, /16 and /24 */
    TrustedProxies(@Value("${weft.trusted-proxies:}") List<String> networks) {
        this.proxies = networks.stream()
                .map(String::strip)
                .filter(network -> !network.isEmpty())
                .map(TrustedProxies::pattern)
                .collect(Collectors.joining("|"));
    }

    private static String pattern(String network) {
        if (IPV6.matcher(network).matches()) {
            return Pattern.quote(network);
        }
        var read = NETWORK.matcher(network);
        if (!read.matches()) {
            throw new IllegalArgumentException("weft.trusted-proxies: " + network
                    + " is neither an address nor a network such as 10.1.0.0/16 (of /8, /16 or /24).");
        }
        String[] bytes = read.group(1).split("\\.");
        int fixed = read.group(2) == null ? 4 : Integer.parseInt(read.group(2)) / 8;
        StringBuilder pattern = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            pattern.append(i == 0 ? "" : "\\.").append(i < fixed ? bytes[i] : "\\d{1,3}");
        }
        return pattern.toString();
    }

    @Override
    public void customize(ConfigurableTomcatWebServerFactory factory) {
        if (proxies.isEmpty()) {
            return;
        }
        RemoteIpValve valve = new RemoteIpValve();
        valve.setInternalProxies(proxies);
        valve.setProtocolHeader("X-Forwarded-Proto");
        valve.setHostHeader("X-Forwarded-Host");
        valve.setPortHeader("X-Forwarded-Port");
        factory.addEngineValves(valve);
    }
}
