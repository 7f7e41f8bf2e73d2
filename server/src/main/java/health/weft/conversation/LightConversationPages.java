package health.weft.conversation;

import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.referral.LightAnswers;
import health.weft.referral.LightAnswers.Holder;
import health.weft.referral.ServiceNames;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * The same for an organisation without accounts, by its mailed link: it reads what was written to it and the files that came with it, and
 * writes back. There is no session: the link itself is the secret that a form needs.
 */
@Controller
class LightConversationPages {
    private final LightAnswers links;
    private final Conversations conversations;
    private final ServiceNames names;
    private final Pages pages;

    LightConversationPages(LightAnswers links, Conversations conversations, ServiceNames names, Pages pages) {
        this.links = links;
        this.conversations = conversations;
        this.names = names;
        this.pages = pages;
    }

    @PostMapping("/reply/{token}/messages")
    String write(
            Model model,
            HttpServletResponse response,
            @PathVariable String token,
            @RequestParam Map<String, String> typed) {
        String words = typed.getOrDefault("message", "");
        Optional<Holder> found = holder(token);
        if (found.isEmpty()) {
            return "redirect:/reply/" + token; // which says what to do about a link that opens nothing
        }
        Holder holder = found.get();
        try {
            conversations.write(holder.caller(), holder.referral().id(), ConversationPages.once(typed), words);
            return "redirect:/reply/" + token + "#conversation";
        } catch (Problem problem) {
            if (problem.category() != Category.UNPROCESSABLE && problem.category() != Category.CONFLICT) {
                throw problem;
            }
            response.setStatus(Category.UNPROCESSABLE.status().value());
            model.addAttribute("page", pages.page("conversation.page").withoutSession());
            Conversations.Talk talk =
                    conversations.of(holder.caller(), holder.referral().id());
            model.addAttribute("talk", talk.about(names.forReader(talk.referral())));
            model.addAttribute("token", token);
            model.addAttribute("problem", problem.message(pages.text().locale()));
            model.addAttribute("words", words);
            return "conversation/light-page";
        }
    }

    private Optional<Holder> holder(String token) {
        try {
            return Optional.of(links.holder(token));
        } catch (Problem problem) {
            if (problem.category() == Category.GONE) {
                return Optional.empty();
            }
            throw problem;
        }
    }

    @GetMapping("/reply/{token}/files/{document}")
    ResponseEntity<byte[]> file(@PathVariable String token, @PathVariable String document) {
        Holder holder = links.holder(token);
        return ConversationPages.download(
                conversations.content(holder.caller(), holder.referral().id(), document));
    }
}
