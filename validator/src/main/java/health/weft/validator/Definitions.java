package health.weft.validator;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.ValidationSupportContext;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hl7.fhir.common.hapi.validation.support.BaseValidationSupport;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.Enumerations.PublicationStatus;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.ValueSet;
import org.jspecify.annotations.Nullable;

/**
 * What the network's packages define, found by canonical address, with a version ({@code url|7.0.0}) or without. A definition is
 * kept as the bytes it came in and read when it is first asked for: of value sets and code systems few are; structures the
 * validator takes all at its first question.
 */
final class Definitions extends BaseValidationSupport {
    private final Map<String, Definition> byAddress = new HashMap<>();
    private final List<Definition> structures = new ArrayList<>();

    Definitions(FhirContext context) {
        super(context);
    }

    /** One definition, read at first use. */
    private final class Definition {
        private byte[] json;
        private @Nullable MetadataResource read;

        Definition(byte[] json) {
            this.json = json;
        }

        synchronized MetadataResource get() {
            MetadataResource known = read;
            if (known == null) {
                known = (MetadataResource) getFhirContext()
                        .newJsonParser()
                        .parseResource(new InputStreamReader(new ByteArrayInputStream(json), StandardCharsets.UTF_8));
                read = known;
                json = new byte[0];
            }
            return known;
        }
    }

    /** Takes in one; of two with one address, the one that came first is found without a version. */
    void add(String type, String url, String version, byte[] json) {
        Definition definition = new Definition(json);
        byAddress.putIfAbsent(type + " " + url, definition);
        if (!version.isEmpty()) {
            byAddress.putIfAbsent(type + " " + url + "|" + version, definition);
        }
        if (type.equals("StructureDefinition")) {
            structures.add(definition);
        }
    }

    private @Nullable MetadataResource find(String type, @Nullable String url) {
        Definition found = url == null ? null : byAddress.get(type + " " + url);
        return found == null ? null : found.get();
    }

    @Override
    public String getName() {
        return "packages of the network";
    }

    @Override
    @SuppressWarnings("unchecked") // that is how the interface is
    public <T extends IBaseResource> List<T> fetchAllStructureDefinitions() {
        return (List<T>) structures.stream().map(Definition::get).toList();
    }

    @Override
    public List<IBaseResource> fetchAllConformanceResources() {
        return byAddress.values().stream()
                .distinct()
                .<IBaseResource>map(Definition::get)
                .toList();
    }

    @Override
    public @Nullable IBaseResource fetchStructureDefinition(String url) {
        return find("StructureDefinition", url);
    }

    @Override
    public @Nullable IBaseResource fetchCodeSystem(String url) {
        return find("CodeSystem", url);
    }

    @Override
    public @Nullable IBaseResource fetchValueSet(String url) {
        return find("ValueSet", url);
    }

    @Override
    @SuppressWarnings("unchecked") // that is how the interface is
    public <T extends IBaseResource> @Nullable T fetchResource(@Nullable Class<T> type, String url) {
        if (type == null) {
            return null;
        }
        String name = type == StructureDefinition.class
                ? "StructureDefinition"
                : type == ValueSet.class ? "ValueSet" : type == CodeSystem.class ? "CodeSystem" : type.getSimpleName();
        return (T) find(name, url);
    }

    @Override
    public boolean isCodeSystemSupported(ValidationSupportContext context, @Nullable String url) {
        return find("CodeSystem", url) instanceof CodeSystem system
                && system.getContent() != CodeSystem.CodeSystemContentMode.NOTPRESENT
                && system.getStatus() != PublicationStatus.RETIRED;
    }

    @Override
    public boolean isValueSetSupported(ValidationSupportContext context, @Nullable String url) {
        return find("ValueSet", url) != null;
    }
}
