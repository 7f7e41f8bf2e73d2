package health.weft.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Gives the application its connection pool, with the schema already up to date. */
@Configuration(proxyBeanMethods = false)
class DatabaseConfiguration {
    private static final Pattern PASSWORD = Pattern.compile("(?<=[?&])password=([^&]*)&?");

    /** Where the database is; closing it stops an embedded one. */
    record Location(String jdbcUrl, AutoCloseable owner) implements AutoCloseable {
        @Override
        public void close() throws Exception {
            owner.close();
        }
    }

    @Bean(destroyMethod = "close")
    Location databaseLocation(@Value("${weft.database-url:}") String url, @Value("${weft.data:data}") Path data) {
        if (!url.isBlank()) {
            return new Location(DatabaseUrl.jdbc(url), () -> {});
        }
        EmbeddedDatabase embedded = EmbeddedDatabase.started(data.toAbsolutePath());
        return new Location(embedded.jdbcUrl(), embedded);
    }

    @Bean
    HikariDataSource dataSource(Location location, @Value("${weft.database-connections:16}") int connections) {
        HikariConfig config = new HikariConfig();
        Matcher password = PASSWORD.matcher(location.jdbcUrl());
        if (password.find()) { // apart from the address, which may stand in a log
            config.setPassword(URLDecoder.decode(password.group(1), StandardCharsets.UTF_8));
        }
        config.setJdbcUrl(password.replaceAll(""));
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(2);
        config.setPoolName("weft");
        config.setConnectionTimeout(3_000);
        config.addDataSourceProperty("ApplicationName", "weft");
        config.addDataSourceProperty("prepareThreshold", "3");
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        // A database that hangs must not hang the people in front of it: a read waits this long at most.
        config.addDataSourceProperty("socketTimeout", "60");
        config.addDataSourceProperty("connectTimeout", "5");
        HikariDataSource dataSource = new HikariDataSource(config);
        try {
            Migrations.apply(dataSource, new DriverManagerDataSource(location.jdbcUrl()));
        } catch (RuntimeException e) {
            dataSource.close();
            throw e;
        }
        return dataSource;
    }
}
