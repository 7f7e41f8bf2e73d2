package health.weft.audit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Holds the audit trail against its chains of hashes: whether a row was changed, deleted, put in between or moved since it was written.
 *
 * <p>All hashes are computed here, not by the database's own functions, which whoever changes rows could change too. What the chains cannot show
 * is a database rewritten as a whole; anchors that were kept elsewhere show that.
 */
public final class TrailCheck {
    private static final int AT_ONCE = 1_000;
    private static final byte[] FIRST = sha256("weft audit chain".getBytes(StandardCharsets.US_ASCII));

    private final Connection connection;
    private final Progress progress;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<Long, BitSet> sealed = new HashMap<>();
    private long rows;
    private long links;
    private long chains;

    /** What is wrong with the trail. */
    public enum Kind {
        /** What rows say is not what was sealed. */
        CHANGED,
        /** A row that was sealed is not there. */
        MISSING,
        /** A row that was never sealed, or twice. */
        ADDED,
        /** A link does not follow from the one before, or the last ones are gone. */
        BROKEN,
        /** A chain is not what it was on the day of an anchor. */
        ANCHOR
    }

    /** @param where says which rows, or which link */
    public record Finding(Kind kind, String where) {}

    /** What was looked at, and what was found wrong: nothing, where all is well. */
    public record Result(long rows, long links, long chains, int anchors, List<Finding> findings) {
        public Result {
            findings = List.copyOf(findings);
        }
    }

    /** Told how many rows are checked. */
    @FunctionalInterface
    public interface Progress {
        void show(long done, long total);
    }

    private record Link(long lane, long number, Long[] ids, byte[] digest, byte[] hash) {}

    private TrailCheck(Connection connection, Progress progress) {
        this.connection = connection;
        this.progress = progress;
    }

    /**
     * Checks all of it as it stands at one moment, while others go on writing.
     *
     * @param connection in a transaction that sees one moment (repeatable read)
     * @param kept anchors as they were told: {@code 2026-11-25 <64 hexadecimal digits>}
     */
    public static Result run(Connection connection, List<String> kept, Progress progress) throws SQLException {
        TrailCheck check = new TrailCheck(connection, progress);
        check.links();
        check.heads();
        check.headless();
        check.others();
        int anchors = check.anchors(kept);
        return new Result(check.rows, check.links, check.chains, anchors, check.findings);
    }

