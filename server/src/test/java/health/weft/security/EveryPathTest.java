package health.weft.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import health.weft.Visitor;
import health.weft.WeftTest;
import health.weft.bulk.BulkClient;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.subscription.Receiver;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Random networks, people, consents and shares: for every caller, each path brings what the policy says, and not a resource more: the API, exports,
 * subscriptions, pages with their drawings, which are also what is printed, and files. The policy is told here once more, in the plainest way, and knows nothing of SQL.
 */
class EveryPathTest extends WeftTest {
    private static final List<String> TYPES = List.of("Condition", "Observation", "Immunization");
    private static final List<String> SECTIONS = List.of("conditions", "results", "immunizations");
    private static final String PASSWORD = "every path there is";

    @Autowired
    private Records records;

    @Autowired
    private Identity identity;

    @Autowired
    private Relations relations;

    @Autowired
    private JdbcClient jdbc;

    private Random random = new Random();
    private final List<Member> members = new ArrayList<>();
    private final List<Person> people = new ArrayList<>();
    private final Map<String, Fact> facts = new LinkedHashMap<>();

    /** @param person somebody of its own, in a browser */
    private record Member(String party, PartyKind kind, String token, Visitor person) {}

    /** Somebody with a Patient at some members. */
    private record Person(
            String id, Map<Member, String> patients, List<Refusal> refusals, List<Grant> grants, List<Seat> seats) {}

    /** In a care team: written down by whom, for whom, and whether it is in force. */
    private record Seat(Member by, Member of, boolean held) {}

    private record Refusal(Member of) {}

    /** A consent for treatment: written down by whom, to whom, which category it names or null, which type alone or null. */
    private record Grant(
            Member by,
            Member to,
            @Nullable SensitiveCategory category,
            @Nullable String type) {}

