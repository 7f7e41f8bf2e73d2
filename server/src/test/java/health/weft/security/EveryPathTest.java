package health.weft.security;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.WeftTest;
import health.weft.bulk.BulkClient;
import health.weft.fhir.Json;
import health.weft.identity.Identity;
import health.weft.record.Records;
import java.net.http.HttpResponse;
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
 * Random networks, people, consents and shares: for every caller, each path of the API brings what the policy says, and not a resource
 * more. The policy is told here once more, in the plainest way, and knows nothing of SQL.
 */
class EveryPathTest extends WeftTest {
    private static final List<String> TYPES = List.of("Condition", "Observation", "Immunization");

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

    private record Member(String party, PartyKind kind, String token) {}

    /** Somebody with a Patient at some members. */
    private record Person(Map<Member, String> patients, List<Refusal> refusals, List<Grant> grants) {}

    private record Refusal(Member of) {}

    /** A consent for treatment: written down by whom, to whom, which category it names or null, which type alone or null. */
    private record Grant(
            Member by,
            Member to,
            @Nullable SensitiveCategory category,
            @Nullable String type) {}

    private record Fact(
            String reference,
            String type,
            Person person,
            Member owner,
            @Nullable SensitiveCategory category,
            Set<Member> shared) {}

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
        }
        assertThat(facts.values().stream().filter(f -> members.stream().allMatch(m -> sees(m, f))))
                .as("some are hidden")
                .hasSizeLessThan(facts.size());
    }

    // ---------------------------------------------------------------------------------------------- the policy

    private static boolean sees(Member caller, Fact fact) {
        if (fact.owner().equals(caller)) {
            return true;
        }
        if (fact.shared().contains(caller) && fact.category() == null) {
            return true;
        }
        Person person = fact.person();
        boolean treats =
                caller.kind() == PartyKind.CLINICAL && person.patients().containsKey(caller);
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
        for (int i = 0; i < 4; i++) {
            PartyKind kind = i < 3 ? PartyKind.CLINICAL : PartyKind.COMMUNITY;
            String name = "every-path-" + mark + "-" + i;
            members.add(new Member("Organization/" + name, kind, member(name, kind)));
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
        assertThat(patients.values().stream()
                        .map(id -> jdbc.sql("select rid from record.res where rtype = 'Patient' and id = ?")
                                .param(id)
                                .query(Long.class)
                                .single())
                        .map(rid -> identity.personOf(rid).orElseThrow())
                        .distinct())
                .as("the copies are one person")
                .hasSize(1);
        return new Person(patients, new ArrayList<>(), new ArrayList<>());
    }

    private void fact(Person person, Member owner, String patient) throws Exception {
        SensitiveCategory category =
                random.nextInt(3) > 0 ? null : pick(List.of(SensitiveCategory.SUBSTANCE_USE, SensitiveCategory.HIV));
        String code = category == null ? "38341003" : category == SensitiveCategory.HIV ? "86406008" : "7200002";
        String coding = "{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"" + code + "\"}]}";
        String type = pick(TYPES);
        String body =
                switch (type) {
                    case "Condition" -> "\"subject\":{\"reference\":\"Patient/%s\"},\"code\":%s";
                    case "Observation" -> "\"status\":\"final\",\"subject\":{\"reference\":\"Patient/%s\"},\"code\":%s";
                    default ->
                        "\"status\":\"completed\",\"occurrenceDateTime\":\"2026\",\"patient\":{\"reference\":\"Patient/%s\"},\"vaccineCode\":%s";
                };
        String id = created(owner, "{\"resourceType\":\"" + type + "\"," + body.formatted(patient, coding) + "}");
        String reference = type + "/" + id;
        facts.put(reference, new Fact(reference, type, person, owner, category, new LinkedHashSet<>()));
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
