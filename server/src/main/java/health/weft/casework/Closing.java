package health.weft.casework;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Why a case is closed. */
public enum Closing {
    HELPED,
    MOVED,
    ELSEWHERE,
    NO_CONTACT,
    DECLINED,
    DIED,
    OTHER;

    /** The code, and the part of a message key that names this: {@code no-contact}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<Closing> of(String code) {
        return Stream.of(values()).filter(each -> each.code().equals(code)).findFirst();
    }
}