    /** @param shown how it is known on a page, as no other is */
    private record Fact(
            String reference,
            String type,
            Person person,
            Member owner,
            @Nullable SensitiveCategory category,
            boolean reportable,
            String shown,
            Set<Member> shared) {
        String section() {
            return switch (type) {
                case "Condition" -> "conditions";
                case "Observation" -> "results";
                default -> "immunizations";
            };
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void every_path_brings_what_the_policy_says_and_no_more(long seed) throws Exception {
        random = new Random(seed);
        members.clear();
        people.clear();
        facts.clear();
        network(seed);
        for (Member caller : members) {
            Set<String> expected = facts.values().stream()
                    .filter(fact -> sees(caller, fact))
                    .map(Fact::reference)
                    .collect(Collectors.toCollection(TreeSet::new));
            for (Map.Entry<String, Set<String>> path : paths(caller).entrySet()) {
                Set<String> came = new TreeSet<>(path.getValue());
                came.retainAll(facts.keySet());
                assertThat(came).as("%s by %s", caller.party(), path.getKey()).isEqualTo(expected);
            }
            pages(caller, expected);
        }
        subscriptions();
        assertThat(facts.values().stream().filter(f -> members.stream().allMatch(m -> sees(m, f))))
                .as("some are hidden")
                .hasSizeLessThan(facts.size());
    }

    // ---------------------------------------------------------------------------------------------- the policy

    private static boolean sees(Member caller, Fact fact) {
        if (fact.shared().contains(caller) && fact.category() == null) {
            return true;
        }
        if (caller.kind() == PartyKind.PUBLIC_HEALTH && fact.reportable() && fact.category() == null) {
            return true;
        }
        return isOfTheChart(caller, fact);
    }

    /** What stands on the pages of a record: neither what a referral shares alone, nor what is reported. */
    private static boolean isOfTheChart(Member caller, Fact fact) {
        if (fact.owner().equals(caller)) {
            return true;
        }
        Person person = fact.person();
        boolean treats = treats(caller, person) || sits(caller, person);
        if (person.refusals().contains(new Refusal(caller))) {
            return false;
        }
        boolean granted = person.grants().stream()
                .anyMatch(grant -> grant.to().equals(caller)
                        && grant.category() == fact.category()
                        // Nobody opens what is sensitive to itself.
                        && (grant.category() == null || !grant.by().equals(caller))
                        && (grant.type() == null || grant.type().equals(fact.type())));
        return granted || (treats && fact.category() == null);
    }

    private static boolean treats(Member member, Person person) {
        return member.kind() == PartyKind.CLINICAL && person.patients().containsKey(member);
    }

    /** A seat counts when another gave it who treats the person and is not shut out; public health has none (decision 55). */
    private static boolean sits(Member member, Person person) {
        return member.kind() != PartyKind.PUBLIC_HEALTH
                && person.seats().stream()
                        .anyMatch(seat -> seat.of().equals(member)
                                && seat.held()
                                && !seat.by().equals(member)
                                && treats(seat.by(), person)
                                && !person.refusals().contains(new Refusal(seat.by())));
    }

    // ---------------------------------------------------------------------------------------------- the paths

    private Map<String, Set<String>> paths(Member caller) throws Exception {
        Map<String, Set<String>> paths = new LinkedHashMap<>();
        Set<String> read = new LinkedHashSet<>();
        Set<String> versions = new LinkedHashSet<>();
        Set<String> histories = new LinkedHashSet<>();
        Set<String> byId = new LinkedHashSet<>();
        Set<String> has = new LinkedHashSet<>();
        Set<String> counted = new LinkedHashSet<>();
        for (Fact fact : facts.values()) {
            String id = fact.reference().substring(fact.type().length() + 1);
            add(read, fact, status(caller, "/" + fact.reference()) == 200);
            add(versions, fact, status(caller, "/" + fact.reference() + "/_history/1") == 200);
            add(histories, fact, status(caller, "/" + fact.reference() + "/_history") == 200);
            add(byId, fact, found(caller, "/" + fact.type() + "?_id=" + id).contains(fact.reference()));
            add(
                    counted,
                    fact,
                    get(caller, "/" + fact.type() + "?_id=" + id + "&_summary=count")
                                    .path("total")
                                    .asInt()
                            == 1);
            add(
                    has,
                    fact,
                    get(caller, "/Patient?_has:" + fact.type() + ":patient:_id=" + id)
                            .has("entry"));
        }
        paths.put("read", read);
        paths.put("vread", versions);
        paths.put("history", histories);
        paths.put("search by id", byId);
        paths.put("count", counted);
        Set<String> search = new LinkedHashSet<>();
        Set<String> typeHistory = new LinkedHashSet<>();
        for (String type : TYPES) {
            for (Person person : people) {
                for (String patient : person.patients().values()) {
                    search.addAll(found(
                            caller, "/" + type + "?patient=Patient/" + patient + "&_count=3&_sort=-_lastUpdated"));
                }
            }
            typeHistory.addAll(found(caller, "/" + type + "/_history?_count=1000"));
        }
        paths.put("search by patient, page by page", search);
        paths.put("history of the types", typeHistory);
        BulkClient bulk = new BulkClient(url(""), caller.token());
        paths.put(
                "export",
                new LinkedHashSet<>(
                        bulk.ids(bulk.manifest(bulk.kickOff("/$export?_type=" + String.join(",", TYPES))), "output")));
        assertThat(has).as("_has gives nothing away").isSubsetOf(read);
        Set<String> everything = new LinkedHashSet<>();
        Set<String> reverse = new LinkedHashSet<>();
        for (Person person : people) {
            for (String patient : person.patients().values()) {
                everything.addAll(found(caller, "/Patient/" + patient + "/$everything"));
                reverse.addAll(found(
                        caller,
                        "/Patient?_id=" + patient + "&_revinclude=Condition:patient&_revinclude=Observation:patient"
                                + "&_revinclude=Immunization:patient"));
            }
        }
        assertThat(retained(everything)).as("$everything").isSubsetOf(retained(read));
        assertThat(retained(reverse)).as("_revinclude").isSubsetOf(retained(read));
        return paths;
    }

    /**
     * Sections, the files of sections, and the whole record, which is also what is printed and has the drawings: all show the same, also what a consent
     * opens without the Patient it is about. What a referral shares is on these pages only where that Patient is open too.
     */
    private void pages(Member caller, Set<String> expected) throws Exception {
        for (Person person : people) {
            String at = url("/people/" + person.id());
            String whole = caller.person().get(at).body();
            for (String section : SECTIONS) {
                String page = caller.person().get(at + "/" + section).body();
                String file = caller.person().get(at + "/" + section + ".csv").body();
                for (Fact fact : facts.values()) {
                    if (!section.equals(fact.section())) {
                        continue;
                    }
                    String what = caller.party() + " " + fact + " in " + section;
                    boolean there = fact.person().equals(person) && expected.contains(fact.reference());
                    boolean must = there && isOfTheChart(caller, fact);
                    assertThat(page.contains(fact.shown())).as(what).isEqualTo(file.contains(fact.reference()));
                    assertThat(page.contains(fact.shown()) || whole.contains(fact.shown()))
                            .as(what)
                            .satisfiesAnyOf(
                                    shown -> assertThat(shown).isEqualTo(there),
                                    shown -> assertThat(shown || must).isFalse());
                }
            }
        }
    }

    /** Each member asks to be told of all three types; then every fact is changed, and last something of each member's own. */
    private void subscriptions() throws Exception {
        Map<Member, Receiver> told = new LinkedHashMap<>();
        Map<Member, Set<String>> last = new LinkedHashMap<>();
        try {
            for (Member member : members) {
                Receiver receiver = new Receiver();
                told.put(member, receiver);
                for (String type : TYPES) {
                    created(member, """
                            {"resourceType":"Subscription","status":"requested","reason":"every path",
                             "criteria":"https://weft.health/fhir/SubscriptionTopic/resource-changed",
                             "_criteria":{"extension":[{
                              "url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-filter-criteria",
                              "valueString":"%s?_lastUpdated=gt2020"}]},
                             "channel":{"type":"rest-hook","endpoint":"%s","payload":"application/fhir+json","_payload":{"extension":[{
                              "url":"http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content",
                              "valueCode":"id-only"}]}}}""".formatted(type, receiver.url()));
                }
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> receiver.got("handshake").size() == TYPES.size());
            }
            for (Fact fact : facts.values()) {
                ObjectNode changed = get(fact.owner(), "/" + fact.reference());
                changed.putArray("note").addObject().put("text", "Changed");
                HttpResponse<String> answer =
                        send("PUT", "/" + fact.reference(), fact.owner().token(), changed.toString());
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            }
            for (Member member : members) {
                Set<String> own = new LinkedHashSet<>();
                for (String type : TYPES) {
                    own.add(type + "/" + created(member, ofNobody(type)));
                }
                last.put(member, own);
            }
            for (Member member : members) {
                Receiver receiver = told.get(member);
                // Each subscription tells in order: whoever was told of the last was told of all before.
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> about(receiver).containsAll(last.get(member)));
                assertThat(retained(about(receiver)))
                        .as("%s by subscription", member.party())
                        .isEqualTo(facts.values().stream()
                                .filter(fact -> sees(member, fact))
                                .map(Fact::reference)
                                .collect(Collectors.toCollection(TreeSet::new)));
            }
        } finally {
            told.values().forEach(Receiver::close);
        }
    }

