package health.weft.screening;

import health.weft.fhir.InvalidResource;
import health.weft.fhir.Json;
import health.weft.fhir.questionnaire.Extensions;
import health.weft.fhir.questionnaire.Form;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import health.weft.record.RecordListener;
import health.weft.record.Records;
import health.weft.record.ResourceWritten;
import health.weft.security.Caller;
import health.weft.store.Stored;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.node.ObjectNode;

/** The Questionnaires of the record that can be asked, kept with each write of one. */
@Component
public class Forms implements RecordListener {
    static final String HUNGER_VITAL_SIGN = "hunger-vital-sign";
    private static final List<String> BUNDLED = List.of(HUNGER_VITAL_SIGN, "ahc-hrsn", "prapare", "usda-six-item");
    private static final int MOST_READ = 200;

    private final Records records;
    private final JdbcClient jdbc;
    private final Map<String, Form> read = new ConcurrentHashMap<>();

    Forms(Records records, JdbcClient jdbc) {
        this.records = records;
        this.jdbc = jdbc;
    }

    /**
     * A form as lists show it.
     *
     * @param ver version of the Questionnaire in the record
     * @param reason why it cannot be asked; null when it can
     */
    public record Listed(
            String id,
            int ver,
            String url,
            String version,
            String owner,
            String status,
            String title,
            String titleEs,
            @Nullable String reason) {
        public String title(String language) {
            return language.equals("es") ? titleEs : title;
        }
    }

    /** Puts the forms that Weft brings along into the record, where FHIR clients find them too; the same one again changes nothing. */
    @EventListener(ApplicationStartedEvent.class)
    void publish() {
        for (String id : BUNDLED) {
            ObjectNode questionnaire = bundled(id);
            boolean there = records.find(Caller.PLATFORM, "Questionnaire", id)
                    .filter(stored -> !stored.deleted()
                            && Json.text(stored.json(), "version").equals(Json.text(questionnaire, "version")))
                    .isPresent();
            if (!there || listed(id).isEmpty()) {
                records.put(Caller.PLATFORM, questionnaire);
            }
        }
        listOthers();
    }

    /** Lists the Questionnaires that were written before forms were listed. */
    private void listOthers() {
        List<String> missing = jdbc.sql("""
                        select r.id from record.res r where r.rtype = 'Questionnaire' and not r.deleted
                           and not exists (select from screening.form f where f.id = r.id)""").query(String.class).list();
        for (String id : missing) {
            records.find(Caller.PLATFORM, "Questionnaire", id).ifPresent(stored -> list(stored, stored.json()));
        }
    }

    static ObjectNode bundled(String id) {
        try (InputStream in = Forms.class.getClassLoader().getResourceAsStream("questionnaires/" + id + ".json")) {
            return Json.parse(Objects.requireNonNull(in, id).readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException(id, e);
        }
    }

    /** The forms that this caller may ask: those of the network and those of their own party, by title. */
    @Transactional(readOnly = true)
    public List<Listed> offered(Caller caller) {
        return jdbc.sql(
                        LISTED
                                + " where status = 'active' and reason is null and owner in ('weft', ?) order by owner <> 'weft', title")
                .param(caller.party())
                .query(Listed.class)
                .list();
    }

    private static final String LISTED =
            "select id, ver, url, version, owner, status, title, title_es, reason from screening.form";

    @Transactional(readOnly = true)
    Optional<Listed> listed(String id) {
        return jdbc.sql(LISTED + " where id = ?").param(id).query(Listed.class).optional();
    }

    /**
     * A form that this caller may ask.
     *
     * @throws Problem not found; unprocessable, when it cannot be asked
     */
    Listed asked(Caller caller, String id) {
        Listed listed = listed(id)
                .filter(form -> form.owner().equals("weft") || form.owner().equals(caller.party()))
                .filter(form -> form.status().equals("active"))
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "screening.problem.form"));
        if (listed.reason() != null) {
            throw Problem.of(Category.UNPROCESSABLE, "screening.problem.broken");
        }
        return listed;
    }

    /**
     * The form that a response names: of several with one address that of Weft, then that of the writer, then the newest.
     *
     * @param canonical {@code http://...} or {@code http://...|1.0}
     */
    @Transactional(readOnly = true)
    Optional<Listed> named(String canonical, String party) {
        int bar = canonical.indexOf('|');
        String url = bar < 0 ? canonical : canonical.substring(0, bar);
        String version = bar < 0 ? "" : canonical.substring(bar + 1);
        return url.isEmpty()
                ? Optional.empty()
                : jdbc.sql(LISTED + " " + """
                         where url = ? and (version = ? or ? = '') and reason is null
                         order by owner = 'weft' desc, owner = ? desc, at desc limit 1""")
                        .params(url, version, version, party)
                        .query(Listed.class)
                        .optional();
    }

    /** The same; where that version is not here any more, the one that took its place. */
    @Transactional(readOnly = true)
    Optional<Listed> known(String canonical, String party) {
        return named(canonical, party).or(() -> named(canonical.replaceFirst("\\|.*", ""), party));
    }

    /** The form itself, in that version. */
    Form form(String id, int ver) {
        String key = id + "/" + ver;
        Form known = read.get(key);
        if (known != null) {
            return known;
        }
        Form form =
                Form.of(records.vread(Caller.PLATFORM, "Questionnaire", id, ver).json());
        if (read.size() >= MOST_READ) {
            read.clear();
        }
        read.put(key, form);
        return form;
    }

    Form form(Listed listed) {
        return form(listed.id(), listed.ver());
    }

    @Override
    public void written(ResourceWritten written) {
        Stored now = written.now();
        if (!now.type().equals("Questionnaire")) {
            return;
        }
        if (now.deleted()) {
            jdbc.sql("delete from screening.form where id = ?").param(now.id()).update();
            return;
        }
        list(now, written.json());
    }

    private void list(Stored now, ObjectNode json) {
        jdbc.sql("""
                insert into screening.form (id, ver, url, version, owner, status, title, title_es, reason)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (id) do update set ver = excluded.ver, url = excluded.url, version = excluded.version,
                    status = excluded.status, title = excluded.title, title_es = excluded.title_es, reason = excluded.reason, at = now()""")
                .param(now.id())
                .param(now.version())
                .param(Json.text(json, "url"))
                .param(Json.text(json, "version"))
                .param(now.owner())
                .param(Json.text(json, "status"))
                .param(title(json, "en"))
                .param(title(json, "es"))
                .param(reason(json))
                .update();
    }

    static String title(ObjectNode questionnaire, String language) {
        String title = Extensions.words(questionnaire, "title", language);
        String name = Json.text(questionnaire, "name");
        return title.isEmpty() ? name.isEmpty() ? Json.text(questionnaire, "url") : name : title;
    }

    private static @Nullable String reason(ObjectNode questionnaire) {
        try {
            Form form = Form.of(questionnaire);
            return form.all().isEmpty() ? "The form asks nothing." : null;
        } catch (InvalidResource e) {
            return e.issues().getFirst().diagnostics();
        }
    }
}
