package health.weft.record;

import health.weft.fhir.Json;
import health.weft.security.Access;
import health.weft.security.Caller;
import health.weft.store.Author;
import health.weft.store.RecordStore;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.node.ObjectNode;

/** Member organisations as the record knows them: whatever they ask for or write refers to them. For an operator's commands. */
public final class OperatorOrganizations {
    private final JdbcClient jdbc;
    private final RecordStore store;

    public OperatorOrganizations(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.store = new RecordStore(dataSource);
    }

    private record Member(String id, String name) {}

    /** Writes an Organization for each member that has none. */
    public void write() {
        List<Member> missing = jdbc.sql("""
                        select substr(party, 14) as id, name from security.party
                         where kind <> 'PERSON' and party ~ '^Organization/[A-Za-z0-9.-]{1,64}$'
                           and not exists (select from record.res where rtype = 'Organization' and id = substr(party, 14))""").query(Member.class).list();
        for (Member member : missing) {
            ObjectNode organization = Json.object("Organization")
                    .put("id", member.id())
                    .put("active", true)
                    .put("name", member.name());
            store.update(
                    organization,
                    null,
                    new Author(Caller.PLATFORM.party(), true, Access.references(Caller.PLATFORM)),
                    Access.visibility(Caller.PLATFORM));
        }
    }
}
