package health.weft;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What many do at the same moment. */
public final class AtOnce {
    private AtOnce() {}

    /**
     * Does all of the work, so much of it at a time.
     *
     * @return what each gave, in the order of the work
     * @throws Exception what the first that failed threw, within an ExecutionException
     */
    public static <T> List<T> all(int threads, List<Callable<T>> work) throws Exception {
        try (ExecutorService many = Executors.newFixedThreadPool(threads)) {
            List<T> results = new ArrayList<>();
            for (Future<T> future : many.invokeAll(work)) {
                results.add(future.get());
            }
            return results;
        }
    }
}
