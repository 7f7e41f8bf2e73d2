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
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * The links by which organisations without accounts answer (SDOHCC's direct light mode): each for one referral and one organisation, for
 * some weeks, each step once. They go to the address that the directory has, and nowhere else.
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

    /**
     * A link that was once made.
     *
     * @param party whose it is of several that are asked at once; null for the one that a referral asks
     */
    record Link(UUID id, Referral referral, @Nullable String party) {
        /** The organisation that holds it. */
        String holder() {
            return party == null ? referral.owner() : party;
        }

        /** Whether it is one of several that were asked, and another helps. */
        boolean isLate() {
            return party != null && !referral.isOpen() && !party.equals(referral.owner());
        }
    }

    /**
     * Mails the first link.
     *
     * @throws Problem conflict, when no mail may leave about the person or none can be sent, so that nobody would hear of it
     */
    void send(Referral referral) {
        mustReach(referral, referral.ownerName());
        mail(referral, null, "light-new");
    }

    /**
     * Mails one of several that are asked at once whether it would help.
     *
     * @throws Problem as {@link #send}
     */
    void ask(Referral referral, Candidate candidate) {
        mustReach(referral, candidate.partyName());
        mail(referral, candidate, "light-open");
    }

    private void mustReach(Referral referral, String name) {
        if (!notices.canBeMailed()) {
            throw Problem.of(Category.CONFLICT, "referral.problem.light-mail", name);
        }
        if (identity.personOf(referral.pat()).filter(quiet::about).isPresent()) {
            throw Problem.of(Category.CONFLICT, "referral.problem.light-quiet", name);
        }
    }

    void remind(Referral referral) {
        mail(referral, null, referral.status() == ReferralStatus.REQUESTED ? "light-waits" : "light-slow");
    }

    void remind(Referral referral, Candidate candidate) {
        mail(referral, candidate, "light-waits");
    }

    /**
     * A new link in place of those before, as long as the referral lives and not too often.
     *
     * @return whether one is on its way
     */
    boolean again(Referral referral) {
        if (!referral.light() || referral.status().isEnd() || made(referral, null) >= MOST_A_DAY) {
            return false;
        }
        return mail(referral, null, "light-again");
    }

    /** A new link for one of several that are asked and have not answered, not too often. */
    void again(Referral referral, Candidate candidate) {
        if (made(referral, candidate) < MOST_A_DAY) {
            mail(referral, candidate, "light-again");
        }
    }

    /** Tells whoever reads the mailbox that something was written to them, by a new link, not too often; before their yes it would not be shown. */
    void message(Referral referral) {
        if (Referrals.underWay().contains(referral.status()) && made(referral, null) < MOST_A_DAY) {
            mail(referral, null, "light-message");
        }
    }

    /** What a link was once made for; empty for what was never signed here. */
    Optional<Link> madeFor(String token) {
        return link(token, "");
    }

    /**
     * What this link opens now; empty when it was altered, has expired, a newer one took its place, or it is one of several that were asked
     * and another helps.
     */
    Optional<Link> open(String token) {
        return link(token, " and ended is null and expires > now()").filter(link -> !link.isLate());
    }

    private Optional<Link> link(String token, String condition) {
        record Row(String referral, @Nullable String party) {}
        return signed.id(PATH, token).flatMap(id -> jdbc.sql(
                        "select referral_id as referral, party from referral.link where id = ?" + condition)
                .param(id)
                .query(Row.class)
                .optional()
                .flatMap(row -> store.find(row.referral()).map(referral -> new Link(id, referral, row.party()))));
    }

    /** Takes a step of the link; false when it was taken before. */
    boolean take(Link link, String step) {
        return jdbc.sql("insert into referral.link_step (link_id, step) values (?, ?) on conflict do nothing")
                        .params(link.id(), step)
                        .update()
                == 1;
    }

    /** Links of a day: to this one of several, or to the one that the referral asks. */
    private int made(Referral referral, @Nullable Candidate candidate) {
        return jdbc.sql("""
                        select count(*)::int from referral.link
                         where referral_id = ? and made > now() - interval '1 day'
                           and coalesce(party, ?) = ?""")
                .param(referral.id())
                .param(referral.owner())
                .param(candidate == null ? referral.owner() : candidate.party())
                .query(Integer.class)
                .single();
    }

    /** @param candidate one of several that are asked; null for the one that the referral asks, and then every other link ends */
    private boolean mail(Referral referral, @Nullable Candidate candidate, String words) {
        String party = candidate == null ? null : candidate.party();
        Optional<String> address = (candidate == null
                        ? referral.serviceIdIfAny()
                        : Optional.ofNullable(candidate.serviceId()))
                .flatMap(directory::service)
                .map(Service::mail);
        Optional<String> person = identity.personOf(referral.pat()).filter(id -> !quiet.about(id));
        if (address.isEmpty() || person.isEmpty()) {
            return false;
        }
        jdbc.sql("""
                update referral.link set ended = now() where referral_id = ? and ended is null and (party = ? or cast(? as text) is null)""").params(Arrays.asList(referral.id(), party, party)).update();
        UUID link = jdbc.sql("""
                insert into referral.link (referral_id, address, party, expires)
                values (?, ?, ?, now() + make_interval(secs => ?)) returning id""")
                .params(Arrays.asList(referral.id(), address.get(), party, valid.toSeconds()))
                .query(UUID.class)
                .single();
        notices.mailbox(address.get(), words, person.get(), PATH, link);
        return true;
    }
}
