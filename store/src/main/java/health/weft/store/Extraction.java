package health.weft.store;

import health.weft.fhir.Hash;
import health.weft.fhir.Item;
import health.weft.fhir.Json;
import health.weft.fhir.ParameterSet;
import health.weft.fhir.References;
import health.weft.fhir.SearchParameter;
import health.weft.fhir.SearchParameters;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a resource is found by: one pass over its search parameters. The same resource always yields the same rows, so that an
 * update deletes exactly what is no longer true.
 */
final class Extraction {
    /**
     * Version of these rules. Raised when a resource yields other rows than before: rows of older versions are then made anew in
     * the background. What a version no longer writes goes to {@link #retired}.
     */
    static final int VERSION = 6;

    /** Stands for the parameter in the one row that a resource has for all of its words. */
    private static final int WORDS = 0;

    record Tok(long h, int sp) {}

    record Ref(long tkey, int sp) {}

    record Day(long lo, long hi, int sp) {}

    record Str(String v, long e, int sp) {}

    record Qty(double lo, double hi, long unit, long code, int sp) {}

    /** See {@code idx_comp} in the schema. */
    record Comp(
            long h,
            long s,
            long lo,
            long hi,
            @Nullable Long unit,
            @Nullable Long code,
            @Nullable String v,
            @Nullable Long lo3,
            @Nullable Long hi3) {}

    record Geo(double lat, double lon, int sp) {}

    /** The text of a code, plain. */
    record CodeText(int sp, String v) {}

    /** See {@link Wording}. */
    record Words(long h, @Nullable String narrative, String content, Set<CodeText> texts) {}

    /** A text that stands in the dictionary for a hash in {@code idx_tok}. */
    record Word(int sp, String v, long h) {}

    /** A code of a system that {@code idx_tok} holds as one hash: found by {@code c} of the code alone, or {@code s} of the system. */
    record Coding(int sp, long c, long s, long h) {}

    final Set<Tok> tokens = new LinkedHashSet<>();
    final Set<Ref> references = new LinkedHashSet<>();
    final Set<Day> dates = new LinkedHashSet<>();
    final Set<Str> strings = new LinkedHashSet<>();
    final Set<Qty> quantities = new LinkedHashSet<>();
    final Set<Comp> composites = new LinkedHashSet<>();
    final Set<Geo> places = new LinkedHashSet<>();
    final Set<Word> dictionary = new LinkedHashSet<>();
    final Set<Coding> codings = new LinkedHashSet<>();
    /** Rows that earlier versions wrote and that must go when the resource changes. */
    final Set<Tok> retired = new LinkedHashSet<>();
    /** What it says in words; null of single parameters, and of what says nothing. */
    @Nullable
    Words words;

    private final Set<CodeText> texts = new LinkedHashSet<>();

    private final Map<String, List<String>> literals = new HashMap<>();

    private Extraction() {}

    static Extraction of(ObjectNode resource, ParameterSet known) {
        Extraction e =
                only(resource, known.of(Json.text(resource, "resourceType")).values());
        e.address(resource);
        e.words = Wording.of(resource, e.texts);
        if (e.words != null) {
            e.tokens.add(new Tok(e.words.h(), WORDS));
        }
        e.retired.removeAll(e.tokens);
        return e;
    }

    /** The key of the rows in {@code idx_ref} that say by which canonical address a definition is meant. */
    static final int ADDRESS = Hash.small("canonical address");

    /** Whether resources of this type are referred to by their canonical address. */
    static boolean isDefinition(String type) {
        return SearchParameters.find(type, "url") instanceof SearchParameter p && p.kind() == SearchParameter.Kind.URI;
    }

    /** What may mean it: its address alone, written with nothing behind the bar, and with its version. */
    private void address(ObjectNode resource) {
        String url = Json.text(resource, "url");
        if (!url.isEmpty() && isDefinition(Json.text(resource, "resourceType"))) {
            references.add(new Ref(tkey(url + "|"), ADDRESS));
            references.add(new Ref(tkey(url + "|" + Json.text(resource, "version")), ADDRESS));
        }
    }

