package health.weft.problem;

import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * A sentence of {@code messages/<feature>.properties} with what fills its places, said in the language of whoever reads it.
 *
 * <p>Words among the arguments are said in the same language.
 *
 * @param key {@code feature.rest.of.key}; its first part names the file
 */
public record Words(String key, List<Object> args) {
    public Words(String key, Object... args) {
        this(key, List.of(args));
    }

    public String in(Locale locale) {
        String file = "messages." + key.substring(0, key.indexOf('.'));
        String words = ResourceBundle.getBundle(
                        file,
                        locale.getLanguage().equals("es") ? locale : Locale.ROOT,
                        ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES))
                .getString(key);
        return fill(
                words,
                args.stream()
                        .map(arg -> arg instanceof Words inner ? inner.in(locale) : arg)
                        .toArray());
    }

    /** Puts the arguments into the places {@code {0}}, {@code {1}} of a sentence. */
    public static String fill(String words, @Nullable Object... args) {
        String filled = words;
        for (int i = 0; i < args.length; i++) {
            filled = filled.replace("{" + i + "}", String.valueOf(args[i]));
        }
        return filled;
    }
}
