package health.weft.record;

import health.weft.store.RecordStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.web.context.request.RequestContextHolder;

/** Wires the store into Spring's transactions: it joins the one that runs, or makes its own. */
@Configuration(proxyBeanMethods = false)
class RecordConfiguration {

    @Bean
    RecordStore recordStore(
            DataSource dataSource,
            ObjectProvider<RecordListener> features,
            @Value("${weft.fhir.bases:}") List<String> bases,
            @Value("${weft.fhir.longest-search:10s}") Duration longestSearch) {
        List<String> own =
                bases.stream().map(base -> base.replaceAll("/+$", "")).toList();
        return new RecordStore(
                joining(dataSource),
                new RecordStore.Options(() -> addresses(own), longestSearch),
                new Telling(features, dataSource));
    }

    /** Connections of the transaction that runs; where none does, those of the pool, without a proxy around each. */
    private static DataSource joining(DataSource dataSource) {
        return new TransactionAwareDataSourceProxy(dataSource) {
            @Override
            public Connection getConnection() throws SQLException {
                return TransactionSynchronizationManager.hasResource(dataSource)
                                || TransactionSynchronizationManager.isSynchronizationActive()
                        ? super.getConnection()
                        : dataSource.getConnection();
            }
        };
    }

    /** The configured addresses, and the one that this request came to. */
    private static List<String> addresses(List<String> own) {
        if (RequestContextHolder.getRequestAttributes() == null) {
            return own;
        }
        List<String> all = new ArrayList<>(own);
        all.add(FhirController.base());
        return all;
    }
}
