package health.weft.signin;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Makes guessing slow, and keeps nobody out for what others do.
 *
 * <p>Failures are counted in lanes. A browser with the cookie of an earlier sign-in has a lane of its own, and so has an address
 * from which the account was signed in before: whoever guesses from elsewhere does not slow these down (OWASP, "Slow Down Online
 * Guessing Attacks with Device Cookies"). All other addresses also share a lane for the account and one for the address, so that
 * neither many addresses nor many user names help. Each lane gives some tries for free; then it waits 4 seconds, and each failure doubles the time until
 * the next.
 *
 * <p>A try is counted before the password is looked at, in one statement: a thousand tries at the same moment are a thousand.
 */
@Component
class Attempts {
    /** Seconds. */
    private static final int LONGEST_OWN = 15 * 60;

    /** Seconds; short, since a person at a new device stands in this lane with whoever guesses. */
    private static final int LONGEST_SHARED = 30;

    private static final int FREE_OWN = 5;
    private static final int FREE_ACCOUNT = 20;
    private static final int FREE_ADDRESS = 100;
    private static final byte[] ANY_ACCOUNT = new byte[0];

    private final JdbcClient jdbc;

    Attempts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    private record Lane(byte[] account, String name, int free, int longest) {}

    /**
     * Counts a try; whether it may be made now.
     *
     * @param account what was typed, whether there is such an account or not; "code:" before it for the second step
     */
    @Transactional
    public boolean begin(String account, Origin origin, boolean knownDevice) {
        if (ThreadLocalRandom.current().nextInt(200) == 0) {
            jdbc.sql("""
                    delete from security.attempt where last < now() - interval '1 day'
                       and (succeeded is null or succeeded < now() - interval '90 days')""").update();
        }
        for (Lane lane : lanes(account, origin, knownDevice)) {
            if (!count(lane)) {
                return false;
            }
        }
        return true;
    }

    /** The try that was begun went well: its own lane starts anew, the shared ones forget it. */
    @Transactional
    public void succeeded(String account, Origin origin, boolean knownDevice) {
        List<Lane> lanes = lanes(account, origin, knownDevice);
        for (Lane shared : lanes.subList(1, lanes.size())) {
            jdbc.sql("""
                    update security.attempt set failures = greatest(failures - 1, 0)
                     where account = ? and lane = ?""").params(shared.account(), shared.name()).update();
        }
        jdbc.sql("""
                update security.attempt set failures = 0, until = now(), succeeded = now()
                 where account = ? and lane = ?""")
                .params(lanes.getFirst().account(), lanes.getFirst().name())
                .update();
    }

    private List<Lane> lanes(String account, Origin origin, boolean knownDevice) {
        byte[] key = Secrets.hash(account);
        String own = knownDevice && origin.device() != null
                ? "device " + java.util.HexFormat.of().formatHex(Secrets.hash(origin.device()))
                : "from " + origin.address();
        List<Lane> lanes = new ArrayList<>(List.of(new Lane(key, own, FREE_OWN, LONGEST_OWN)));
        if (!knownDevice && !hasSucceeded(key, own)) {
            lanes.add(new Lane(key, "elsewhere", FREE_ACCOUNT, LONGEST_SHARED));
            lanes.add(new Lane(ANY_ACCOUNT, own, FREE_ADDRESS, LONGEST_SHARED));
        }
        return lanes;
    }

    private boolean hasSucceeded(byte[] account, String lane) {
        return jdbc.sql("""
                select exists (select from security.attempt where account = ? and lane = ?
                                  and succeeded > now() - interval '90 days')""").params(account, lane).query(Boolean.class).single();
    }

    private boolean count(Lane lane) {
        return jdbc.sql("""
                        insert into security.attempt as a (account, lane, failures, last, until)
                        values (:account, :lane, 1, now(), now())
                        on conflict (account, lane) do update set
                            failures = case when a.last < now() - interval '1 hour' then 1 else a.failures + 1 end,
                            last = now(),
                            until = now() + make_interval(secs => case
                                when a.last < now() - interval '1 hour' or a.failures + 1 < :free then 0
                                else least(:longest, power(2, least(a.failures + 3 - :free, 20))) end)
                        where a.until <= now()""")
                        .param("account", lane.account())
                        .param("lane", lane.name())
                        .param("free", lane.free())
                        .param("longest", lane.longest())
                        .update()
                == 1;
    }
}