    private static Set<String> about(Receiver receiver) {
        return receiver.events().stream()
                .map(event -> event.replaceFirst("^\\d+ ", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> retained(Set<String> of) {
        Set<String> known = new TreeSet<>(of);
        known.retainAll(facts.keySet());
        return known;
    }

    private static void add(Set<String> to, Fact fact, boolean seen) {
        if (seen) {
            to.add(fact.reference());
        }
    }

    /** What a bundle brings, with its further pages. */
    private Set<String> found(Member caller, String path) throws Exception {
        Set<String> found = new LinkedHashSet<>();
        String next = path;
        while (next != null) {
            HttpResponse<String> answer = send("GET", next, caller.token(), "");
            if (answer.statusCode() != 200) {
                return found;
            }
            ObjectNode bundle = Json.parse(answer.body());
            for (JsonNode entry : bundle.path("entry")) {
                JsonNode resource = entry.path("resource");
                found.add(Json.text(resource, "resourceType") + "/" + Json.text(resource, "id"));
            }
            next = bundle.path("link")
                    .valueStream()
                    .filter(link -> Json.text(link, "relation").equals("next"))
                    .map(link -> Json.text(link, "url").replaceFirst(".*/fhir", ""))
                    .findFirst()
                    .orElse(null);
        }
        return found;
    }

    private int status(Member caller, String path) throws Exception {
        return send("GET", path, caller.token(), "").statusCode();
    }

    private ObjectNode get(Member caller, String path) throws Exception {
        return Json.parse(send("GET", path, caller.token(), "").body());
    }

    // ---------------------------------------------------------------------------------------------- the network

    private void network(long seed) throws Exception {
        String mark = seed + "-" + Long.toString(System.nanoTime(), 36);
        reportable();
        for (int i = 0; i < 5; i++) {
            PartyKind kind = i < 3 ? PartyKind.CLINICAL : i < 4 ? PartyKind.COMMUNITY : PartyKind.PUBLIC_HEALTH;
            String name = "every-path-" + mark + "-" + i;
            String token = member(name, kind);
            accounts.ensure(
                    "reads-" + name, "Reader", "Organization/" + name, Set.of(Role.COORDINATOR), "en", PASSWORD);
            members.add(new Member(
                    "Organization/" + name, kind, token, new Visitor("en").signIn(url(""), "reads-" + name, PASSWORD)));
            records.put(
                    Caller.PLATFORM,
                    Json.parse(
                            "{\"resourceType\":\"Organization\",\"id\":\"" + name + "\",\"name\":\"" + name + "\"}"));
        }
        for (int i = 0; i < 4; i++) {
            people.add(person());
        }
        for (Person person : people) {
            for (Map.Entry<Member, String> copy : person.patients().entrySet()) {
                for (int i = random.nextInt(3); i >= 0; i--) {
                    fact(person, copy.getKey(), copy.getValue());
                }
            }
            consents(person);
            seats(person);
        }
        for (Fact fact : facts.values()) {
            if (random.nextInt(5) == 0) {
                Member to = pick(members);
                fact.shared().add(to);
                long rid = jdbc.sql("select rid from record.res where rtype = ? and id = ?")
                        .params(
                                fact.type(),
                                fact.reference().substring(fact.type().length() + 1))
                        .query(Long.class)
                        .single();
                relations.share(to.party(), List.of(rid), "Task/every-path", null, 0);
            }
        }
    }

    /** The network has one code reported. */
    private void reportable() {
        records.put(Caller.PLATFORM, Json.parse("""
                {"resourceType":"ValueSet","id":"reportable","status":"active","url":"urn:weft:test:reportable",
                 "compose":{"include":[{"system":"urn:every-path","concept":[{"code":"reportable"}]}]}}"""));
        await().atMost(Duration.ofSeconds(30)).until(() -> jdbc.sql("select code from security.reportable_code")
                .query(String.class)
                .list()
                .equals(List.of("reportable")));
    }

    private Person person() throws Exception {
        String family = letters();
        String born = "19%d-0%d-1%d".formatted(30 + random.nextInt(60), 1 + random.nextInt(9), random.nextInt(9));
        String phone = "508 5%d".formatted(100000 + random.nextInt(800000));
        String given = letters();
        Map<Member, String> patients = new LinkedHashMap<>();
        for (Member member : members) {
            if (patients.isEmpty() || random.nextInt(3) > 0) {
                patients.put(member, created(member, """
                        {"resourceType":"Patient","name":[{"family":"%s","given":["%s"]}],"birthDate":"%s","gender":"male",
                         "telecom":[{"system":"phone","value":"%s"}]}""".formatted(family, given, born, phone)));
            }
        }
        List<String> known = patients.values().stream()
                .map(id -> jdbc.sql("select rid from record.res where rtype = 'Patient' and id = ?")
                        .param(id)
                        .query(Long.class)
                        .single())
                .map(rid -> identity.personOf(rid).orElseThrow())
                .distinct()
                .toList();
        assertThat(known).as("the copies are one person").hasSize(1);
        return new Person(known.getFirst(), patients, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    private void fact(Person person, Member owner, String patient) throws Exception {
        SensitiveCategory category =
                random.nextInt(3) > 0 ? null : pick(List.of(SensitiveCategory.SUBSTANCE_USE, SensitiveCategory.HIV));
        String code = category == null ? "38341003" : category == SensitiveCategory.HIV ? "86406008" : "7200002";
        String type = pick(TYPES);
        boolean reportable = random.nextInt(3) == 0;
        boolean measured = type.equals("Observation");
        // Values of one measurement stand in one drawing; all else has a name of its own.
        String shown = measured ? "0.5" + (100 + facts.size()) + "7" : letters();
        String coding = "{\"coding\":[%s{\"system\":\"http://snomed.info/sct\",\"code\":\"%s\"}%s]%s}"
                .formatted(
                        measured ? "" : "{\"system\":\"urn:every-path\",\"code\":\"" + shown + "\"},",
                        code,
                        reportable ? ",{\"system\":\"urn:every-path\",\"code\":\"reportable\"}" : "",
                        measured ? "" : ",\"text\":\"" + shown + "\"");
        String body =
                switch (type) {
                    case "Condition" -> "\"subject\":{\"reference\":\"Patient/%s\"},\"code\":%s";
                    case "Observation" -> """
                            "status":"final","subject":{"reference":"Patient/%%s"},"code":%%s,"effectiveDateTime":"2025-01-%02d",
                            "valueQuantity":{"value":%s,"unit":"mg"},
                            "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}]""".formatted(1 + facts.size() % 28, shown);
                    default ->
                        "\"status\":\"completed\",\"occurrenceDateTime\":\"2026\",\"patient\":{\"reference\":\"Patient/%s\"},\"vaccineCode\":%s";
                };
        String id = created(owner, "{\"resourceType\":\"" + type + "\"," + body.formatted(patient, coding) + "}");
        String reference = type + "/" + id;
        facts.put(
                reference,
                new Fact(reference, type, person, owner, category, reportable, shown, new LinkedHashSet<>()));
    }

    private static String ofNobody(String type) {
        return switch (type) {
            case "Condition" ->
                "{\"resourceType\":\"Condition\",\"subject\":{\"display\":\"Nobody\"},\"code\":{\"text\":\"Last\"}}";
            case "Observation" ->
                "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"Last\"}}";
            default ->
                "{\"resourceType\":\"Immunization\",\"status\":\"completed\",\"occurrenceDateTime\":\"2026\",\"patient\":{\"display\":\"Nobody\"},\"vaccineCode\":{\"text\":\"Last\"}}";
        };
    }

    /** Whoever treats the person writes down what they say. */
    private void consents(Person person) throws Exception {
        List<Member> clinics = person.patients().keySet().stream()
                .filter(member -> member.kind() == PartyKind.CLINICAL)
                .toList();
        if (clinics.isEmpty()) {
            return;
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            Member by = pick(clinics);
            Member about = pick(members);
            if (random.nextInt(3) == 0) {
                consent(person, by, about, "deny", "");
                person.refusals().add(new Refusal(about));
            } else {
                SensitiveCategory category = random.nextBoolean() ? null : SensitiveCategory.HIV;
                String type = random.nextBoolean() ? null : pick(TYPES);
                consent(
                        person,
                        by,
                        about,
                        "permit",
                        ",\"purpose\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ActReason\",\"code\":\"TREAT\"}]"
                                + (category == null
                                        ? ""
                                        : ",\"securityLabel\":[{\"system\":\"" + category.system() + "\",\"code\":\""
                                                + category.code() + "\"}]")
                                + (type == null
                                        ? ""
                                        : ",\"class\":[{\"system\":\"http://hl7.org/fhir/resource-types\",\"code\":\""
                                                + type + "\"}]"));
                person.grants().add(new Grant(by, about, category, type));
            }
        }
    }

    /** Anybody with a copy writes down a care team, whether it is theirs to give or not. */
    private void seats(Person person) throws Exception {
        for (int i = random.nextInt(3); i > 0; i--) {
            Member by = pick(List.copyOf(person.patients().keySet()));
            Member of = pick(members);
            String status = random.nextInt(3) > 0 ? "active" : "inactive";
            boolean over = random.nextInt(4) == 0;
            created(by, """
                    {"resourceType":"CareTeam","status":"%s","subject":{"reference":"Patient/%s"},
                     "participant":[{"member":{"reference":"%s"}%s}]}""".formatted(
                            status,
                            person.patients().get(by),
                            of.party(),
                            over ? ",\"period\":{\"start\":\"2019\",\"end\":\"2024\"}" : ""));
            person.seats().add(new Seat(by, of, status.equals("active") && !over));
        }
    }

    private void consent(Person person, Member by, Member about, String type, String more) throws Exception {
        created(by, """
                {"resourceType":"Consent","status":"active","patient":{"reference":"Patient/%s"},
                 "scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
                 "category":[{"coding":[{"system":"http://loinc.org","code":"59284-0"}]}],
                 "policyRule":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentpolicycodes","code":"hipaa-auth"}]},
                 "provision":{"type":"%s","actor":[{"role":{"text":"recipient"},"reference":{"reference":"%s"}}]%s}}""".formatted(person.patients().get(by), type, about.party(), more));
    }

    private String created(Member by, String body) throws Exception {
        HttpResponse<String> made = send("POST", "/" + Json.text(Json.parse(body), "resourceType"), by.token(), body);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return Json.text(Json.parse(made.body()), "id");
    }

    private String letters() {
        return random.ints(10, 'a', 'z')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private <T> T pick(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
