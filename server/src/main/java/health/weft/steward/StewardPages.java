package health.weft.steward;

import health.weft.identity.Act;
import health.weft.identity.Deciding;
import health.weft.identity.LinkStory;
import health.weft.identity.PairReview;
import health.weft.identity.Queue;
import health.weft.identity.QueueFilter;
import health.weft.identity.Reviews;
import health.weft.identity.SourcePatient;
import health.weft.identity.Undoing;
import health.weft.identity.Verdict;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.ui.Errors;
import health.weft.ui.Pages;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The queue of pairs, a pair, and the history of a person's links. Names that are typed to filter are posted, so that they stand in no address. */
@Controller
@RequestMapping("/identity")
class StewardPages {
    private static final int SHOWN = 10;

    private final Reviews reviews;
    private final Deciding deciding;
    private final Undoing undoing;
    private final Pages pages;

    StewardPages(Reviews reviews, Deciding deciding, Undoing undoing, Pages pages) {
        this.reviews = reviews;
        this.deciding = deciding;
        this.undoing = undoing;
        this.pages = pages;
    }

    /** The filter of a request: of a form, or of an address that holds all but the words. */
    @ModelAttribute("filter")
    QueueFilter filter(
            @RequestParam(required = false) @Nullable String q,
            @RequestParam(required = false) @Nullable String organisation,
            @RequestParam(required = false) @Nullable String band,
            @RequestParam(required = false) @Nullable String veto,
            @RequestParam(required = false) @Nullable String age,
            @RequestParam(required = false) @Nullable String state) {
        return QueueFilter.of(q, organisation, band, veto, age, state);
    }

    // ------------------------------------------------------------------------------------------------ the queue

    @RequestMapping(method = {RequestMethod.GET, RequestMethod.POST})
    String queue(
            Model model,
            Caller caller,
            @ModelAttribute("filter") QueueFilter filter,
            @RequestParam(defaultValue = "0") int page) {
        int shown = Math.clamp(page, 0, Reviews.MOST / Reviews.PAGE);
        Queue queue = reviews.queue(caller, filter, shown);
        model.addAttribute("page", pages.page("steward.queue.title"));
        model.addAttribute("queue", queue);
        model.addAttribute("number", shown);
        return "steward/queue";
    }

    @PostMapping("/pairs.csv")
    ResponseEntity<byte[]> file(Caller caller, @ModelAttribute("filter") QueueFilter filter) {
        return PairsCsv.write(reviews.all(caller, filter)).file("pairs.csv");
    }

    // ------------------------------------------------------------------------------------------------ a pair

    @GetMapping("/pairs/{a}/{b}")
    String pair(
            Model model,
            Caller caller,
            @ModelAttribute("filter") QueueFilter filter,
            @PathVariable long a,
            @PathVariable long b) {
        return pair(model, caller, filter, a, b, "", new Errors());
    }

    private String pair(Model model, Caller caller, QueueFilter filter, long a, long b, String reason, Errors errors) {
        show(model, "steward.pair.title", reviews.pair(caller, a, b), reason, errors);
        model.addAttribute("next", address(reviews.beside(caller, filter, a, b, false), filter));
        model.addAttribute("previous", address(reviews.beside(caller, filter, a, b, true), filter));
        return "steward/pair";
    }

    private void show(Model model, String title, PairReview pair, String reason, Errors errors) {
        PairReview.Why why = pair.why();
        model.addAttribute("page", pages.page(title));
        model.addAttribute("pair", pair);
        model.addAttribute("rows", Comparison.of(pair, pages.text()));
        if (why != null) {
            model.addAttribute("waterfall", Waterfall.of(why, pages.text()));
        }
        model.addAttribute("reason", reason);
        model.addAttribute("errors", errors);
    }

