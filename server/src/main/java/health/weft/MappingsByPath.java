package health.weft;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.webmvc.autoconfigure.WebMvcRegistrations;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.RequestPath;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.condition.PathPatternsRequestCondition;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Finds the handler of a request by its path first. Spring holds every request whose path has variables against all conditions of all handlers, of
 * which there are hundreds, one after the other: an eighth of what a read of one resource cost. Here those whose path has other words or another
 * length are passed over; what remains goes Spring's way.
 */
@Component
class MappingsByPath implements WebMvcRegistrations {
    @Override
    public RequestMappingHandlerMapping getRequestMappingHandlerMapping() {
        return new Mapping();
    }

    private static final class Mapping extends RequestMappingHandlerMapping {
        private static final String WORDS = MappingsByPath.class.getName();
        private final Map<RequestMappingInfo, List<Shape>> shapes = new ConcurrentHashMap<>();

        @Override
        protected @Nullable RequestMappingInfo getMatchingMapping(RequestMappingInfo info, HttpServletRequest request) {
            String[] words = words(request);
            if (words != null) {
                List<Shape> its = shapes.computeIfAbsent(info, Mapping::shapes);
                if (!its.isEmpty() && its.stream().noneMatch(shape -> shape.admits(words))) {
                    return null;
                }
            }
            return super.getMatchingMapping(info, request);
        }

        /** Of each of its patterns; empty when there is nothing to go by. */
        private static List<Shape> shapes(RequestMappingInfo info) {
            PathPatternsRequestCondition paths = info.getPathPatternsCondition();
            return paths == null
                    ? List.of()
                    : paths.getPatternValues().stream().map(Shape::of).toList();
        }

        /** The words of the path, worked out once a request; null when Spring has not parsed it. */
        private static String @Nullable [] words(HttpServletRequest request) {
            if (request.getAttribute(WORDS) instanceof String[] known) {
                return known;
            }
            if (!ServletRequestPathUtils.hasParsedRequestPath(request)) {
                return null;
            }
            RequestPath path = ServletRequestPathUtils.getParsedRequestPath(request);
            String[] words = path.pathWithinApplication().elements().stream()
                    .filter(PathContainer.PathSegment.class::isInstance)
                    .map(segment -> ((PathContainer.PathSegment) segment).valueToMatch())
                    .toArray(String[]::new);
            request.setAttribute(WORDS, words);
            return words;
        }
    }

    /**
     * What can be said of a pattern at a glance.
     *
     * @param words in order, null for one that may be any
     * @param open more may follow
     */
    record Shape(@Nullable String[] words, boolean open) {
        static Shape of(String pattern) {
            String[] all = Arrays.stream(pattern.split("/"))
                    .filter(word -> !word.isEmpty())
                    .toArray(String[]::new);
            int most = all.length;
            for (int i = 0; i < all.length; i++) {
                if (all[i].contains("**") || all[i].startsWith("{*")) {
                    most = i;
                    break;
                }
            }
            @Nullable String[] words = new String[most];
            for (int i = 0; i < most; i++) {
                words[i] = all[i].matches("[^{}*?\\\\]+") ? all[i] : null;
            }
            return new Shape(words, most < all.length);
        }

        boolean admits(String[] path) {
            if (open ? path.length < words.length : path.length != words.length) {
                return false;
            }
            for (int i = 0; i < words.length; i++) {
                String word = words[i];
                if (word != null && !word.equals(path[i])) {
                    return false;
                }
            }
            return true;
        }
    }
}
