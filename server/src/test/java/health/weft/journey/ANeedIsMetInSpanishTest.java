package health.weft.journey;

/** The main job, told in Spanish. */
class ANeedIsMetInSpanishTest extends ANeedIsMet {
    ANeedIsMetInSpanishTest() {
        super("es");
    }
}
