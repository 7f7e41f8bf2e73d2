/**
 * Asking a person what they need, and writing the answer down so that it can be acted on.
 *
 * <p>A form is any FHIR Questionnaire; the engine behind it is {@code health.weft.fhir.questionnaire}. {@link
 * health.weft.screening.Forms} know which can be asked, {@link health.weft.screening.Asking} takes a form from page to page, in
 * four ways: at the desk, by a link, on a tablet, by the signed-in person. The answers become a QuestionnaireResponse, and an Observation
 * for each that has a code; {@link health.weft.screening.Scoring} says what they mean by question and answer; {@link
 * health.weft.screening.Needs} keeps the Conditions and Goals that follow. What was not answered is never counted as "no need".
 *
 * <p>Uses: directory (the categories), consent (what is sensitive), identity, notice, record, ui, security, signin (addresses in mails), audit, mail, problem.
 */
@ApplicationModule(
        allowedDependencies = {
            "directory",
            "consent",
            "identity",
            "notice",
            "record",
            "ui",
            "security",
            "signin",
            "audit",
            "mail",
            "problem"
        })
@NullMarked
package health.weft.screening;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
