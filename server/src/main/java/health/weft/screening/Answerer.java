package health.weft.screening;

import health.weft.identity.SourcePatient;
import health.weft.security.Caller;

/**
 * Who answers a form about whom.
 *
 * @param caller under whose party it is written: the worker, the person, or for a link the organisation that sent it
 * @param person id, without its type
 * @param patient the copy that the answers are written with
 */
record Answerer(Caller caller, String person, SourcePatient patient, Way way) {}
