package health.weft.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import tools.jackson.databind.JsonNode;

/** Whether the servers answer the same, so that nobody is fast by answering wrongly. */
final class Agreement {
    private static final int TRIED = 12;

    private Agreement() {}

    /** Counts by some requests of a kind on each server, in words. */
    static String of(List<Subject> subjects, Kind kind, List<Kind.Request> requests)
            throws IOException, InterruptedException {
        List<Kind.Request> some = new ArrayList<>(requests);
        Collections.shuffle(some, new Random(1));
        some = some.subList(0, Math.min(TRIED, some.size()));
        List<String> different = new ArrayList<>();
        long total = 0;
        for (Kind.Request request : some) {
            List<Long> counts = new ArrayList<>();
            for (Subject subject : subjects) {
                counts.add(count(subject, kind, request.on(subject.ids).path()));
            }
            total += counts.getFirst();
            if (counts.stream().distinct().count() > 1) {
                different.add(String.join(
                        " and ", counts.stream().map(String::valueOf).toList()));
            }
        }
        String words = kind.words + ": " + some.size() + " tried, " + total + " found";
        if (subjects.size() == 1) {
            return words;
        }
        return words + (different.isEmpty() ? ", the same on both" : "; **differs** " + different);
    }

    private static long count(Subject subject, Kind kind, String path) throws IOException, InterruptedException {
        JsonNode answer = subject.get(kind.searches() ? path.replace("&_count=20", "&_summary=count") : path);
        if (kind.searches()) {
            return answer.path("total").asLong(-1);
        }
        return answer.path("resourceType").asString("").equals("Bundle")
                ? answer.path("entry").size()
                : 1;
    }

    /** All of a record, page after page: how many resources. */
    static long everything(Subject subject, String patient) throws IOException, InterruptedException {
        long resources = 0;
        String next = patient + "/$everything";
        while (!next.isEmpty()) {
            JsonNode page = subject.get(next);
            resources += page.path("entry").size();
            next = "";
            for (JsonNode link : page.path("link")) {
                if (link.path("relation").asString("").equals("next")) {
                    next = link.path("url").asString("");
                }
            }
        }
        return resources;
    }
}
