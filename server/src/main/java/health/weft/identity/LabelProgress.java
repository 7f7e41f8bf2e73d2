package health.weft.identity;

/**
 * How far labelling is.
 *
 * @param mine pairs that whoever asks has answered
 * @param left pairs that may be dealt to whoever asks
 * @param settled pairs that are, all stewards'
 * @param differ pairs that wait for a third steward
 * @param drawn pairs that were drawn and are not settled, those of {@code differ} included
 */
public record LabelProgress(long mine, long left, long settled, long differ, long drawn) {}
