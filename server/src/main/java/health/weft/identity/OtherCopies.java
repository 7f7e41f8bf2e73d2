package health.weft.identity;

import health.weft.audit.Audit;
import health.weft.security.Access;
import health.weft.security.Caller;
import health.weft.store.Visibility;
import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The other copies of the person that a Patient is a copy of, as far as the caller may read them. */
@Component
class OtherCopies {
    private final JdbcClient jdbc;
    private final Audit audit;

    OtherCopies(JdbcClient jdbc, Audit audit) {
        this.jdbc = jdbc;
        this.audit = audit;
    }

    private record Copy(long pat, String id) {}

    /**
     * Ids without their type, in their order; empty also where the Patient itself is not there.
     *
     * @param patientId of a Patient that the caller has read
     */
    List<String> of(Caller caller, String patientId) {
        Visibility who = Access.visibility(caller);
        List<Object> args = new ArrayList<>(List.of(patientId));
        args.addAll(who.args());
        List<Copy> copies = jdbc.sql("""
                select s.pat, s.patient_id id
                  from identity.source o join identity.link l on l.pat = o.pat
                  join identity.link m on m.person = l.person and m.pat <> l.pat
                  join identity.source s on s.pat = m.pat join record.res r on r.rid = s.pat
                 where o.patient_id = ? and not r.deleted and (%s)
                 order by s.patient_id""".formatted(who.sql()))
                .params(args)
                .query(Copy.class)
                .list();
        if (!copies.isEmpty()) {
            audit.record(
                    caller,
                    Audit.Action.READ,
                    "Patient/$linked",
                    copies.stream().map(Copy::pat).toList());
        }
        return copies.stream().map(Copy::id).toList();
    }
}
