package health.weft.identity;

import health.weft.fhir.Json;
import health.weft.record.Records;
import health.weft.security.Accounts;
import health.weft.security.Caller;
import health.weft.security.PartyKind;
import health.weft.security.Role;
import health.weft.store.Stored;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.node.ObjectNode;

/** Writes organisations' copies of people for tests. */
public final class Copies {
    private Copies() {}

    /** A clinic with a system that writes. */
    public static Caller clinic(Accounts accounts, String name) {
        return with(accounts, name, PartyKind.CLINICAL, Role.SOURCE);
    }

    public static Caller steward(Accounts accounts, String name) {
        return with(accounts, name, PartyKind.NETWORK, Role.IDENTITY_STEWARD);
    }

    private static Caller with(Accounts accounts, String name, PartyKind kind, Role role) {
        String username = name.toLowerCase(Locale.ROOT).replace(' ', '-') + "-"
                + UUID.randomUUID().toString().substring(0, 6);
        String party = "Organization/" + username;
        accounts.party(party, name, kind);
        accounts.ensure(username, name, party, Set.of(role), "en", null);
        return new Caller(username, name, party, name, Set.of(role), "en");
    }

    /** One copy: "Given Family", date of birth, phone, first line of the address. */
    public static Stored write(Records records, Caller by, String name, String born, String phone, String line) {
        return records.create(by, json(by, name, born, phone, line));
    }

    public static ObjectNode json(Caller by, String name, String born, String phone, String line) {
        String[] words = name.split(" ", 2);
        return Json.parse("""
                {"resourceType":"Patient","identifier":[{"system":"https://%s.example.org/mrn","value":"%s"}],
                 "name":[{"family":"%s","given":["%s"]}],"telecom":[{"system":"phone","value":"%s"}],"gender":"unknown","birthDate":"%s",
                 "address":[{"line":["%s"],"city":"Worcester","state":"MA","postalCode":"01610"}]}""".formatted(by.username(), UUID.randomUUID(), words[1], words[0], phone, born, line));
    }

    /** Letters that sound unlike those of other numbers. */
    static String word(int n) {
        String[] first = {
            "Bar", "Dol", "Fen", "Gim", "Jok", "Kur", "Lam", "Mid", "Nop", "Pag", "Rit", "Sev", "Tur", "Vob"
        };
        String[] last = {
            "bek", "dorf", "fast", "gund", "kamp", "lin", "mar", "nost", "pund", "rov", "stad", "tal", "vig"
        };
        return first[n % 14] + last[n / 14 % 13] + last[n / 182 % 13];
    }

    /** A given and a family name for a number. */
    static String name(int n) {
        return word(n * 11 + 5).substring(0, 1) + word(n * 5 + 1).toLowerCase(Locale.ROOT) + " " + word(n * 3 + 90);
    }

    /** A date of birth for a number. */
    static String born(int n) {
        return "19%02d-%02d-%02d".formatted(20 + n * 7 % 79, 1 + n * 5 % 12, 1 + n * 11 % 28);
    }

    /** Says which language somebody speaks, by its code of BCP 47. */
    public static void speaks(ObjectNode patient, String language) {
        patient.withArray("communication")
                .addObject()
                .putObject("language")
                .putArray("coding")
                .addObject()
                .put("system", "urn:ietf:bcp:47")
                .put("code", language);
    }
}
