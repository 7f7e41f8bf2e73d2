package health.weft.referral;

import health.weft.live.Live;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * What time does to referrals that nobody answers, or that somebody took on and then let lie: whoever was asked is reminded once; later it goes back to whoever asked, who sees it
 * among what needs them and is told. One instance does each of them, once.
 */
@Component
class Clocks {
    private static final Logger log = LoggerFactory.getLogger(Clocks.class);

    private final ReferralStore store;
    private final OpenReferrals open;
    private final ReferralNotices notices;
    private final LightLinks links;
    private final Live live;
    private final Deadlines deadlines;

    Clocks(
            ReferralStore store,
            OpenReferrals open,
            ReferralNotices notices,
            LightLinks links,
            Live live,
            Deadlines deadlines) {
        this.store = store;
        this.open = open;
        this.notices = notices;
        this.links = links;
        this.live = live;
        this.deadlines = deadlines;
    }

    @Scheduled(initialDelay = 30_000, fixedDelay = 300_000)
    @Transactional
    public void tick() {
        List<Referral> waiting = store.remind(deadlines.answer(false), deadlines.answer(true));
        waiting.forEach(referral -> {
            if (referral.light()) {
                links.remind(referral);
            } else {
                open.parties(referral)
                        .forEach(party -> notices.tell(
                                referral.pat(), party, referral.isOpen() ? "referral-open" : "referral-waits"));
                open.remindByMail(referral);
            }
        });
        List<Referral> unanswered = store.escalate(deadlines.escalate(false), deadlines.escalate(true));
        unanswered.forEach(referral -> {
            notices.tell(referral.pat(), referral.requester(), "referral-overdue");
            live.changed(
                    "referrals",
                    Stream.concat(Stream.of(referral.requester()), open.parties(referral).stream())
                            .toList());
        });
        afterYes();
        if (!waiting.isEmpty() || !unanswered.isEmpty()) {
            log.info("{} referrals were reminded of, {} went back unanswered", waiting.size(), unanswered.size());
        }
    }

    /** Taken on, and then nothing: a reminder after the time there is, and after twice that it is back with whoever asked. */
    private void afterYes() {
        List<Referral> slow = both(store.remindToContact(deadlines.contact()), store.remindToServe(deadlines.serve()));
        slow.forEach(referral -> {
            if (referral.light()) {
                links.remind(referral);
            } else {
                notices.tell(referral.pat(), referral.owner(), "referral-slow");
            }
        });
        List<Referral> late = both(
                store.escalateToContact(deadlines.contact().multipliedBy(2)),
                store.escalateToServe(deadlines.serve().multipliedBy(2)));
        late.forEach(referral -> {
            notices.tell(referral.pat(), referral.requester(), "referral-late");
            live.changed("referrals", List.of(referral.requester(), referral.owner()));
        });
        if (!slow.isEmpty() || !late.isEmpty()) {
            log.info("{} referrals taken on were reminded of, {} went back late", slow.size(), late.size());
        }
    }

    private static List<Referral> both(List<Referral> some, List<Referral> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }
}
