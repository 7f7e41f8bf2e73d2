package health.weft.ui;

import gg.jte.TemplateEngine;
import gg.jte.springframework.boot.autoconfigure.JteProperties;
import gg.jte.springframework.boot.autoconfigure.JteViewResolver;
import health.weft.security.Callers;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.MessageSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.PropertySource;
import org.springframework.context.support.ResourceBundleMessageSource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.FlashMap;
import org.springframework.web.servlet.FlashMapManager;
import org.springframework.web.servlet.support.SessionFlashMapManager;

/** Words, language and static files. The settings of caching stand in ui.properties. */
@Configuration(proxyBeanMethods = false)
@PropertySource("classpath:health/weft/ui/ui.properties")
class UiConfiguration {

    /**
     * What is said once after a redirect is for the page that the reader goes to: a part of an open page that fetches
     * itself again at the same moment must not take it.
     */
    @Bean(DispatcherServlet.FLASH_MAP_MANAGER_BEAN_NAME)
    FlashMapManager noticesForWholePages() {
        return new SessionFlashMapManager() {
            @Override
            protected @Nullable List<FlashMap> retrieveFlashMaps(HttpServletRequest request) {
                return request.getHeader("HX-Request") == null ? super.retrieveFlashMaps(request) : null;
            }
        };
    }

    /** Every {@code messages/<feature>.properties} on the class path, UTF-8, with its {@code _es} sibling. */
    @Bean
    static MessageSource messageSource() throws IOException {
        ResourceBundleMessageSource source = new ResourceBundleMessageSource();
        source.setDefaultEncoding("UTF-8");
        source.setFallbackToSystemLocale(false);
        source.setBasenames(Arrays.stream(
                        new PathMatchingResourcePatternResolver().getResources("classpath*:messages/*.properties"))
                .map(Resource::getFilename)
                .filter(name -> name != null && !name.endsWith("_es.properties"))
                .map(name -> "messages/" + name.substring(0, name.length() - ".properties".length()))
                .sorted()
                .distinct()
                .toArray(String[]::new));
        return source;
    }

    @Bean
    static Languages localeResolver(@Value("${weft.zone:}") String zone, ObjectProvider<Callers> callers) {
        return new Languages(zone.isBlank() ? ZoneId.systemDefault() : ZoneId.of(zone), callers);
    }

    /** Every template may take {@code pages}; the error page does, since what failed left no model. */
    @Bean
    JteViewResolver jteViewResolver(TemplateEngine templates, JteProperties properties, Pages pages) {
        JteViewResolver resolver = new JteViewResolver(templates, properties);
        resolver.setAttributesMap(Map.of("pages", pages));
        return resolver;
    }
}
