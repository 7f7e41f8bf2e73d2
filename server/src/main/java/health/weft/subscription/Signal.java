package health.weft.subscription;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** Says to this instance's threads that there may be something to do; they look by themselves now and then, too. */
@Component
class Signal {
    private final Semaphore raised = new Semaphore(0);

    void raise() {
        if (raised.availablePermits() < 8) {
            raised.release();
        }
    }

    /** Waits until it is raised, or as long as given. */
    void await(long millis) throws InterruptedException {
        if (raised.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
            raised.drainPermits();
        }
    }
}
