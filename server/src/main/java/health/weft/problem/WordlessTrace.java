package health.weft.problem;

import ch.qos.logback.classic.pattern.ThrowableHandlingConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.classic.spi.ThrowableProxy;
import java.sql.SQLException;
import java.util.List;

/**
 * How an exception is written into the log: what it is, where, and with which SQLSTATE, without what it says.
 *
 * <p>Libraries put what they were working on into the messages of their exceptions: a date that is none, the row that a constraint refused. That
 * is health data as often as not. Told are the messages of those that speak of files, the network and settings, Weft's own ({@link Problem}), and
 * whatever keeps the server from starting. {@code logback.xml} names this class in the place of {@code %wEx}.
 */
public final class WordlessTrace extends ThrowableHandlingConverter {
    private static final List<String> HARMLESS =
            List.of("java.net.", "java.nio.", "javax.net.ssl.", Problem.class.getName());

    /** Says why the server does not start. */
    private static final String START = "org.springframework.boot.";

    private static final int DEEPEST = 10;

    @Override
    public String convert(ILoggingEvent event) {
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown == null) {
            return "";
        }
        StringBuilder text = new StringBuilder("\n");
        for (int deep = 0; thrown != null && deep < DEEPEST; deep++) {
            write(thrown, deep, event.getLoggerName().startsWith(START), text);
            thrown = thrown.getCause();
        }
        return text.toString();
    }

    private static void write(IThrowableProxy thrown, int deep, boolean told, StringBuilder text) {
        text.append(deep == 0 ? "" : "Caused by: ").append(thrown.getClassName());
        if (thrown instanceof ThrowableProxy known && known.getThrowable() instanceof SQLException sql) {
            text.append(" SQLSTATE ").append(sql.getSQLState());
        }
        String what = thrown.getClassName() + ": " + thrown.getMessage();
        if (thrown.getMessage() != null && (told || HARMLESS.stream().anyMatch(what::startsWith))) {
            text.append(": ").append(thrown.getMessage());
        }
        text.append('\n');
        StackTraceElementProxy[] frames = thrown.getStackTraceElementProxyArray();
        int own = frames.length - thrown.getCommonFrames();
        for (int i = 0; i < own; i++) {
            text.append("\tat ").append(frames[i].getStackTraceElement()).append('\n');
        }
        if (own < frames.length) {
            text.append("\t... ").append(frames.length - own).append(" common frames omitted\n");
        }
    }
}
