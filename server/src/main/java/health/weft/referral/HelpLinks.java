package health.weft.referral;

import health.weft.audit.Audit;
import health.weft.identity.Identity;
import health.weft.live.Live;
import health.weft.notice.Notices;
import health.weft.notice.Recipient;
import health.weft.notice.Recipients;
import health.weft.notice.SignedLinks;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.referral.Referral.Help;
import health.weft.referral.Referral.What;
import health.weft.security.Caller;
import health.weft.security.Grant;
import health.weft.security.Grant.Interaction;
import health.weft.security.Grant.Rule;
import health.weft.security.Role;
import health.weft.store.Visibility;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Asks the person by mail whether help came, once a referral at most, and takes the answer by the link in it. Whoever holds the link
 * is the person, let into this one answer: they see nothing of the record, and write nothing else.
 *
 * <p>A no may become a yes while the link lives. Every other link that cannot answer is refused in the same words, and that is in the trail.
 */
@Component
@Transactional
class HelpLinks {
    static final String PATH = "/helped/";

    private static final Logger log = LoggerFactory.getLogger(HelpLinks.class);
    private static final int AT_ONCE = 200;

    /** Whoever was not asked so long after the time for it is not asked any more: when mail is first set up, nobody is asked of last year. */
    private static final Duration TOO_LATE = Duration.ofDays(30);

    private final JdbcClient jdbc;
    private final ReferralStore store;
    private final Referrals referrals;
    private final Identity identity;
    private final Notices notices;
    private final Recipients recipients;
    private final SignedLinks signed;
    private final Audit audit;
    private final Live live;
    private final Duration after;
    private final Duration underWayAfter;
    private final Duration valid;

    /**
     * @param after how long after help was recorded the person is asked
     * @param underWayAfter how long after a yes that has not become help yet
     */
    HelpLinks(
            JdbcClient jdbc,
            ReferralStore store,
            Referrals referrals,
            Identity identity,
            Notices notices,
            Recipients recipients,
            SignedLinks signed,
            Audit audit,
            Live live,
            @Value("${weft.referral.ask-after:3d}") Duration after,
            @Value("${weft.referral.ask-under-way-after:21d}") Duration underWayAfter,
            @Value("${weft.referral.ask-link-valid:14d}") Duration valid) {
        this.jdbc = jdbc;
        this.store = store;
        this.referrals = referrals;
        this.identity = identity;
        this.notices = notices;
        this.recipients = recipients;
        this.signed = signed;
        this.audit = audit;
        this.live = live;
        this.after = after;
        this.underWayAfter = underWayAfter;
        this.valid = valid;
    }

    /**
     * What a link opens.
     *
     * @param language that the person reads; null when it is not known
     */
    record Opened(
            Referral referral, String person, @Nullable String language) {
        /** Whether they have said no, and may say yes still. */
        boolean saidNo() {
            return referral.help() == Help.NO;
        }
    }

    private record Link(
            String referralId, String person, @Nullable String language) {}

    // ------------------------------------------------------------------------------------------------ asking

    @Scheduled(initialDelay = 45_000, fixedDelay = 300_000)
    void tick() {
        if (notices.canBeMailed()) {
            int asked = ask();
            if (asked > 0) {
                log.info("{} people are asked whether help came", asked);
            }
        }
    }

    /** Asks about those whose time has come, on whichever instance comes first; how many were asked. */
    int ask() {
        List<String> due = jdbc.sql("""
                        update referral.referral set weighed = now()
                         where id = any(
                               array(select id from referral.referral
                                      where status = 'completed' and help is null and asked is null and part_of is null
                                        and (weighed is null or weighed < completed_at)
                                        and completed_at < now() - make_interval(secs => :after)
                                        and completed_at > now() - make_interval(secs => :after + :late)
                                      limit :most for update skip locked)
                            || array(select id from referral.referral
                                      where status in ('accepted', 'in-progress', 'on-hold') and help is null and weighed is null and part_of is null
                                        and answered_at < now() - make_interval(secs => :underWay)
                                        and answered_at > now() - make_interval(secs => :underWay + :late)
                                      limit :most for update skip locked))
                        returning id""")
                .param("after", after.toSeconds())
                .param("underWay", underWayAfter.toSeconds())
                .param("late", TOO_LATE.toSeconds())
                .param("most", AT_ONCE)
                .query(String.class)
                .list();
        return (int) due.stream()
                .flatMap(id -> store.find(id).stream())
                .filter(this::ask)
                .count();
    }

