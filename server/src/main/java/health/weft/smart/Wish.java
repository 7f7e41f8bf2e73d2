package health.weft.smart;

import health.weft.ui.Text;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** One thing that an app asks for, as people read it. */
public record Wish(String scope) {

    /** What people decide about among these scopes, what it sees first; the others go with it. */
    public static List<Wish> of(Collection<String> scopes) {
        return scopes.stream()
                .filter(s -> Scope.of(s).isPresent() || s.equals("offline_access") || s.equals("online_access"))
                .sorted(Comparator.comparing(s -> Scope.of(s).isEmpty()))
                .map(Wish::new)
                .toList();
    }

    /** In plain words. */
    public String words(Text text) {
        Optional<Scope> read = Scope.of(scope);
        if (read.isEmpty()) {
            return text.get(scope.equals("offline_access") ? "smart.ask.stay" : "smart.ask.session");
        }
        Scope s = read.get();
        boolean reads = s.interactions().stream().anyMatch(i -> i.letter() == 'r' || i.letter() == 's');
        String kind = text.code("smart.type", s.type().equals("*") ? "all" : s.type(), s.type());
        String may = text.get(s.writes() ? reads ? "smart.may.both" : "smart.may.write" : "smart.may.read", kind);
        return s.query().isEmpty() ? may : may + ", " + text.get("smart.ask.only", plain(s.query()));
    }

    /** {@code category=laboratory} of {@code category=http://system|laboratory}. */
    private static String plain(String query) {
        return URLDecoder.decode(query.replace("&", ", "), StandardCharsets.UTF_8)
                .replaceAll("=[^,=]*\\|", " = ")
                .replace("=", " = ")
                .replaceAll(" +", " ");
    }
}
