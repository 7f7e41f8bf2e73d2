package health.weft.home;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import health.weft.PagesTest;
import health.weft.fhir.Json;
import health.weft.identity.Copies;
import health.weft.identity.Identity;
import health.weft.record.Records;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Relations;
import health.weft.security.Role;
import health.weft.security.Way;
import health.weft.store.Stored;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Anybody reads what each role sees, and what they read is what the record does. */
class RolePagesTest extends PagesTest {
    private final String mark = UUID.randomUUID().toString().substring(0, 6);

    @Autowired
    private Records records;

    @Autowired
    private Relations relations;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private Identity identity;

    RolePagesTest() {
        super("home", "emergency", "signin", "identity");
    }

    @ParameterizedTest
    @EnumSource(value = Role.class, names = "PLATFORM", mode = EnumSource.Mode.EXCLUDE)
    void what_the_page_says_of_a_role_is_what_the_record_shows_it(Role role) {
        Caller clinic = Copies.clinic(accounts, "Roles Clinic");
        Caller other = Copies.clinic(accounts, "Roles Second Clinic");
        String name = "Roleta Quillby" + "abcdefghijklmnop".charAt(role.ordinal());
        Stored mine = Copies.write(records, clinic, name, "1947-10-03", "508-555-6612", role.ordinal() + " Role Road");
        Stored theirs = Copies.write(records, other, name, "1947-10-03", "508-555-6612", role.ordinal() + " Role Road");
        assertThat(identity.personOf(mine.rid())).isEqualTo(identity.personOf(theirs.rid()));
        Stored elsewhere = Copies.write(
                records,
                other,
                "Sharon Otherby" + mark.replaceAll("[0-9]", ""),
                "1931-01-09",
                "508-555-1299",
                "1 Far Way");
        relations.share(clinic.party(), List.of(elsewhere.rid()), "Task/roles-" + role, null, 0);
        Caller caller = new Caller("r", "R", clinic.party(), "Roles Clinic", Set.of(role), "en");
        Stored listed = records.put(
                Caller.PLATFORM, Json.parse("""
                {"resourceType":"Organization","id":"%s","name":"Roles Clinic"}""".formatted(clinic.party().substring(13))));
        assertThat(records.find(caller, "Organization", listed.id()).isPresent())
                .isEqualTo(Way.DIRECTORY.isOpen(Set.of(role)));
        assertThat(records.find(caller, "Patient", mine.id()).isPresent()).isEqualTo(Way.OWN.isOpen(Set.of(role)));
        assertThat(records.find(caller, "Patient", theirs.id()).isPresent()).isEqualTo(Way.CHART.isOpen(Set.of(role)));
        assertThat(records.find(caller, "Patient", elsewhere.id()).isPresent())
                .isEqualTo(Way.SHARED.isOpen(Set.of(role)));
        Stored reported = records.create(other, Json.parse("""
                {"resourceType":"Condition","subject":{"reference":"Patient/%s"},"code":{"text":"Measles"}}""".formatted(elsewhere.id())));
        jdbc.sql("insert into security.reportable (rid, pat) values (?, ?)")
                .params(reported.rid(), reported.pat())
                .update();
        Caller authority = new Caller("h", "H", "Organization/roles-health", "Health", Set.of(role), "en", null, true);
        assertThat(records.find(authority, "Condition", reported.id()).isPresent())
                .isEqualTo(Way.REPORTABLE.isOpen(Set.of(role)));
    }

    @ParameterizedTest
    @CsvSource({"en, 1280", "es, 390"})
    void somebody_who_has_not_signed_in_reads_it(String language, int width) {
        try (BrowserContext context = chromium.context(width, language)) {
            Page page = context.newPage();
            page.navigate(url("/language?to=" + language + "&back=/roles"));
            looksRight(page, "roles", language, width);
            assertThat(page.locator("main tbody tr").count()).isEqualTo(Role.values().length - 1);
            page.click("a[href='/roles/community-worker']");
            page.waitForURL("**/community-worker");
            looksRight(page, "role-community-worker", language, width);
            assertThat(page.locator("main ul").count()).isEqualTo(3);
            assertThat(page.navigate(url("/roles/platform")).status()).isEqualTo(404);
            assertThat(page.navigate(url("/roles/nobody")).status()).isEqualTo(404);
        }
    }

    @Test
    void somebody_who_has_signed_in_finds_themselves() {
        accounts.party("Organization/roles-" + mark, "Roles Office", PartyKind.NETWORK);
        accounts.ensure(
                "roles-" + mark, "Olive", "Organization/roles-" + mark, Set.of(Role.PRIVACY_OFFICER), "en", PASSWORD);
        try (BrowserContext context = chromium.context(1280, "en")) {
            Page page = signedIn(context, "roles-" + mark, "en");
            page.navigate(url("/audit"));
            page.click("footer a[href='/roles']");
            page.waitForURL("**/roles");
            assertThat(page.locator("tr:has(a[href='/roles/privacy-officer'])").innerText())
                    .contains("you");
            page.navigate(url("/roles/privacy-officer"));
            assertThat(page.locator("main").innerText())
                    .contains("What you see", "Who looked at whose record", "Anybody's chart");
        }
    }
}
