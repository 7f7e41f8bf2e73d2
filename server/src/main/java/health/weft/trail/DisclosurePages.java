package health.weft.trail;

import gg.jte.output.StringOutput;
import health.weft.audit.Audit;
import health.weft.identity.Identity;
import health.weft.identity.Person;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Proxies;
import health.weft.security.Role;
import health.weft.ui.Pages;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The accounting of disclosures (45 CFR 164.528) as a PDF: for the person, and for the privacy officer about a person. */
@Controller
class DisclosurePages {
    private static final String SUBJECT = "disclosures";

    private final Disclosures disclosures;
    private final Identity identity;
    private final Proxies proxies;
    private final Audit audit;
    private final Pages pages;
    private final Pdf pdf;

    DisclosurePages(Disclosures disclosures, Identity identity, Proxies proxies, Audit audit, Pages pages, Pdf pdf) {
        this.disclosures = disclosures;
        this.identity = identity;
        this.proxies = proxies;
        this.audit = audit;
        this.pages = pages;
        this.pdf = pdf;
    }

    @GetMapping("/me/access.pdf")
    ResponseEntity<byte[]> own(Caller caller) {
        String id = proxies.person(caller)
                .filter(person -> proxies.decides(caller))
                .orElseThrow(() -> refused(caller, "trail.problem.own"));
        Person person = identity.person(caller, id);
        return file(caller, person.name(), person.pats());
    }

    /** About whoever the Patient is that the trail names. The officer reads no chart: the file has that name and no other. */
    @PostMapping("/audit/disclosures.pdf")
    ResponseEntity<byte[]> of(Caller caller, @RequestParam(defaultValue = "") String patient) {
        if (!caller.is(Role.PRIVACY_OFFICER)) {
            throw refused(caller, "trail.problem.officer");
        }
        String id = patient.strip().replaceFirst("^Patient/", "");
        List<Long> pats = id.matches("[A-Za-z0-9.-]{1,64}") ? disclosures.copiesOf(id) : List.of();
        if (pats.isEmpty()) {
            throw Problem.of(Category.NOT_FOUND, "trail.problem.patient");
        }
        return file(caller, "Patient/" + id, pats);
    }

    private Problem refused(Caller caller, String key) {
        audit.refused(caller, SUBJECT, List.of());
        return Problem.of(Category.FORBIDDEN, key);
    }

    private ResponseEntity<byte[]> file(Caller caller, String name, List<Long> pats) {
        List<String> own = pats.stream()
                .flatMap(pat -> identity.partiesOf(pat).stream())
                .distinct()
                .toList();
        List<Disclosure> lines = disclosures.of(pats, own, pages.text().zone());
        boolean more = lines.size() > Disclosures.MOST;
        StringOutput page = new StringOutput();
        pages.content(
                        "trail/disclosures.jte",
                        Map.of(
                                "text",
                                pages.text(),
                                "name",
                                name,
                                "today",
                                Instant.now(),
                                "lines",
                                more ? lines.subList(0, Disclosures.MOST) : lines,
                                "more",
                                more))
                .writeTo(page);
        byte[] made = pdf.of(page.toString());
        audit.record(caller, Audit.Action.EXPORT, SUBJECT, pats);
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_PDF)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename("disclosures.pdf")
                                .build()
                                .toString())
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .body(made);
    }
}
