package health.weft.screening;

import health.weft.audit.Audit;
import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.questionnaire.Checking;
import health.weft.fhir.questionnaire.Fault;
import health.weft.fhir.questionnaire.Filled;
import health.weft.fhir.questionnaire.Filling;
import health.weft.fhir.questionnaire.Form;
import health.weft.fhir.questionnaire.FormItem;
import health.weft.fhir.questionnaire.Population;
import health.weft.fhir.questionnaire.Settling;
import health.weft.fhir.questionnaire.Surroundings;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.FileLimit;
import health.weft.record.ReceivedFile;
import health.weft.ui.Text;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes somebody through a form, page by page: what is asked, and whether it is answered, is decided here at every step. What was
 * answered so far is kept.
 */
@Component
@Transactional
class Asking {
    /** The files of a form together, in times of what one may have. */
    private static final int ALL_FILES = 3;

    private static final long MEGABYTE = 1 << 20;

    private final Forms forms;
    private final Around around;
    private final Drafts drafts;
    private final Screenings screenings;
    private final Audit audit;
    private final FileLimit limit;

    Asking(Forms forms, Around around, Drafts drafts, Screenings screenings, Audit audit, FileLimit limit) {
        this.forms = forms;
        this.around = around;
        this.drafts = drafts;
        this.screenings = screenings;
        this.audit = audit;
        this.limit = limit;
    }

    /**
     * What comes of a step.
     *
     * @param sheet to be shown; null when there is another page to go to
     * @param wrong whether something on it must be mended
     * @param response id of the QuestionnaireResponse when all is done; null before
     */
    record Outcome(
            @Nullable Sheet sheet, boolean wrong, @Nullable String response) {}

    /** A form that nobody has answered yet; it is kept with the first answer. */
    Sheet fresh(Answerer who, Forms.Listed listed, UUID key, String language, Text text) {
        Form form = forms.form(listed);
        Surroundings surroundings = surroundings(who, form);
        Filling filling = settled(() -> Population.of(form, surroundings));
        return maker(filling, surroundings, language, text).sheet(draft(who, listed, key, language, filling), 0, false);
    }

