package health.weft.consent;

import static java.nio.charset.StandardCharsets.UTF_8;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.terminology.Arguments;
import health.weft.fhir.terminology.Expansion;
import health.weft.store.RecordStore;
import health.weft.store.Visibility;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * What the law has reported to public health: the codes of the value set that the network names ({@code weft.public-health.reportable}).
 *
 * <p>Only what Weft itself or the network's office wrote counts, for the value set and for whatever it is made of: no member says what
 * others report.
 */
@Component
public class ReportableCodes {
    private static final Logger log = LoggerFactory.getLogger(ReportableCodes.class);
    private static final int MOST = 50_000;
    private static final Visibility NETWORKS = new Visibility(
            "(r.owner = 'weft' or r.owner in (select p.party from security.party p where p.kind = 'NETWORK'))",
            List.of());

    private final RecordStore store;
    private final String canonical;

    /** That it is missing is said once, not each time that it is looked for. */
    private final AtomicBoolean told = new AtomicBoolean();

    /** @param canonical address of the value set, with or without a version; empty when nothing is reported */
    ReportableCodes(RecordStore store, @Value("${weft.public-health.reportable:}") String canonical) {
        this.store = store;
        this.canonical = canonical.strip();
    }

    /** A code and its system. */
    record Code(String system, String code) {
        private static final Comparator<Code> ORDER =
                Comparator.comparing(Code::system).thenComparing(Code::code);
    }

    /** Whether the network names a value set. */
    public boolean named() {
        return !canonical.isEmpty();
    }

    /** The codes of the value set as it stands; none when it is not there or cannot be told. */
    Set<Code> all() {
        Set<Code> all = new TreeSet<>(Code.ORDER);
        if (!named()) {
            return all;
        }
        int bar = canonical.indexOf('|');
        List<Map.Entry<String, String>> asked = new ArrayList<>(List.of(
                Map.entry("url", bar < 0 ? canonical : canonical.substring(0, bar)),
                Map.entry("excludeNested", "true")));
        if (bar >= 0) {
            asked.add(Map.entry("valueSetVersion", canonical.substring(bar + 1)));
        }
        try {
            JsonNode expansion = store.terminology(
                            NETWORKS, definitions -> Expansion.of(definitions, Arguments.of(asked), null, MOST))
                    .path("expansion");
            for (JsonNode each : expansion.path("contains")) {
                Code code = new Code(Json.text(each, "system"), Json.text(each, "code"));
                if (!code.system().isEmpty() && !code.code().isEmpty()) {
                    all.add(code);
                }
            }
            told.set(false);
        } catch (InvalidResource e) {
            if (!told.getAndSet(true)) {
                log.warn(
                        "Nothing is reportable to public health: the ValueSet {} (weft.public-health.reportable) is not in the record, written by Weft or the network's office, in a form whose codes can be told.",
                        canonical);
            }
        }
        return all;
    }

    /** SHA-256 of the address and the codes: another one when what is reportable is another. */
    byte[] fingerprint(Set<Code> codes) {
        if (!named()) {
            return new byte[0];
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(canonical.getBytes(UTF_8));
            for (Code code : codes) {
                digest.update(("\n" + code.system() + "\t" + code.code()).getBytes(UTF_8));
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
