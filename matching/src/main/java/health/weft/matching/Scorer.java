package health.weft.matching;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares two records field by field and adds up what each agreement is worth (Fellegi and Sunter 1969). The same scorer
 * serves batch and online. Symmetric: score(a, b) equals score(b, a).
 *
 * <pre>{@code
 * Score score = new Scorer(Model.standard(), Frequencies.NONE).score(a, b);
 * if (score.decision() == Decision.LINK) ...
 * }</pre>
 */
public final class Scorer {
    private final Model model;
    private final Frequencies frequencies;

    public Scorer(Model model, Frequencies frequencies) {
        this.model = model;
        this.frequencies = frequencies;
    }

    public Model model() {
        return model;
    }

    public Score score(Demographics a, Demographics b) {
        List<Score.Field> fields = new ArrayList<>(14);
        String family = family(a, b);
        boolean swapped = "swapped with given".equals(family);
        String given = swapped ? null : given(a, b);
        add(fields, FieldKind.GIVEN, given, given != null && given.equals("exact") ? a.given() : null);
        String middle = swapped ? null : middle(a, b);
        add(fields, FieldKind.MIDDLE, middle, null);
        add(
                fields,
                FieldKind.FAMILY,
                family,
                "exact".equals(family) ? a.families().getFirst() : null);
        String generation = generation(a, b);
        add(fields, FieldKind.GENERATION, generation, null);
        String birth = birthDate(a.birthDate(), b.birthDate());
        add(fields, FieldKind.BIRTH_DATE, birth, null);
        add(fields, FieldKind.SEX, same(a.sex(), b.sex()), null);
        String identifier = identifier(a, b);
        add(fields, FieldKind.IDENTIFIER, identifier, null);
        add(fields, FieldKind.PHONE, oneOf(a.phones(), b.phones(), "one digit off"), null);
        add(fields, FieldKind.EMAIL, oneOf(a.emails(), b.emails(), "close"), null);
        add(fields, FieldKind.STREET, closeness(a.street(), b.street(), "exact"), null);
        add(fields, FieldKind.HOUSE_NUMBER, digits(a.houseNumber(), b.houseNumber()), null);
        add(fields, FieldKind.CITY, closeness(a.city(), b.city(), "exact"), null);
        add(fields, FieldKind.STATE, same(a.state(), b.state()), null);
        add(fields, FieldKind.POSTCODE, digits(a.postcode(), b.postcode()), null);

        double sum = model.prior();
        double contact = 0;
        for (Score.Field field : fields) {
            if (field.kind().contact()) {
                contact += field.log2();
            } else {
                sum += field.log2();
            }
        }
        double capped = Math.clamp(contact, Model.CONTACT_LEAST, Model.CONTACT_MOST);
        if (capped != contact) {
            fields.add(
                    new Score.Field(FieldKind.CONTACT_CAP, capped < contact ? "household" : "moved", capped - contact));
        }
        sum += capped;

        Veto veto = veto(a, b, given, middle, family, generation, birth, identifier);
        Decision decision =
                sum >= model.link() ? Decision.LINK : sum >= model.review() ? Decision.REVIEW : Decision.NONE;
        if (veto != null) {
            // An agreeing identifier against a veto is a contradiction that only a person can settle.
            decision = "same".equals(identifier) && decision != Decision.NONE ? Decision.REVIEW : Decision.NONE;
        }
        return new Score(sum, List.copyOf(fields), veto, decision);
    }

    private void add(List<Score.Field> fields, FieldKind kind, @Nullable String levelName, @Nullable String value) {
        if (levelName == null) {
            return;
        }
        Level level = model.level(kind, levelName);
        double weight = value == null
                ? level.weight()
                : Math.log(level.m() / frequencies.u(kind, value, level.u())) / Math.log(2);
        fields.add(new Score.Field(kind, levelName, weight));
    }

    private static @Nullable Veto veto(
            Demographics a,
            Demographics b,
            @Nullable String given,
            @Nullable String middle,
            @Nullable String family,
            @Nullable String generation,
            @Nullable String birth,
            @Nullable String identifier) {
        boolean otherGiven = "different".equals(given) || "similar".equals(given);
        boolean sameBirth = "exact".equals(birth);
        boolean otherBirth = "different".equals(birth);
        if ("different".equals(generation)) {
            return Veto.GENERATION;
        }
        if (otherBirth
                && "exact".equals(given)
                && family != null
                && !family.equals("different")
                && Math.abs(year(a) - year(b)) >= 14
                && !"same".equals(identifier)) {
            return Veto.GENERATION;
        }
        // Twins have numbers of their own: an agreeing identifier says that the name is wrong, not the person.
        if (sameBirth && otherGiven && sharesHome(a, b) && !"exact".equals(middle) && !"same".equals(identifier)) {
            return Veto.TWINS;
        }
        if ("different".equals(given) && (otherBirth || "year off".equals(birth) || "month and year".equals(birth))) {
            return Veto.HOUSEHOLD;
        }
        return null;
    }

    private static boolean sharesHome(Demographics a, Demographics b) {
        boolean phone = a.phones().stream().anyMatch(b.phones()::contains);
        boolean street = a.street() != null && a.street().equals(b.street());
        boolean name = !a.families().isEmpty()
                && !b.families().isEmpty()
                && a.families().getFirst().equals(b.families().getFirst());
        return phone || street || name;
    }

    private static int year(Demographics d) {
        return d.birthDate() == null ? 0 : Integer.parseInt(d.birthDate().substring(0, 4));
    }

