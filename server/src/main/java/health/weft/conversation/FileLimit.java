package health.weft.conversation;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/** How large a file on a referral may be ({@code weft.referral.file-limit}). */
@Component
class FileLimit {
    private final DataSize most;

    FileLimit(@Value("${weft.referral.file-limit:10MB}") DataSize most) {
        this.most = most;
    }

    /** As people read it: {@code 10 MB}. */
    String words() {
        return most.toMegabytes() + " MB";
    }

    /** @throws Problem too large, having read no more than the limit and a byte */
    byte[] read(InputStream in, long said) throws IOException {
        byte[] bytes = said > most.toBytes() ? null : in.readNBytes((int) most.toBytes() + 1);
        if (bytes == null || bytes.length > most.toBytes()) {
            throw Problem.of(Category.TOO_LARGE, "conversation.problem.file-large", words());
        }
        return bytes;
    }
}
