package health.weft.security;

/** What a person or a system does for the party it acts for. */
public enum Role {
    COORDINATOR,
    CLINICIAN,
    DISCHARGE_PLANNER,
    SPECIALIST,
    COMMUNITY_WORKER,
    PATIENT,
    CONVENER,
    PRIVACY_OFFICER,
    STEWARD,
    /** Decides for the whole network which copies are one person: sees who they say they are, and no chart. */
    IDENTITY_STEWARD,
    /** Invites and ends the accounts of their own organisation, and sees nobody's record by it. */
    ORGANISATION_ADMIN,
    /** A member's own system, for instance its medical record, speaking FHIR. */
    SOURCE,
    /** Weft itself. */
    PLATFORM;

    /** Whether this role works with whole charts; others see what their own organisation wrote and what was shared. */
    boolean readsCharts() {
        return switch (this) {
            case COORDINATOR, CLINICIAN, DISCHARGE_PLANNER, SPECIALIST, SOURCE, PATIENT -> true;
            case COMMUNITY_WORKER, CONVENER, PRIVACY_OFFICER, STEWARD, IDENTITY_STEWARD, ORGANISATION_ADMIN, PLATFORM ->
                false;
        };
    }

    /** Whether this role sees what its own organisation wrote about people. */
    boolean readsOwnRecords() {
        return readsCharts() || this == COMMUNITY_WORKER;
    }

    /** The part of a message key that names this role: {@code community-worker}. */
    public String key() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
