package health.weft.referral;

import health.weft.identity.Identity;
import health.weft.security.Caller;
import health.weft.store.Visibility;
import java.text.Normalizer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Finds the requests of an organisation, sent by it or to it, by the person they are for or by the service and organisation on the other
 * side. A person is found by what the reader may see of them now: a request whose person is no longer shared is not found by their name.
 */
@Component
class ReferralSearch {
    /** People looked at, at most. */
    private static final int PEOPLE = 100;

    private static final int LONGEST = 200;

    /**
     * With whom a party has dealt, for which service, each with the name of its latest request. From one to the next by the index
     * ({@code referral/V14}), so that it takes as long as there are services, not requests.
     */
    private static final String SIDE = """
            %1$s as (
              (select %3$s as other, coalesce(service_id, '') as service, concat_ws(' ', %3$s_name, service_name) as names, changed_at, id
                 from referral.referral where %2$s = ? order by %3$s, coalesce(service_id, ''), changed_at desc, id desc limit 1)
              union all
              select n.* from %1$s s cross join lateral (
                select %3$s, coalesce(service_id, ''), concat_ws(' ', %3$s_name, service_name), changed_at, id
                  from referral.referral where %2$s = ? and (%3$s, coalesce(service_id, '')) > (s.other, s.service)
                 order by %3$s, coalesce(service_id, ''), changed_at desc, id desc limit 1) n)
            """;

    /** Of those whose names have all the words, the requests that changed last: the latest ones are of the sides that have the latest. */
    private static final String OF_SIDE = """
            select x.changed_at, x.id from (
              select s.other, s.service from %1$s s left join directory.service d on d.id = s.service
               where ' ' || regexp_replace(directory.plain(concat_ws(' ', s.names, d.name,
                                jsonb_path_query_array(d.document, '$.translations.*.name')::text)), '[[:punct:][:space:]]+', ' ', 'g')
                     like all (select '%% ' || directory.plain(w) || '%%' from unnest(?::text[]) w)
               order by s.changed_at desc, s.id desc limit ?) k
             cross join lateral (
              select changed_at, id from referral.referral where %2$s = ? and %3$s = k.other and coalesce(service_id, '') = k.service
               order by changed_at desc, id desc limit ?) x""";

    private static final String FIND = "with recursive " + SIDE.formatted("sent", "requester", "owner") + ", "
            + SIDE.formatted("received", "owner", "requester")
            + "select id from (" + OF_SIDE.formatted("sent", "requester", "owner") + " union "
            + OF_SIDE.formatted("received", "owner", "requester") + """
             union
            (select changed_at, id from referral.referral where pat = any(?) and (requester = ? or owner = ?)
              order by changed_at desc, id desc limit ?)) f
             order by changed_at desc, id desc limit ?""";

    private final Identity identity;
    private final ReferralStore store;
    private final JdbcClient jdbc;

    ReferralSearch(Identity identity, ReferralStore store, JdbcClient jdbc) {
        this.identity = identity;
        this.store = store;
        this.jdbc = jdbc;
    }

    /**
     * @param typed a person's name, date of birth, phone or record number, as in {@link Identity#search}; or words of a service or an
     *     organisation, by their beginnings, in any language of the service; at most its first 200 characters count
     * @param limit at most this many, what changed last first
     */
    @Transactional
    List<Referral> find(Caller caller, String typed, int limit) {
        String text = Normalizer.normalize(typed.substring(0, Math.min(typed.length(), LONGEST)), Normalizer.Form.NFC);
        Set<String> words = new LinkedHashSet<>(List.of(text.split("[^\\p{L}\\p{N}]+")));
        words.remove("");
        if (words.isEmpty()) {
            return List.of();
        }
        String party = caller.party();
        Long[] pats = identity
                .search(
                        caller,
                        text,
                        new Visibility(
                                "exists (select from referral.referral f where f.pat = r.rid and (f.requester = ? or f.owner = ?))",
                                List.of(party, party)),
                        PEOPLE)
                .stream()
                .flatMap(hit -> hit.pats().stream())
                .toArray(Long[]::new);
        String[] array = words.toArray(String[]::new);
        return store.find(jdbc.sql(FIND)
                .params(List.of(party, party, party, party))
                .param(array)
                .params(limit, party, limit)
                .param(array)
                .params(limit, party, limit)
                .param(pats)
                .params(party, party, limit, limit)
                .query(String.class)
                .list());
    }
}
