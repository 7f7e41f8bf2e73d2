package health.weft.directory;

import org.jspecify.annotations.Nullable;

/**
 * What members offer of one kind of help now.
 *
 * @param category SDOHCC code
 * @param services that are active or closed for a time
 * @param open of them, how many take somebody now
 * @param full of them, how many count their places and have none
 * @param room places free in those that count them, null when none does
 */
public record Supply(
        String category,
        int services,
        int open,
        int full,
        @Nullable Integer room) {}
