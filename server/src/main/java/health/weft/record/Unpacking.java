package health.weft.record;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Unpacks bodies that come as gzip (RFC 9110, 8.4.1.3), so that whoever reads them counts what they really hold: the limits that hold
 * for a plain body end a bomb. Nothing is unpacked before it is read, and no more than is read.
 */
@Component
@Order(Ordered.LOWEST_PRECEDENCE - 10) // before Formats, which reads XML
class Unpacking extends OncePerRequestFilter {

    /** An import takes gzip in its own way, announced or not. */
    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        String path = request.getRequestURI();
        return encoding == null
                || encoding.isBlank()
                || encoding.strip().equalsIgnoreCase("identity")
                || !path.startsWith("/fhir")
                || path.startsWith("/fhir/$import");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        chain.doFilter(new Unpacked(request), response);
    }

    private static final class Unpacked extends HttpServletRequestWrapper {
        private @Nullable Gzip body;

        Unpacked(HttpServletRequest request) {
            super(request);
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            Gzip known = body;
            if (known == null) {
                String encoding = String.valueOf(super.getHeader(HttpHeaders.CONTENT_ENCODING));
                if (!encoding.strip().equalsIgnoreCase("gzip")
                        && !encoding.strip().equalsIgnoreCase("x-gzip")) {
                    throw refused();
                }
                known = new Gzip(super.getInputStream());
                body = known;
            }
            return known;
        }

        /** Of a packed form the container knows nothing, and none of it is read to tell in what form it is to be refused. */
        @Override
        public @Nullable String getParameter(String name) {
            return isForm() ? null : super.getParameter(name);
        }

        /** Whoever is to answer by a packed form refuses it. */
        @Override
        public Map<String, String[]> getParameterMap() {
            if (isForm()) {
                throw refused();
            }
            return super.getParameterMap();
        }

        private boolean isForm() {
            String type = getContentType();
            return type != null && type.startsWith("application/x-www-form-urlencoded");
        }

        private static Problem refused() {
            return new Problem(
                    Category.UNSUPPORTED,
                    "Send the body as it is, or a resource with Content-Encoding gzip; other encodings are not taken.");
        }

        @Override
        public @Nullable String getHeader(String name) {
            return hidden(name) ? null : super.getHeader(name);
        }

        @Override
        public Enumeration<String> getHeaders(String name) {
            return hidden(name) ? Collections.emptyEnumeration() : super.getHeaders(name);
        }

        private static boolean hidden(String name) {
            return name.equalsIgnoreCase(HttpHeaders.CONTENT_ENCODING)
                    || name.equalsIgnoreCase(HttpHeaders.CONTENT_LENGTH);
        }

        @Override
        public int getContentLength() {
            return -1;
        }

        @Override
        public long getContentLengthLong() {
            return -1;
        }
    }

    private static final class Gzip extends ServletInputStream {
        private final InputStream packed;
        private @Nullable InputStream plain;
        private boolean finished;

        Gzip(InputStream packed) {
            this.packed = packed;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            try {
                InputStream in = plain;
                if (in == null) {
                    in = new GZIPInputStream(packed, 1 << 13);
                    plain = in;
                }
                int read = in.read(into, from, length);
                finished |= read < 0;
                return read;
            } catch (ZipException | EOFException e) {
                throw Problem.invalid("The body cannot be unpacked: it is no gzip, or not whole. Send it again.");
            }
        }

        @Override
        public boolean isFinished() {
            return finished;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new IllegalStateException("The body is read by who asks for it, not in the background");
        }
    }
}
