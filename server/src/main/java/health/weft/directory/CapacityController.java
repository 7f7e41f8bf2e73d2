package health.weft.directory;

import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Grant;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** How much room a service has, said by the system of the organisation it belongs to, with a token; HSDS itself is for reading alone. */
@RestController
@RequestMapping(path = "/hsds/services", produces = MediaType.APPLICATION_JSON_VALUE)
class CapacityController {
    private final Directory directory;
    private final HsdsStore store;

    CapacityController(Directory directory, HsdsStore store) {
        this.directory = directory;
        this.store = store;
    }

    /**
     * Takes {@code {"available": 3}}; what else HSDS says of a {@code service_capacity} may stand beside it and is passed over.
     *
     * @return the service, whole, as it stands now
     * @throws Problem forbidden, when it is another organisation's service or the app may not write; invalid, when the number cannot be
     */
    @PutMapping("/{id}/capacity")
    ObjectNode say(Caller caller, HttpServletRequest request, @PathVariable String id) throws IOException {
        mayWrite(caller);
        JsonNode available = JsonBody.read(request).path("available");
        if (!available.isInt()) {
            throw Problem.invalid("Say how many more can come as a whole number: {\"available\": 3}.");
        }
        directory.setCapacity(caller, id, available.asInt());
        return HsdsView.of(store.one(HsdsStore.services(true, false), id).orElseThrow());
    }

    /**
     * An app changes the directory only where it was let write it.
     *
     * @throws Problem forbidden, otherwise
     */
    static void mayWrite(Caller caller) {
        Grant grant = caller.grant();
        if (grant != null && !grant.allows(Grant.Interaction.UPDATE, "HealthcareService")) {
            throw Problem.forbidden(
                    "This app may not change the directory: it needs a scope that writes HealthcareService.");
        }
    }
}
