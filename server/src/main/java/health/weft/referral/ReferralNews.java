package health.weft.referral;

import health.weft.identity.Identity;
import health.weft.live.Live;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;

/** Tells the open pages of all whom a referral concerns that it changed: who asks, who is asked, and the person. */
@Component
class ReferralNews {
    private final OpenReferrals open;
    private final Identity identity;
    private final Live live;

    ReferralNews(OpenReferrals open, Identity identity, Live live) {
        this.open = open;
        this.identity = identity;
        this.live = live;
    }

    void tell(Referral referral) {
        List<String> parties = new ArrayList<>(open.parties(referral));
        parties.add(referral.requester());
        parties.addAll(identity.partiesOf(referral.pat()));
        live.changed("referrals", parties);
    }
}
