package health.weft.directory;

import health.weft.audit.Audit;
import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.record.RecordListener;
import health.weft.record.ResourceArriving;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.security.ClearName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/** Holds names of organisations that systems write to what the names of members are held to: each is what it looks like. */
@Component
class OrganizationNames implements RecordListener {
    private final Accounts accounts;
    private final Audit audit;

    OrganizationNames(Accounts accounts, Audit audit) {
        this.accounts = accounts;
        this.audit = audit;
    }

    @Override
    public void arriving(ResourceArriving arriving) {
        ObjectNode resource = arriving.resource();
        if (Json.text(resource, "resourceType").equals("Organization")
                && !arriving.by().equals(Caller.PLATFORM)) {
            Stream.concat(
                            Stream.of(Json.text(resource, "name")),
                            resource.path("alias").valueStream().map(alias -> alias.asString("")))
                    .flatMap(name -> wrong(name).stream())
                    .findFirst()
                    .ifPresent(words -> {
                        audit.refused(arriving.by(), "Organization/name", List.of());
                        throw Problem.unprocessable(words);
                    });
        }
    }

    private Optional<String> wrong(String name) {
        Optional<String> unclear = ClearName.wrong(name)
                .map(why -> why == ClearName.Wrong.HIDDEN
                        ? "Something in Organization.name cannot be seen, or turns it around. Write it anew."
                        : "In Organization.name the word "
                                + ClearName.mixedWord(name).orElse("")
                                + " mixes letters of alphabets that look alike. Write it in one.");
        return unclear.or(() -> accounts.organisations().stream()
                .filter(known -> ClearName.mimics(known.name(), name))
                .findFirst()
                .map(known ->
                        "Organization.name looks the same as the name of a member and is written with letters of another"
                                + " alphabet. Write it as the member does, or choose another."));
    }
}
