package health.weft.directory;

import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Feeds for programs and the shell: send one, look at what it would change, apply it or let it go. */
@RestController
@RequestMapping("/hsds/feeds")
class FeedController {
    private static final int SHOWN = 200;

    private final Feeds feeds;

    FeedController(Feeds feeds) {
        this.feeds = feeds;
    }

    @PostMapping("/{feed}")
    ObjectNode check(
            Caller caller,
            HttpServletRequest request,
            @PathVariable String feed,
            @RequestParam(defaultValue = "feed") String name,
            @RequestParam(defaultValue = "false") boolean whole)
            throws IOException {
        Feeds.allowed(caller); // before a byte is read
        try (FeedUpload upload = FeedUpload.of(request, feeds.largest())) {
            return told(caller, feeds.check(caller, feed, FeedUpload.name(name), upload.path(), whole));
        }
    }

    /** Keeps what the columns of plain CSV mean: {@code {"services.csv": {"title": "service.name"}}}. */
    @PutMapping("/{feed}/mapping")
    void mapping(Caller caller, HttpServletRequest request, @PathVariable String feed) throws IOException {
        Feeds.allowed(caller);
        ObjectNode mapping = JsonBody.read(request);
        if (mapping.valueStream().anyMatch(columns -> !columns.isObject())) {
            throw Problem.invalid(
                    "Say for each file what its columns mean: {\"services.csv\": {\"title\": \"service.name\"}}.");
        }
        mapping.valueStream()
                .flatMap(JsonNode::valueStream)
                .map(target -> target.asString("?"))
                .filter(target -> !target.isEmpty() && !MappedFeed.TARGETS.contains(target))
                .findFirst()
                .ifPresent(target -> {
                    throw Problem.unprocessable(
                            "A column can mean " + String.join(", ", MappedFeed.TARGETS) + "; not " + target + ".");
                });
        feeds.mapping(caller, feed, mapping);
    }

    @GetMapping("/runs/{id}")
    ObjectNode run(Caller caller, @PathVariable long id) {
        return told(caller, feeds.run(caller, id));
    }

    @GetMapping("/progress")
    ObjectNode progress(Caller caller) {
        Feeds.allowed(caller);
        ObjectNode answer = Json.mapper().createObjectNode();
        feeds.progress().ifPresent(p -> answer.put("done", p.done()).put("total", p.total()));
        return answer;
    }

    @PostMapping("/runs/{id}/apply")
    ObjectNode apply(Caller caller, @PathVariable long id) {
        return told(caller, feeds.apply(caller, id));
    }

    @DeleteMapping("/runs/{id}")
    void discard(Caller caller, @PathVariable long id) {
        feeds.discard(caller, id);
    }

    private ObjectNode told(Caller caller, FeedRun run) {
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.put("id", run.id()).put("feed", run.feed()).put("state", run.state());
        answer.set("counts", run.counts());
        FeedRun.Progress progress = run.progress();
        if (progress != null) {
            answer.putObject("progress").put("done", progress.done()).put("total", progress.total());
        }
        answer.putArray("findings");
        for (Finding finding : feeds.findings(caller, run.id(), SHOWN)) {
            answer.withArray("findings")
                    .addObject()
                    .put("error", finding.error())
                    .put("file", finding.file())
                    .put("line", finding.line())
                    .put("type", finding.type())
                    .put("id", finding.sourceId())
                    .put("message", finding.message());
        }
        answer.putArray("differences");
        for (Difference difference : feeds.differences(caller, run.id(), SHOWN)) {
            answer.withArray("differences")
                    .addObject()
                    .put("type", difference.type())
                    .put("name", difference.name())
                    .put("verdict", difference.verdict())
                    .put("field", difference.field())
                    .put("before", difference.before())
                    .put("after", difference.after());
        }
        return answer;
    }
}
