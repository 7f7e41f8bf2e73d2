package health.weft.conversation;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.FileLimit;
import health.weft.record.ReceivedFile;
import health.weft.referral.ServiceNames;
import health.weft.security.Caller;
import health.weft.ui.DateParts;
import health.weft.ui.Download;
import health.weft.ui.Errors;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.LocalDate;
import java.util.Map;
import java.util.UUID;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** What is said about a referral, on a page of its own too: where a form comes back that was not taken, and for print. */
@Controller
class ConversationPages {

    private final Conversations conversations;
    private final ServiceNames names;
    private final FileLimit limit;
    private final Pages pages;

    ConversationPages(Conversations conversations, ServiceNames names, FileLimit limit, Pages pages) {
        this.conversations = conversations;
        this.names = names;
        this.limit = limit;
        this.pages = pages;
    }

    @GetMapping("/referrals/{id}/conversation")
    String show(Model model, Caller caller, @PathVariable String id) {
        return show(model, caller, id, new Errors(), Map.of());
    }

    @PostMapping("/referrals/{id}/messages")
    String write(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String id,
            @RequestParam Map<String, String> typed) {
        return take(
                new Form(model, caller, response, redirect, id, typed),
                "message",
                "conversation.sent",
                () -> conversations.write(caller, id, once(typed), typed.getOrDefault("message", "")));
    }

    @PostMapping("/referrals/{id}/notes")
    String note(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String id,
            @RequestParam Map<String, String> typed) {
        return take(
                new Form(model, caller, response, redirect, id, typed),
                "note",
                "conversation.note.kept",
                () -> conversations.note(caller, id, once(typed), typed.getOrDefault("note", "")));
    }

    @PostMapping("/referrals/{id}/messages/{message}/withdraw")
    String withdraw(Caller caller, RedirectAttributes redirect, @PathVariable String id, @PathVariable String message) {
        conversations.withdraw(caller, id, message);
        pages.notice(redirect, "conversation.taken-back");
        return back(id);
    }

    @PostMapping("/referrals/{id}/steps")
    String addStep(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String id,
            @RequestParam Map<String, String> typed) {
        DateParts due = DateParts.of(typed.get("due-day"), typed.get("due-month"), typed.get("due-year"));
        if (!due.isEmpty() && due.date().isEmpty()) {
            response.setStatus(Category.UNPROCESSABLE.status().value());
            Errors errors = new Errors().add("due", pages.text().get("conversation.problem.due"));
            return show(model, caller, id, errors, typed);
        }
        return take(
                new Form(model, caller, response, redirect, id, typed),
                "step",
                "conversation.step.added",
                () -> conversations.addStep(
                        caller,
                        id,
                        once(typed),
                        typed.getOrDefault("step", ""),
                        !typed.getOrDefault("who", "us").equals("them"),
                        due.date().orElse(null)));
    }

    @PostMapping("/referrals/{id}/steps/{step}/{what}")
    String move(
            Caller caller,
            RedirectAttributes redirect,
            @PathVariable String id,
            @PathVariable String step,
            @PathVariable String what) {
        String status =
                switch (what) {
                    case "done" -> "completed";
                    case "reopen" -> "in-progress";
                    case "remove" -> "cancelled";
                    default -> throw Problem.of(Category.NOT_FOUND, "referral.problem.step");
                };
        conversations.move(caller, id, step, status);
        pages.notice(redirect, "conversation.step.moved");
        return back(id);
    }

    /** Takes a file as the browser sends it; its name comes in a header, since it may tell something of the person. */
    @PostMapping(path = "/referrals/{id}/files", produces = MediaType.TEXT_PLAIN_VALUE)
    @ResponseBody
    String send(
            Caller caller,
            HttpServletRequest request,
            @PathVariable String id,
            @RequestHeader(name = "X-File-Name", defaultValue = "") String name)
            throws IOException {
        conversations.send(
                caller,
                id,
                ReceivedFile.nameIn(name),
                limit.read(request.getInputStream(), request.getContentLengthLong()));
        return "/referrals/" + id + "/conversation";
    }

    /** The same for the person, who sends it to whoever helps. */
    @PostMapping(path = "/me/referrals/{id}/files", produces = MediaType.TEXT_PLAIN_VALUE)
    @ResponseBody
    String sendOwn(
            Caller caller,
            HttpServletRequest request,
            @PathVariable String id,
            @RequestHeader(name = "X-File-Name", defaultValue = "") String name)
            throws IOException {
        send(caller, request, id, name);
        return "/me?sent=" + id + "#talk-" + id;
    }

    @PostMapping("/me/referrals/{id}/messages/{message}/withdraw")
    String withdrawOwn(
            Caller caller, RedirectAttributes redirect, @PathVariable String id, @PathVariable String message) {
        conversations.withdraw(caller, id, message);
        pages.notice(redirect, "conversation.taken-back");
        return "redirect:/me";
    }

    @GetMapping("/referrals/{id}/files/{document}")
    ResponseEntity<byte[]> file(Caller caller, @PathVariable String id, @PathVariable String document) {
        return download(conversations.content(caller, id, document));
    }

    static ResponseEntity<byte[]> download(Conversations.Content content) {
        return Download.of(content.file().name(), content.file().contentType(), content.bytes());
    }

    private record Form(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            String id,
            Map<String, String> typed) {}

    /** Takes a form; what is wrong with it stands on the page again, with all that was typed. */
    private String take(Form form, String field, String done, Runnable taking) {
        Errors errors = new Errors();
        if (errors.take(field, pages.text().locale(), taking)) {
            pages.notice(form.redirect(), done);
            return back(form.id());
        }
        form.response().setStatus(Category.UNPROCESSABLE.status().value());
        return show(form.model(), form.caller(), form.id(), errors, form.typed());
    }

    private String show(Model model, Caller caller, String id, Errors errors, Map<String, String> typed) {
        Conversations.Talk talk = conversations.of(caller, id);
        Page page = pages.page("conversation.page").live("referrals");
        model.addAttribute("page", page);
        model.addAttribute("talk", talk.about(names.forReader(talk.referral())));
        model.addAttribute("party", caller.party());
        model.addAttribute("errors", errors);
        model.addAttribute("typed", typed);
        model.addAttribute("today", LocalDate.now(page.text().zone()));
        model.addAttribute("limit", limit.words());
        return "conversation/page";
    }

    private static String back(String id) {
        return "redirect:/referrals/" + id + "#conversation";
    }

    /** The form's own key; a new one for a form that carries none. */
    static UUID once(Map<String, String> typed) {
        try {
            return UUID.fromString(typed.getOrDefault("_once", ""));
        } catch (IllegalArgumentException e) {
            return UUID.randomUUID();
        }
    }
}
