package health.weft.smart;

import health.weft.security.AppCallers;
import java.time.Duration;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.CorsConfigurationSource;

/** Which pages of other origins a browser lets ask this server: those of approved apps, by their bearer token and never by a cookie. */
@Configuration(proxyBeanMethods = false)
class Crossing {
    @Bean
    CorsConfigurationSource originsOfApps(AppCallers apps) {
        return request -> {
            String origin = request.getHeader("Origin");
            if (origin == null || !apps.isOrigin(origin)) {
                return null;
            }
            CorsConfiguration crossing = new CorsConfiguration();
            crossing.setAllowedOrigins(List.of(origin));
            crossing.setAllowedMethods(List.of("GET", "POST", "PUT", "PATCH", "DELETE"));
            crossing.setAllowedHeaders(List.of(
                    "Authorization",
                    "Content-Type",
                    "Accept",
                    "Prefer",
                    "If-Match",
                    "If-None-Match",
                    "If-None-Exist",
                    "If-Modified-Since",
                    "X-Requested-With"));
            crossing.setExposedHeaders(
                    List.of("Location", "Content-Location", "ETag", "Last-Modified", "Retry-After", "X-Progress"));
            crossing.setMaxAge(Duration.ofMinutes(10));
            return crossing;
        };
    }
}
