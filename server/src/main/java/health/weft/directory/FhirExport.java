package health.weft.directory;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.node.ObjectNode;

/**
 * The directory as FHIR R4, a resource on a line: Organization, then Location, then HealthcareService, so that nothing refers to what has
 * not come yet. They are the resources that the record keeps of it, without what the record adds in {@code meta}.
 */
@Component
class FhirExport {
    private static final List<HsdsType> TYPES = List.of(HsdsType.ORGANIZATION, HsdsType.LOCATION, HsdsType.SERVICE);
    private static final int PART = 500;

    private final DirectoryStore store;
    private final DirectoryViews views;

    FhirExport(DirectoryStore store, DirectoryViews views) {
        this.store = store;
        this.views = views;
    }

    /**
     * Writes all of it, as it is at one moment.
     *
     * @param organization only what is of this one; null for all
     */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public void write(@Nullable String organization, OutputStream out) throws IOException {
        for (HsdsType type : TYPES) {
            String last = "";
            for (List<String> ids = store.ids(type, organization, last, PART);
                    !ids.isEmpty();
                    ids = store.ids(type, organization, last, PART)) {
                for (ObjectNode resource : views.fhir(type, ids)) {
                    out.write((resource + "\n").getBytes(StandardCharsets.UTF_8));
                }
                last = ids.getLast();
            }
        }
    }
}
