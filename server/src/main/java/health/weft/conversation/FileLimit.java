package health.weft.conversation;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
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
            throw large();
        }
        return bytes;
    }

    /**
     * A file as a Binary holds it.
     *
     * @param name as whoever sent it calls it
     * @param data in Base64
     * @throws Problem too large; unprocessable, when it is none of the kinds that are taken
     */
    Received received(String name, String data) {
        if (data.length() / 4 * 3L > most.toBytes() + 2) {
            throw large();
        }
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(data);
            if (bytes.length > most.toBytes()) {
                throw large();
            }
            return Received.of(name, bytes);
        } catch (IllegalArgumentException e) {
            throw Problem.unprocessable("Binary.data is not in Base64: " + e.getMessage());
        }
    }

    private Problem large() {
        return Problem.of(Category.TOO_LARGE, "conversation.problem.file-large", words());
    }
}
