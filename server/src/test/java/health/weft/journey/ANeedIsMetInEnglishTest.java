package health.weft.journey;

/** The main job, told in English. */
class ANeedIsMetInEnglishTest extends ANeedIsMet {
    ANeedIsMetInEnglishTest() {
        super("en");
    }
}
