package health.weft.referral;

/** A referral with the person it is for, as the reader may see them. */
public record InboxRow(Referral referral, PersonFacts person) {}
