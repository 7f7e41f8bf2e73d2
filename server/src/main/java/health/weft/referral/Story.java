package health.weft.referral;

import java.util.List;

/** A referral with what happened to it, oldest first. */
public record Story(Referral referral, List<Referral.Event> events) {}
