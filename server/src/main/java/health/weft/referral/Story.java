package health.weft.referral;

import gg.jte.Content;
import java.util.List;

/**
 * A referral with what happened to it, oldest first, and where it stands between yes and help.
 *
 * @param talk what both sides wrote about it, as other features show it
 */
public record Story(Referral referral, List<Referral.Event> events, Progress progress, List<Content> talk) {}
