package health.weft;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.modulith.Modulithic;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Weft, the server: the crosswise thread of a community health network. */
@Modulithic(systemName = "Weft")
@SpringBootApplication(exclude = UserDetailsServiceAutoConfiguration.class)
@EnableScheduling
public class Weft {

    private Weft() {}

    /** Runs what the launcher {@code ./weft} was asked for; see {@link Command}. */
    public static void main(String[] args) {
        System.exit(Command.run(args));
    }
}
