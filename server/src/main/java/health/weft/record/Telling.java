package health.weft.record;

import health.weft.fhir.Issue;
import health.weft.fhir.Json;
import health.weft.problem.Problem;
import health.weft.security.Caller;
import health.weft.security.Grant;
import health.weft.security.Grant.Interaction;
import health.weft.security.Role;
import health.weft.store.Author;
import health.weft.store.StoreException;
import health.weft.store.StoreListener;
import health.weft.store.Stored;
import health.weft.store.Visibility;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.function.SingletonSupplier;
import tools.jackson.databind.node.ObjectNode;

/** Tells features what the store tells of writes, in the transaction and the thread of the write. */
final class Telling implements StoreListener {
    /** Who writes, for as long as the store is at it. */
    static final ScopedValue<Caller> BY = ScopedValue.newInstance();

    /** Types that only Weft itself makes: they testify to what happened. */
    private static final Set<String> SERVER_MADE = Set.of("AuditEvent", "Provenance");

    /** What the network searches by is everybody's. */
    private static final Role[] MAKES_PARAMETERS = {Role.PLATFORM, Role.CONVENER, Role.STEWARD};

    private final Supplier<List<RecordListener>> features;
    private final DataSource dataSource;
    private final JdbcClient jdbc;

    /** @param features those that listen; asked for late, for they work with the record themselves */
    Telling(ObjectProvider<RecordListener> features, DataSource dataSource) {
        this.features = SingletonSupplier.of(() -> features.orderedStream().toList());
        this.dataSource = dataSource;
        this.jdbc = JdbcClient.create(dataSource);
    }

    @Override
    public void asked(String kind, String type, Author author) {
        refusing(() -> {
            Grant grant = BY.get().grant();
            Interaction interaction = Interaction.valueOf(kind);
            if (grant != null && !grant.allows(interaction, type)) {
                throw Refusals.notGiven(interaction, type);
            }
            return true;
        });
    }

    @Override
    public boolean writing(@Nullable Stored before, @Nullable ObjectNode after, Author author) {
        return refusing(() -> {
            Grant grant = BY.get().grant();
            Interaction interaction = after == null ? Interaction.DELETE : Interaction.UPDATE;
            if (grant != null && before != null && !fits(before.rid(), grant.rows(interaction))) {
                // As if it were not there.
                throw Problem.notFound("There is no " + before.type() + " with this id.");
            }
            return decide(before, after);
        });
    }

    /** Whether the row is one of these, as it stands in this transaction. */
    private boolean fits(long rid, Visibility rows) {
        List<Object> args = new ArrayList<>();
        args.add(rid);
        args.addAll(rows.args());
        return jdbc.sql("select exists (select from record.res r where r.rid = ? and " + rows.sql() + ")")
                .params(args)
                .query(Boolean.class)
                .single();
    }

    private boolean decide(@Nullable Stored before, @Nullable ObjectNode after) {
        Caller by = BY.get();
        String type = before != null ? before.type() : after == null ? "" : Json.text(after, "resourceType");
        if (SERVER_MADE.contains(type) && !by.is(Role.PLATFORM)) {
            throw Problem.forbidden("Weft itself makes every " + type + "; it cannot be written from outside.");
        }
        if (type.equals("Patient") && by.is(Role.PATIENT)) {
            // A made-up Patient would be joined with somebody's person, and open their record.
            throw Problem.forbidden(
                    "Your details are changed by the organisations that keep them; ask one of them, or send a message.");
        }
        if (type.equals("SearchParameter") && !by.is(MAKES_PARAMETERS)) {
            throw Problem.forbidden(
                    "A SearchParameter changes what everybody searches by; the convener or a steward writes it.");
        }
        ResourceWriting writing =
                new ResourceWriting(by, before == null || before.deleted() ? null : before.json(), after);
        features.get().forEach(feature -> feature.writing(writing));
        return writing.isApproved();
    }

    @Override
    public void written(Stored now, @Nullable Stored before, ObjectNode json, Author author) {
        ObjectNode told = now.deleted() ? Json.mapper().createObjectNode() : json;
        refusing(() -> {
            Grant grant = BY.get().grant();
            Interaction interaction = before == null ? Interaction.CREATE : Interaction.UPDATE;
            if (grant != null && !now.deleted() && !fits(now.rid(), grant.rows(interaction))) {
                throw Problem.forbidden(
                        "This app was not given the right to write this " + now.type() + ": its scopes name others.");
            }
            ResourceWritten written = new ResourceWritten(now, told, BY.get());
            features.get().forEach(feature -> feature.written(written));
            return true;
        });
    }

    @Override
    public void settled(List<Written> all) {
        refusing(() -> {
            features.get().forEach(feature -> feature.settled(all, BY.get()));
            return true;
        });
    }

    /** What a feature refuses is told to the store in its own words, so that it can name the entry, or go on with the next. */
    private static <T> T refusing(Supplier<T> work) {
        try {
            return work.get();
        } catch (Problem refused) {
            List<Issue> issues = refused.details().isEmpty()
                    ? List.of(Issue.error(refused.category().issueType(), refused.getMessage()))
                    : refused.details().stream()
                            .map(d ->
                                    Issue.error(d.code(), d.message(), d.path().isEmpty() ? null : d.path()))
                            .toList();
            throw StoreException.refused(refused.category().status().value(), issues);
        }
    }

    /** A feature that refused has marked the whole transaction as lost; what it did is undone, the rest may be kept. */
    @Override
    public void undone() {
        if (TransactionSynchronizationManager.getResource(dataSource) instanceof ConnectionHolder holder) {
            holder.resetRollbackOnly();
        }
    }
}
