package health.weft.validator;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.validation.IValidationContext;
import ca.uhn.fhir.validation.ValidationContext;
import ca.uhn.fhir.validation.ValidationOptions;
import java.time.Duration;
import java.util.List;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain.CacheConfiguration;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.r4.model.OperationOutcome;
import org.hl7.fhir.r4.model.OperationOutcome.IssueSeverity;
import org.hl7.fhir.r4.model.OperationOutcome.IssueType;
import org.hl7.fhir.r5.utils.validation.constants.BestPracticeWarningLevel;
import org.hl7.fhir.utilities.validation.ValidationMessage;

/**
 * Holds a resource against R4 and profiles, by HL7's own rules. Codes of systems that are not here (SNOMED CT, LOINC) are told as
 * warnings: nobody can say whether they are right.
 */
final class Profiles {
    /** That a resource names a profile which is not here is told once more, with its place. */
    private static final String TOLD_ALREADY = "Invalid profile. Failed to retrieve profile";

    private final FhirContext context;
    private final Validator validator;

    /** HAPI hands out its messages without their types; here they are whole. */
    private static final class Validator extends FhirInstanceValidator {
        Validator(ValidationSupportChain support) {
            super(support);
        }

        List<ValidationMessage> messages(IValidationContext<?> of) {
            return validate(of);
        }
    }

    Profiles(FhirContext context, Definitions definitions) {
        this.context = context;
        UnknownCodeSystemWarningValidationSupport unknown = new UnknownCodeSystemWarningValidationSupport(context);
        unknown.setNonExistentCodeSystemSeverity(IValidationSupport.IssueSeverity.WARNING);
        // A definition never changes while this process lives.
        CacheConfiguration cache = CacheConfiguration.defaultValues().setCacheTimeout(Duration.ofDays(1));
        validator = new Validator(new ValidationSupportChain(
                cache,
                new DefaultProfileValidationSupport(context),
                definitions,
                new CommonCodeSystemsTerminologyService(context),
                new OpenValueSets(context),
                new InMemoryTerminologyServerValidationSupport(context),
                unknown,
                new SnapshotGeneratingValidationSupport(context)));
        validator.setErrorForUnknownProfiles(false);
        validator.setAnyExtensionsAllowed(true);
        validator.setAssumeValidRestReferences(true);
        validator.setBestPracticeWarningLevel(BestPracticeWarningLevel.Ignore);
    }

    /**
     * An OperationOutcome in JSON, each issue with its place as FHIRPath; without issues when nothing is to be told. A profile that
     * is not here is fatal: nothing can be said about it.
     */
    String check(List<String> profiles, String resource) {
        ValidationOptions options = new ValidationOptions();
        OperationOutcome outcome = new OperationOutcome();
        for (String profile : profiles) {
            if (validator.getValidationSupport().fetchStructureDefinition(profile) == null) {
                outcome.addIssue()
                        .setSeverity(IssueSeverity.FATAL)
                        .setCode(IssueType.NOTFOUND)
                        .setDiagnostics("No package here brings the profile " + profile
                                + ". Put its package into the folder of weft.packages.");
            } else {
                options.addProfile(profile);
            }
        }
        for (ValidationMessage message : validator.messages(ValidationContext.forText(context, resource, options))) {
            if (!message.getMessage().startsWith(TOLD_ALREADY)) {
                tell(message, outcome);
            }
        }
        return context.newJsonParser().encodeResourceToString(outcome);
    }

    private static void tell(ValidationMessage message, OperationOutcome outcome) {
        OperationOutcome.OperationOutcomeIssueComponent issue = outcome.addIssue()
                .setSeverity(
                        switch (message.getLevel()) {
                            case FATAL -> IssueSeverity.FATAL;
                            case ERROR -> IssueSeverity.ERROR;
                            case WARNING -> IssueSeverity.WARNING;
                            default -> IssueSeverity.INFORMATION;
                        })
                .setCode(type(message))
                .setDiagnostics(message.getMessage());
        String at = message.getLocation();
        if (at != null && !at.isBlank()) {
            // Behind an entry of a bundle stands a comment of what it is.
            issue.addExpression(at.replaceAll("/\\*.*?\\*/", ""));
        }
    }

    private static IssueType type(ValidationMessage message) {
        try {
            return IssueType.fromCode(message.getType().toCode());
        } catch (RuntimeException newerThanR4) {
            return IssueType.PROCESSING;
        }
    }
}
