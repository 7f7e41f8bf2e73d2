package health.weft.listing;

import health.weft.directory.Directory;
import health.weft.directory.Edits;
import health.weft.directory.ListingField;
import health.weft.directory.Service;
import health.weft.problem.Category;
import health.weft.problem.Problem;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * What an organisation answers by the link in a mail. That something is right counts at once; what it would change waits for whoever looks
 * after the directory, since a mail may be read by anybody.
 */
@Component
@Transactional
class StillRight {
    private final ListingMail mail;
    private final Directory directory;
    private final Suggestions suggestions;
    private final Edits edits;

    StillRight(ListingMail mail, Directory directory, Suggestions suggestions, Edits edits) {
        this.mail = mail;
        this.directory = directory;
        this.suggestions = suggestions;
        this.edits = edits;
    }

    /**
     * The listings that are asked about.
     *
     * @throws Problem not found, when the link is none or its time is over
     */
    @Transactional(readOnly = true)
    List<Service> services(String token) {
        return directory.servicesOf("Organization/" + organization(token)).stream()
                .filter(service -> !service.status().equals("inactive")
                        && !service.status().equals("defunct"))
                .toList();
    }

    /** All of them are right, but those about which the organisation has said something that waits. */
    void allRight(String token) {
        String organization = organization(token);
        List<String> waiting = suggestions.waitingFrom("organization:" + organization);
        List<String> right = services(token).stream()
                .map(Service::id)
                .filter(id -> !waiting.contains(id))
                .toList();
        edits.assure(right, "organization:" + organization);
        mail.answered(token);
    }

    /**
     * Something of a listing is not right.
     *
     * @throws Problem not found, also when it is another organisation's; invalid
     */
    void change(String token, String serviceId, Map<ListingField, String> said, String words) {
        String organization = organization(token);
        Service service = services(token).stream()
                .filter(s -> s.id().equals(serviceId))
                .findFirst()
                .orElseThrow(() -> Problem.of(Category.NOT_FOUND, "directory.problem.none"));
        Map<ListingField, String> other = new EnumMap<>(ListingField.class);
        said.forEach((field, value) -> {
            if (!field.in(service.document()).strip().equals(value.strip())) {
                other.put(field, value);
            }
        });
        suggestions.suggest(
                serviceId,
                other,
                other.containsKey(ListingField.STATUS) ? "closed" : "other",
                words,
                "organization:" + organization);
        mail.answered(token);
    }

    private String organization(String token) {
        return mail.organization(token).orElseThrow(() -> Problem.of(Category.NOT_FOUND, "listing.problem.link"));
    }
}