    private boolean ask(Referral referral) {
        Optional<Recipient> recipient = identity.personOf(referral.pat()).flatMap(recipients::of);
        recipient.ifPresent(to -> {
            UUID link = jdbc.sql("""
                    insert into referral.help_link (referral_id, person, language, expires)
                    values (?, ?, ?, now() + make_interval(secs => ?)) returning id""")
                    .param(referral.id())
                    .param(to.person())
                    .param(to.language())
                    .param(valid.toSeconds())
                    .query(UUID.class)
                    .single();
            notices.ask(to, "helped", PATH, link);
            jdbc.sql("update referral.referral set asked = now() where id = ?")
                    .param(referral.id())
                    .update();
            store.happened(referral.id(), What.ASKED, Caller.PLATFORM, null);
            live.changed("referrals", List.of(referral.requester(), referral.owner()));
        });
        return recipient.isPresent();
    }

    // ------------------------------------------------------------------------------------------------ answering

    /**
     * What the link opens now.
     *
     * @throws Problem gone, when it cannot answer: altered, expired, used, or the referral has moved on
     */
    Opened open(String token) {
        Optional<Link> link = link(token);
        return link.flatMap(found -> store.find(found.referralId()).flatMap(referral -> opened(found, referral)))
                .orElseThrow(() -> refused(link));
    }

    /**
     * Keeps the answer, as the person's own.
     *
     * @throws Problem gone, as {@link #open}; also for a second no
     */
    void answer(String token, boolean yes, String words) {
        Optional<Link> link = link(token);
        Opened opened = link.flatMap(
                        found -> store.lock(found.referralId()).flatMap(referral -> opened(found, referral)))
                .filter(found -> yes || !found.saidNo())
                .orElseThrow(() -> refused(link));
        referrals.answer(caller(opened), opened.referral().id(), yes, words);
    }

    private Optional<Link> link(String token) {
        return signed.id(PATH, token).flatMap(id -> jdbc.sql(
                        "select referral_id, person, language from referral.help_link where id = ? and expires > now()")
                .param(id)
                .query(Link.class)
                .optional());
    }

    /** Empty where there is nothing more to answer, or the record turned out to be another person's than the one who was asked. */
    private Optional<Opened> opened(Link link, Referral referral) {
        boolean same = identity.personOf(referral.pat())
                .filter(person -> identity.idsOf(person).contains(link.person()))
                .isPresent();
        return same && referral.canBeAnsweredByPerson() && referral.help() != Help.YES
                ? Optional.of(new Opened(referral, link.person(), link.language()))
                : Optional.empty();
    }

    private Problem refused(Optional<Link> link) {
        Caller stranger = new Caller("link", "Link", "Link", "Link", Set.of(Role.PATIENT), "en");
        Optional<Referral> referral = link.flatMap(found -> store.find(found.referralId()));
        audit.refused(
                stranger,
                referral.map(found -> "Task/" + found.id()).orElse("Task"),
                referral.map(Referral::pat).stream().toList());
        return Problem.of(Category.GONE, "referral.problem.link");
    }

    /** Whoever holds the link: the person, let into what the answer refers to and the answer itself. */
    private Caller caller(Opened opened) {
        Referral referral = opened.referral();
        String party = "Person/" + opened.person();
        Visibility named = new Visibility(
                "(r.rtype = 'Task' and r.id = ? or r.rtype = 'ServiceRequest' and r.id = ? or r.rtype = 'Patient' and r.id = ?)",
                List.of(referral.id(), referral.requestId(), referral.patientId()));
        Visibility written = new Visibility("r.pat = ? and r.owner = ?", List.of(referral.pat(), party));
        Grant grant = new Grant(
                List.of(
                        new Rule("*", EnumSet.of(Interaction.READ, Interaction.SEARCH), false, named),
                        new Rule(
                                "QuestionnaireResponse",
                                EnumSet.of(Interaction.CREATE, Interaction.READ),
                                false,
                                written)),
                null);
        String name = identity.person(
                        new Caller("link:" + referral.id(), "Link", party, "Link", Set.of(Role.PATIENT), "en"),
                        opened.person())
                .name();
        return new Caller(
                "link:" + referral.id(),
                name,
                party,
                name,
                Set.of(Role.PATIENT),
                opened.language() == null ? "en" : opened.language(),
                grant);
    }
}
