package health.weft.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Locale;
import java.util.ResourceBundle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of need that SDOHCC names can be said, in the reader's language. */
class SdohCategoryTest {
    @ParameterizedTest
    @ValueSource(strings = {"en", "es"})
    void each_is_called_as_people_say_it_and_no_two_alike(String language) {
        ResourceBundle words = ResourceBundle.getBundle(
                "messages.referral",
                Locale.of(language),
                ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
        for (String form : new String[] {"category", "plain"}) {
            assertThat(Arrays.stream(SdohCategory.values())
                            .map(c -> words.getString("referral." + form + "." + c.code())))
                    .doesNotHaveDuplicates()
                    .allSatisfy(word -> assertThat(word).isNotBlank());
        }
    }
}
