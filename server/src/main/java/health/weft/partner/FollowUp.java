package health.weft.partner;

import static health.weft.fhir.Elements.target;

import health.weft.directory.SdohCategory;
import health.weft.fhir.Elements;
import health.weft.fhir.Json;
import health.weft.partner.PartnerHttp.Answer;
import health.weft.problem.Problem;
import health.weft.record.Records;
import health.weft.referral.Reason;
import health.weft.referral.ReferralStatus;
import health.weft.referral.Reports;
import health.weft.referral.Reports.Report;
import health.weft.referral.Reports.Result;
import health.weft.security.Caller;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Asks a partner what became of a referral, and tells it when it is withdrawn. */
@Component
class FollowUp {
    private static final int MOST_RESULTS = 50;

    private final PartnerRequests requests;
    private final Reports reports;
    private final Records records;

    FollowUp(PartnerRequests requests, Reports reports, Records records) {
        this.requests = requests;
        this.reports = reports;
        this.records = records;
    }

    /**
     * What was found.
     *
     * @param version of the Task there
     * @param status of it
     */
    record Found(String version, ReferralStatus status) {}

    /**
     * Brings the referral here to where it stands there.
     *
     * @param task as it stands there
     * @param known version that was read last
     * @throws IOException when there was no good answer
     * @throws Problem when what it says cannot be
     */
    Found follow(PartnerServer server, Caller account, String taskId, ObjectNode task, String known)
            throws IOException {
        String version = version(task);
        ReferralStatus status = ReferralStatus.of(Json.text(task, "status"));
        if (version.isEmpty() || !version.equals(known)) {
            reports.report(
                    account,
                    taskId,
                    new Report(
                            status,
                            Elements.code(task.path("statusReason"), Reason.SYSTEM)
                                    .orElse(null),
                            status.needsReason() ? words(task.path("statusReason")) : note(task),
                            status == ReferralStatus.COMPLETED ? results(server, task) : List.of(),
                            task.path("businessStatus")));
        }
        return new Found(version, status);
    }

    /** Tells the partner that it is not needed any more, unless it has ended there. */
    void withdraw(PartnerServer server, String taskId, String remote) throws IOException {
        ObjectNode task = task(server, remote);
        if (ReferralStatus.of(Json.text(task, "status")).isEnd()) {
            return;
        }
        JsonNode reason = records.read(Caller.PLATFORM, "Task", taskId).json().path("statusReason");
        task.put("status", ReferralStatus.CANCELLED.code());
        task.set("statusReason", reason.isObject() ? reason : Elements.text("Not needed any more"));
        String version = version(task);
        Answer answer = requests.send(
                server,
                "PUT",
                remote,
                task,
                version.isEmpty() ? Map.of() : Map.of("If-Match", "W/\"" + version + "\""));
        answer.good("The withdrawal");
    }

    /** The Task as it stands there. */
    ObjectNode task(PartnerServer server, String remote) throws IOException {
        ObjectNode task = requests.get(server, remote).good("The Task").json();
        if (!Json.text(task, "resourceType").equals("Task") || !remote.equals("Task/" + Json.text(task, "id"))) {
            throw new IOException("The server answered with something else than the Task.");
        }
        return task;
    }

    /** What came of it, as far as the server lets it be read. */
    private List<Result> results(PartnerServer server, ObjectNode task) throws IOException {
        List<Result> results = new ArrayList<>();
        for (JsonNode output : task.path("output")) {
            Optional<String> reference = server.within(target(output.path("valueReference")));
            boolean wanted =
                    Elements.code(output.path("type"), SdohCategory.SYSTEM).isPresent()
                            && reference
                                    .filter(name -> name.startsWith("Procedure/") || name.startsWith("Observation/"))
                                    .isPresent();
            if (wanted && results.size() < MOST_RESULTS) {
                ObjectNode resource = requests.get(server, reference.get())
                        .good("What was given")
                        .json();
                if (!reference.get().startsWith(Json.text(resource, "resourceType") + "/")) {
                    throw new IOException("The server answered with something else than what was given.");
                }
                results.add(new Result(server.url(reference.get()), resource));
            }
        }
        return results;
    }

    private static String version(ObjectNode task) {
        return task.path("meta").path("versionId").asString("");
    }

    private static String words(JsonNode concept) {
        return cut(Elements.words(concept));
    }

    private static String note(ObjectNode task) {
        JsonNode notes = task.path("note");
        return cut(notes.path(notes.size() - 1).path("text").asString(""));
    }

    private static String cut(String words) {
        return words.length() > 2_000 ? words.substring(0, 2_000) : words;
    }
}
