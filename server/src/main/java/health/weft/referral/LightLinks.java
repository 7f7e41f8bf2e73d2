package health.weft.referral;

import health.weft.directory.Directory;
import health.weft.directory.Service;
import health.weft.identity.Identity;
import health.weft.notice.Notices;
import health.weft.notice.Quiet;
import health.weft.notice.SignedLinks;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The links by which organisations without accounts answer (SDOHCC's direct light mode): each for one referral, for some weeks, each step
 * once. They go to the address that the directory has, and nowhere else.
 */
@Component
@Transactional
class LightLinks {
    static final String PATH = "/reply/";
    private static final int MOST_A_DAY = 3;

    private final JdbcClient jdbc;
    private final ReferralStore store;
    private final Directory directory;
    private final Identity identity;
    private final Notices notices;
    private final Quiet quiet;
    private final SignedLinks signed;
    private final Duration valid;

    LightLinks(
            JdbcClient jdbc,
            ReferralStore store,
            Directory directory,
            Identity identity,
            Notices notices,
            Quiet quiet,
            SignedLinks signed,
            @Value("${weft.referral.link-valid:30d}") Duration valid) {
        this.jdbc = jdbc;
        this.store = store;
        this.directory = directory;
        this.identity = identity;
        this.notices = notices;
        this.quiet = quiet;
        this.signed = signed;
        this.valid = valid;
    }

    /** A link that opens its referral now. */
    record Link(UUID id, Referral referral) {}

    /**
     * Mails the first link.
     *
     * @throws Problem conflict, when no mail may leave about the person or none can be sent, so that nobody would hear of it
     */
    void send(Referral referral) {
        if (!notices.canBeMailed()) {
            throw Problem.of(Category.CONFLICT, "referral.problem.light-mail", referral.ownerName());
        }
        if (identity.personOf(referral.pat()).filter(quiet::about).isPresent()) {
            throw Problem.of(Category.CONFLICT, "referral.problem.light-quiet", referral.ownerName());
        }
        mail(referral, "light-new");
    }

    void remind(Referral referral) {
        mail(referral, referral.status() == ReferralStatus.REQUESTED ? "light-waits" : "light-slow");
    }

    /**
     * A new link in place of those before, as long as the referral lives and not too often.
     *
     * @return whether one is on its way
     */
    boolean again(Referral referral) {
        if (!referral.light() || referral.status().isEnd() || made(referral) >= MOST_A_DAY) {
            return false;
        }
        return mail(referral, "light-again");
    }

    /** Tells whoever reads the mailbox that something was written to them, by a new link, not too often; before their yes it would not be shown. */
    void message(Referral referral) {
        if (Referrals.underWay().contains(referral.status()) && made(referral) < MOST_A_DAY) {
            mail(referral, "light-message");
        }
    }

    /** The referral that a link was once made for; empty for what was never signed here. */
    Optional<Referral> madeFor(String token) {
        return signed.id(PATH, token)
                .flatMap(id -> jdbc.sql("select referral_id from referral.link where id = ?")
                        .param(id)
                        .query(String.class)
                        .optional())
                .flatMap(store::find);
    }

    /** What this link opens now; empty when it was altered, has expired, or a newer one took its place. */
    Optional<Link> open(String token) {
        return signed.id(PATH, token).flatMap(id -> jdbc.sql(
                        "select referral_id from referral.link where id = ? and ended is null and expires > now()")
                .param(id)
                .query(String.class)
                .optional()
                .flatMap(store::find)
                .map(referral -> new Link(id, referral)));
    }

    /** Takes a step of the link; false when it was taken before. */
    boolean take(Link link, String step) {
        return jdbc.sql("insert into referral.link_step (link_id, step) values (?, ?) on conflict do nothing")
                        .params(link.id(), step)
                        .update()
                == 1;
    }

    private int made(Referral referral) {
        return jdbc.sql("""
                        select count(*)::int from referral.link
                         where referral_id = ? and made > now() - interval '1 day'""").param(referral.id()).query(Integer.class).single();
    }

    private boolean mail(Referral referral, String words) {
        Optional<String> address =
                referral.serviceIdIfAny().flatMap(directory::service).map(Service::mail);
        Optional<String> person = identity.personOf(referral.pat()).filter(id -> !quiet.about(id));
        if (address.isEmpty() || person.isEmpty()) {
            return false;
        }
        jdbc.sql("update referral.link set ended = now() where referral_id = ? and ended is null")
                .param(referral.id())
                .update();
        UUID link = jdbc.sql("""
                insert into referral.link (referral_id, address, expires)
                values (?, ?, now() + make_interval(secs => ?)) returning id""")
                .params(referral.id(), address.get(), valid.toSeconds())
                .query(UUID.class)
                .single();
        notices.mailbox(address.get(), words, person.get(), PATH, link);
        return true;
    }
}
