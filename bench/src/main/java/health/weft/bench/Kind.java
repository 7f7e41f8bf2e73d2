package health.weft.bench;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kinds of request that are measured, and how their values are drawn from the data: the same draw for every server. */
enum Kind {
    READ_PATIENT("read Patient") {
        @Override
        List<Request> draw(People people, Random random) {
            return each(people.patients(), p -> get("{" + p.urn() + "}"));
        }
    },
    READ_OBSERVATION("read Observation") {
        @Override
        List<Request> draw(People people, Random random) {
            return each(some(people.observations(), random), o -> get("{" + o.urn() + "}"));
        }
    },
    PATIENT_BY_FAMILY("Patient?family") {
        @Override
        List<Request> draw(People people, Random random) {
            return each(people.patients(), p -> get("Patient?family=" + word(p.family()) + "&_count=20"));
        }
    },
    OBSERVATION_BY_PATIENT_AND_CODE("Observation?patient&code") {
        @Override
        List<Request> draw(People people, Random random) {
            return each(
                    some(people.observations(), random),
                    o -> get("Observation?patient={" + o.patient() + "}&code=" + word(o.code()) + "&_count=20"));
        }
    },
    CONDITION_BY_CODE("Condition?code") {
        @Override
        List<Request> draw(People people, Random random) {
            return each(people.conditionCodes(), code -> get("Condition?code=" + word(code) + "&_count=20"));
        }
    },
    ENCOUNTER_SINCE("Encounter?date=ge") {
        @Override
        List<Request> draw(People people, Random random) {
            return each(some(people.encounterDays(), random), day -> get("Encounter?date=ge" + day + "&_count=20"));
        }
    },
    OBSERVATION_BY_FAMILY("Observation?subject:Patient.family") {
        @Override
        List<Request> draw(People people, Random random) {
            return each(
                    people.patients(),
                    p -> get("Observation?subject:Patient.family=" + word(p.family()) + "&_count=20"));
        }
    },
    EVERYTHING("Patient/$everything, first page") {
        @Override
        List<Request> draw(People people, Random random) {
            return each(people.patients(), p -> get("{" + p.urn() + "}/$everything?_count=20"));
        }
    },
    CREATE_OBSERVATION("create Observation") {
        @Override
        List<Request> draw(People people, Random random) {
            return each(some(people.observations(), random), o -> new Request("POST", "Observation", o.json()));
        }
    };

    private static final int MOST = 1000;
    private static final Pattern NAMED = Pattern.compile("\\{(urn:uuid:[^}]+)}");
    private static final Pattern REFERENCE = Pattern.compile("\"reference\":\"([^\"]+)\"");

    /** As it stands in the table. */
    final String words;

    Kind(String words) {
        this.words = words;
    }

    /** The requests of this kind in a random order; what is in braces has another name on every server. */
    abstract List<Request> draw(People people, Random random);

    /** Whether it changes what the others see. */
    boolean writes() {
        return this == CREATE_OBSERVATION;
    }

    boolean searches() {
        return switch (this) {
            case PATIENT_BY_FAMILY,
                    OBSERVATION_BY_PATIENT_AND_CODE,
                    CONDITION_BY_CODE,
                    ENCOUNTER_SINCE,
                    OBSERVATION_BY_FAMILY -> true;
            case READ_PATIENT, READ_OBSERVATION, EVERYTHING, CREATE_OBSERVATION -> false;
        };
    }

    /** @param body of a POST; else empty */
    record Request(String method, String path, String body) {
        /** The request with the names that the server has given to people and their facts. */
        Request on(Map<String, String> ids) {
            String where = NAMED.matcher(path).replaceAll(m -> Matcher.quoteReplacement(id(ids, m.group(1))));
            // patient=ID, not patient=Patient/ID: both are good FHIR, the first is what people write.
            String what = REFERENCE
                    .matcher(body)
                    .replaceAll(m -> Matcher.quoteReplacement("\"reference\":\"" + id(ids, m.group(1)) + "\""));
            return new Request(method, where.replace("patient=Patient/", "patient="), what);
        }

        private static String id(Map<String, String> ids, String urn) {
            String id = ids.get(urn);
            if (id == null) {
                throw new IllegalStateException("The import of " + urn + " has given it no id.");
            }
            return id;
        }
    }

    private static Request get(String path) {
        return new Request("GET", path, "");
    }

    private static String word(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static <T> List<T> some(List<T> all, Random random) {
        List<T> mixed = new ArrayList<>(all);
        Collections.shuffle(mixed, random);
        return mixed.subList(0, Math.min(MOST, mixed.size()));
    }

    private static <T> List<Request> each(List<T> values, java.util.function.Function<T, Request> request) {
        return values.stream().map(request).distinct().toList();
    }
}
