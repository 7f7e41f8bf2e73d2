package health.weft.proxy;

import health.weft.identity.Identity;
import health.weft.record.RecordListener;
import health.weft.record.ResourceWritten;
import health.weft.security.Caller;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * A source corrects a child's date of birth: in the same transaction, once it is settled who is who, the day on which nobody acts for the
 * child any more moves with it.
 */
@Component
class Growing implements RecordListener {
    private final JdbcClient jdbc;
    private final Identity identity;
    private final Helping helping;

    Growing(JdbcClient jdbc, Identity identity, Helping helping) {
        this.jdbc = jdbc;
        this.identity = identity;
        this.helping = helping;
    }

    @Override
    public void written(ResourceWritten written) {
        if (written.now().type().equals("Patient") && TransactionSynchronizationManager.isSynchronizationActive()) {
            AtTheEnd end = TransactionSynchronizationManager.getSynchronizations().stream()
                    .filter(AtTheEnd.class::isInstance)
                    .map(AtTheEnd.class::cast)
                    .findFirst()
                    .orElseGet(this::registered);
            end.pats.add(written.now().rid());
        }
    }

    private AtTheEnd registered() {
        AtTheEnd end = new AtTheEnd();
        TransactionSynchronizationManager.registerSynchronization(end);
        return end;
    }

    /** All Patients of a transaction are asked about together: children for whom somebody acts are few. */
    private final class AtTheEnd implements TransactionSynchronization {
        private final Set<Long> pats = new LinkedHashSet<>();

        @Override
        public void beforeCommit(boolean readOnly) {
            List<String> children = jdbc.sql("""
                            select distinct l.person from identity.link l join security.proxy x on x.person = l.person
                             where l.pat = any(?) and x.kind = 'PARENT' and x.ended is null""")
                    .param(pats.toArray(Long[]::new))
                    .query(String.class)
                    .list();
            children.forEach(child -> helping.born(identity.person(Caller.PLATFORM, child)));
        }
    }
}