    /** What these parameters alone find it by. */
    static Extraction only(ObjectNode resource, Collection<SearchParameter> parameters) {
        Extraction e = new Extraction();
        Item root = Item.resource(resource);
        Set<String> paired = new LinkedHashSet<>();
        for (SearchParameter p : parameters) {
            // Columns of res answer three of them, the rows of others those that join them.
            if (p.code().equals("_id")
                    || p.code().equals("_lastUpdated")
                    || isAuthor(p)
                    || !p.joined().isEmpty()) {
                continue;
            }
            if (p.own()) {
                e.own(p, resource, root, paired);
            } else {
                e.take(p, resource, root, paired);
            }
        }
        return e;
    }

    /** Whether it searches {@code meta.source}, which the server itself writes: the author of the version. */
    static boolean isAuthor(SearchParameter p) {
        return p.code().equals("_source") && !p.own();
    }

    private void take(SearchParameter p, ObjectNode resource, Item root, Set<String> paired) {
        if (p.kind() != SearchParameter.Kind.COMPOSITE) {
            for (Item item : p.path().evaluate(resource, root, r -> null)) {
                add(p, item);
            }
            return;
        }
        for (SearchParameter.Pairing pairing : p.pairings()) {
            if (paired.add(pairing.name())) {
                composites.addAll(Pairs.of(pairing, resource, root));
            }
        }
    }

    /**
     * By an expression that a network wrote. One that fails on this resource, {@code single()} of two names, finds it by nothing:
     * it must not keep the resource from being stored.
     */
    private void own(SearchParameter p, ObjectNode resource, Item root, Set<String> paired) {
        try {
            take(p, resource, root, paired);
        } catch (RuntimeException failed) {
            tokens.removeIf(t -> t.sp() == p.key());
        }
    }

