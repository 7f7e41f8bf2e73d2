package health.weft.record;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/** How large a file may be that somebody sends, on a referral or as an answer ({@code weft.referral.file-limit}). */
@Component
public class FileLimit {
    private final DataSize most;

    FileLimit(@Value("${weft.referral.file-limit:10MB}") DataSize most) {
        this.most = most;
    }

    /** In bytes. */
    public long most() {
        return most.toBytes();
    }

    /** As people read it: {@code 10 MB}. */
    public String words() {
        return most.toMegabytes() + " MB";
    }

    /**
     * The bytes of a body.
     *
     * @throws Problem too large, having kept no more than the limit and a byte
     */
    public byte[] read(InputStream in, long said) throws IOException {
        byte[] bytes = said > most.toBytes() ? null : in.readNBytes((int) most.toBytes() + 1);
        if (bytes == null || bytes.length > most.toBytes()) {
            Body.passOver(in, most.toBytes());
            throw large();
        }
        return bytes;
    }

    /**
     * A file as a browser sends it.
     *
     * @param header its name, percent-encoded
     * @throws Problem too large; unprocessable, when it is none of the kinds that are taken
     */
    public ReceivedFile received(String header, InputStream in, long said) throws IOException {
        return ReceivedFile.of(ReceivedFile.nameIn(header), read(in, said));
    }

    /**
     * A file as a Binary holds it.
     *
     * @param name as whoever sent it calls it
     * @param data in Base64
     * @throws Problem too large; unprocessable, when it is none of the kinds that are taken
     */
    public ReceivedFile received(String name, String data) {
        if (data.length() / 4 * 3L > most.toBytes() + 2) {
            throw large();
        }
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(data);
            if (bytes.length > most.toBytes()) {
                throw large();
            }
            return ReceivedFile.of(name, bytes);
        } catch (IllegalArgumentException e) {
            throw Problem.unprocessable("Binary.data is not in Base64: " + e.getMessage());
        }
    }

    private Problem large() {
        return Problem.of(Category.TOO_LARGE, "problem.file-large", words());
    }
}
