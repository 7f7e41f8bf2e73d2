package health.weft.security;

/** What a party is to the network; the rules of access start from it. */
public enum PartyKind {
    /** Gives care and keeps charts: hospitals, clinics, home health. */
    CLINICAL,
    /** Food banks, housing, transport, farmers: sees what a referral shares. */
    COMMUNITY,
    PUBLIC_HEALTH,
    PAYER,
    /** The network's own office: conveners, privacy officers. */
    NETWORK,
    PERSON
}
