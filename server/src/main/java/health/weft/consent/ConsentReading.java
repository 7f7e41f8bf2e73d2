package health.weft.consent;

import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.fhir.Structures;
import health.weft.problem.Problem;
import health.weft.security.Provision;
import health.weft.security.Provision.Effect;
import health.weft.security.SensitiveCategory;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads what a FHIR R4 Consent says about who may read a record. What cannot be computed is refused rather than read as something
 * else: a person who agrees to one thing must not find that another came of it.
 */
final class ConsentReading {
    private static final String SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope";
    private static final String ACTION = "http://terminology.hl7.org/CodeSystem/consentaction";
    private static final String REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
    private static final Set<String> READS = Set.of("access", "disclose", "use");
    private static final Set<String> NOT_COMPUTED = Set.of("dataPeriod", "data", "code");
    /** Levels of exceptions, and provisions in all: more than anybody can oversee. */
    private static final int DEEPEST = 8;

    private static final int MOST = 200;

    private final ZoneId zone;
    private int provisions;

    private ConsentReading(ZoneId zone) {
        this.zone = zone;
    }

    /**
     * What a Consent says; empty for one that is not in force or is about something else than privacy (research, treatment, advance
     * directives).
     *
     * @param zone in which its days begin and end
     * @throws Problem unprocessable, naming the element, for what Weft does not compute
     */
    static Optional<Provision> of(JsonNode consent, ZoneId zone) {
        if (!Json.text(consent, "status").equals("active")
                || !Elements.has(consent.path("scope"), SCOPE, "patient-privacy")) {
            return Optional.empty();
        }
        JsonNode root = consent.path("provision");
        Effect base = base(consent);
        if (root.isMissingNode()) {
            if (base == null) {
                return Optional.empty();
            }
            return Optional.of(new Provision(base, Set.of(), Set.of(), 0, Set.of(), null, null, List.of()));
        }
        return Optional.of(new ConsentReading(zone).provision(root, base, "Consent.provision", 1));
    }

    /** The rule that the provisions are exceptions to: OPTIN, OPTOUT of v3-ActCode. */
    private static @Nullable Effect base(JsonNode consent) {
        JsonNode rule = consent.path("policyRule");
        if (Elements.has(rule, SensitiveCategory.ACT_CODE, "OPTIN")) {
            return Effect.PERMIT;
        }
        return Elements.has(rule, SensitiveCategory.ACT_CODE, "OPTOUT") ? Effect.DENY : null;
    }

    private Provision provision(JsonNode node, @Nullable Effect base, String path, int depth) {
        if (depth > DEEPEST || ++provisions > MOST) {
            throw refused(path, "has more than " + DEEPEST + " levels or " + MOST + " provisions. Split it");
        }
        for (String name : NOT_COMPUTED) {
            if (node.has(name)) {
                throw refused(
                        path + "." + name, "is not computed: say it by class, securityLabel, actor, purpose or period");
            }
        }
        List<Provision> exceptions = new ArrayList<>();
        int i = 0;
        for (JsonNode exception : node.path("provision")) {
            exceptions.add(provision(exception, null, path + ".provision[" + i++ + "]", depth + 1));
        }
        Effect said =
                switch (Json.text(node, "type")) {
                    case "permit" -> Effect.PERMIT;
                    case "deny" -> Effect.DENY;
                    default -> base;
                };
        if (said == null && depth > 1) {
            throw refused(path + ".type", "is missing: permit or deny");
        }
        return new Provision(
                readsNothing(node) ? null : said,
                parties(node, path),
                purposes(node, path),
                labels(node, path),
                types(node, path),
                PeriodReading.start(node, zone, path),
                PeriodReading.end(node, zone, path),
                exceptions);
    }

    /** Whether it speaks of collecting or correcting alone. */
    private static boolean readsNothing(JsonNode node) {
        JsonNode actions = node.path("action");
        return !actions.isEmpty() && READS.stream().noneMatch(code -> Elements.has(actions, ACTION, code));
    }

    private static Set<String> parties(JsonNode node, String path) {
        Set<String> parties = new HashSet<>();
        int i = 0;
        for (JsonNode actor : node.path("actor")) {
            String target = Elements.target(actor.path("reference"));
            if (!target.matches("(Organization|Person)/[A-Za-z0-9.-]{1,64}")) {
                throw refused(
                        path + ".actor[" + i + "].reference",
                        "must be an Organization of this network, Organization/ID");
            }
            parties.add(target);
            i++;
        }
        return parties;
    }

    private static Set<String> purposes(JsonNode node, String path) {
        Set<String> codes = new HashSet<>();
        int i = 0;
        for (JsonNode purpose : node.path("purpose")) {
            if (!Json.text(purpose, "system").equals(REASON)) {
                throw refused(path + ".purpose[" + i + "]", "must be a code of " + REASON);
            }
            codes.add(Json.text(purpose, "code"));
            i++;
        }
        return codes;
    }

    private static int labels(JsonNode node, String path) {
        Set<SensitiveCategory> categories = new HashSet<>();
        boolean normal = false;
        int i = 0;
        for (JsonNode label : node.path("securityLabel")) {
            String system = Json.text(label, "system");
            String code = Json.text(label, "code");
            Optional<SensitiveCategory> category = SensitiveCategory.of(system, code);
            category.ifPresent(categories::add);
            if (category.isEmpty()) {
                if (!system.equals(SensitiveCategory.CONFIDENTIALITY)
                        || !Set.of("N", "L", "M", "U").contains(code)) {
                    throw refused(
                            path + ".securityLabel[" + i + "]",
                            "is not known: use a sensitivity of v3-ActCode such as SUD, MH, HIV, SEX, SDV, or a v3-Confidentiality");
                }
                normal = true;
            }
            i++;
        }
        if (normal && !categories.isEmpty()) {
            throw refused(path + ".securityLabel", "names both what is sensitive and what is not: make two provisions");
        }
        return SensitiveCategory.bits(categories);
    }

    private static Set<String> types(JsonNode node, String path) {
        Set<String> types = new HashSet<>();
        int i = 0;
        for (JsonNode type : node.path("class")) {
            String code = Json.text(type, "code");
            if (!Structures.isResource(code)) {
                throw refused(path + ".class[" + i + "]", "must be a resource type of FHIR R4");
            }
            types.add(code);
            i++;
        }
        return types;
    }

    private static Problem refused(String path, String why) {
        return Problem.unprocessable(path + " " + why + ".");
    }
}
