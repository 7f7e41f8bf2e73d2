package health.weft.referral;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import health.weft.PagesTest;
import health.weft.directory.Directory;
import health.weft.directory.SdohCategory;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A clinic with a coordinator, organisations that help, and people who need it: what tests of referrals stand on. */
public abstract class ReferralNetwork extends PagesTest {
    protected final String mark = UUID.randomUUID().toString().substring(0, 6);
    protected Caller clinic = Caller.PLATFORM;
    protected Caller coordinator = Caller.PLATFORM;

    @Autowired
    protected Records records;

    @Autowired
    protected Identity identity;

    @Autowired
    protected Directory directory;

    @Autowired
    protected Referrals referrals;

    @Autowired
    protected JdbcClient jdbc;

    protected ReferralNetwork(String... bundles) {
        super(bundles);
    }

    /** The clinic, known to the record, and who works there. */
    protected void clinic(String name, String coordinatorName) {
        clinic = Copies.clinic(accounts, name);
        records.put(Caller.PLATFORM, Json.parse("""
                {"resourceType":"Organization","id":"%s","name":"%s"}""".formatted(clinic.party().substring(13), name)));
        coordinator = account(coordinatorName, clinic.party(), Role.COORDINATOR);
    }

    /** An account; its name as lower case letters and the mark of this test. */
    protected Caller account(String name, String party, Role role) {
        String username = name.toLowerCase(java.util.Locale.ROOT).replace(' ', '-') + "-" + mark;
        accounts.ensure(username, name, party, Set.of(role), "en", PASSWORD);
        return accounts.caller(username).orElseThrow();
    }

    /** An organisation of the network with one service for food, both of this name; its party. */
    protected String helper(String name) {
        return helper(name, SdohCategory.FOOD_INSECURITY);
    }

    /** The same for another kind of help. */
    protected String helper(String name, SdohCategory category) {
        String id = id(name);
        directory.publish(Json.parse("""
                {"id":"%1$s","name":"%2$s","description":"For a test","kind":"community","clinical":false,
                 "services":[{"id":"%1$s-food","name":"%2$s food","status":"active","languages":[{"code":"en"}],
                  "attributes":[{"taxonomy_term":{"code":"%3$s"}}]}]}""".formatted(id, name, category.code())));
        return "Organization/" + id;
    }

    protected String id(String name) {
        return name.toLowerCase(java.util.Locale.ROOT).replace(' ', '-') + "-" + mark;
    }

    /** The service of {@link #helper}. */
    protected String food(String name) {
        return id(name) + "-food";
    }

    /** A patient of the clinic; the person's id. Names and dates must be quite unlike each other. */
    protected String person(String name, String born, String phone) {
        var json = Copies.json(clinic, name, born, phone, "4 " + name.split(" ")[1] + " Terrace");
        Copies.speaks(json, "es");
        return identity.personOf(records.create(clinic, json).rid()).orElseThrow();
    }

    /** Has the page that asks for a service show this one, which may stand far down, by looking for it with these words. */
    public static void look(Page page, String service, String words) {
        if (page.locator("input[name=service][value='" + service + "']").count() == 0) {
            page.fill("#look", words);
            press(page, "#find");
        }
    }

    /** Ticks it there. */
    protected static void choose(Page page, String service, String words) {
        look(page, service, words);
        page.check("input[name=service][value='" + service + "']");
    }

    /** Chooses a service in the list of the nth of several needs. */
    protected static void choose(Page page, int nth, String service, String words) {
        String list = "#service-" + nth;
        if (page.locator(list + " option[value='" + service + "']").count() == 0) {
            page.fill("#look-" + nth, words);
            press(page, "button[name=find][value='" + nth + "']");
        }
        page.selectOption(list, service);
        if (page.viewportSize().width < 640) {
            assertThat(page.locator("[data-chosen='service-" + nth + "']").innerText())
                    .as("on a phone all of what is chosen stands below the list")
                    .isEqualTo(
                            page.locator(list + " option:checked").innerText().strip());
        }
    }

    protected String send(String person, String service, String note) {
        return send(coordinator, person, List.of(service), note);
    }

    /** Sends to one service, or asks several at once; the Task's id. */
    protected String send(Caller by, String person, List<String> services, String note) {
        return referrals.send(
                by,
                new Referrals.Sending(
                        person,
                        SdohCategory.FOOD_INSECURITY,
                        services,
                        Optional.empty(),
                        true,
                        false,
                        note,
                        UUID.randomUUID()));
    }

    /** Sends another kind of need than food. */
    protected String send(Caller by, String person, SdohCategory kind, String service) {
        return referrals.send(
                by,
                new Referrals.Sending(
                        person, kind, List.of(service), Optional.empty(), true, false, "", UUID.randomUUID()));
    }

    /** The rows of the trail about a referral's Task, each {@code action outcome username party}. */
    protected List<String> trail(String task) {
        return new ArrayList<>(jdbc.sql(
                        "select action || ' ' || outcome || ' ' || username || ' ' || party from audit.event where subject = ? order by id")
                .param("Task/" + task)
                .query(String.class)
                .list());
    }
}
