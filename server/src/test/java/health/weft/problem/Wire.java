package health.weft.problem;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** The network between a server and its database, which does what a test says. */
final class Wire implements AutoCloseable {
    enum Mood {
        /** Brings what comes. */
        WELL,
        /** Brings it in small pieces, each a little late. */
        SLOW,
        /** Takes what comes and brings nothing. */
        SILENT,
        /** Lets nobody through; whoever was is cut off. */
        DOWN
    }

    private final ServerSocket server;
    private final int to;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile Mood mood = Mood.WELL;
    /** Whoever says this has its connection cut once the answer to its commit would come; empty for nobody. */
    private final AtomicReference<String> cutsWhoSays = new AtomicReference<>("");

    Wire(int to) throws IOException {
        this.to = to;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                accept();
            }
        });
    }

    int port() {
        return server.getLocalPort();
    }

    void becomes(Mood next) throws IOException {
        mood = next;
        if (next == Mood.DOWN) {
            cutAll();
        }
    }

    /** The commit of whoever says this word reaches the database, and nothing of what the database says to it comes back; once. */
    void cutAtCommitOf(String word) {
        cutsWhoSays.set(word);
    }

    boolean hasCut() {
        return cutsWhoSays.get().isEmpty();
    }

    private void cutAll() throws IOException {
        for (Socket socket : Set.copyOf(open)) {
            cut(socket);
        }
    }

    /** By a reset, as a cable does not say goodbye. */
    private void cut(Socket socket) throws IOException {
        if (open.remove(socket)) {
            try {
                socket.setSoLinger(true, 0);
            } catch (SocketException closed) {
                // The other side was quicker.
            }
            socket.close();
        }
    }

    @SuppressWarnings("AddressSelection")
    private void accept() {
        try {
            Socket near = server.accept();
            if (mood == Mood.DOWN) {
                near.setSoLinger(true, 0);
                near.close();
                return;
            }
            Socket far = new Socket("localhost", to);
            open.add(near);
            open.add(far);
            AtomicBoolean marked = new AtomicBoolean();
            Thread.ofVirtual().start(() -> bring(near, far, true, marked));
            Thread.ofVirtual().start(() -> bring(far, near, false, marked));
        } catch (IOException e) {
            // Closed, or the database is away: whoever asked sees it.
        }
    }

    private void bring(Socket from, Socket into, boolean asks, AtomicBoolean marked) {
        try (InputStream in = from.getInputStream();
                OutputStream out = into.getOutputStream()) {
            byte[] piece = new byte[8_192];
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                byte[] bytes = Arrays.copyOf(piece, n);
                String said = new String(bytes, StandardCharsets.ISO_8859_1);
                String word = cutsWhoSays.get();
                if (asks && !word.isEmpty() && said.contains(word)) {
                    marked.set(true);
                }
                // What the database says once it has committed.
                if (!asks && marked.get() && said.contains("COMMIT\0") && cutsWhoSays.compareAndSet(word, "")) {
                    break;
                }
                bring(bytes, out);
            }
        } catch (IOException | InterruptedException e) {
            // Cut off.
        } finally {
            try {
                cut(from);
                cut(into);
            } catch (IOException e) {
                // It is closed already.
            }
        }
    }

    private void bring(byte[] bytes, OutputStream out) throws IOException, InterruptedException {
        switch (mood) {
            case SILENT -> {}
            case SLOW -> {
                for (int at = 0; at < bytes.length; at += 400) {
                    Thread.sleep(2);
                    out.write(bytes, at, Math.min(400, bytes.length - at));
                    out.flush();
                }
            }
            case WELL, DOWN -> {
                out.write(bytes);
                out.flush();
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        cutAll();
    }
}
