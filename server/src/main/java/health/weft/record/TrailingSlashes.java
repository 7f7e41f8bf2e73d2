package health.weft.record;

import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.filter.UrlHandlerFilter;

/** Some clients put a slash behind every address, {@code /fhir/Patient/}: it is read as if it were not there. */
@Configuration(proxyBeanMethods = false)
class TrailingSlashes {
    @Bean
    FilterRegistrationBean<UrlHandlerFilter> withoutTrailingSlash() {
        var filter = new FilterRegistrationBean<>(
                UrlHandlerFilter.trailingSlashHandler("/fhir/**").wrapRequest().build());
        // Before whoever looks at the address: who may ask, and the short way of reads.
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
        return filter;
    }
}
