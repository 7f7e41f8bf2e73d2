package health.weft.profile;

import health.weft.fhir.Issue;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.security.Caller;
import java.util.List;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tries a write and takes it back: what the record, its rules and the features say to it is said by themselves, and not by a second
 * set of rules that comes to differ.
 */
@Component
class Rehearsal {
    private final Records records;
    private final TransactionTemplate transaction;

    Rehearsal(Records records, TransactionTemplate transaction) {
        this.records = records;
        this.transaction = transaction;
    }

    List<Issue> create(Caller caller, ObjectNode resource) {
        return tried(() -> records.create(caller, resource.deepCopy()));
    }

    List<Issue> update(Caller caller, ObjectNode resource) {
        return tried(() -> records.update(caller, resource.deepCopy(), null));
    }

    List<Issue> delete(Caller caller, String type, String id) {
        return tried(() -> records.delete(caller, type, id, null));
    }

    private List<Issue> tried(Runnable write) {
        try {
            transaction.executeWithoutResult(status -> {
                status.setRollbackOnly();
                write.run();
            });
            return List.of();
        } catch (Problem e) {
            if (e.category() == Category.UNAVAILABLE || e.category() == Category.STORAGE_FULL) {
                throw e;
            }
            return e.details().isEmpty()
                    ? List.of(Issue.error(e.category().issueType(), e.getMessage()))
                    : e.details().stream()
                            .map(d ->
                                    Issue.error(d.code(), d.message(), d.path().isEmpty() ? null : d.path()))
                            .toList();
        }
    }
}
