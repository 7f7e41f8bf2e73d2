package health.weft.live;

/** A part of the server that wants to know when something changed on any instance: what it keeps in memory is old by then. */
public interface LiveListener {
    /** Whom {@link Live#changed} is to name, where every instance is meant. */
    String EVERYBODY = "network";

    /** As in {@link Live#changed}. */
    String topic();

    /** Told after the transaction that changed it, and whenever news may have been lost. Must not take long. */
    void changed();
}
