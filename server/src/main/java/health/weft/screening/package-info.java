/**
 * Asking a person what they need, and writing the answer down so that it can be acted on.
 *
 * <p>A form is a FHIR Questionnaire, in English and Spanish. The answers become a QuestionnaireResponse; each answer and
 * the score an Observation; a positive score a Condition of the SDOHCC category, and an offer to refer. What was not
 * answered is never counted as "no need".
 *
 * <p>Uses: directory (the categories), identity, record, ui, security, problem.
 */
@ApplicationModule(allowedDependencies = {"directory", "identity", "record", "ui", "security", "audit", "problem"})
@NullMarked
package health.weft.screening;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
