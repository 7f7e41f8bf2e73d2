package health.weft.ui;

import gg.jte.Content;
import health.weft.security.Caller;
import java.util.Optional;

/**
 * A part that one feature gives to another's page, so that the page need not know the feature.
 *
 * <p>A feature makes a bean of this; the pages that have the place show all of its panels, in the order of the beans.
 */
public interface Panel {
    /** Where panels stand. */
    enum Place {
        /** What waits for the reader, where they find people: about no person in particular. */
        PEOPLE_NEXT,
        /** The next action on a person's record. */
        CHART_NEXT,
        /** Needs and referrals on a person's record. */
        CHART_REFERRALS,
        /** How to reach the person, beside a referral; shown to whoever sees who it is. */
        REFERRAL_PERSON,
        /** What both sides of a referral say about it, on its page. */
        REFERRAL_TALK,
        /** The same, on the page that a mailed link opens; it is about the link. */
        LIGHT_TALK,
        /** What is new about the reader's referrals, over their lists: about none in particular. */
        INBOX_NEXT,
        /** The next action on the patient's own page. */
        PORTAL_NEXT,
        /** What the patient needs, before what was asked for them. */
        PORTAL_NEEDS,
        /** The patient's own referrals. */
        PORTAL_REFERRALS,
        /** What was written about one of them, to read; it is about the referral. */
        PORTAL_TALK,
        /** What the patient decides beside who sees the record. */
        PORTAL_SHARING,
        /** What the patient asked about who looked. */
        PORTAL_ACCESS
    }

    Place place();

    /**
     * The part's HTML, for instance by {@link Pages#content}; empty when there is nothing to show.
     *
     * @param about id of the person the page is about, without its type, or of the referral where the place is on one; empty when it is
     *     about none
     */
    Optional<Content> content(Caller caller, String about, Page page);

    /** What stands in a place, as {@link Panel#content}. */
    @FunctionalInterface
    interface Part {
        Optional<Content> content(Caller caller, String about, Page page);
    }

    /** A panel at this place. */
    static Panel at(Place place, Part part) {
        return new Panel() {
            @Override
            public Place place() {
                return place;
            }

            @Override
            public Optional<Content> content(Caller caller, String about, Page page) {
                return part.content(caller, about, page);
            }
        };
    }
}
