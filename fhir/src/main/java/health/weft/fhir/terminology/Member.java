package health.weft.fhir.terminology;

/** A concept in a value set. */
record Member(CodeSystem system, Concept concept) {
    record Key(String system, String code) {}

    Key key() {
        return new Key(system.url(), concept.code());
    }
}
