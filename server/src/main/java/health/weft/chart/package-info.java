/**
 * One record for a person, over all the organisations that wrote it.
 *
 * <p>The resources of every copy that identity joined are read through the record, which leaves out what the caller may not see.
 * {@link health.weft.chart.FactReading} turns each into a {@link health.weft.chart.Fact}: what it says, since when, and which
 * organisation wrote it when. {@link health.weft.chart.Chart} shows a fact that two organisations report once, with both sources,
 * and groups measured values into series. {@code ChartPages} and {@code PeoplePages} are the pages for those who care for people;
 * the patient's own page reads the same chart.
 *
 * <p>{@code ReportedPages} are for public health alone: what the law has reported of anybody, and whom to call.
 *
 * <p>Uses: record, identity, consent, security, problem, ui.
 */
@ApplicationModule(allowedDependencies = {"record", "identity", "consent", "security", "problem", "ui", "audit"})
@NullMarked
package health.weft.chart;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
