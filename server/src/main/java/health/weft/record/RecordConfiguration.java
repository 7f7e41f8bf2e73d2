package health.weft.record;

import health.weft.store.RecordStore;
import javax.sql.DataSource;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

/** Wires the store into Spring's transactions: it joins the one that runs, or makes its own. */
@Configuration(proxyBeanMethods = false)
class RecordConfiguration {

    @Bean
    RecordStore recordStore(DataSource dataSource, ApplicationEventPublisher events) {
        return new RecordStore(new TransactionAwareDataSourceProxy(dataSource), new Telling(events));
    }
}