    /** Each anchor on a line: the day and the root. */
    public static List<String> anchors(Connection connection) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select day::text, root from audit.anchor order by day")) {
            while (row.next()) {
                lines.add(row.getString(1) + " " + HexFormat.of().formatHex(row.getBytes(2)));
            }
        }
        return lines;
    }

    private void links() throws SQLException {
        long total = count("select count(*) from audit.event");
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(AT_ONCE);
            try (ResultSet row = statement.executeQuery(
                    "select lane, number, ids, digest, hash from audit.link order by lane, number")) {
                List<Link> some = new ArrayList<>();
                Link before = null;
                while (row.next()) {
                    Link link = new Link(
                            row.getLong(1), row.getLong(2), longs(row.getArray(3)), row.getBytes(4), row.getBytes(5));
                    follows(before, link);
                    before = link;
                    some.add(link);
                    links++;
                    if (some.size() == AT_ONCE) {
                        rows(some);
                        some.clear();
                        progress.show(Math.min(rows, total), total);
                    }
                }
                rows(some);
            }
        }
        progress.show(total, total);
    }

    private void follows(@Nullable Link before, Link link) {
        Link previous = before != null && before.lane() == link.lane() ? before : null;
        long expected = previous == null ? 1 : previous.number() + 1;
        if (link.number() != expected) {
            findings.add(new Finding(
                    Kind.BROKEN,
                    "links " + expected + " to " + (link.number() - 1) + " of chain " + link.lane() + " are gone"));
            return; // what it followed is not there to be compared with
        }
        if (!Arrays.equals(link.hash(), next(previous == null ? FIRST : previous.hash(), link))) {
            findings.add(new Finding(
                    Kind.BROKEN,
                    "link " + link.number() + " of chain " + link.lane() + " does not follow from the one before"));
        }
    }

    private static byte[] next(byte[] before, Link link) {
        return sha256(
                before, (link.lane() + ":" + link.number() + ":").getBytes(StandardCharsets.US_ASCII), link.digest());
    }

    private void rows(List<Link> some) throws SQLException {
        if (some.isEmpty()) {
            return;
        }
        Map<Long, String> said = new HashMap<>();
        Long[] ids = some.stream().flatMap(link -> Arrays.stream(link.ids())).toArray(Long[]::new);
        try (PreparedStatement statement = connection.prepareStatement("""
                select id, at, action, outcome, username, name, party, party_name, purpose, subject, array_to_string(pats, ',')
                  from audit.event where id = any(?)""")) {
            statement.setArray(1, connection.createArrayOf("bigint", ids));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    said.put(row.getLong(1), said(row));
                }
            }
        }
        for (Link link : some) {
            StringBuilder all = new StringBuilder();
            List<Long> missing = new ArrayList<>();
            for (long id : link.ids()) {
                String says = said.get(id);
                if (says == null) {
                    missing.add(id);
                } else {
                    all.append(says);
                    rows++;
                }
                if (seal(id)) {
                    findings.add(new Finding(Kind.ADDED, "row " + id + " is sealed twice"));
                }
            }
            if (!missing.isEmpty()) {
                findings.add(new Finding(Kind.MISSING, named(missing)));
            } else if (!Arrays.equals(link.digest(), sha256(all.toString().getBytes(StandardCharsets.UTF_8)))) {
                findings.add(new Finding(
                        Kind.CHANGED, (link.ids().length == 1 ? "" : "one or more of ") + named(List.of(link.ids()))));
            }
        }
    }

    /** As {@code audit.said} has it. */
    private static String said(ResultSet row) throws SQLException {
        OffsetDateTime at = row.getObject(2, OffsetDateTime.class);
        StringBuilder says = new StringBuilder();
        field(says, Long.toString(row.getLong(1)));
        field(says, Long.toString(at.toEpochSecond() * 1_000_000 + at.getNano() / 1_000));
        for (int column = 3; column <= 11; column++) {
            field(says, row.getString(column));
        }
        return says.toString();
    }

    private static void field(StringBuilder to, String value) {
        to.append(value.getBytes(StandardCharsets.UTF_8).length).append(':').append(value);
    }

    /** Whether it was already. */
    private boolean seal(long id) {
        BitSet bits = sealed.computeIfAbsent(id >> 20, part -> new BitSet());
        int bit = (int) (id & 0xFFFFF);
        boolean was = bits.get(bit);
        bits.set(bit);
        return was;
    }

    /** Every chain ends where its head says. */
    private void heads() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        select c.lane, c.number, coalesce(l.number, 0), c.hash, l.hash from audit.chain c
                          left join lateral (select number, hash from audit.link l where l.lane = c.lane order by number desc limit 1) l on true
                         order by c.lane""")) {
            while (row.next()) {
                chains++;
                byte[] last = row.getBytes(5);
                if (row.getLong(2) != row.getLong(3) || !Arrays.equals(row.getBytes(4), last == null ? FIRST : last)) {
                    findings.add(new Finding(
                            Kind.BROKEN,
                            "chain " + row.getLong(1) + " ends with link " + row.getLong(3) + " and had "
                                    + row.getLong(2)));
                }
            }
        }
    }

    /** No link is without its chain: a whole chain's head could be gone. */
    private void headless() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        select l.lane, count(*) from audit.link l
                         where not exists (select from audit.chain c where c.lane = l.lane) group by 1 order by 1""")) {
            while (row.next()) {
                findings.add(new Finding(
                        Kind.BROKEN, "chain " + row.getLong(1) + " is gone and left " + row.getLong(2) + " links"));
            }
        }
    }

    /** Rows that no link seals. */
    private void others() throws SQLException {
        List<Long> others = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(10 * AT_ONCE);
            try (ResultSet row = statement.executeQuery("select id from audit.event order by id")) {
                while (row.next()) {
                    long id = row.getLong(1);
                    BitSet bits = sealed.get(id >> 20);
                    if (bits == null || !bits.get((int) (id & 0xFFFFF))) {
                        others.add(id);
                    }
                }
            }
        }
        if (!others.isEmpty()) {
            findings.add(
                    new Finding(Kind.ADDED, named(others) + (others.size() == 1 ? " was" : " were") + " never sealed"));
        }
    }

    private int anchors(List<String> kept) throws SQLException {
        Map<String, String> told = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select day::text, lanes, numbers, hashes, root from audit.anchor order by day")) {
            while (row.next()) {
                anchor(row, told);
            }
        }
        for (String line : kept) {
            String[] words = line.strip().split("\\s+");
            if (!line.isBlank() && (words.length != 2 || !words[1].equalsIgnoreCase(told.getOrDefault(words[0], "")))) {
                findings.add(new Finding(Kind.ANCHOR, "the trail has no such anchor as was kept: " + line.strip()));
            }
        }
        return told.size();
    }

    private void anchor(ResultSet row, Map<String, String> told) throws SQLException {
        String day = row.getString(1);
        Long[] lanes = longs(row.getArray(2));
        Long[] numbers = longs(row.getArray(3));
        byte[][] hashes = (byte[][]) row.getArray(4).getArray();
        List<String> heads = new ArrayList<>();
        for (int i = 0; i < lanes.length; i++) {
            heads.add(lanes[i] + ":" + numbers[i] + ":" + HexFormat.of().formatHex(hashes[i]));
            byte[] now = numbers[i] == 0 ? FIRST : hash(lanes[i], numbers[i]);
            if (!Arrays.equals(now, hashes[i])) {
                findings.add(new Finding(
                        Kind.ANCHOR, "chain " + lanes[i] + " is not what it was at link " + numbers[i] + " on " + day));
            }
        }
        byte[] root = sha256(String.join("\n", heads).getBytes(StandardCharsets.US_ASCII));
        if (!Arrays.equals(root, row.getBytes(5))) {
            findings.add(new Finding(Kind.ANCHOR, "the anchor of " + day + " was changed"));
        }
        told.put(day, HexFormat.of().formatHex(root));
    }

    private byte @Nullable [] hash(long lane, long number) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select hash from audit.link where lane = ? and number = ?")) {
            statement.setLong(1, lane);
            statement.setLong(2, number);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getBytes(1) : null;
            }
        }
    }

    private long count(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static Long[] longs(Array array) throws SQLException {
        return (Long[]) array.getArray();
    }

    /** "row 5"; "rows 5, 6, 7 and 12 more". */
    private static String named(List<Long> ids) {
        String some = ids.stream().limit(10).map(String::valueOf).collect(Collectors.joining(", "));
        return (ids.size() == 1 ? "row " : "rows ")
                + some
                + (ids.size() > 10 ? " and " + (ids.size() - 10) + " more" : "");
    }

    private static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}
