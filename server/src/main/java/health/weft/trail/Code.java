package health.weft.trail;

import tools.jackson.databind.node.ObjectNode;

/** A Coding (R4, 2.24.0.5). */
record Code(String system, String code, String display) {
    static final Code REST =
            new Code("http://terminology.hl7.org/CodeSystem/audit-event-type", "rest", "Restful Operation");

    /** Of DICOM (PS3.16, Annex D). */
    static Code dicom(String code, String display) {
        return new Code("http://dicom.nema.org/resources/ontology/DCM", code, display);
    }

    /** An interaction of FHIR; its display is its code. */
    static Code rest(String code) {
        return new Code("http://hl7.org/fhir/restful-interaction", code, code);
    }

    static Code participation(String code, String display) {
        return new Code("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", code, display);
    }

    /** Into an element of type Coding. */
    void into(ObjectNode coding) {
        coding.put("system", system).put("code", code).put("display", display);
    }
}
