package health.weft.referral;

import health.weft.directory.Directory;
import health.weft.directory.Service;
import health.weft.ui.Pages;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * What the service of a referral is called on a page: by its name in the reader's language, where the directory has one. The referral itself
 * keeps the name that it was sent with.
 */
@Component
public class ServiceNames {
    private final Directory directory;
    private final CandidateStore candidates;
    private final Pages pages;

    ServiceNames(Directory directory, CandidateStore candidates, Pages pages) {
        this.directory = directory;
        this.candidates = candidates;
        this.pages = pages;
    }

    /**
     * The same referrals, in the same order, each calling its service as the reader of the running request does; one that several are asked
     * at once calls all of theirs.
     */
    public List<Referral> forReader(List<Referral> referrals) {
        Map<String, List<Candidate>> asked = candidates.of(
                referrals.stream().filter(Referral::isOpen).map(Referral::id).toList());
        Named named = named(Stream.concat(
                referrals.stream().flatMap(referral -> referral.serviceIdIfAny().stream()),
                asked.values().stream().flatMap(List::stream).flatMap(ServiceNames::id)));
        return referrals.stream()
                .map(referral -> {
                    List<Candidate> several = asked.get(referral.id());
                    return referral.calling(
                            several == null
                                    ? named.of(referral.serviceId(), referral.serviceName())
                                    : OpenReferrals.names(several, named::of));
                })
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

    /** Those asked at once, each calling its service so. */
    List<Candidate> forReaderAsked(List<Candidate> asked) {
        Named named = named(asked.stream().flatMap(ServiceNames::id));
        return asked.stream()
                .map(candidate -> candidate.calling(named.of(candidate)))
                .toList();
    }

    /** As {@link #forReaderAsked}, of one. */
    Candidate forReader(Candidate asked) {
        return forReaderAsked(List.of(asked)).getFirst();
    }

    private static Stream<String> id(Candidate candidate) {
        return Stream.ofNullable(candidate.serviceId());
    }

    private Named named(Stream<String> ids) {
        return new Named(
                directory.services(ids.distinct().toList()), pages.text().language());
    }

    private record Named(Map<String, Service> services, String language) {
        String of(Candidate candidate) {
            return of(candidate.serviceId(), candidate.serviceName());
        }

        /** A referral that was sent under another name than the service has now keeps it: it may have become another service since. */
        String of(@Nullable String id, String sentAs) {
            Service service = id == null ? null : services.get(id);
            String told = service == null || !service.name().equals(sentAs) ? "" : service.text("name", language);
            return told.isEmpty() ? sentAs : told;
        }
    }
}
