package health.weft.record;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names the FHIR interaction that a handler serves; the CapabilityStatement is made of these. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Serves {
    /** A code of type-restful-interaction or system-restful-interaction. */
    String[] value() default {};

    /** What it does under a condition: {@code create}, {@code update} or {@code delete}; empty when nothing. */
    String conditional() default "";

    /** Name of an operation, without the {@code $}; empty when it is none. */
    String operation() default "";

    /**
     * Resource type the operation is for; {@code Resource} for every type, empty when it is for the whole server. Of an interaction: the type
     * that is served on its own, by the interactions that name it and no other.
     */
    String on() default "";

    /** Codes of the search parameters of a type that is served on its own. */
    String[] parameters() default {};

    /** Canonical address of the operation's definition; empty for that of R4 itself. */
    String definition() default "";
}
