package health.weft.referral;

import health.weft.live.Live;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * What time does to referrals that nobody answers: whoever was asked is reminded once; later it goes back to whoever asked, who sees it
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
    private final Duration answerWithin;
    private final Duration escalateAfter;

    Clocks(
            ReferralStore store,
            OpenReferrals open,
            ReferralNotices notices,
            LightLinks links,
            Live live,
            @Value("${weft.referral.answer-within:2d}") Duration answerWithin,
            @Value("${weft.referral.escalate-after:5d}") Duration escalateAfter) {
        this.store = store;
        this.open = open;
        this.notices = notices;
        this.links = links;
        this.live = live;
        this.answerWithin = answerWithin;
        this.escalateAfter = escalateAfter;
    }

    @Scheduled(initialDelay = 30_000, fixedDelay = 300_000)
    @Transactional
    public void tick() {
        List<Referral> waiting = store.remind(answerWithin);
        waiting.forEach(referral -> {
            if (referral.light()) {
                links.remind(referral);
            } else {
                open.parties(referral)
                        .forEach(party -> notices.tell(
                                referral.pat(), party, referral.isOpen() ? "referral-open" : "referral-waits"));
            }
        });
        List<Referral> unanswered = store.escalate(escalateAfter);
        unanswered.forEach(referral -> {
            notices.tell(referral.pat(), referral.requester(), "referral-overdue");
            live.changed(
                    "referrals",
                    Stream.concat(Stream.of(referral.requester()), open.parties(referral).stream())
                            .toList());
        });
        if (!waiting.isEmpty() || !unanswered.isEmpty()) {
            log.info("{} referrals were reminded of, {} went back unanswered", waiting.size(), unanswered.size());
        }
    }
}
