package health.weft.referral;

import java.util.List;

/** A referral with what happened to it, oldest first, and where it stands between yes and help. */
public record Story(Referral referral, List<Referral.Event> events, Progress progress) {}
