package health.weft.fhir;

import java.util.List;

/** How much expressions may still do in one evaluation: each step costs one, each item and text it yields more. */
public final class FhirPathWork {
    private static final int CHARACTERS_A_UNIT = 100;

    private int left;

    /** @param most steps and items */
    public FhirPathWork(int most) {
        this.left = most;
    }

    /** Takes what the items of one step cost. */
    void spend(List<Item> items) {
        left -= 1 + items.size();
        if (items.size() == 1 && items.getFirst().json().isString()) {
            left -= items.getFirst().json().stringValue().length() / CHARACTERS_A_UNIT;
        }
        if (left < 0) {
            throw new FhirPathException("the expression works too much on this resource; make it simpler");
        }
    }
}
