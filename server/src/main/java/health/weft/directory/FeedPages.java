package health.weft.directory;

import health.weft.fhir.Json;
import health.weft.security.Caller;
import health.weft.ui.Option;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import tools.jackson.databind.node.ObjectNode;

/** Where those who keep the directory bring in what others publish. */
@Controller
class FeedPages {
    private static final int SHOWN = 100;

    private final Feeds feeds;
    private final Pages pages;

    FeedPages(Feeds feeds, Pages pages) {
        this.feeds = feeds;
        this.pages = pages;
    }

    @GetMapping("/directory/feeds")
    String feeds(Model model, Caller caller) {
        model.addAttribute("page", pages.page("directory.feeds.title"));
        model.addAttribute("feeds", feeds.feeds(caller));
        model.addAttribute("runs", feeds.runs(caller));
        return "directory/feeds";
    }

    /** The file is the body: what is not allowed is refused before it is read. The answer says where to go on. */
    @PostMapping(path = "/directory/feeds", produces = MediaType.TEXT_PLAIN_VALUE)
    @ResponseBody
    String send(
            Caller caller,
            HttpServletRequest request,
            @RequestParam String feed,
            @RequestParam(defaultValue = "feed") String name,
            @RequestParam(defaultValue = "false") boolean whole)
            throws IOException {
        Feeds.allowed(caller);
        String called = FeedUpload.name(name);
        try (FeedUpload upload = FeedUpload.of(request, feeds.largest())) {
            return feeds.asks(caller, feed, called, upload.path())
                    ? "/directory/feeds/" + feed + "/columns"
                    : "/directory/feeds/runs/"
                            + feeds.check(caller, feed, called, upload.path(), whole)
                                    .id();
        }
    }

    @GetMapping("/directory/feeds/runs/{id}")
    String run(Model model, Caller caller, @PathVariable long id) {
        FeedRun run = feeds.run(caller, id);
        model.addAttribute("page", pages.page("directory.run.title", run.feed()));
        model.addAttribute("run", run);
        model.addAttribute("findings", feeds.findings(caller, id, SHOWN));
        model.addAttribute("differences", feeds.differences(caller, id, SHOWN));
        return "directory/run";
    }

    @PostMapping("/directory/feeds/runs/{id}/apply")
    String apply(Caller caller, RedirectAttributes redirect, @PathVariable long id) {
        FeedRun run = feeds.applyOrBegin(caller, id);
        pages.notice(redirect, run.progress() == null ? "directory.run.applied" : "directory.run.begun");
        return "redirect:/directory/feeds/runs/" + id;
    }

    @PostMapping("/directory/feeds/runs/{id}/discard")
    String discard(Caller caller, RedirectAttributes redirect, @PathVariable long id) {
        feeds.discard(caller, id);
        pages.notice(redirect, "directory.run.discarded");
        return "redirect:/directory/feeds";
    }

    @GetMapping("/directory/feeds/{feed}/columns")
    String columns(Model model, Caller caller, @PathVariable String feed) {
        List<Option> targets = new ArrayList<>();
        targets.add(new Option("", pages.text().get("directory.columns.none")));
        MappedFeed.TARGETS.forEach(target -> targets.add(new Option(target, target)));
        model.addAttribute("page", pages.page("directory.columns.title", feed));
        model.addAttribute("feed", feed);
        model.addAttribute("targets", targets);
        model.addAttribute("tables", feeds.mapping(caller, feed));
        return "directory/columns";
    }

    @PostMapping("/directory/feeds/{feed}/columns")
    String columns(
            Caller caller,
            RedirectAttributes redirect,
            @PathVariable String feed,
            @RequestParam Map<String, String> form) {
        ObjectNode tables = feeds.mapping(caller, feed);
        ObjectNode kept = Json.mapper().createObjectNode();
        tables.propertyStream().forEach(table -> {
            ObjectNode columns = kept.putObject(table.getKey());
            table.getValue().propertyStream().forEach(column -> {
                String target = form.getOrDefault(table.getKey() + "/" + column.getKey(), "");
                columns.put(column.getKey(), MappedFeed.TARGETS.contains(target) ? target : "");
            });
        });
        feeds.mapping(caller, feed, kept);
        pages.notice(redirect, "directory.columns.kept");
        return "redirect:/directory/feeds";
    }
}