    private static @Nullable String given(Demographics a, Demographics b) {
        String x = a.given();
        String y = b.given();
        if (x == null || y == null) {
            return null;
        }
        if (x.equals(y)) {
            return "exact";
        }
        if (x.length() == 1 || y.length() == 1) {
            return x.charAt(0) == y.charAt(0) ? "initial" : "different";
        }
        if (Nicknames.same(x, y)) {
            return "nickname";
        }
        if (close(x, y)) {
            return "close";
        }
        if (a.middles().contains(y) || b.middles().contains(x)) {
            return "middle used";
        }
        return Similarity.jaroWinkler(x, y) >= .82 ? "similar" : "different";
    }

    private static @Nullable String middle(Demographics a, Demographics b) {
        if (a.middles().isEmpty() || b.middles().isEmpty()) {
            return null;
        }
        String x = a.middles().getFirst();
        String y = b.middles().getFirst();
        if (x.equals(y)) {
            return "exact";
        }
        if (x.length() == 1 || y.length() == 1) {
            return x.charAt(0) == y.charAt(0) ? "initial" : "different";
        }
        return close(x, y) || Nicknames.same(x, y) ? "close" : "different";
    }

    private static @Nullable String family(Demographics a, Demographics b) {
        if (a.families().isEmpty() || b.families().isEmpty()) {
            return null;
        }
        String x = a.families().getFirst();
        String y = b.families().getFirst();
        if (x.equals(y)) {
            return "exact";
        }
        if (a.given() != null && b.given() != null && x.equals(b.given()) && y.equals(a.given())) {
            return "swapped with given";
        }
        for (String former : a.families()) {
            if (b.families().contains(former)) {
                return "former name";
            }
        }
        if (compound(x, y)) {
            return "part of a compound";
        }
        if (close(x, y)) {
            return "close";
        }
        return Similarity.jaroWinkler(x, y) >= .85 ? "similar" : "different";
    }

    /** Garcia and Garcia Lopez, or both parts in another order. */
    private static boolean compound(String x, String y) {
        Set<String> xs = Set.copyOf(java.util.Arrays.asList(x.split(" ")));
        Set<String> ys = Set.copyOf(java.util.Arrays.asList(y.split(" ")));
        if (xs.size() == 1 && ys.size() == 1) {
            return x.replace(" ", "").equals(y.replace(" ", ""));
        }
        return xs.containsAll(ys) || ys.containsAll(xs) || x.replace(" ", "").equals(y.replace(" ", ""));
    }

    private static @Nullable String generation(Demographics a, Demographics b) {
        // "Sr" is often left out: only two that are both said can differ.
        return same(a.generation(), b.generation());
    }

    private static @Nullable String birthDate(@Nullable String x, @Nullable String y) {
        if (x == null || y == null) {
            return null;
        }
        if (x.equals(y)) {
            return "exact";
        }
        boolean sameYear = x.regionMatches(0, y, 0, 4);
        boolean sameDay = x.regionMatches(4, y, 4, 4);
        if (sameYear && x.substring(4).equals(y.substring(6) + y.substring(4, 6))) {
            return "day and month swapped";
        }
        if (Similarity.osa(x, y) == 1) {
            return "one digit off";
        }
        if (sameDay) {
            return "year off";
        }
        if (x.regionMatches(0, y, 0, 6)) {
            return "month and year";
        }
        return Similarity.osa(x, y) == 2 ? "two digits off" : "different";
    }

    private static @Nullable String identifier(Demographics a, Demographics b) {
        String best = null;
        for (var entry : a.identifiers().entrySet()) {
            Set<String> others = b.identifiers().get(entry.getKey());
            if (others == null) {
                continue;
            }
            for (String x : entry.getValue()) {
                for (String y : others) {
                    if (x.equals(y)) {
                        return "same";
                    }
                    String level = nearly(x, y);
                    if (best == null || best.equals("different") || level.equals("one digit off")) {
                        best = level;
                    }
                }
            }
        }
        return best;
    }

    private static String nearly(String x, String y) {
        int distance = Math.min(x.length(), y.length()) < 6 ? 9 : Similarity.osa(x, y);
        return distance == 1 ? "one digit off" : distance == 2 ? "two digits off" : "different";
    }

    private static @Nullable String oneOf(Set<String> xs, Set<String> ys, String nearly) {
        if (xs.isEmpty() || ys.isEmpty()) {
            return null;
        }
        boolean near = false;
        for (String x : xs) {
            for (String y : ys) {
                if (x.equals(y)) {
                    return "same";
                }
                near |= Similarity.osa(x, y) == 1;
            }
        }
        return near ? nearly : "different";
    }

    private static @Nullable String closeness(@Nullable String x, @Nullable String y, String equal) {
        if (x == null || y == null) {
            return null;
        }
        return x.equals(y) ? equal : close(x, y) ? "close" : "different";
    }

    private static @Nullable String digits(@Nullable String x, @Nullable String y) {
        if (x == null || y == null) {
            return null;
        }
        return x.equals(y) ? "same" : x.length() > 1 && Similarity.osa(x, y) == 1 ? "one digit off" : "different";
    }

    private static @Nullable String same(@Nullable String x, @Nullable String y) {
        return x == null || y == null ? null : x.equals(y) ? "same" : "different";
    }

    private static boolean close(String x, String y) {
        int shorter = Math.min(x.length(), y.length());
        int distance = Similarity.osa(x, y);
        return shorter >= 3 && (distance == 1 || distance == 2 && shorter >= 7) || Similarity.jaroWinkler(x, y) >= .93;
    }
}
