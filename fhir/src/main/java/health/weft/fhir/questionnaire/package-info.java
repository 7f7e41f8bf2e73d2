/**
 * Questionnaires of R4 with Structured Data Capture (SDC 3.0): what a form asks now, what it calculates, what it is filled with
 * beforehand, and whether a response answers it. No Spring, no SQL.
 */
@NullMarked
package health.weft.fhir.questionnaire;

import org.jspecify.annotations.NullMarked;
