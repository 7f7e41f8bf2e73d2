package health.weft.consent;

import health.weft.fhir.Json;
import health.weft.fhir.References;
import health.weft.record.RecordListener;
import health.weft.record.ResourceWriting;
import health.weft.security.Caller;
import health.weft.security.SensitiveCategory;
import health.weft.store.RecordStore;
import health.weft.store.StoreListener.Written;
import health.weft.store.Stored;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Puts security labels on what is sensitive: by its codes, by the labels it came with, by who wrote it, and by what it refers to.
 *
 * <p>A label by codes stands in {@code meta.security}, as every reader gets it; substance use also says that it may not be passed on (42
 * CFR 2.32). What a resource carries because of others stands in {@link SensitiveRows} alone.
 */
@Component
class Labelling implements RecordListener {
    private final SensitiveCodes codes;
    private final SensitiveRows rows;

    Labelling(SensitiveCodes codes, SensitiveRows rows) {
        this.codes = codes;
        this.rows = rows;
    }

    @Override
    public void writing(ResourceWriting writing) {
        ObjectNode after = writing.after();
        if (after == null || SensitiveRows.NEVER.contains(Json.text(after, "resourceType"))) {
            return;
        }
        Set<SensitiveCategory> missing = SensitiveCategory.in(codes.of(after));
        missing.removeAll(SensitiveCategory.in(SensitiveCodes.labels(after)));
        if (missing.isEmpty()) {
            return;
        }
        ArrayNode labels = after.withObject("/meta").withArray("security");
        for (SensitiveCategory category : missing) {
            labels.addObject().put("system", category.system()).put("code", category.code());
            if (category == SensitiveCategory.SUBSTANCE_USE) {
                labels.addObject().put("system", SensitiveCategory.ACT_CODE).put("code", "NORDSLCD");
            }
        }
    }

    @Override
    public void settled(List<Written> all, Caller by) {
        label(all);
    }

    /** Says what of these resources, which stand in the record, is sensitive. */
    void label(Collection<Written> all) {
        Map<String, Written> written = new LinkedHashMap<>();
        Map<String, Set<String>> refersTo = new HashMap<>();
        Set<String> others = new HashSet<>();
        for (Written each : all) {
            if (each.now().pat() == 0
                    || each.now().deleted()
                    || SensitiveRows.NEVER.contains(each.now().type())) {
                continue;
            }
            written.put(each.now().reference(), each);
            Set<String> targets = new HashSet<>();
            references(each.json(), targets);
            refersTo.put(each.now().reference(), targets);
            others.addAll(targets);
        }
        others.removeAll(written.keySet());
        if (written.isEmpty()) {
            return;
        }
        List<Stored> stored = written.values().stream().map(Written::now).toList();
        SensitiveRows.Known known = rows.known(
                stored.stream().map(Stored::rid).toList(),
                others,
                stored.stream().map(Stored::owner).distinct().toList());
        Map<String, Integer> own = new HashMap<>();
        boolean any = !known.nothing();
        for (Written each : written.values()) {
            int bits = known.parties().getOrDefault(each.now().owner(), 0)
                    | codes.of(each.json())
                    | SensitiveCodes.labels(each.json());
            own.put(each.now().reference(), bits);
            any |= bits != 0;
        }
        if (any) {
            keep(written, own, refersTo, known);
        }
    }

    private void keep(
            Map<String, Written> written,
            Map<String, Integer> own,
            Map<String, Set<String>> refersTo,
            SensitiveRows.Known known) {
        Map<String, Integer> all = new HashMap<>(own);
        Map<String, Integer> within = new HashMap<>();
        boolean more = true;
        while (more) {
            more = false;
            for (String reference : written.keySet()) {
                int bits = all.getOrDefault(reference, 0);
                for (String target : refersTo.getOrDefault(reference, Set.of())) {
                    bits |= given(reference, target, own, all, within, known);
                }
                more |= bits != all.put(reference, bits);
                if (!SensitiveRows.VISITS.contains(type(reference))) {
                    for (String target : refersTo.getOrDefault(reference, Set.of())) {
                        if (written.containsKey(target) && SensitiveRows.VISITS.contains(type(target))) {
                            int before = within.getOrDefault(target, 0);
                            within.put(target, before | bits);
                            more |= (before | bits) != before;
                        }
                    }
                }
            }
        }
        Map<Long, SensitiveRows.Row> changed = new HashMap<>();
        written.forEach((reference, each) -> {
            long rid = each.now().rid();
            int bits = all.getOrDefault(reference, 0);
            int inside = within.getOrDefault(reference, 0);
            if (bits != 0 || inside != 0 || known.rows().containsKey(rid)) {
                changed.put(rid, new SensitiveRows.Row(own.getOrDefault(reference, 0), bits, bits, inside));
            }
        });
        if (!changed.isEmpty()) {
            rows.keep(changed);
        }
    }

    /** What a resource gets from one that it refers to. */
    private static int given(
            String reference,
            String target,
            Map<String, Integer> own,
            Map<String, Integer> all,
            Map<String, Integer> within,
            SensitiveRows.Known known) {
        if (SensitiveRows.NEVER.contains(type(target))) {
            return 0;
        }
        boolean here = own.containsKey(target);
        SensitiveRows.Row there = known.targets().getOrDefault(RecordStore.key(target), SensitiveRows.Row.NONE);
        if (!SensitiveRows.VISITS.contains(type(target))) {
            return here ? all.getOrDefault(target, 0) : there.categories();
        }
        int its = here ? own.getOrDefault(target, 0) : there.own();
        int inside = here ? within.getOrDefault(target, 0) : there.within();
        return SensitiveRows.DOCUMENTS.contains(type(reference)) ? its | inside : its;
    }

    private static String type(String reference) {
        return reference.substring(0, reference.indexOf('/'));
    }

    /** Every resource of this record that a tree refers to, whether the reference can be searched by or not. */
    private static void references(JsonNode node, Set<String> into) {
        JsonNode reference = node.get("reference");
        if (reference != null && reference.isString()) {
            References.Literal literal = References.parse(reference.stringValue());
            if (literal != null && literal.base() == null) {
                into.add(literal.relative());
            }
        }
        for (JsonNode below : node) {
            if (below.isContainer()) {
                references(below, into);
            }
        }
    }
}
