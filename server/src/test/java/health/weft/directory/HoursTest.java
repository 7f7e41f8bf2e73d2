package health.weft.directory;

import static org.assertj.core.api.Assertions.assertThat;

import health.weft.fhir.Json;
import health.weft.ui.Text;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.context.support.ResourceBundleMessageSource;

/** How the hours of a week are told in a line that somebody reads while standing at a bus stop. */
class HoursTest {
    private static final ResourceBundleMessageSource MESSAGES = new ResourceBundleMessageSource();

    static {
        MESSAGES.setBasename("messages/directory");
        MESSAGES.setDefaultEncoding("UTF-8");
        MESSAGES.setFallbackToSystemLocale(false);
    }

    private static String told(String language, String week) {
        String schedules = Arrays.stream(week.split(";"))
                .filter(part -> !part.isBlank())
                .map(part -> part.strip().split(" "))
                .map(part -> "{\"freq\":\"WEEKLY\",\"byday\":\"%s\",\"opens_at\":\"%s\",\"closes_at\":\"%s\"}"
                        .formatted(part[0], part[1], part[2]))
                .collect(Collectors.joining(",", "{\"schedules\":[", "]}"));
        // The day's first and second half are set off by a narrow space, as the locale has it.
        return Hours.of(Json.parse(schedules).path("schedules"), ZoneId.of("America/New_York"))
                .inWords(new Text(MESSAGES, Locale.of(language), ZoneId.of("America/New_York")))
                .replaceAll("[\u00a0\u202f]", " ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en | MO,TU,WE,TH,FR 08:00 17:00 | Monday to Friday 8:00 AM–5:00 PM",
                "es | MO,TU,WE,TH,FR 08:00 17:00 | lunes a viernes 8:00 a.m.–5:00 p.m.",
                "en | MO,TU,WE,TH,FR,SA,SU 08:00 22:00 | Every day 8:00 AM–10:00 PM",
                "es | MO,TU,WE,TH,FR,SA,SU 00:00 23:59 | Todos los días todo el día",
                "en | MO,TU,WE,TH,FR,SA,SU 18:00 08:00 | Every day 6:00 PM–8:00 AM next morning",
                "es | TH,FR,SA 21:30 06:15 | jueves a sábado 9:30 p.m.–6:15 a.m. de la mañana siguiente",
                "en | FR 20:00 14:00 | Friday 8:00 PM–2:00 PM next day",
                "es | FR 20:00 14:00 | viernes 8:00 p.m.–2:00 p.m. del día siguiente",
                "en | TU 18:00 00:00 | Tuesday 6:00 PM–12:00 AM",
                "en | SA,SU 00:00 00:00 | Saturday, Sunday all day",
                "en | SA,SU 10:00 12:00; WE 16:00 19:00 | Wednesday 4:00 PM–7:00 PM; Saturday, Sunday 10:00 AM–12:00 PM",
                "en | MO 08:00 12:00; MO 13:00 17:00; TU 08:00 12:00; TU 13:00 17:00; WE 13:00 17:00; WE 08:00 12:00 | Monday to Wednesday 8:00 AM–12:00 PM, 1:00 PM–5:00 PM",
                "en | MO,TU 08:00 12:00; WE 08:00 13:00; TH 08:00 12:00 | Monday, Tuesday 8:00 AM–12:00 PM; Wednesday 8:00 AM–1:00 PM; Thursday 8:00 AM–12:00 PM",
                "en | '' | ''",
            })
    void days_with_the_same_hours_are_told_together(String language, String week, String words) {
        assertThat(told(language, week)).isEqualTo(words);
    }
}
