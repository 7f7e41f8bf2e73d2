package health.weft.screening;

import health.weft.problem.Category;
import health.weft.record.FileLimit;
import health.weft.record.ReceivedFile;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.ui.Model;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;

/**
 * Where a link leads: one form, without an account. Nothing of the record is shown, and what was typed before only in the browser that it
 * was typed into. Opening the page uses nothing up; sending the last page does, once.
 */
@Controller
class LinkPages {
    private static final String BEGUN = "weft.screening.begun";

    private final Links links;
    private final Asking asking;
    private final Drafts drafts;
    private final FileLimit limit;
    private final Pages pages;
    private final TransactionTemplate transaction;

    LinkPages(
            Links links, Asking asking, Drafts drafts, FileLimit limit, Pages pages, TransactionTemplate transaction) {
        this.links = links;
        this.asking = asking;
        this.drafts = drafts;
        this.limit = limit;
        this.pages = pages;
        this.transaction = transaction;
    }

    @GetMapping("/answer/{token:[A-Za-z0-9_-]{20,100}}")
    String open(
            Model model,
            HttpSession session,
            @PathVariable String token,
            @RequestParam(defaultValue = "") String language) {
        Links.Opened opened = links.open(token);
        Links.Link link = opened.link();
        String spoken = language.isEmpty() ? null : Sent.language(language, link.language());
        boolean here = isHere(link, session);
        Sheet sheet = here && drafts.find(link.id(), link.party(), link.way()).isPresent()
                ? asking.kept(opened.who(), link.id(), spoken, pages.text())
                : asking.fresh(
                        opened.who(),
                        opened.form(),
                        link.id(),
                        spoken == null ? link.language() : spoken,
                        pages.text());
        return form(model, opened, token, sheet);
    }

    @PostMapping("/answer/{token:[A-Za-z0-9_-]{20,100}}")
    String step(
            Model model,
            HttpSession session,
            HttpServletResponse response,
            @PathVariable String token,
            @RequestParam MultiValueMap<String, String> fields) {
        Links.Opened opened = links.open(token);
        Links.Link link = opened.link();
        Sent sent = Sent.of(fields, link.language(), link.formId());
        UUID browser = isHere(link, session) ? null : UUID.randomUUID();
        Asking.Outcome outcome = transaction.execute(status -> {
            begin(link, browser, session);
            Asking.Outcome done = asking.step(
                    opened.who(),
                    link.id(),
                    opened.form(),
                    sent.page(),
                    sent.step(),
                    fields,
                    sent.language(),
                    pages.text());
            if (done.response() != null) {
                links.end(link.id());
            }
            return done;
        });
        if (outcome.response() != null) {
            leave(link, session);
            return "redirect:/answer/thanks?way=" + link.way().key() + "&language=" + sent.language();
        }
        Sheet sheet = outcome.sheet();
        if (sheet == null) {
            return "redirect:/answer/" + token;
        }
        if (outcome.wrong()) {
            response.setStatus(Category.UNPROCESSABLE.status().value());
        }
        return form(model, opened, token, sheet);
    }

    /** Takes a file as the browser sends it, as the answer to a question; its name comes in a header. */
    @PostMapping(path = "/answer/{token:[A-Za-z0-9_-]{20,100}}/files", produces = MediaType.TEXT_PLAIN_VALUE)
    @ResponseBody
    String file(
            HttpSession session,
            @PathVariable String token,
            HttpServletRequest request,
            @RequestHeader(name = "X-File-Name", defaultValue = "") String name,
            @RequestParam MultiValueMap<String, String> fields)
            throws IOException {
        Links.Opened opened = links.open(token);
        Links.Link link = opened.link();
        Sent sent = Sent.of(fields, link.language(), link.formId());
        ReceivedFile file = limit.received(name, request.getInputStream(), request.getContentLengthLong());
        UUID browser = isHere(link, session) ? null : UUID.randomUUID();
        transaction.executeWithoutResult(status -> {
            begin(link, browser, session);
            asking.attach(opened.who(), link.id(), opened.form(), sent.field(), file, sent.language());
        });
        return "";
    }

    private void begin(Links.Link link, @Nullable UUID browser, HttpSession session) {
        if (browser != null) {
            links.begun(link, browser);
            session.setAttribute(BEGUN, browser.toString());
        }
    }

    /** Whether this is the browser that began to answer. */
    private static boolean isHere(Links.Link link, HttpSession session) {
        UUID browser = link.browser();
        return browser != null && browser.toString().equals(session.getAttribute(BEGUN));
    }

    /** Nothing of it stays in the browser; on a device that was handed over nothing at all. */
    private static void leave(Links.Link link, HttpSession session) {
        if (link.way() == Way.TABLET) {
            session.invalidate();
        } else {
            session.removeAttribute(BEGUN);
        }
    }

    /** The end: nothing leads back from here. */
    @GetMapping("/answer/thanks")
    String thanks(Model model, @RequestParam(defaultValue = "link") String way) {
        model.addAttribute("page", pages.page("screening.thanks.title").withoutSession());
        model.addAttribute("tablet", way.equals("tablet"));
        return "screening/thanks";
    }

    private String form(Model model, Links.Opened opened, String token, Sheet sheet) {
        Page page = pages.page("screening.answer.title");
        model.addAttribute("page", page.titled(sheet.title()));
        model.addAttribute("caption", page.t("screening.answer.from", opened.partyName()));
        model.addAttribute("sheet", sheet);
        model.addAttribute("action", "/answer/" + token);
        model.addAttribute("limit", limit.words());
        model.addAttribute(
                "greeting", page.t("screening.answer.hello", opened.link().initial()));
        model.addAttribute("tablet", opened.link().way() == Way.TABLET);
        return "screening/answer";
    }
}
