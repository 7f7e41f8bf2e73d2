package health.weft.validator;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.ConceptValidationOptions;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.context.support.ValidationSupportContext;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hl7.fhir.common.hapi.validation.support.BaseValidationSupport;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.CanonicalType;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.CodeSystem.CodeSystemContentMode;
import org.hl7.fhir.r4.model.ValueSet;
import org.hl7.fhir.r4.model.ValueSet.ConceptSetComponent;
import org.jspecify.annotations.Nullable;

/**
 * Answers for value sets that are not whole here, because they take in another or a code system that no package brought: whether
 * a code is in such a one nobody here can say, so that it is told as a warning and not as wrong. Stands before HAPI's own, which
 * takes what is missing for empty.
 */
final class OpenValueSets extends BaseValidationSupport {
    private static final int DEEPEST = 20;

    OpenValueSets(FhirContext context) {
        super(context);
    }

    @Override
    public String getName() {
        return "value sets that are not whole";
    }

    /** Only who says so is asked. */
    @Override
    public boolean isValueSetSupported(ValidationSupportContext context, @Nullable String valueSet) {
        return valueSet != null && context.getRootValidationSupport().fetchValueSet(valueSet) instanceof ValueSet;
    }

    @Override
    public @Nullable CodeValidationResult validateCodeInValueSet(
            ValidationSupportContext context,
            ConceptValidationOptions options,
            @Nullable String system,
            @Nullable String code,
            @Nullable String display,
            IBaseResource valueSet) {
        return valueSet instanceof ValueSet set ? answer(context, system, code, set) : null;
    }

    @Override
    public @Nullable CodeValidationResult validateCode(
            ValidationSupportContext context,
            ConceptValidationOptions options,
            @Nullable String system,
            @Nullable String code,
            @Nullable String display,
            @Nullable String valueSet) {
        if (valueSet == null || valueSet.isEmpty()) {
            return null;
        }
        return context.getRootValidationSupport().fetchValueSet(valueSet) instanceof ValueSet set
                ? answer(context, system, code, set)
                : null;
    }

    private static @Nullable CodeValidationResult answer(
            ValidationSupportContext context, @Nullable String system, @Nullable String code, ValueSet set) {
        Looking looking = new Looking(context.getRootValidationSupport(), system, code);
        boolean listed = looking.lists(set, 0);
        String missing = looking.missing;
        if (missing == null) {
            return null;
        }
        for (ConceptSetComponent part : set.getCompose().getExclude()) {
            if (looking.lists(part, 0)) {
                return null;
            }
        }
        if (listed) {
            return new CodeValidationResult().setCode(code);
        }
        String told = "Not checked: the value set " + set.getUrl() + " takes in " + missing
                + ", which no package here brings.";
        return new CodeValidationResult()
                .setCode(code)
                .setSeverity(IssueSeverity.WARNING)
                .setMessage(told)
                .setIssues(List.of(new CodeValidationIssue(
                        told,
                        IssueSeverity.WARNING,
                        CodeValidationIssueCode.NOT_FOUND,
                        CodeValidationIssueCoding.NOT_FOUND)));
    }

    /** One code on its way through a value set and those it takes in. */
    private static final class Looking {
        private final IValidationSupport all;
        private final @Nullable String system;
        private final @Nullable String code;
        private final Set<String> seen = new HashSet<>();
        /** What would be needed and is not here; null when nothing is missing. */
        private @Nullable String missing;

        Looking(IValidationSupport all, @Nullable String system, @Nullable String code) {
            this.all = all;
            this.system = system;
            this.code = code;
        }

        /** Whether the code is listed by name; what could not be looked into is kept in {@code missing}. */
        boolean lists(ValueSet set, int depth) {
            if (depth > DEEPEST || set.hasExpansion()) {
                return false;
            }
            boolean listed = false;
            for (ConceptSetComponent part : set.getCompose().getInclude()) {
                listed |= lists(part, depth);
            }
            return listed;
        }

        private boolean lists(ConceptSetComponent part, int depth) {
            boolean listed = part.hasSystem() || part.hasValueSet();
            if (part.hasConcept()) {
                listed = (system == null || system.equals(part.getSystem()))
                        && part.getConcept().stream().anyMatch(c -> c.getCode().equals(code));
            } else if (part.hasSystem()) {
                if (system == null || system.equals(part.getSystem())) {
                    needs(part.getSystem());
                }
                listed = false;
            }
            for (CanonicalType taken : part.getValueSet()) {
                String url = taken.getValue();
                if (all.fetchValueSet(url) instanceof ValueSet other) {
                    listed &= !seen.add(url) || lists(other, depth + 1);
                } else {
                    missing = url;
                    listed = false;
                }
            }
            return listed;
        }

        private void needs(String url) {
            boolean whole = all.fetchCodeSystem(url) instanceof CodeSystem found
                    && found.getContent() != CodeSystemContentMode.NOTPRESENT
                    && found.getContent() != CodeSystemContentMode.FRAGMENT;
            // Languages, currencies, units and states have no CodeSystem and are known by their form.
            if (!whole && !formed(url)) {
                missing = url;
            }
        }

        private static boolean formed(String url) {
            return url.startsWith("urn:ietf:")
                    || url.startsWith("urn:iso:")
                    || url.equals("http://unitsofmeasure.org")
                    || url.equals("https://www.usps.com/");
        }
    }
}
