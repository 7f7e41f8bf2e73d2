package health.weft.conversation;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that was said about a referral.
 *
 * @param id of the Communication
 * @param addressee party that it was written to; null for a note that one side keeps for itself
 * @param words empty for what was withdrawn
 * @param file that came with it; null for most
 * @param seen when somebody of the other side opened it first
 * @param delivery where it is that goes to the other side's own server, a name of {@link Conversations.Delivery}; null for one that does not
 */
public record Message(
        String id,
        String party,
        String partyName,
        String name,
        @Nullable String addressee,
        String words,
        @Nullable File file,
        Instant at,
        @Nullable Instant seen,
        @Nullable Instant withdrawn,
        @Nullable String delivery) {
    /** Characters of one message. */
    public static final int LONGEST = 2_000;

    /**
     * A file.
     *
     * @param id of the DocumentReference
     * @param binary id of the Binary that holds it
     * @param name with the ending that belongs to what it is
     * @param size bytes
     */
    public record File(String id, String binary, String name, String contentType, long size) {

        /** Its size as people read it: {@code 240 KB}. */
        public String readableSize() {
            return size < 1_000_000
                    ? Math.max(1, Math.round(size / 1_000.0)) + " KB"
                    : "%.1f MB".formatted(size / 1_000_000.0);
        }
    }

    /** Whether only the side that wrote it reads it. */
    public boolean isNote() {
        return addressee == null;
    }

    public boolean isWithdrawn() {
        return withdrawn != null;
    }

    /** Whether a party wrote it. */
    public boolean isBy(String reader) {
        return party.equals(reader);
    }
}
