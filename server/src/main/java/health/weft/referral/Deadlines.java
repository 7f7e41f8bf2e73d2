package health.weft.referral;

import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** How long whoever is asked has for each step before they are reminded, and before it is back with whoever asked. */
@Component
class Deadlines {
    private final Duration answer;
    private final Duration answerUrgent;
    private final Duration escalate;
    private final Duration escalateUrgent;
    private final Duration contact;
    private final Duration serve;

    Deadlines(
            @Value("${weft.referral.answer-within:2d}") Duration answer,
            @Value("${weft.referral.answer-within-urgent:4h}") Duration answerUrgent,
            @Value("${weft.referral.escalate-after:5d}") Duration escalate,
            @Value("${weft.referral.escalate-after-urgent:1d}") Duration escalateUrgent,
            @Value("${weft.referral.contact-within:3d}") Duration contact,
            @Value("${weft.referral.serve-within:30d}") Duration serve) {
        this.answer = answer;
        this.answerUrgent = answerUrgent;
        this.escalate = escalate;
        this.escalateUrgent = escalateUrgent;
        this.contact = contact;
        this.serve = serve;
    }

    /** To say yes or no. */
    Duration answer(boolean urgent) {
        return urgent ? answerUrgent : answer;
    }

    /** Until a referral that nobody answered is back with whoever asked. */
    Duration escalate(boolean urgent) {
        return urgent ? escalateUrgent : escalate;
    }

    /** To get in touch with the person, after a yes. */
    Duration contact() {
        return contact;
    }

    /** To give the help. */
    Duration serve() {
        return serve;
    }
}
