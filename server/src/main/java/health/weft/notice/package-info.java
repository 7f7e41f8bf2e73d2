/**
 * Notices to people: kept in the transaction that made them needed, sent afterwards, tried again while the mail server is away; and
 * held back where a Flag says that none may leave about somebody.
 *
 * <p>Whatever tells somebody outside of Weft about a person asks {@link health.weft.notice.Quiet} first.
 *
 * <p>Uses: identity, record, security, audit, mail, problem, ui.
 */
@ApplicationModule(allowedDependencies = {"identity", "record", "security", "audit", "mail", "problem", "ui"})
@NullMarked
package health.weft.notice;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