    /**
     * A form that was begun, where it was left.
     *
     * @throws Problem not found, for another party's or one that is done
     */
    Sheet kept(Answerer who, UUID key, @Nullable String language, Text text) {
        Draft draft = drafts.find(key, who.caller().party(), who.way())
                .filter(d -> d.done() == null && d.pat() == who.patient().pat())
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "screening.problem.draft"));
        Form form = forms.form(draft.formId(), draft.formVer());
        Surroundings surroundings = surroundings(who, form);
        Filling filling = settled(() -> Settling.settle(Filling.of(form, Json.parse(draft.answers())), surroundings));
        audit.record(who.caller(), Audit.Action.READ, "QuestionnaireResponse/draft", List.of(draft.pat()));
        String spoken = language == null ? draft.language() : language;
        return maker(filling, surroundings, spoken, text)
                .sheet(draft, Math.min(draft.page(), form.pages().size() - 1), true);
    }

    /**
     * Takes what was typed on a page and goes where that leads.
     *
     * @param step {@code next back later refresh}, {@code add:<key>}, {@code remove:<key>} or {@code more:<key>}
     * @throws Problem not found, for another party's draft
     */
    Outcome step(
            Answerer who,
            UUID key,
            Forms.Listed listed,
            int page,
            String step,
            Map<String, List<String>> fields,
            String language,
            Text text) {
        if (drafts.find(key, who.caller().party(), who.way()).isEmpty()) {
            drafts.begin(begun(who, listed, key, language));
        }
        Draft draft = drafts.lock(key, who.caller().party(), who.way())
                .filter(d -> d.pat() == who.patient().pat())
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "screening.problem.draft"));
        if (draft.responseId() != null) {
            return new Outcome(null, false, draft.responseId());
        }
        Form form = forms.form(draft.formId(), draft.formVer());
        Surroundings surroundings = surroundings(who, form);
        List<List<FormItem>> pages = form.pages();
        int number = Math.clamp(page, 0, pages.size() - 1);
        Filling filling = Filling.of(form, Json.parse(draft.answers()));
        settled(() -> Settling.settle(filling, surroundings));
        Posted posted =
                new Posted(fields, item -> surroundings.options(item, form).orElse(List.of()), text.zone());
        posted.into(Sheet.on(filling, pages.get(number)));
        settled(() -> Settling.settle(filling, surroundings));
        Map<String, String> faults = new LinkedHashMap<>();
        posted.wrong()
                .forEach((name, code) -> faults.put(name, words(who, text, code, String.valueOf(Posted.LONGEST))));
        Sheet.Maker maker = new Sheet.Maker(filling, surroundings, language, text, faults, posted);
        audit.record(who.caller(), Audit.Action.UPDATE, "QuestionnaireResponse/draft", List.of(draft.pat()));

        boolean onward = step.equals("next") || step.isEmpty();
        int to = number;
        Outcome outcome = null;
        if (step.equals("back")) {
            to = Math.max(0, number - 1);
        } else if (onward) {
            List<Filled> here = Sheet.on(filling, pages.get(number));
            told(who, Checking.of(here, filling, surroundings), faults, text);
            boolean more = here.stream().anyMatch(f -> f.all().anyMatch(below -> isNew(below, posted)));
            if (!faults.isEmpty() || more) {
                outcome = new Outcome(maker.sheet(draft, number, true), !faults.isEmpty(), null);
            } else if (number + 1 < pages.size()) {
                to = next(filling, pages, number);
            }
            if (outcome == null && to == number) {
                return finished(who, draft, filling, surroundings, maker, faults, text, language);
            }
        } else if (!step.equals("later")) {
            changed(filling, step, maker);
            settled(() -> Settling.settle(filling, surroundings));
            faults.clear();
            outcome = new Outcome(maker.sheet(draft, number, true), false, null);
        }
        drafts.save(key, language, to, text(filling));
        return outcome == null ? new Outcome(null, false, null) : outcome;
    }

    /**
     * Takes a file as the answer to a question, and keeps it with the draft until all is done.
     *
     * @param field name of the question's field
     * @throws Problem not found, for another party's draft; unprocessable, for a question that asks for no file, or a kind that is not
     *     taken; too large
     */
    void attach(Answerer who, UUID key, Forms.Listed listed, String field, ReceivedFile file, String language) {
        if (drafts.find(key, who.caller().party(), who.way()).isEmpty()) {
            drafts.begin(begun(who, listed, key, language));
        }
        Draft draft = drafts.lock(key, who.caller().party(), who.way())
                .filter(d -> d.pat() == who.patient().pat() && d.responseId() == null)
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "screening.problem.draft"));
        Form form = forms.form(draft.formId(), draft.formVer());
        Surroundings surroundings = surroundings(who, form);
        Filling filling = Filling.of(form, Json.parse(draft.answers()));
        settled(() -> Settling.settle(filling, surroundings));
        Filled asked = filling.all()
                .flatMap(Filled::all)
                .filter(filled -> Posted.name(filled).equals(field) && Attached.isAsked(filled))
                .findFirst()
                .orElseThrow(() -> Problem.of(Category.UNPROCESSABLE, "screening.problem.file-field"));
        ObjectNode answer = Attached.answer(file);
        boolean there = asked.answers().stream().anyMatch(other -> Attached.isSame(other, answer));
        if (!there) {
            if (asked.answers().size() >= Math.max(1, asked.item().maxOccurs())) {
                asked.answers().clear();
            }
            asked.answers().add(answer);
        }
        Checking.of(List.of(asked), filling, surroundings).stream()
                .filter(fault -> fault.code().startsWith("file-"))
                .findFirst()
                .ifPresent(fault -> {
                    throw Problem.of(
                            Category.UNPROCESSABLE, "screening.wrong." + fault.code(), Attached.kinds(fault.detail()));
                });
        if (Attached.bytes(filling) > ALL_FILES * limit.most()) {
            throw Problem.of(
                    Category.TOO_LARGE, "screening.problem.files-large", ALL_FILES * limit.most() / MEGABYTE + " MB");
        }
        audit.record(who.caller(), Audit.Action.UPDATE, "QuestionnaireResponse/draft", List.of(draft.pat()));
        drafts.save(key, language, draft.page(), text(filling));
    }

    /** Holds the whole against the form; where something is missing on another page, that one is shown. */
    private Outcome finished(
            Answerer who,
            Draft draft,
            Filling filling,
            Surroundings surroundings,
            Sheet.Maker maker,
            Map<String, String> faults,
            Text text,
            String language) {
        Filling answered = Settling.settle(Filling.of(filling.form(), filling.response()), surroundings);
        List<Fault> all = Checking.of(answered, surroundings, true);
        if (!all.isEmpty()) {
            told(who, all, faults, text);
            int page = pageOf(filling, all.getFirst());
            drafts.save(draft.key(), language, page, text(filling));
            return new Outcome(maker.sheet(draft, page, true), true, null);
        }
        if (answered.all().noneMatch(filled -> !filled.answers().isEmpty())) {
            Map<String, String> nothing = new LinkedHashMap<>();
            Sheet sheet = new Sheet.Maker(filling, surroundings, language, text, nothing, null).sheet(draft, 0, true);
            sheet.errors()
                    .add(
                            sheet.shown().isEmpty()
                                    ? "questions"
                                    : sheet.shown().getFirst(),
                            words(who, text, "nothing", ""));
            return new Outcome(sheet, true, null);
        }
        String response = screenings.done(who, draft, answered);
        drafts.finish(draft.key(), response);
        return new Outcome(null, false, response);
    }

    private static int pageOf(Filling filling, Fault fault) {
        List<List<FormItem>> pages = filling.form().pages();
        for (int i = 0; i < pages.size(); i++) {
            if (Sheet.on(filling, pages.get(i)).stream().flatMap(Filled::all).anyMatch(filled -> filled.key()
                    .equals(fault.key()))) {
                return i;
            }
        }
        return 0;
    }

    /** The next page that asks something now; the last one when none does. */
    private static int next(Filling filling, List<List<FormItem>> pages, int from) {
        for (int i = from + 1; i < pages.size(); i++) {
            if (Sheet.on(filling, pages.get(i)).stream()
                    .flatMap(Filled::all)
                    .anyMatch(filled -> filled.isEnabled()
                            && !filled.item().hidden()
                            && !filled.item().isGroup())) {
                return i;
            }
        }
        return from;
    }

    /** Whether a question stands on the page only since what was just answered. */
    private static boolean isNew(Filled filled, Posted posted) {
        FormItem item = filled.item();
        boolean below = filled.isBelowAnswer();
        return item.isQuestion()
                && filled.isEnabled()
                && !item.hidden()
                && !item.readOnly()
                && item.calculated() == null
                && !posted.wasShown(filled)
                && (!below || filled.isBelowGiven());
    }

    private static void changed(Filling filling, String step, Sheet.Maker maker) {
        int colon = step.indexOf(':');
        if (colon < 0) {
            return;
        }
        String key = step.substring(colon + 1);
        switch (step.substring(0, colon)) {
            case "add" ->
                filling.at(key)
                        .filter(filled ->
                                filled.item().isGroup() && filled.item().repeats())
                        .filter(filled -> filled.number() + 1 < filled.item().maxOccurs())
                        .ifPresent(filling::repeat);
            case "remove" ->
                filling.at(key)
                        .filter(filled ->
                                filled.item().isGroup() && filled.item().repeats())
                        .ifPresent(filling::remove);
            case "unfile" -> {
                int dash = key.indexOf('-');
                if (dash > 0 && key.substring(0, dash).matches("\\d{1,3}")) {
                    int at = Integer.parseInt(key.substring(0, dash));
                    filling.at(key.substring(dash + 1))
                            .filter(filled -> Attached.isAsked(filled)
                                    && at < filled.answers().size())
                            .ifPresent(filled -> filled.answers().remove(at));
                }
            }
            case "more" -> filling.at(key).ifPresent(filled -> maker.withSpace(Posted.name(filled)));
            default -> {
                // another step changes nothing
            }
        }
    }

    private static void told(Answerer who, List<Fault> all, Map<String, String> faults, Text text) {
        all.forEach(
                fault -> faults.putIfAbsent(Posted.name(fault.key()), words(who, text, fault.code(), fault.detail())));
    }

    /** In words to a worker, or where there are some to the person themselves. */
    private static String words(Answerer who, Text text, String code, String detail) {
        String key = "screening.wrong." + code;
        String own = who.way() == Way.DESK ? key : key + ".own";
        String told = code.startsWith("file-") ? Attached.kinds(detail) : detail;
        return text.get(text.has(own) ? own : text.has(key) ? key : "screening.wrong.type", told);
    }

    private Surroundings surroundings(Answerer who, Form form) {
        return who.way().isStrange()
                ? around.nothing(who.caller())
                : around.person(who.caller(), form, who.person(), who.patient());
    }

    private static Sheet.Maker maker(Filling filling, Surroundings surroundings, String language, Text text) {
        return new Sheet.Maker(filling, surroundings, language, text, Map.of(), null);
    }

    private Draft begun(Answerer who, Forms.Listed listed, UUID key, String language) {
        Form form = forms.form(listed);
        Filling filling = settled(() -> Population.of(form, surroundings(who, form)));
        return draft(who, listed, key, language, filling);
    }

    private static Draft draft(Answerer who, Forms.Listed listed, UUID key, String language, Filling filling) {
        return new Draft(
                key,
                listed.id(),
                listed.ver(),
                who.patient().pat(),
                who.person(),
                who.caller().party(),
                who.caller().username(),
                who.way(),
                language,
                0,
                text(filling),
                Instant.now(),
                null,
                null);
    }

    private static String text(Filling filling) {
        return filling.draft().toString();
    }

    private static <T> T settled(Supplier<T> work) {
        try {
            return work.get();
        } catch (InvalidResource e) {
            throw Problem.of(Category.UNPROCESSABLE, "screening.problem.broken");
        }
    }
}
