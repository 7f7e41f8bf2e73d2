package health.weft.signin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.web.webauthn.api.AuthenticatorTransport;
import org.springframework.security.web.webauthn.api.Bytes;
import org.springframework.security.web.webauthn.api.CredentialRecord;
import org.springframework.security.web.webauthn.api.ImmutableCredentialRecord;
import org.springframework.security.web.webauthn.api.ImmutablePublicKeyCose;
import org.springframework.security.web.webauthn.api.ImmutablePublicKeyCredentialUserEntity;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialType;
import org.springframework.security.web.webauthn.api.PublicKeyCredentialUserEntity;
import org.springframework.security.web.webauthn.management.PublicKeyCredentialUserEntityRepository;
import org.springframework.security.web.webauthn.management.UserCredentialRepository;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The passkeys that people registered: the public halves, and by which handle an authenticator knows its person. */
@Component
public class Passkeys implements UserCredentialRepository, PublicKeyCredentialUserEntityRepository {
    /** WebAuthn Level 3, section 14.6.1: a random handle says nothing about who it is. */
    private static final int HANDLE_BYTES = 32;

    private static final String RECORDS = """
            select k.id, k.username, k.name, k.public_key, k.attestation, k.counter, k.uv, k.eligible, k.backed_up, k.transports,
                   k.created, k.used, u.handle
              from security.passkey k join security.passkey_user u using (username)
            """;

    private final JdbcClient jdbc;

    Passkeys(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A passkey as its person sees it.
     *
     * @param key names it in addresses
     */
    public record Named(String key, String name, Instant created, Instant used) {}

    @Transactional(readOnly = true)
    public List<Named> of(String username) {
        return jdbc.sql("select id, name, created, used from security.passkey where username = ? order by created")
                .param(username)
                .query((row, n) -> new Named(
                        HexFormat.of().formatHex(row.getBytes(1)),
                        row.getString(2),
                        row.getTimestamp(3).toInstant(),
                        row.getTimestamp(4).toInstant()))
                .list();
    }

    /** Gives the person's own passkey another name; whether there was one. */
    @Transactional
    public boolean rename(String username, byte[] id, String name) {
        return jdbc.sql("update security.passkey set name = ? where id = ? and username = ?")
                        .params(name, id, username)
                        .update()
                == 1;
    }

    /** Removes the person's own passkey; whether there was one. */
    @Transactional
    public boolean remove(String username, byte[] id) {
        return jdbc.sql("delete from security.passkey where id = ? and username = ?")
                        .params(id, username)
                        .update()
                == 1;
    }

    /** Nothing deletes by the id alone: {@link #remove} asks whose it is. */
    @Override
    public void delete(Bytes id) {
        throw new UnsupportedOperationException("a passkey is removed by its person");
    }

    /** Writes a new passkey, or the counter and the flags of one that was used. */
    @Override
    @Transactional
    public void save(CredentialRecord record) {
        jdbc.sql("""
                insert into security.passkey
                    (id, username, name, public_key, attestation, counter, uv, eligible, backed_up, transports)
                select :id, username, :name, :key, :attestation, :counter, :uv, :eligible, :backed, :transports
                  from security.passkey_user where handle = :handle
                on conflict (id) do update set counter = excluded.counter, uv = excluded.uv,
                    backed_up = excluded.backed_up, used = now()""")
                .param("id", record.getCredentialId().getBytes())
                .param("handle", record.getUserEntityUserId().getBytes())
                .param("name", record.getLabel())
                .param("key", record.getPublicKey().getBytes())
                .param(
                        "attestation",
                        Optional.ofNullable(record.getAttestationObject())
                                .map(Bytes::getBytes)
                                .orElse(null))
                .param("counter", record.getSignatureCount())
                .param("uv", record.isUvInitialized())
                .param("eligible", record.isBackupEligible())
                .param("backed", record.isBackupState())
                .param(
                        "transports",
                        String.join(
                                " ",
                                record.getTransports().stream()
                                        .map(AuthenticatorTransport::getValue)
                                        .toList()))
                .update();
    }

    @Override
    @Transactional(readOnly = true)
    public @Nullable CredentialRecord findByCredentialId(Bytes id) {
        return records(RECORDS + " where k.id = ?", id.getBytes()).stream()
                .findFirst()
                .orElse(null);
    }

    @Override
    @Transactional(readOnly = true)
    public List<CredentialRecord> findByUserId(Bytes handle) {
        return records(RECORDS + " where u.handle = ?", handle.getBytes());
    }

    private List<CredentialRecord> records(String sql, byte[] key) {
        return new ArrayList<>(jdbc.sql(sql)
                .param(key)
                .query((row, n) -> ImmutableCredentialRecord.builder()
                        .credentialType(PublicKeyCredentialType.PUBLIC_KEY)
                        .credentialId(new Bytes(row.getBytes("id")))
                        .userEntityUserId(new Bytes(row.getBytes("handle")))
                        .label(row.getString("name"))
                        .publicKey(new ImmutablePublicKeyCose(row.getBytes("public_key")))
                        .attestationObject(new Bytes(row.getBytes("attestation")))
                        .signatureCount(row.getLong("counter"))
                        .uvInitialized(row.getBoolean("uv"))
                        .backupEligible(row.getBoolean("eligible"))
                        .backupState(row.getBoolean("backed_up"))
                        .transports(transports(row.getString("transports")))
                        .created(row.getTimestamp("created").toInstant())
                        .lastUsed(row.getTimestamp("used").toInstant())
                        .build())
                .list());
    }

    private static Set<AuthenticatorTransport> transports(String written) {
        Set<AuthenticatorTransport> transports = new LinkedHashSet<>();
        for (String one : written.split(" ")) {
            if (!one.isEmpty()) {
                transports.add(AuthenticatorTransport.valueOf(one));
            }
        }
        return transports;
    }

    @Override
    @Transactional(readOnly = true)
    public @Nullable PublicKeyCredentialUserEntity findById(Bytes handle) {
        return entity("handle = ?", handle.getBytes()).orElse(null);
    }

    /** Also makes the handle when the person comes with a passkey for the first time. */
    @Override
    @Transactional
    public @Nullable PublicKeyCredentialUserEntity findByUsername(String username) {
        jdbc.sql("""
                insert into security.passkey_user (username, handle)
                select username, ? from security.account where username = ? on conflict do nothing""").params(Secrets.random(HANDLE_BYTES), username).update();
        return entity("username = ?", username).orElse(null);
    }

    private Optional<PublicKeyCredentialUserEntity> entity(String where, Object key) {
        return jdbc.sql("""
                        select u.username, u.handle, a.display_name
                          from security.passkey_user u join security.account a using (username) where\s""" + where)
                .param(key)
                .query((row, n) -> ImmutablePublicKeyCredentialUserEntity.builder()
                        .name(row.getString(1))
                        .id(new Bytes(row.getBytes(2)))
                        .displayName(row.getString(3))
                        .build())
                .optional();
    }

    @Override
    public void save(PublicKeyCredentialUserEntity person) {
        // Made by findByUsername, and never changed.
    }
}
