package health.weft.ui;

import java.util.Optional;

/** Tells who reads the page of the running request; empty when no one is signed in. One bean, of the package that knows accounts. */
@FunctionalInterface
public interface Readers {
    Optional<Reader> current();
}
