package health.weft.matching;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One record's view of a person, normalised for comparison. Missing and placeholder values are null or empty, and stay
 * neutral in a score.
 *
 * @param families current family name first, then former ones (maiden name)
 * @param middles given names after the first
 * @param birthDate eight digits, yyyymmdd
 * @param sex {@code f} or {@code m}
 * @param phones E.164
 * @param identifiers values by system
 * @param mothersMaiden the family name the person's mother was born with
 */
public record Demographics(
        @Nullable String given,
        List<String> middles,
        List<String> families,
        @Nullable String generation,
        @Nullable String birthDate,
        @Nullable String sex,
        Set<String> phones,
        Set<String> emails,
        @Nullable String houseNumber,
        @Nullable String street,
        @Nullable String city,
        @Nullable String state,
        @Nullable String postcode,
        Map<String, Set<String>> identifiers,
        @Nullable String mothersMaiden) {

    /** Short and other forms of a given name that people use. */
    public static Set<String> nicknames(String given) {
        String name = Normal.name(given);
        return name == null ? Set.of() : Nicknames.of(name);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Takes values as a source has them; normalising happens here and nowhere else. */
    public static final class Builder {
        private @Nullable String given;
        private final List<String> middles = new ArrayList<>();
        private final Set<String> families = new LinkedHashSet<>();
        private @Nullable String generation;
        private @Nullable String birthDate;
        private final String[] birthParts = {"", "", ""};
        private @Nullable String sex;
        private final Set<String> phones = new LinkedHashSet<>();
        private final Set<String> emails = new LinkedHashSet<>();
        private @Nullable String houseNumber;
        private @Nullable String street;
        private @Nullable String city;
        private @Nullable String state;
        private @Nullable String postcode;
        private final Map<String, Set<String>> identifiers = new LinkedHashMap<>();
        private @Nullable String mothersMaiden;
        private String region = "US";

        private Builder() {}

        /** Country whose national phone numbers are meant, ISO 3166 alpha-2; US unless said. Set before phones. */
        public Builder region(String region) {
            this.region = region;
            return this;
        }

        /** First given name; further words are taken as middle names. */
        public Builder given(@Nullable String raw) {
            generation(raw);
            String name = Normal.name(raw);
            if (name != null) {
                String[] words = name.split(" ");
                given = words[0];
                for (int i = 1; i < words.length; i++) {
                    middles.add(words[i]);
                }
            }
            return this;
        }

        public Builder middle(@Nullable String raw) {
            String name = Normal.name(raw);
            if (name != null) {
                middles.addAll(List.of(name.split(" ")));
            }
            return this;
        }

        /** A family name; the first call gives the current one, later calls former ones. */
        public Builder family(@Nullable String raw) {
            generation(raw);
            String name = Normal.name(raw);
            if (name != null) {
                families.add(name);
            }
            return this;
        }

        /** A suffix such as Jr; anything else is ignored. */
        public Builder generation(@Nullable String raw) {
            String found = Normal.generation(raw);
            if (found != null) {
                generation = found;
            }
            return this;
        }

        public Builder birthDate(@Nullable String raw) {
            birthDate = Normal.date(raw);
            return this;
        }

        /** The year of a date that stands in three fields; all three are needed. */
        public Builder birthYear(@Nullable String raw) {
            return birthPart(0, raw);
        }

        public Builder birthMonth(@Nullable String raw) {
            return birthPart(1, raw);
        }

        public Builder birthDay(@Nullable String raw) {
            return birthPart(2, raw);
        }

        private Builder birthPart(int part, @Nullable String raw) {
            birthParts[part] = raw == null ? "" : raw.strip();
            if (birthParts[0].length() == 4 && !birthParts[1].isEmpty() && !birthParts[2].isEmpty()) {
                return birthDate(birthParts[0] + "-" + (birthParts[1].length() == 1 ? "0" : "") + birthParts[1] + "-"
                        + (birthParts[2].length() == 1 ? "0" : "") + birthParts[2]);
            }
            return this;
        }

        public Builder sex(@Nullable String raw) {
            sex = Normal.sex(raw);
            return this;
        }

        public Builder phone(@Nullable String raw) {
            add(phones, Normal.phone(raw, region));
            return this;
        }

        public Builder email(@Nullable String raw) {
            add(emails, Normal.email(raw));
            return this;
        }

        /** A whole first address line: house number, street, unit. */
        public Builder addressLine(@Nullable String raw) {
            String number = Normal.houseNumber(raw);
            houseNumber = number != null ? number : houseNumber;
            String named = Normal.street(raw);
            street = named != null ? named : street;
            return this;
        }

        public Builder houseNumber(@Nullable String raw) {
            houseNumber = Normal.houseNumber(raw);
            return this;
        }

        public Builder city(@Nullable String raw) {
            city = Normal.place(raw);
            return this;
        }

        public Builder state(@Nullable String raw) {
            state = Normal.place(raw);
            return this;
        }

        public Builder postcode(@Nullable String raw) {
            postcode = Normal.postcode(raw);
            return this;
        }

        public Builder identifier(String system, @Nullable String raw) {
            String value = Normal.identifier(raw);
            if (value != null) {
                identifiers
                        .computeIfAbsent(system, key -> new LinkedHashSet<>())
                        .add(value);
            }
            return this;
        }

        public Builder mothersMaiden(@Nullable String raw) {
            mothersMaiden = Normal.name(raw);
            return this;
        }

        /** A whole name: {@code Ana María de la Cruz}, {@code de la Cruz, Ana María}, a title and a suffix allowed. */
        public Builder fullName(@Nullable String raw) {
            FullName name = FullName.read(raw);
            return given(name.given()).family(name.family()).generation(raw);
        }

        public Demographics build() {
            return new Demographics(
                    given,
                    List.copyOf(middles),
                    List.copyOf(families),
                    generation,
                    birthDate,
                    sex,
                    Set.copyOf(phones),
                    Set.copyOf(emails),
                    houseNumber,
                    street,
                    city,
                    state,
                    postcode,
                    Map.copyOf(identifiers),
                    mothersMaiden);
        }

        private static void add(Set<String> to, @Nullable String value) {
            if (value != null) {
                to.add(value);
            }
        }
    }
}
