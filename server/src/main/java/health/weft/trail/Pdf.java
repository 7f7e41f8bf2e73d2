package health.weft.trail;

import com.openhtmltopdf.outputdevice.helper.BaseRendererBuilder.FontStyle;
import com.openhtmltopdf.outputdevice.helper.ExternalResourceControlPriority;
import com.openhtmltopdf.pdfboxout.PdfRendererBuilder;
import com.openhtmltopdf.util.XRLog;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;
import org.webjars.WebJarVersionLocator;

/**
 * Makes a tagged PDF (PDF/UA-1) of a page, in the typeface of the pages. The page is XHTML whose body asks for {@code "Weft", "Weft more"}:
 * the second has the letters of Central Europe. It fetches nothing.
 */
@Component
class Pdf {
    private static final String FONT = "fontsource__source-sans-pro";
    private static final int AT_ONCE = 2;
    private static final int WAIT_SECONDS = 20;

    private final Semaphore places = new Semaphore(AT_ONCE);
    private final byte[] plain = font("latin-400");
    private final byte[] strong = font("latin-600");
    private final byte[] plainMore = font("latin-ext-400");
    private final byte[] strongMore = font("latin-ext-600");

    Pdf() {
        XRLog.setLoggingEnabled(false); // it logs what it lays out
    }

    /**
     * @param xhtml well-formed, with a title, a language and a description
     * @throws Problem unavailable, when too many are being made at the moment
     */
    byte[] of(String xhtml) {
        try {
            if (!places.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw Problem.of(Category.UNAVAILABLE, "trail.problem.busy");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.of(Category.UNAVAILABLE, "trail.problem.busy");
        }
        try {
            return made(xhtml);
        } finally {
            places.release();
        }
    }

    private byte[] made(String xhtml) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PdfRendererBuilder builder = new PdfRendererBuilder();
        builder.usePdfUaAccessibility(true);
        builder.useExternalResourceAccessControl(
                (uri, type) -> false, ExternalResourceControlPriority.RUN_BEFORE_RESOLVING_URI);
        builder.useFont(() -> new ByteArrayInputStream(plain), "Weft", 400, FontStyle.NORMAL, true);
        builder.useFont(() -> new ByteArrayInputStream(strong), "Weft", 600, FontStyle.NORMAL, true);
        builder.useFont(() -> new ByteArrayInputStream(plainMore), "Weft more", 400, FontStyle.NORMAL, true);
        builder.useFont(() -> new ByteArrayInputStream(strongMore), "Weft more", 600, FontStyle.NORMAL, true);
        builder.withHtmlContent(xhtml, null);
        builder.withProducer("Weft");
        builder.toStream(out);
        try {
            builder.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static byte[] font(String which) {
        String path = new WebJarVersionLocator().fullPath(FONT, "files/source-sans-pro-" + which + "-normal.woff");
        if (path == null) {
            throw new IllegalStateException("The typeface " + which + " is not among the WebJars");
        }
        try {
            return Woff.trueType(new ClassPathResource(path).getContentAsByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
