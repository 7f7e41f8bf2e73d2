package health.weft.signin;

import health.weft.security.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the groups of a provider stand for here: a file with a line for each, the group, the organisation ({@code Organization/<id>}) and
 * its roles, with tabs between; roles with blanks between. Lines that begin with # say nothing.
 */
final class ProviderGroups {
    private final Map<String, List<Seat>> seats;

    private ProviderGroups(Map<String, List<Seat>> seats) {
        this.seats = seats;
    }

    /** An organisation, and what somebody is there. */
    record Seat(String party, Set<Role> roles) {}

    /** @throws IllegalArgumentException when a line is not as it should be, with its number */
    static ProviderGroups read(Path file) throws IOException {
        Map<String, List<Seat>> seats = new HashMap<>();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] columns = line.split("\t");
            if (columns.length != 3 || !columns[1].strip().matches("Organization/[A-Za-z0-9.-]{1,64}")) {
                throw wrong(file, number, "wants a group, Organization/<id> and roles, with tabs between");
            }
            seats.computeIfAbsent(columns[0].strip(), g -> new ArrayList<>())
                    .add(new Seat(columns[1].strip(), roles(file, number, columns[2])));
        }
        return new ProviderGroups(seats);
    }

    private static Set<Role> roles(Path file, int number, String words) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String word : words.strip().split("\\s+")) {
            try {
                roles.add(Role.valueOf(word));
            } catch (IllegalArgumentException e) {
                throw wrong(file, number, "names a role that there is not: " + word);
            }
        }
        return roles;
    }

    private static IllegalArgumentException wrong(Path file, int number, String what) {
        return new IllegalArgumentException("line " + number + " of " + file + " " + what);
    }

    /**
     * The seat that these groups give: the roles of all that stand for one organisation.
     *
     * @return empty when they stand for nothing, or for more than one organisation: nobody acts for two at once
     */
    Optional<Seat> seat(Collection<String> groups) {
        Set<Role> roles = new LinkedHashSet<>();
        Set<String> parties = new LinkedHashSet<>();
        for (String group : groups) {
            for (Seat seat : seats.getOrDefault(group, List.of())) {
                parties.add(seat.party());
                roles.addAll(seat.roles());
            }
        }
        return parties.size() == 1
                ? Optional.of(new Seat(parties.iterator().next(), EnumSet.copyOf(roles)))
                : Optional.empty();
    }
}
