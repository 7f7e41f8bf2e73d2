package health.weft.fhir.questionnaire;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Questionnaire of R4, ready to be asked.
 *
 * <pre>{@code
 * Form form = Form.of(questionnaire);
 * Filling filling = Filling.of(form, response);
 * Settling.of(filling, surroundings).settle();
 * List<Fault> faults = Checking.of(filling, surroundings).finished();
 * }</pre>
 */
public final class Form {
    /** Items that a form may hold. */
    static final int LARGEST = 2_000;
    /** Levels of items within items. */
    static final int DEEPEST = 20;

    private static final Set<String> GIVEN = Set.of("questionnaire", "qitem");

    private final JsonNode json;
    private final List<FormItem> items;
    private final List<Expression> variables;
    private final Map<String, FormItem> byLinkId = new LinkedHashMap<>();

    private Form(JsonNode json, List<FormItem> items, List<Expression> variables) {
        this.json = json;
        this.items = items;
        this.variables = variables;
        register(items);
    }

    /**
     * Reads a Questionnaire.
     *
     * @throws InvalidResource when it cannot be asked: a link id twice, a condition on a question that it does not have, an
     *     expression that is none
     */
    public static Form of(JsonNode questionnaire) {
        Set<String> names = new TreeSet<>(GIVEN);
        Extensions.all(questionnaire, Extensions.SDC + "launchContext")
                .map(context -> Extensions.value(context, "name"))
                .map(name -> name.isObject() ? Json.text(name, "code") : name.asString(""))
                .filter(name -> !name.isEmpty())
                .forEach(names::add);
        names.addAll(Set.of("patient", "user", "encounter"));
        names(questionnaire, names, 0);
        List<FormItem> items = new ArrayList<>();
        for (int i = 0; i < questionnaire.path("item").size(); i++) {
            items.add(FormItem.of(questionnaire.path("item").path(i), names, "Questionnaire.item[" + i + "]", 1));
        }
        List<Expression> variables = Extensions.all(questionnaire, Extensions.CORE + "variable")
                .map(v -> Expression.of(v.path("valueExpression"), names, "Questionnaire"))
                .toList();
        Form form = new Form(questionnaire, List.copyOf(items), variables);
        form.conditionsLeadSomewhere(form.byLinkId.values());
        return form;
    }

    /** Every name that a variable of the form, or of an item of it, gives to what it yields. */
    private static void names(JsonNode node, Set<String> names, int depth) {
        Extensions.all(node, Extensions.CORE + "variable")
                .map(variable -> Json.text(variable.path("valueExpression"), "name"))
                .filter(name -> !name.isEmpty())
                .forEach(names::add);
        if (depth <= DEEPEST) {
            node.path("item").forEach(item -> names(item, names, depth + 1));
        }
    }

    private void register(Collection<FormItem> some) {
        for (FormItem item : some) {
            if (item.linkId().isBlank() || byLinkId.put(item.linkId(), item) != null) {
                throw new InvalidResource(Issue.error(
                        "invariant", "Every item needs a linkId of its own (que-2).", "Questionnaire.item.linkId"));
            }
            if (byLinkId.size() > LARGEST) {
                throw new InvalidResource(
                        Issue.error("too-costly", "A form may hold " + LARGEST + " items.", "Questionnaire.item"));
            }
            register(item.items());
        }
    }

    private void conditionsLeadSomewhere(Collection<FormItem> all) {
        for (FormItem item : all) {
            for (EnableWhen condition : item.conditions()) {
                if (!byLinkId.containsKey(condition.question())) {
                    throw new InvalidResource(Issue.error(
                            "not-found",
                            "enableWhen names a question that the form does not have.",
                            "Questionnaire.item.enableWhen.question"));
                }
            }
        }
    }

    public JsonNode json() {
        return json;
    }

    public List<FormItem> items() {
        return items;
    }

    List<Expression> variables() {
        return variables;
    }

    public Optional<FormItem> item(String linkId) {
        return Optional.ofNullable(byLinkId.get(linkId));
    }

    public Collection<FormItem> all() {
        return List.copyOf(byLinkId.values());
    }

    /** Link ids of the questions that decide whether others are asked, or that something is calculated from. */
    public Set<String> watched() {
        Set<String> watched = new TreeSet<>();
        boolean calculates = false;
        for (FormItem item : byLinkId.values()) {
            item.conditions().forEach(condition -> watched.add(condition.question()));
            if (item.isQuestion() && item.items().stream().anyMatch(FormItem::isQuestion)) {
                watched.add(item.linkId());
            }
            calculates |= item.enabledBy() != null || (item.calculated() != null && !item.hidden());
        }
        if (calculates) {
            byLinkId.values().stream()
                    .filter(FormItem::isQuestion)
                    .map(FormItem::linkId)
                    .forEach(watched::add);
        }
        return watched;
    }

    /** The codings of a value set that the form brings along: its expansion, else the concepts that it lists. */
    Optional<List<JsonNode>> contained(String id) {
        return json.path("contained")
                .valueStream()
                .filter(resource -> Json.text(resource, "id").equals(id))
                .findFirst()
                .map(Form::codings);
    }

    private static List<JsonNode> codings(JsonNode valueSet) {
        List<JsonNode> codings = new ArrayList<>();
        valueSet.path("expansion").path("contains").forEach(codings::add);
        if (codings.isEmpty()) {
            for (JsonNode include : valueSet.path("compose").path("include")) {
                for (JsonNode concept : include.path("concept")) {
                    ObjectNode coding = (ObjectNode) concept.deepCopy();
                    codings.add(coding.put("system", Json.text(include, "system")));
                }
            }
        }
        return codings;
    }

    /** Canonical address with its version, {@code http://...|1.0}. */
    public String canonical() {
        String version = Json.text(json, "version");
        return Json.text(json, "url") + (version.isEmpty() ? "" : "|" + version);
    }

    /**
     * What is asked page by page: a page for each group at the top, or below a single one at the top, and one for what stands between
     * groups. A form of one page has one.
     */
    public List<List<FormItem>> pages() {
        List<FormItem> top = items;
        while (top.size() == 1
                && top.getFirst().isGroup()
                && !top.getFirst().repeats()
                && top.getFirst().items().stream().filter(FormItem::isGroup).count() > 1) {
            top = top.getFirst().items();
        }
        List<List<FormItem>> pages = new ArrayList<>();
        List<FormItem> between = new ArrayList<>();
        for (FormItem item : top) {
            if (item.isGroup()) {
                if (between.stream().anyMatch(FormItem::asks)) {
                    pages.add(List.copyOf(between));
                    between.clear();
                }
                List<FormItem> page = new ArrayList<>(between);
                page.add(item);
                between.clear();
                pages.add(List.copyOf(page));
            } else {
                between.add(item);
            }
        }
        if (!between.isEmpty()) {
            if (pages.isEmpty() || between.stream().anyMatch(FormItem::asks)) {
                pages.add(List.copyOf(between));
            } else {
                List<FormItem> last = new ArrayList<>(pages.removeLast());
                last.addAll(between);
                pages.add(List.copyOf(last));
            }
        }
        return pages.isEmpty() ? List.of(List.of()) : List.copyOf(pages);
    }
}
