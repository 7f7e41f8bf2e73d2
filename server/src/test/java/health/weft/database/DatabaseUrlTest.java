package health.weft.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    postgresql://weft:secret@db:5433/weft | jdbc:postgresql://db:5433/weft?user=weft&password=secret&
                    postgres://weft@db/weft | jdbc:postgresql://db/weft?user=weft&
                    postgresql://db/weft?sslmode=require | jdbc:postgresql://db/weft?sslmode=require
                    postgresql://w:p%40ss@db/weft | jdbc:postgresql://db/weft?user=w&password=p%40ss&
                    jdbc:postgresql://db/weft?user=weft | jdbc:postgresql://db/weft?user=weft
                    """)
    void an_address_as_postgresqls_own_tools_write_it_becomes_jdbcs(String written, String jdbc) {
        assertThat(DatabaseUrl.jdbc(written)).isEqualTo(jdbc);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mysql://db/weft", "weft", "postgresql:///weft", "postgresql://weft:se cret@db/weft"})
    void what_is_no_address_of_a_postgresql_is_refused_with_how_one_looks(String written) {
        assertThatThrownBy(() -> DatabaseUrl.jdbc(written))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("postgresql://user:password@host:5432/weft")
                .hasMessageNotContaining("se cret")
                .hasNoCause();
    }
}
