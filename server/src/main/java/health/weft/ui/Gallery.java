package health.weft.ui;

import gg.jte.Content;
import gg.jte.TemplateEngine;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** Every component with its examples on one page, in the demonstration only; also the example values those need. */
@Controller
public final class Gallery {
    static final List<String> COMPONENTS = List.of(
            "mark",
            "banner",
            "header",
            "nav",
            "title",
            "card",
            "button",
            "confirm",
            "form",
            "csrf",
            "input",
            "textarea",
            "select",
            "radios",
            "checkboxes",
            "dateinput",
            "search",
            "errorsummary",
            "notice",
            "inset",
            "live",
            "tag",
            "facts",
            "table",
            "trend",
            "tiles",
            "sketch",
            "progress",
            "tabs",
            "timeline",
            "details",
            "empty",
            "pages");

    private final TemplateEngine templates;
    private final Pages pages;
    private final boolean demo;

    Gallery(TemplateEngine templates, Pages pages, @Value("${weft.demo:false}") boolean demo) {
        this.templates = templates;
        this.pages = pages;
        this.demo = demo;
    }

    @GetMapping("/gallery")
    String gallery(Model model) {
        if (!demo) {
            throw Problem.of(Category.NOT_FOUND, "ui.problem.gallery");
        }
        Page page = pages.page("ui.gallery.title");
        Map<String, Content> components = new LinkedHashMap<>();
        for (String name : COMPONENTS) {
            components.put(
                    name,
                    output -> templates.render(
                            "component/" + name + "/examples.jte",
                            Map.<String, Object>of("text", page.text()),
                            output));
        }
        model.addAttribute("page", page);
        model.addAttribute("components", components);
        return "ui/gallery";
    }

    /** A page as a coordinator would see it. */
    public static Page page(Text text) {
        Reader reader = new Reader(
                "elena",
                "Elena Ortiz",
                "Organization/riverside",
                "Riverside Clinic",
                text.get("ui.gallery.role"),
                "/gallery",
                List.of(
                        new Reader.Link("/gallery", "ui.gallery.home"),
                        new Reader.Link("/people", "ui.gallery.people"),
                        new Reader.Link("/inbox", "ui.gallery.inbox")));
        return new Page("Weft", text, reader, "/gallery", true, null, null, List.of(), file -> file);
    }

    public static List<Option> options(Text text) {
        return List.of(
                new Option("a", text.get("ui.gallery.optionA")),
                new Option("b", text.get("ui.gallery.optionB"), text.get("ui.gallery.optionHint")),
                new Option("c", text.get("ui.gallery.optionC")));
    }

    public static Errors errors(Text text) {
        return new Errors()
                .add("example-phone", text.get("ui.gallery.phoneError"))
                .add("example-date-month", text.get("ui.gallery.dateError"));
    }

    public static SketchMap sketch(Text text) {
        return new SketchMap(
                List.of(
                        new SketchMap.Point(
                                42.262, -71.802, "1", "1: " + text.get("ui.gallery.question"), "#sketch", 14),
                        new SketchMap.Point(
                                42.290, -71.760, "2", "2: " + text.get("ui.gallery.question"), "#sketch", 14)),
                List.of(List.of(
                        new double[] {-71.83, 42.25},
                        new double[] {-71.75, 42.25},
                        new double[] {-71.78, 42.31},
                        new double[] {-71.83, 42.25})),
                new double[] {42.27, -71.80},
                "");
    }

    public static Trend trend(Text text) {
        return new Trend(
                "HbA1c",
                "%",
                List.of(
                        point(text, "2023-02-11", "8.9"),
                        point(text, "2023-08-20", "8.1"),
                        point(text, "2024-03-02", "7.4"),
                        point(text, "2025-01-15", "6.8"),
                        point(text, "2026-02-09", "7.0")),
                new BigDecimal("4.0"),
                new BigDecimal("7.0"));
    }

    private static Trend.Point point(Text text, String day, String value) {
        LocalDate date = LocalDate.parse(day);
        return new Trend.Point(date.toEpochDay(), new BigDecimal(value), text.date(date));
    }
}
