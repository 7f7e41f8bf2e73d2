package health.weft.record;

import health.weft.fhir.Json;
import health.weft.security.Caller;
import health.weft.security.Relations;
import health.weft.store.HistoryPage;
import health.weft.store.SearchPage;
import health.weft.store.Stored;
import health.weft.store.TransactionResult;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/** Leaves of a Patient that only a share opened no more than what is needed to reach the person. */
@Component
class ContactFacts {
    /** What of a Patient a party sees to whom only a share opened it. */
    private static final Set<String> CONTACT =
            Set.of("resourceType", "id", "meta", "active", "name", "telecom", "address", "communication");

    private final Relations relations;

    ContactFacts(Relations relations) {
        this.relations = relations;
    }

    /** The same resources, of Patients that only a share opened no more than contact facts. */
    List<Stored> limited(Caller caller, List<Stored> found) {
        Collection<Long> patients = found.stream()
                .filter(s -> s.type().equals("Patient") && !s.owner().equals(caller.party()))
                .map(Stored::rid)
                .toList();
        if (patients.isEmpty()) {
            return found;
        }
        Set<Long> contactOnly = relations.contactOnly(caller, patients);
        return contactOnly.isEmpty()
                ? found
                : found.stream()
                        .map(s -> contactOnly.contains(s.rid()) ? contact(s) : s)
                        .toList();
    }

    /** The same page, as {@link #limited(Caller, List)}. */
    SearchPage limited(Caller caller, SearchPage page) {
        return new SearchPage(
                page.request(),
                limited(caller, page.matches()),
                limited(caller, page.included()),
                page.total(),
                page.next());
    }

    /** The same versions, as {@link #limited(Caller, List)}. */
    HistoryPage limited(Caller caller, HistoryPage page) {
        return new HistoryPage(page.request(), limited(caller, page.versions()), page.next());
    }

    /** The same results, as {@link #limited(Caller, List)}. */
    TransactionResult limited(Caller caller, TransactionResult result) {
        Iterator<Stored> stored = limited(
                        caller,
                        result.entries().stream()
                                .map(TransactionResult.Entry::stored)
                                .filter(Objects::nonNull)
                                .map(Objects::requireNonNull)
                                .toList())
                .iterator();
        return new TransactionResult(
                result.type(),
                result.entries().stream()
                        .map(e -> new TransactionResult.Entry(
                                e.status(),
                                e.stored() == null ? null : stored.next(),
                                e.page() == null ? null : limited(caller, e.page()),
                                e.history() == null ? null : limited(caller, e.history()),
                                e.issues(),
                                e.effect()))
                        .toList());
    }

    private static Stored contact(Stored patient) {
        ObjectNode json = patient.json();
        List<String> hidden = json.propertyNames().stream()
                .filter(name -> !CONTACT.contains(name))
                .toList();
        json.remove(hidden);
        return new Stored(
                patient.rid(),
                patient.type(),
                patient.id(),
                patient.version(),
                patient.updated(),
                patient.owner(),
                patient.author(),
                patient.pat(),
                patient.deleted(),
                Json.bytes(json));
    }
}
