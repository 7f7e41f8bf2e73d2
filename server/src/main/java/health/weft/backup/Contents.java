package health.weft.backup;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a backup holds, told at its beginning.
 *
 * @param made when, ISO 8601
 * @param schemas the newest migration of each schema, by its name
 * @param tables in the order in which they follow
 * @param secretsKey the key that secrets among the rows are sealed with, 64 hexadecimal digits; null where there was none, and in
 *     backups from before it went along
 */
record Contents(
        String made,
        Map<String, Integer> schemas,
        List<Table> tables,
        @Nullable String secretsKey) {
    static final JsonMapper JSON = JsonMapper.builder().build();

    /** @param columns those that are stored; what the database computes is computed again */
    record Table(String schema, String name, List<String> columns) {
        /** Quoted, for SQL. */
        String sql() {
            return quoted(schema) + "." + quoted(name);
        }

        String listed() {
            return columns.stream()
                    .map(Table::quoted)
                    .reduce((a, b) -> a + ", " + b)
                    .orElse("");
        }

        private static String quoted(String name) {
            return '"' + name.replace("\"", "\"\"") + '"';
        }
    }

    /**
     * What stands at the end.
     *
     * @param rows of each table, in their order
     * @param sequences last number that each has given, by {@code schema.name}
     */
    record End(List<Long> rows, Map<String, Long> sequences) {}

    /**
     * What came of it.
     *
     * @param withKey whether the key of the secrets is in the backup
     * @param sealed what only that key opens, and how much of it opens now
     */
    record Result(int tables, long rows, boolean withKey, SealedRows sealed) {}

    /** Told how many tables are done. */
    @FunctionalInterface
    interface Progress {
        void show(int done, int total);
    }
}
