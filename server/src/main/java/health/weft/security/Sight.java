package health.weft.security;

import java.util.Set;

/**
 * Something beside the record that some roles see. The feature that shows it makes a bean of this from the very set that it asks when it
 * shows it.
 *
 * @param key of the messages: a sentence that says what they see
 * @param roles those who see it
 */
public record Sight(String key, Set<Role> roles) {}
