package health.weft.record;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.Xml;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** A request as if it spoke JSON: a body of XML is read as JSON, and JSON is what it accepts. */
final class JsonRequest extends HttpServletRequestWrapper {
    private static final String JSON = "application/fhir+json;charset=UTF-8";

    private final long maxBytes;
    private final boolean xml;

    JsonRequest(HttpServletRequest request, long maxBytes) {
        super(request);
        this.maxBytes = maxBytes;
        this.xml = Formats.isXml(request.getContentType());
    }

    /** The request as it came. */
    HttpServletRequest asSent() {
        return (HttpServletRequest) getRequest();
    }

    @Override
    public @Nullable String getContentType() {
        return xml ? JSON : super.getContentType();
    }

    @Override
    public @Nullable String getHeader(String name) {
        if (name.equalsIgnoreCase(HttpHeaders.ACCEPT)) {
            return JSON;
        }
        return xml && name.equalsIgnoreCase(HttpHeaders.CONTENT_TYPE) ? JSON : super.getHeader(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        String only = getHeader(name);
        boolean ours = name.equalsIgnoreCase(HttpHeaders.ACCEPT) || name.equalsIgnoreCase(HttpHeaders.CONTENT_TYPE);
        return ours ? Collections.enumeration(only == null ? List.of() : List.of(only)) : super.getHeaders(name);
    }

    @Override
    public @Nullable String getParameter(String name) {
        return name.equals("_format") ? null : super.getParameter(name);
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        if (!xml) {
            return super.getInputStream();
        }
        byte[] body = super.getInputStream().readNBytes((int) Math.min(Integer.MAX_VALUE - 16, maxBytes + 1));
        if (body.length > maxBytes) {
            throw Body.tooLarge(maxBytes);
        }
        if (body.length == 0) {
            return new Bytes(body);
        }
        try {
            return new Bytes(Json.bytes(Xml.parse(body)));
        } catch (InvalidResource e) {
            throw Refusals.problem(e);
        }
    }

    /** A body that was read before. */
    static final class Bytes extends ServletInputStream {
        private final ByteArrayInputStream bytes;

        Bytes(byte[] bytes) {
            this.bytes = new ByteArrayInputStream(bytes);
        }

        @Override
        public int read() {
            return bytes.read();
        }

        @Override
        public int read(byte[] into, int from, int length) {
            return bytes.read(into, from, length);
        }

        @Override
        public boolean isFinished() {
            return bytes.available() == 0;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new IllegalStateException("The body is there already; it is not read in the background");
        }
    }
}
