package health.weft;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class Weft {
    static void main(String[] args) {
        SpringApplication.run(Weft.class, args);
    }
}
