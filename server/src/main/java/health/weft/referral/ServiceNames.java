package health.weft.referral;

import health.weft.directory.Directory;
import health.weft.directory.Service;
import health.weft.ui.Pages;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/**
 * What the service of a referral is called on a page: by its name in the reader's language, where the directory has one. The referral itself
 * keeps the name that it was sent with.
 */
@Component
public class ServiceNames {
    private final Directory directory;
    private final Pages pages;

    ServiceNames(Directory directory, Pages pages) {
        this.directory = directory;
        this.pages = pages;
    }

    /** The same referrals, in the same order, each calling its service as the reader of the running request does. */
    public List<Referral> forReader(List<Referral> referrals) {
        Map<String, Service> services = directory.services(referrals.stream()
                .flatMap(referral -> referral.serviceIdIfAny().stream())
                .distinct()
                .toList());
        String language = pages.text().language();
        return referrals.stream()
                .map(referral -> referral.serviceIdIfAny()
                        .map(services::get)
                        .map(service -> service.text("name", language))
                        .filter(name -> !name.isEmpty() && isOwn(services, referral))
                        .map(referral::calling)
                        .orElse(referral))
                .toList();
    }

    /** As {@link #forReader(List)}, of one. */
    public Referral forReader(Referral referral) {
        return forReader(List.of(referral)).getFirst();
    }

    List<InboxRow> forReaderRows(List<InboxRow> rows) {
        List<Referral> told = forReader(rows.stream().map(InboxRow::referral).toList());
        return Stream.iterate(0, i -> i + 1)
                .limit(rows.size())
                .map(i -> new InboxRow(told.get(i), rows.get(i).person()))
                .toList();
    }

    /** A referral that was sent under another name than the service has now keeps it: it may have become another service since. */
    private static boolean isOwn(Map<String, Service> services, Referral referral) {
        return Objects.requireNonNull(services.get(Objects.requireNonNull(referral.serviceId())))
                .name()
                .equals(referral.serviceName());
    }
}