    /** The first literal reference to a Patient, {@code Patient/1}, among the parameters that say whose record it is. */
    Optional<String> patient(String type) {
        for (SearchParameter p : SearchParameters.patientParameters(type)) {
            for (SearchParameter of : p.indexed()) {
                for (String literal : literals.getOrDefault(of.code(), List.of())) {
                    if (literal.startsWith("Patient/")) {
                        return Optional.of(literal);
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** The literal references a value of a reference parameter holds, for {@code _include}. */
    static List<String> literals(ObjectNode resource, SearchParameter p) {
        List<String> found = new ArrayList<>();
        for (Item item : p.path().evaluate(resource)) {
            References.Literal literal = References.parse(Json.text(item.json(), "reference"));
            if (literal != null && literal.base() == null) {
                found.add(literal.relative());
            }
        }
        return found;
    }

    /** The canonical references a value of a reference parameter holds, with their versions. */
    static List<String> canonicals(ObjectNode resource, SearchParameter p) {
        return p.path().evaluate(resource).stream()
                .filter(item -> item.json().isString())
                .map(Item::text)
                .toList();
    }

    private void add(SearchParameter p, Item item) {
        if (item.json().isNull()) {
            return;
        }
        int sp = p.key();
        switch (p.kind()) {
            case TOKEN -> token(p, item);
            case REFERENCE -> reference(p, item);
            case DATE -> Values.spans(item).forEach(s -> dates.add(new Day(s.lo(), s.hi(), sp)));
            case STRING -> Values.texts(item).forEach(t -> strings.add(new Str(Text.plain(t), Hash.of(t), sp)));
            case NUMBER, QUANTITY ->
                Values.measures(item)
                        .forEach(m -> quantities.add(new Qty(
                                m.lo(), m.hi(), m.unit(), m.code(), m.canonical() ? Values.canonicalKey(p) : sp)));
            case URI -> {
                tokens.add(new Tok(uri(p, item.text()), sp));
                dictionary.add(new Word(sp, Text.cut(item.text()), uri(p, item.text())));
            }
            case SPECIAL -> {
                JsonNode latitude = item.json().path("latitude");
                JsonNode longitude = item.json().path("longitude");
                if (latitude.isNumber() && longitude.isNumber()) {
                    places.add(new Geo(latitude.doubleValue(), longitude.doubleValue(), sp));
                }
            }
            case COMPOSITE -> {}
        }
    }

    // ------------------------------------------------------------------------------------------------ keys

    static long tkey(String reference) {
        return Hash.of(reference);
    }

    static long anySystem(String name, String code) {
        return Hash.of(name, "c", code);
    }

    static long inSystem(String name, String system, String code) {
        return Hash.of(name, "sc", system, code);
    }

    static long system(String name, String system) {
        return Hash.of(name, "s", system);
    }

    /** A code whose system the structure implies, and JSON does not hold: found whatever system is asked for. */
    static long implied(String name, String code) {
        return Hash.of(name, "p", code);
    }

    /** An identifier with its type. */
    static long typed(String name, String system, String code, String value) {
        return Hash.of(name, "t", system, code, value);
    }

    /** The text of a coded value that has no code, plain. */
    static long display(String name, String plain) {
        return Hash.of(name, "w", plain);
    }

    static long uri(SearchParameter p, String uri) {
        return Hash.of(p.identity(), "u", uri);
    }

    /** The name under which identifiers inside references are kept. */
    static String identifierOf(SearchParameter p) {
        return p.identity() + ":identifier";
    }

    // ------------------------------------------------------------------------------------------------ values

    private void token(SearchParameter p, Item item) {
        String name = p.identity();
        boolean identifier = item.type().equals("Identifier");
        List<Values.Coded> codes = Values.codes(item);
        for (Values.Coded coded : codes) {
            if (identifier) {
                identifier(name, p.key(), coded);
            } else {
                coding(name, p.key(), coded);
            }
        }
        for (String display : Values.displays(item)) {
            String plain = Text.plain(display);
            Tok alone = new Tok(display(name, plain), p.key());
            if (codes.isEmpty() || p.own()) {
                tokens.add(alone);
                dictionary.add(new Word(p.key(), plain, alone.h()));
            } else {
                texts.add(new CodeText(p.key(), plain));
                retired.add(alone);
            }
        }
        if (identifier) {
            String value = Json.text(item.json(), "value");
            for (JsonNode type : item.json().path("type").path("coding")) {
                if (!value.isEmpty() && type.has("code")) {
                    tokens.add(
                            new Tok(typed(name, Json.text(type, "system"), Json.text(type, "code"), value), p.key()));
                }
            }
        }
    }

    /** A code: the few there are stand in a table of their own with what else they are found by. */
    private void coding(String name, int sp, Values.Coded coded) {
        String system = coded.system();
        String code = coded.code();
        if (system == null) {
            tokens.add(new Tok(implied(name, code), sp));
        } else if (code.isEmpty()) {
            tokens.add(new Tok(system(name, system), sp));
            return;
        } else {
            long h = inSystem(name, system, code);
            tokens.add(new Tok(h, sp));
            codings.add(new Coding(sp, Hash.of(code), Hash.of(system), h));
            retired.add(new Tok(system(name, system), sp));
        }
        retired.add(new Tok(anySystem(name, code), sp));
    }

    /** An identifier: there are as many as there are things, so each has a row for each way it is found. */
    private void identifier(String name, int sp, Values.Coded coded) {
        String system = coded.system() == null ? "" : coded.system();
        if (!coded.code().isEmpty()) {
            tokens.add(new Tok(anySystem(name, coded.code()), sp));
            tokens.add(new Tok(inSystem(name, system, coded.code()), sp));
        }
        if (!system.isEmpty()) {
            tokens.add(new Tok(system(name, system), sp));
        }
    }

    private void reference(SearchParameter p, Item item) {
        if (item.json().isString()) {
            String url = item.text();
            references.add(new Ref(tkey(url), p.key()));
            int bar = url.indexOf('|');
            // By the address alone, whichever version is meant; with a bar behind it only where none is.
            references.add(new Ref(tkey(bar > 0 ? url.substring(0, bar) : url + "|"), p.key()));
            return;
        }
        Values.reference(item).ifPresent(reference -> {
            references.add(new Ref(tkey(reference), p.key()));
            if (References.parse(reference) instanceof References.Literal literal && literal.base() == null) {
                literals.computeIfAbsent(p.code(), c -> new ArrayList<>(1)).add(reference);
            }
        });
        JsonNode identifier = item.json().get("identifier");
        if (identifier != null && identifier.isObject()) {
            identifier(
                    identifierOf(p),
                    p.key(),
                    new Values.Coded(Json.text(identifier, "system"), Json.text(identifier, "value")));
        }
    }
}
