package health.weft.casework;

import static health.weft.Chromium.press;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Media;
import health.weft.referral.ReferralNetwork;
import health.weft.security.Caller;
import health.weft.security.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;

/** The pages of the case list, as a worker at the counter goes through them. */
class CasePagesTest extends ReferralNetwork {
    @Autowired
    private Cases cases;

    @Autowired
    private Visits visits;

    @TempDir
    private static Path folder;

    CasePagesTest() {
        super("casework", "referral");
    }

    @Test
    void a_worker_at_the_counter_keeps_the_list_on_a_phone_and_on_a_laptop_in_two_languages() throws Exception {
        Caller counter = account("Consuelo Counter", helper("Counter Court"), Role.COMMUNITY_WORKER);
        Path clients = Files.writeString(folder.resolve("clients.csv"), """
                first_name,last_name,birth_date,phone,address,city,zip,number,since
                Leocadia,Abernethy,1951-02-03,508-555-2001,5 Tamarack Road,Harvard,01451,C-1,2024-03-01
                Rutherford,Mbeki,1983-07-19,508-555-2002,5 Tamarack Road,Harvard,01451,C-2,2025-01-15
                Xiomara,Lindqvist,1999-12-12,508-555-2003,31 Alder Street,Bolton,01740,C-3,2026-10-02
                """);
        Path broken = Files.writeString(folder.resolve("visits.csv"), """
                number,date,service
                C-1,yesterday,Food box
                C-9,2026-11-02,Food box
                """);
        try (BrowserContext context = chromium.context(390, "en")) {
            Page page = signedIn(context, counter.username(), "en");
            page.navigate(url("/cases"));
            looksRight(page, "casework-empty", "en", 390);
            page.navigate(url("/cases/import"));
            page.click("button:has-text('Look at the file')");
            assertThat(page.locator("[data-upload-told]").innerText()).isEqualTo("Choose a file first.");
            page.setInputFiles("input[type=file]", clients);
            press(page, "button:has-text('Look at the file')");
            looksRight(page, "casework-look", "en", 390);
            press(page, "button:has-text('Add 3 clients')");
            press(page, "a:has-text('Leocadia Abernethy')");
            page.fill("#service", "Food box");
            page.fill("#quantity", "2");
            page.fill("#unit", "boxes");
            press(page, "button:has-text('Save the visit')");
            assertThat(page.locator("main").innerText()).contains("The visit is saved.", "Food box, 2 boxes");
            page.locator("label:has-text('Did not come')").first().click();
            press(page, "button:has-text('Save the visit')");
            assertThat(page.locator("main").innerText()).contains("Saved: did not come.");
            page.locator("label:has-text('Planned')").first().click();
            page.locator("summary:has-text('Another day')").click();
            page.fill("#time", "16:30");
            page.fill("#note", "Brings her own bags");
            press(page, "button:has-text('Save the visit')");
            page.fill("#words-note", "Prefers to be called in the morning");
            press(page, "button:has-text('Save the note')");
            page.navigate(url("/cases/today"));
            press(page, "tr:has-text('4:30') button:has-text('Came')");
            assertThat(page.locator("main").innerText()).contains("2 of 3 came");
            page.navigate(url("/cases/import"));
            page.check("input[value=visits]");
            page.setInputFiles("input[type=file]", broken);
            press(page, "button:has-text('Look at the file')");
            looksRight(page, "casework-wrong", "en", 390);
        }
        List<Client> all = cases.list(counter, Filter.ALL, 10, 0);
        String id = all.getFirst().id();
        String visit = visits.of(counter, all.getFirst()).getFirst().id();
        cases.close(counter, all.getLast().id(), Closing.HELPED, "");
        for (String language : List.of("en", "es")) {
            for (int width : List.of(390, 1280)) {
                try (BrowserContext context = chromium.context(width, language)) {
                    Page page = signedIn(context, counter.username(), language);
                    Map<String, String> shown = new LinkedHashMap<>();
                    shown.put("list", "/cases?show=all");
                    shown.put("client", "/cases/" + id);
                    shown.put("closed", "/cases/" + all.getLast().id());
                    shown.put("visit", "/cases/" + id + "/visits/" + visit);
                    shown.put("contact", "/cases/" + id + "/contact");
                    shown.put("new", "/cases/new");
                    shown.put("today", "/cases/today");
                    shown.put("report", "/cases/report");
                    shown.put("import", "/cases/import");
                    for (Map.Entry<String, String> each : shown.entrySet()) {
                        page.navigate(url(each.getValue()));
                        looksRight(page, "casework-" + each.getKey(), language, width);
                    }
                    printed(page, "/cases/report", language, width);
                    printed(page, "/cases/" + id, language, width);
                    printed(page, "/cases", language, width);
                }
            }
        }
    }

    /** On paper stands what the page tells, and nothing that can only be pressed. */
    private void printed(Page page, String path, String language, int width) {
        page.navigate(url(path));
        page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
        assertThat(page.locator("h1").isVisible()).as(path).isTrue();
        assertThat(page.locator(".weft-header nav:visible, header nav:visible, main button:visible, main input:visible")
                        .count())
                .as(path + " on paper: "
                        + page.locator("main button:visible, main input:visible")
                                .allInnerTexts())
                .isZero();
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(java.nio.file.Path.of("target/screens/casework-print"
                        + path.replaceAll("/[0-9a-f-]{36}", "-client").replace('/', '-') + "-" + language + "-" + width
                        + ".png"))
                .setFullPage(true));
        page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.SCREEN));
    }
}
