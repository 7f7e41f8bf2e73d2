package health.weft.record;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.OperationOutcome;
import health.weft.fhir.Xml;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;
import org.springframework.web.util.WebUtils;
import tools.jackson.databind.node.ObjectNode;

/**
 * Speaks XML at the edge of {@code /fhir} (R4, 3.1.0.1.11): a body of XML is handed on as JSON, an answer that was asked for as XML is
 * turned into it, errors too. {@code _pretty} sets lines. Requests in plain JSON pass untouched.
 */
@Component
class Formats extends OncePerRequestFilter {
    private static final String FHIR_XML = "application/fhir+xml;charset=UTF-8";

    private final long maxBytes;

    Formats(@Value("${weft.fhir.max-bundle-bytes:64MB}") DataSize maxBytes) {
        this.maxBytes = maxBytes.toBytes();
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !request.getRequestURI().startsWith("/fhir")
                || !(isXml(request.getContentType()) || wantsXml(request) || wantsPretty(request));
    }

    /** An answer that is streamed is complete only when the request comes by again. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        ContentCachingResponseWrapper known = WebUtils.getNativeResponse(response, ContentCachingResponseWrapper.class);
        ContentCachingResponseWrapper answer = known == null ? new ContentCachingResponseWrapper(response) : known;
        chain.doFilter(isAsyncDispatch(request) ? request : new JsonRequest(request, maxBytes), answer);
        if (isAsyncStarted(request)) {
            return;
        }
        byte[] body = answer.getContentAsByteArray();
        if (body.length > 0 && String.valueOf(answer.getContentType()).startsWith("application/fhir+json")) {
            rewrite(answer, Json.parse(body), wantsXml(request), wantsPretty(request));
        }
        answer.copyBodyToResponse();
    }

    private static void rewrite(ContentCachingResponseWrapper answer, ObjectNode resource, boolean xml, boolean pretty)
            throws IOException {
        byte[] body;
        if (!xml) {
            body = pretty
                    ? Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(resource)
                    : Json.bytes(resource);
        } else {
            try {
                body = Xml.bytes(resource, pretty);
            } catch (InvalidResource e) {
                answer.setStatus(HttpServletResponse.SC_NOT_ACCEPTABLE);
                body = Xml.bytes(OperationOutcome.of(e.issues()), pretty);
            }
        }
        answer.resetBuffer();
        if (xml) {
            answer.setContentType(FHIR_XML);
        }
        answer.setContentLength(body.length);
        answer.getOutputStream().write(body);
    }

    static boolean isXml(@Nullable String contentType) {
        if (contentType == null || Body.OTHER_VERSION.matcher(contentType).find()) {
            return false;
        }
        String type = contentType.toLowerCase(Locale.ROOT).split(";", 2)[0].strip();
        return type.equals("xml")
                || type.equals("text/xml")
                || type.equals("application/xml")
                || type.equals("application/fhir+xml")
                || type.equals("application/xml+fhir");
    }

    /** {@code _format} overrides Accept; in Accept the kind that is preferred counts. */
    static boolean wantsXml(HttpServletRequest request) {
        String format = asked(request, "_format");
        if (!format.isEmpty()) {
            return isXml(format.replace(' ', '+'));
        }
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        if (accept == null || !accept.contains("xml")) {
            return false;
        }
        try {
            List<MediaType> wanted = MediaType.parseMediaTypes(accept).stream()
                    .sorted(Comparator.comparingDouble(MediaType::getQualityValue)
                            .reversed())
                    .toList();
            for (MediaType type : wanted) {
                String name = type.getType() + "/" + type.getSubtype();
                if (isXml(name)) {
                    return true;
                }
                if (name.contains("json") || name.contains("html") || type.isWildcardType()) {
                    return false;
                }
            }
        } catch (InvalidMediaTypeException e) {
            return false;
        }
        return false;
    }

    /** Whether anything that is asked for is served; {@code _format} overrides Accept here too, and nothing said is all the same. */
    static boolean isServed(HttpServletRequest request) {
        String format = request.getParameter("_format"); // of a request for XML it was read before
        try {
            if (format != null && !format.isBlank()) {
                String kind = format.strip()
                        .replaceAll("\\s*;\\s*", ";")
                        .replace(' ', '+')
                        .toLowerCase(Locale.ROOT);
                return kind.equals("json") || isXml(kind) || isServed(MediaType.parseMediaType(kind));
            }
            String accept = String.join(",", Collections.list(request.getHeaders(HttpHeaders.ACCEPT)));
            return accept.isBlank()
                    || MediaType.parseMediaTypes(accept.toLowerCase(Locale.ROOT)).stream()
                            .anyMatch(Formats::isServed);
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }

    private static boolean isServed(MediaType type) {
        String name = type.getType() + "/" + type.getSubtype();
        return type.getQualityValue() > 0
                && (Body.isJson(name) || isXml(name) || name.equals("*/*") || name.equals("application/*"))
                && isR4(type);
    }

    /** {@code fhirVersion=4.0} (R4, 3.1.0.1.10); none said is the one that is served. */
    static boolean isR4(MediaType type) {
        String version = type.getParameter("fhirversion");
        return version == null || version.replace("\"", "").matches("4\\.0(\\.\\d)?");
    }

    private static boolean wantsPretty(HttpServletRequest request) {
        return asked(request, "_pretty").equals("true");
    }

    /** From the address, and of a search that is posted from its form: asking the container for parameters would read the body of any other. */
    private static String asked(HttpServletRequest request, String name) {
        if (request.getMethod().equals("POST") && request.getRequestURI().endsWith("/_search")) {
            String posted = request.getParameter(name);
            return posted == null ? "" : posted.toLowerCase(Locale.ROOT);
        }
        return fromQuery(request, name);
    }

    private static String fromQuery(HttpServletRequest request, String name) {
        String query = request.getQueryString();
        if (query == null) {
            return "";
        }
        for (String part : query.split("&")) {
            if (part.startsWith(name + "=")) {
                return part.substring(name.length() + 1)
                        .replace("%2F", "/")
                        .replace("%2f", "/")
                        .replace("%2B", "+")
                        .replace("%2b", "+")
                        .toLowerCase(Locale.ROOT);
            }
        }
        return "";
    }
}