    @PostMapping("/pairs/{a}/{b}")
    String decide(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @ModelAttribute("filter") QueueFilter filter,
            @PathVariable long a,
            @PathVariable long b,
            @RequestParam(defaultValue = "") String verdict,
            @RequestParam(defaultValue = "") String reason) {
        Errors errors = new Errors();
        Optional<Verdict> chosen = verdict(verdict);
        if (chosen.isEmpty()) {
            errors.add("verdict", pages.text().get("steward.verdict.missing"));
        } else {
            // Who comes next is asked before: afterwards this pair has no place in the queue.
            Optional<long[]> next =
                    reviews.beside(caller, filter, a, b, false).or(() -> reviews.beside(caller, filter, 0, 0, false));
            if (done(
                    redirect,
                    errors,
                    "reason",
                    "steward.done." + verdict,
                    () -> deciding.decide(caller, a, b, chosen.get(), reason))) {
                return "redirect:"
                        + next.filter(one -> one[0] != Math.min(a, b) || one[1] != Math.max(a, b))
                                .map(one -> address(Optional.of(one), filter))
                                .orElse("/identity" + filter.query());
            }
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return pair(model, caller, filter, a, b, reason, errors);
    }

    // ------------------------------------------------------------------------------------------------ a person

    @GetMapping("/people/{id}")
    String story(Model model, Caller caller, @PathVariable String id) {
        LinkStory story = reviews.story(caller, id);
        return story.person().equals(id)
                ? story(model, caller, id, "", Set.of(), new Errors())
                : "redirect:/identity/people/" + story.person();
    }

    private String story(Model model, Caller caller, String id, String reason, Set<Long> leaving, Errors errors) {
        LinkStory story = reviews.story(caller, id);
        model.addAttribute("page", pages.page("steward.story.title"));
        model.addAttribute("story", story);
        model.addAttribute(
                "shown",
                story.copies().stream()
                        .map(SourcePatient::pat)
                        .map(String::valueOf)
                        .collect(Collectors.joining(",")));
        model.addAttribute("reason", reason);
        model.addAttribute("leaving", leaving);
        model.addAttribute("errors", errors);
        return "steward/story";
    }

    @PostMapping("/people/{id}/split")
    String split(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String id,
            @RequestParam(defaultValue = "") List<String> leaving,
            @RequestParam(defaultValue = "") String shown,
            @RequestParam(defaultValue = "") String reason) {
        Errors errors = new Errors();
        Set<Long> out = numbers(leaving);
        if (done(
                redirect,
                errors,
                "leaving",
                "steward.done.split",
                () -> deciding.split(caller, id, out, numbers(List.of(shown.split(","))), reason))) {
            return "redirect:/identity/people/" + id;
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return story(model, caller, id, reason, out, errors);
    }

    // ------------------------------------------------------------------------------------------------ two people

    /** Finds the person to join this one with, while one types. */
    @PostMapping("/people/{id}/find")
    String find(Model model, Caller caller, @PathVariable String id, @RequestParam(defaultValue = "") String q) {
        model.addAttribute("q", q);
        model.addAttribute(
                "hits",
                reviews.find(caller, q, SHOWN + 1).stream()
                        .filter(hit -> !hit.person().equals(id))
                        .limit(SHOWN)
                        .toList());
        return story(model, caller, id, "", Set.of(), new Errors());
    }

    @GetMapping("/people/{id}/merge/{other}")
    String merge(Model model, Caller caller, @PathVariable String id, @PathVariable String other) {
        return merge(model, caller, id, other, "", new Errors());
    }

    private String merge(Model model, Caller caller, String id, String other, String reason, Errors errors) {
        show(model, "steward.merge", reviews.people(caller, id, other), reason, errors);
        model.addAttribute("merge", "/identity/people/" + id + "/merge/" + other);
        return "steward/pair";
    }

    @PostMapping("/people/{id}/merge/{other}")
    String merge(
            Model model,
            Caller caller,
            HttpServletResponse response,
            RedirectAttributes redirect,
            @PathVariable String id,
            @PathVariable String other,
            @RequestParam(defaultValue = "") String reason) {
        Errors errors = new Errors();
        if (done(redirect, errors, "reason", "steward.done.merge", () -> deciding.merge(caller, id, other, reason))) {
            return "redirect:/identity/people/" + id;
        }
        response.setStatus(Category.UNPROCESSABLE.status().value());
        return merge(model, caller, id, other, reason, errors);
    }

    /** Takes a decision back; what cannot be taken back is told on the page that it was asked from. */
    @PostMapping("/acts/{act}/undo")
    String undo(
            Caller caller,
            RedirectAttributes redirect,
            @PathVariable long act,
            @RequestParam(defaultValue = "") String reason,
            @RequestParam(defaultValue = "") String person) {
        Errors errors = new Errors();
        Optional<Act> undone = reviews.act(caller, act);
        done(redirect, errors, "undo", "steward.done.undo", () -> undoing.undo(caller, act, reason));
        if (!errors.isEmpty()) {
            redirect.addFlashAttribute("trouble", errors.of("undo"));
        }
        if (person.matches("[A-Za-z0-9.-]{1,64}")) {
            return "redirect:/identity/people/" + person;
        }
        return undone.filter(one -> one.a() != null && one.b() != null)
                .map(one -> "redirect:/identity/pairs/" + one.a() + "/" + one.b())
                .orElse("redirect:/identity");
    }

    /** Does it and says so, with the way back; or notes at the field why not. */
    private boolean done(RedirectAttributes redirect, Errors errors, String field, String words, LongSupplier act) {
        try {
            long id = act.getAsLong();
            redirect.addFlashAttribute("done", pages.text().get(words));
            redirect.addFlashAttribute("undo", id);
            return true;
        } catch (Problem problem) {
            switch (problem.category()) {
                case CONFLICT, UNPROCESSABLE ->
                    errors.add(field, problem.message(pages.text().locale()));
                default -> throw problem;
            }
            return false;
        }
    }

    private static Optional<Verdict> verdict(String word) {
        return List.of(Verdict.values()).stream()
                .filter(known -> known.key().equals(word))
                .findFirst();
    }

    private static Set<Long> numbers(List<String> words) {
        return words.stream()
                .filter(word -> word.matches("\\d{1,18}"))
                .map(Long::valueOf)
                .collect(Collectors.toSet());
    }

    private static String address(Optional<long[]> pair, QueueFilter filter) {
        return pair.map(one -> "/identity/pairs/" + one[0] + "/" + one[1] + filter.query())
                .orElse("");
    }
}
