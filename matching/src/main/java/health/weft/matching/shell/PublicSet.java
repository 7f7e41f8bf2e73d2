package health.weft.matching.shell;

import health.weft.matching.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A labelled set of people that others published, and how to read it. What tells the truth is never read as a field.
 *
 * @param truth what of a row says which person it is: {@code rec-7-dup-0} and {@code 71} hold it in the id
 */
record PublicSet(String name, List<String> files, String schema, Truth truth) {

    /** How the id, or a column of its own, tells the person. */
    sealed interface Truth {
        /** The second of the id's parts between hyphens (FEBRL). */
        record SecondPart() implements Truth {}

        /** All of the id but its last digit (FEBRL's own generator). */
        record Tenth() implements Truth {}

        record Column(String name) implements Truth {}
    }

    private static final String FEBRL = """
            {"id": "rec_id", "country": "AU", "fields": [
              {"column": "given_name", "kind": "given"}, {"column": "surname", "kind": "family"},
              {"column": "suburb", "kind": "city"}, {"column": "postcode", "kind": "postcode"}, {"column": "state", "kind": "state"},
              {"column": "date_of_birth", "kind": "birth date"}%s]}""";
    private static final String STREET = """
            , {"column": "street_number", "kind": "house number"}, {"column": "address_1", "kind": "street line"}""";
    private static final String SSN = """
            , {"column": "soc_sec_id", "kind": "identifier", "system": "ssn"}""";
    private static final String PHONE = """
            , {"column": "phone_number", "kind": "phone"}""";
    private static final String FAKE = """
            {"id": "unique_id", "country": "GB", "fields": [
              {"column": "first_name", "kind": "given"}, {"column": "surname", "kind": "family"},
              {"column": "dob", "kind": "birth date"}, {"column": "city", "kind": "city"}, {"column": "email", "kind": "email"}]}""";
    private static final String RL = """
            {"id": "rec_id", "country": "DE", "fields": [
              {"column": "fname_c1", "kind": "given"}, {"column": "fname_c2", "kind": "middle"},
              {"column": "lname_c1", "kind": "family"}, {"column": "lname_c2", "kind": "former family"},
              {"column": "by", "kind": "birth year"}, {"column": "bm", "kind": "birth month"}, {"column": "bd", "kind": "birth day"}]}""";

    static List<PublicSet> all() {
        List<PublicSet> sets = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            String file = "dataset" + i + ".csv";
            Truth truth = new Truth.SecondPart();
            sets.add(new PublicSet("febrl" + i, List.of(file), FEBRL.formatted(STREET + SSN), truth));
            sets.add(new PublicSet("febrl" + i + ", no SSN, no street", List.of(file), FEBRL.formatted(""), truth));
        }
        for (String name : List.of("A_1000", "A_2500", "A_5000", "C_1000", "C_2500", "C_5000", "D", "F")) {
            List<String> files = name.length() > 1
                    ? List.of("dsgen_" + name + ".csv")
                    : List.of("dsgen_" + name + "_org_5000.csv", "dsgen_" + name + "_dup_5000.csv");
            sets.add(new PublicSet("dsgen " + name, files, FEBRL.formatted(STREET + SSN + PHONE), new Truth.Tenth()));
            sets.add(new PublicSet(
                    "dsgen " + name + ", no SSN, no street", files, FEBRL.formatted(PHONE), new Truth.Tenth()));
        }
        sets.add(new PublicSet("fake_1000", List.of("fake_1000.csv"), FAKE, new Truth.Column("cluster")));
        sets.add(new PublicSet("RLdata500", List.of("RLdata500.csv"), RL, new Truth.Column("ent_id")));
        return sets;
    }

    /** Whom each row is of, in the order of the files. */
    List<String> people(Path folder) {
        Schema read = Schema.parse(schema, name);
        List<String> people = new ArrayList<>();
        for (String file : files) {
            List<String> columns =
                    switch (truth) {
                        case Truth.SecondPart part -> List.of(read.id());
                        case Truth.Tenth tenth -> List.of(read.id());
                        case Truth.Column column -> List.of(column.name());
                    };
            new CsvFile(folder.resolve(file))
                    .read(columns, Progress.SILENT, (values, line) -> people.add(person(values[0])));
        }
        return people;
    }

    private String person(String value) {
        return switch (truth) {
            case Truth.SecondPart part -> value.split("-")[1];
            case Truth.Tenth tenth -> value.substring(0, value.length() - 1);
            case Truth.Column column -> value;
        };
    }
}
