package health.weft.smart;

import gg.jte.Content;
import health.weft.security.Caller;
import health.weft.ui.Page;
import health.weft.ui.Pages;
import health.weft.ui.Panel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** On a person's record, the apps that it can be opened in. */
@Component
class AppPanels implements Panel {
    private final Apps apps;
    private final Pages pages;

    AppPanels(Apps apps, Pages pages) {
        this.apps = apps;
        this.pages = pages;
    }

    @Override
    public Place place() {
        return Place.CHART_NEXT;
    }

    @Override
    public Optional<Content> content(Caller caller, String person, Page page) {
        List<App> launched = apps.launched();
        return launched.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        pages.content("smart/open.jte", Map.of("page", page, "person", person, "apps", launched)));
    }
}
