package health.weft;

import health.weft.audit.AuditCommand;
import health.weft.backup.BackupCommand;
import health.weft.bulk.ExportCommand;
import health.weft.bulk.ImportCommand;
import health.weft.database.EmbeddedDatabase;
import health.weft.database.OperatorDatabase;
import health.weft.demo.PeopleCommand;
import health.weft.directory.DirectoryCommand;
import health.weft.record.OperatorOrganizations;
import health.weft.security.OperatorAccounts;
import health.weft.security.OperatorTokens;
import health.weft.signin.SecretsKey;
import health.weft.smart.OperatorApps;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/** The commands that a person types after {@code ./weft}. Each tells its own use with {@code --help}. */
enum Command {
    SERVE("""
            ./weft serve [options]      run the server of a network

              --port N                  where to listen (default 8080, or WEFT_PORT)
              --data DIR                where the embedded database keeps its files (default ./data, or WEFT_DATA)
              --database-url URL        use this PostgreSQL instead: postgresql://user:password@host:5432/weft
                                        (or WEFT_DATABASE_URL, which keeps the password out of the process list)
              --fresh                   first delete what the embedded database holds (asks for --yes)
            """) {
        @Override
        int execute(Options options) {
            return Serving.until(options, false);
        }
    },
    DEMO("""
            ./weft demo [options]       bring up a demonstration network of synthetic people and show it

              --people N                how many living people to make (default 120)
              --port N                  where to listen (default 8080)
              --data DIR                where to keep it (default ./data/demo)
              --database-url URL        use this PostgreSQL instead of the embedded one
              --fresh                   start over: delete the demonstration's database, keep the generated people
            """) {
        @Override
        int execute(Options options) {
            return Serving.until(options, true);
        }
    },
    PEOPLE("""
            ./weft people [options]     make synthetic people as FHIR transaction bundles, and print the folder they are in

              --people N                how many living people to make (default 120)
              --data DIR                the folder they are kept under (default ./data/demo: those of the demonstration)
            """) {
        @Override
        int execute(Options options) {
            Path data = Path.of(options.value("data").orElse("data/demo")).toAbsolutePath();
            int people = Serving.number("people", options.value("people").orElse("120"));
            return new PeopleCommand(System.out, System.err).run(people, data);
        }
    },
    ACCOUNT("""
            ./weft account [options]    make an account for a person of a member organisation, and the organisation with it

              --username NAME           what they sign in with, lower case
              --name "FULL NAME"        as others see them
              --organisation "NAME"     whom they act for; made when it is not there yet
              --kind KIND               what the organisation is: CLINICAL, COMMUNITY, PUBLIC_HEALTH, PAYER, NETWORK
              --role ROLE               COORDINATOR, CLINICIAN, DISCHARGE_PLANNER, SPECIALIST, COMMUNITY_WORKER,
                                        CONVENER, PRIVACY_OFFICER, IDENTITY_STEWARD,
                                        ORGANISATION_ADMIN (invites the others), or SOURCE for a system (comes with a token, not
                                        a password)
              --mail ADDRESS            where a link to a new password may be sent; also for an account that is there
              --from DAY, --until DAY   the day (2026-09-01) from which on it acts, and the one from which on it does not any more;
                                        also for an account that is there
              --end                     end this account instead: it stops at its next request
              --data DIR, --database-url URL   as for ./weft token
            """) {
        @Override
        int execute(Options options) {
            try {
                DataSource database = OperatorDatabase.open(options.value("data"), options.value("database-url"))
                        .dataSource();
                OperatorAccounts accounts = new OperatorAccounts(database);
                String username = options.value("username")
                        .orElseThrow(() -> new IllegalArgumentException("Say which account: --username NAME."));
                if (options.has("end")) {
                    accounts.end(username);
                    System.out.println("The account " + username + " has ended.");
                    return 0;
                }
                Optional<LocalDate> from = options.value("from").map(Command::day);
                Optional<LocalDate> until = options.value("until").map(Command::day);
                if (from.isPresent() && until.isPresent() && !from.get().isBefore(until.get())) {
                    return wrong("The account would end before it begins. Give a later day with --until.");
                }
                if (!options.has("name") && (options.has("mail") || options.has("from") || options.has("until"))) {
                    options.value("mail").ifPresent(mail -> {
                        accounts.mail(username, mail);
                        System.out.println("Mail about " + username + " goes there.");
                    });
                    if (from.isPresent() || until.isPresent()) {
                        accounts.period(username, from.orElse(null), until.orElse(null));
                        System.out.println("The account " + username + " acts"
                                + from.map(day -> " from " + day + " on").orElse("")
                                + until.map(day -> " until " + day).orElse("") + ".");
                    }
                    return 0;
                }
                System.out.println(accounts.make(
                        username,
                        options.value("name")
                                .orElseThrow(
                                        () -> new IllegalArgumentException("Say who it is: --name \"FULL NAME\".")),
                        options.value("organisation")
                                .orElseThrow(
                                        () -> new IllegalArgumentException("Say for whom: --organisation \"NAME\".")),
                        options.value("kind").orElse("COMMUNITY"),
                        options.value("role")
                                .orElseThrow(() -> new IllegalArgumentException("Say what they do: --role ROLE."))));
                new OperatorOrganizations(database).write();
                options.value("mail").ifPresent(mail -> accounts.mail(username, mail));
                if (from.isPresent() || until.isPresent()) {
                    accounts.period(username, from.orElse(null), until.orElse(null));
                }
                return 0;
            } catch (IllegalArgumentException | IllegalStateException e) {
                return wrong(e.getMessage());
            }
        }
    },
    MEMBER("""
            ./weft member [options]     say what is sensitive of all that an organisation writes: a programme under 42 CFR Part 2, for instance

              --organisation "NAME"     as ./weft account made it
              --sensitive CATEGORIES    substance-use, mental-health, hiv, sexual-reproductive, violence, genetic, restricted, with commas
                                        between; or none
              --data DIR, --database-url URL   as for ./weft token
            """) {
        @Override
        int execute(Options options) {
            try {
                OperatorAccounts accounts =
                        new OperatorAccounts(OperatorDatabase.open(options.value("data"), options.value("database-url"))
                                .dataSource());
                System.out.println(accounts.sensitive(
                        options.value("organisation")
                                .orElseThrow(
                                        () -> new IllegalArgumentException("Say which one: --organisation \"NAME\".")),
                        options.value("sensitive")
                                .orElseThrow(() -> new IllegalArgumentException(
                                        "Say what is sensitive: --sensitive CATEGORIES, or none."))));
                return 0;
            } catch (IllegalArgumentException | IllegalStateException e) {
                return wrong(e.getMessage());
            }
        }
    },
    TOKEN("""
            ./weft token --as NAME      print a bearer token for an account: an operator's command on the machine itself

              --as NAME                 user name of a person or of a source system; --list shows them
              --list                    show the accounts
              --hours N                 how long it is good for (default 12)
              --data DIR                data folder of the running server (default: ./data/demo, then ./data)
              --database-url URL        or the PostgreSQL it uses
            """) {
        @Override
        int execute(Options options) {
            try {
                OperatorTokens tokens =
                        new OperatorTokens(OperatorDatabase.open(options.value("data"), options.value("database-url"))
                                .dataSource());
                if (options.has("list")) {
                    tokens.list().forEach(System.out::println);
                    return 0;
                }
                Optional<String> as = options.value("as");
                if (as.isEmpty()) {
                    return wrong("Say for whom: ./weft token --as NAME. ./weft token --list shows the names.");
                }
                int hours = Integer.parseInt(options.value("hours").orElse("12"));
                System.out.println(tokens.issue(as.get(), Duration.ofHours(hours)));
                return 0;
            } catch (NumberFormatException e) {
                return wrong("--hours takes a whole number.");
            } catch (IllegalArgumentException | IllegalStateException e) {
                return wrong(e.getMessage());
            }
        }
    },
    APP("""
            ./weft app [options]        register an app or a service that speaks FHIR for somebody, approved at once

              --name "NAME"             what people know it as
              --redirect URL,...        where it leads people back to; none for a service
              --launch URL              where an opening from a person's record begins
              --scopes "SCOPE ..."      the most it may ask for: "launch/patient patient/*.rs offline_access", "system/Observation.rs"
              --keys FILE|URL           its public keys: a file with a JWK Set, or the https address of one
              --confidential            it can keep a secret, which is printed
              --as ACCOUNT              a service: the system account of the organisation that it acts for
              --list                    show the apps
              --stop CLIENT_ID          stop one: its tokens work no more
              --data DIR, --database-url URL   as for ./weft token
            """) {
        @Override
        int execute(Options options) {
            try {
                OperatorApps apps =
                        new OperatorApps(OperatorDatabase.open(options.value("data"), options.value("database-url"))
                                .dataSource());
                if (options.has("list")) {
                    apps.list().forEach(System.out::println);
                } else if (options.has("stop")) {
                    System.out.println(apps.stop(options.value("stop").orElse("")));
                } else {
                    System.out.println(apps.register(
                            options.value("name")
                                    .orElseThrow(
                                            () -> new IllegalArgumentException("Say what it is: --name \"NAME\".")),
                            options.value("redirect"),
                            options.value("launch"),
                            options.value("scopes")
                                    .orElseThrow(() -> new IllegalArgumentException(
                                            "Say what it may ask for: --scopes \"SCOPE ...\".")),
                            options.value("keys"),
                            options.value("as"),
                            options.has("confidential")));
                }
                return 0;
            } catch (IllegalArgumentException | IllegalStateException e) {
                return wrong(e.getMessage());
            }
        }
    },
    AUDIT("""
            ./weft audit verify [options]   whether a row of the audit trail was changed, deleted, put in or moved since it was written
            ./weft audit anchors            print the anchors made so far, a line a day: keep them where nobody reaches both

              --anchors FILE            also hold the trail against anchors that were kept: a file of such lines
              --data DIR, --database-url URL   as for ./weft token
            """) {
        @Override
        boolean takesWords() {
            return true;
        }

        @Override
        int execute(Options options) {
            if (!List.of("verify", "anchors").contains(String.join(" ", options.words()))) {
                return wrong("Say what to do: ./weft audit verify, or ./weft audit anchors");
            }
            try {
                DataSource database = OperatorDatabase.open(options.value("data"), options.value("database-url"))
                        .dataSource();
                AuditCommand command = new AuditCommand(System.out, System.err);
                return options.words().getFirst().equals("verify")
                        ? command.verify(database, options.value("anchors").map(Path::of))
                        : command.anchors(database);
            } catch (IllegalArgumentException | IllegalStateException e) {
                return wrong(e.getMessage());
            }
        }
    },
    BACKUP("""
            ./weft backup FILE [options]   all that Weft keeps, as it stands now, into one sealed file; the server goes on

              --key-file FILE           where the key stands, at least 16 characters; or WEFT_BACKUP_KEY. Keep it elsewhere
              --data DIR, --database-url URL   as for ./weft token
              --secrets-key-file FILE   where the server's key of secrets stands, which goes along (default DIR/secrets.key;
                                        or WEFT_SECRETS_KEY_FILE)
            """) {
        @Override
        boolean takesWords() {
            return true;
        }

        @Override
        int execute(Options options) {
            if (options.words().size() != 1) {
                return wrong("Say where to: ./weft backup FILE");
            }
            char[] key = BackupCommand.key(options.value("key-file"));
            try {
                OperatorDatabase running = OperatorDatabase.open(options.value("data"), options.value("database-url"));
                return new BackupCommand(System.out, System.err)
                        .backup(
                                running.dataSource(),
                                Path.of(options.words().getFirst())
                                        .toAbsolutePath()
                                        .normalize(),
                                key,
                                secretsKey(options, running.folder()));
            } catch (IllegalStateException e) {
                return wrong(e.getMessage());
            }
        }
    },
    RESTORE("""
            ./weft restore FILE [options]   bring a backup back, into an empty folder or database; no server runs on it

              --key-file FILE           where its key stands; or WEFT_BACKUP_KEY
              --data DIR                the folder (default data), or --database-url URL
              --secrets-key-file FILE   where the key of secrets is to stand (default DIR/secrets.key; or WEFT_SECRETS_KEY_FILE)
            """) {
        @Override
        boolean takesWords() {
            return true;
        }

        @Override
        int execute(Options options) {
            if (options.words().size() != 1) {
                return wrong("Say what to bring back: ./weft restore FILE");
            }
            char[] key = BackupCommand.key(options.value("key-file"));
            Path file = Path.of(options.words().getFirst()).toAbsolutePath().normalize();
            BackupCommand command = new BackupCommand(System.out, System.err);
            Optional<String> url =
                    options.value("database-url").or(() -> Optional.ofNullable(System.getenv("WEFT_DATABASE_URL")));
            Path data = Path.of(options.value("data")
                            .or(() -> Optional.ofNullable(System.getenv("WEFT_DATA")))
                            .orElse("data"))
                    .toAbsolutePath();
            Path secrets = secretsKey(options, data);
            try {
                if (url.isPresent()) {
                    return command.restore(
                            OperatorDatabase.open(Optional.empty(), url).dataSource(), file, key, secrets);
                }
                try (EmbeddedDatabase embedded = EmbeddedDatabase.start(data)) {
                    return command.restore(
                            OperatorDatabase.open(Optional.of(data.toString()), Optional.empty())
                                    .dataSource(),
                            file,
                            key,
                            secrets);
                }
            } catch (IllegalStateException | IOException e) {
                return wrong(e.getMessage());
            }
        }
    },
    IMPORT("""
            ./weft import DIR|FILE... [options]   send records to a running server; again is safe, and updates

              DIR or FILE               .ndjson and .ndjson.gz (one resource a line), .json (transaction bundles)
              --server URL              the server (default http://localhost:8080)
              --token-file FILE         where the bearer token stands; or WEFT_TOKEN, or --token TOKEN, which others on the
                                        machine can see in the process list
            """) {
        @Override
        boolean takesWords() {
            return true;
        }

        @Override
        int execute(Options options) {
            if (options.words().isEmpty()) {
                return wrong("Say what to import: ./weft import DIR or FILE...");
            }
            return new ImportCommand(System.out, System.err)
                    .run(
                            options.value("server").orElse("http://localhost:8080"),
                            options.value("token"),
                            options.value("token-file"),
                            options.words().stream().map(Path::of).toList());
        }
    },
    DIRECTORY("""
            ./weft directory import FILE|DIR --feed NAME [options]   another directory into this one, first to look at
            ./weft directory export DIR [options]                    this directory, whole, as HSDS 3.1 (a line an entity)
            ./weft directory export FILE.zip [options]               the same as tables: HSDS 3.1's data package, CSV in a zip
            ./weft directory export DIR --format fhir [options]      the same as FHIR R4: Organization, Location, HealthcareService

              FILE or DIR               HSDS as JSON, NDJSON or a zip of CSV, from 1.1 on; or any CSV with --mapping
              --feed NAME               a short name for where it comes from, the same each time: county-211
              --apply                   write it; without, it is only said what would change
              --whole                   it is the whole directory: services that it does not have any more become inactive
              --mapping FILE            what the columns of plain CSV mean, {"services.csv": {"title": "service.name"}}; kept
              --format FORMAT           what an export is written as: hsds (default) or fhir
              --server URL              the server (default http://localhost:8080)
              --token-file FILE, --token TOKEN   of somebody who convenes the network; as for ./weft import
            """) {
        @Override
        boolean takesWords() {
            return true;
        }

        @Override
        int execute(Options options) {
            List<String> words = options.words();
            if (words.size() != 2 || !List.of("import", "export").contains(words.getFirst())) {
                return wrong(
                        "Say what to do: ./weft directory import FILE --feed NAME, or ./weft directory export DIR");
            }
            Path path = Path.of(words.getLast()).toAbsolutePath().normalize();
            DirectoryCommand command = new DirectoryCommand(
                    options.value("server").orElse("http://localhost:8080"), System.out, System.err);
            if (words.getFirst().equals("export")) {
                return switch (options.value("format").orElse("hsds")) {
                    case "hsds" ->
                        path.toString().endsWith(".zip") ? command.exportingTables(path) : command.exporting(path);
                    case "fhir" -> command.exportingFhir(path);
                    default -> wrong("Say --format hsds or --format fhir.");
                };
            }
            Optional<String> feed = options.value("feed");
            if (feed.isEmpty()) {
                return wrong("Say where it comes from: --feed NAME.");
            }
            return command.importing(
                    path,
                    feed.get(),
                    options.has("whole"),
                    options.has("apply"),
                    options.value("mapping").map(Path::of),
                    options.value("token"),
                    options.value("token-file").map(Path::of));
        }
    },
    EXPORT("""
            ./weft export DIR [options]   write what an account may see of the record into a folder, a file a resource type

              --type A,B                only these resource types
              --since INSTANT           only what changed after it: the transactionTime of an earlier manifest.json
              --patients                only what stands in patients' records
              --group ID                only the records of the members of this Group
              --gzip                    keep the files compressed
              --server URL, --token-file FILE, --token TOKEN   as for ./weft import
            """) {
        @Override
        boolean takesWords() {
            return true;
        }

        @Override
        int execute(Options options) {
            if (options.words().size() != 1) {
                return wrong("Say where to: ./weft export DIR");
            }
            return new ExportCommand(
                            Path.of(options.words().getFirst()).toAbsolutePath().normalize(), System.out, System.err)
                    .run(
                            options.value("server").orElse("http://localhost:8080"),
                            options.value("token"),
                            options.value("token-file"),
                            ExportCommand.Wanted.of(
                                    options.value("type"),
                                    options.value("since"),
                                    options.value("group"),
                                    options.has("patients"),
                                    options.has("gzip")));
        }
    };

    private final String usage;

    Command(String usage) {
        this.usage = usage;
    }

    /** What `--help` prints. */
    String usage() {
        return usage;
    }

    abstract int execute(Options options);

    /** Whether words without a dash may stand behind it. */
    boolean takesWords() {
        return false;
    }

    /** The exit code: 0 when all went well, 2 when the words were wrong, 1 when it failed. */
    static int run(String[] args) {
        Deque<String> words = new ArrayDeque<>(Arrays.asList(args));
        String name = words.isEmpty() ? "serve" : words.pop();
        for (Command command : values()) {
            if (command.name().equalsIgnoreCase(name)) {
                try {
                    Options options = Options.parse(words, command.usage);
                    if (options.has("help")) {
                        System.out.print(command.usage);
                        return 0;
                    }
                    if (!options.words().isEmpty() && !command.takesWords()) {
                        return wrong("What is " + options.words().getFirst() + "?\n" + command.usage);
                    }
                    return command.execute(options);
                } catch (IllegalArgumentException e) {
                    return wrong(e.getMessage() + "\n" + command.usage);
                }
            }
        }
        return wrong("There is no command " + name + ". ./weft help shows them all.");
    }

    /** Where the key beside the database stands. */
    private static Path secretsKey(Options options, Path data) {
        return SecretsKey.place(
                        options.value("secrets-key-file")
                                .or(() -> Optional.ofNullable(System.getenv("WEFT_SECRETS_KEY_FILE"))),
                        data)
                .toAbsolutePath()
                .normalize();
    }

    private static LocalDate day(String typed) {
        try {
            return LocalDate.parse(typed);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(typed + " is no day. Write it as 2026-09-01.", e);
        }
    }

    static int wrong(@org.jspecify.annotations.Nullable String message) {
        System.err.println(message);
        return 2;
    }

    /** What stood behind the command: {@code --name value}, {@code --name=value} or {@code --flag}, as its usage names them. */
    record Options(Map<String, String> values, List<String> words) {
        private static final Pattern NAMED = Pattern.compile("--([a-z][a-z-]*)( [A-Z\"])?");

        /** @throws IllegalArgumentException when the usage does not name an option, or a value is missing */
        static Options parse(Deque<String> words, String usage) {
            Map<String, Boolean> takesValue = new HashMap<>(Map.of("help", false));
            NAMED.matcher(usage)
                    .results()
                    .forEach(option -> takesValue.merge(option.group(1), option.group(2) != null, Boolean::logicalOr));
            Map<String, String> values = new LinkedHashMap<>();
            List<String> plain = new ArrayList<>();
            while (!words.isEmpty()) {
                String word = words.pop();
                if (!word.startsWith("-")) {
                    plain.add(word);
                    continue;
                }
                String[] parts = word.replaceFirst("^--?", "").split("=", 2);
                String name = parts[0].equals("h") ? "help" : parts[0];
                Boolean value = takesValue.get(name);
                if (value == null) {
                    throw new IllegalArgumentException("What is " + word + "?");
                }
                if (!value) {
                    values.put(name, "true");
                } else if (parts.length == 2) {
                    values.put(name, parts[1]);
                } else if (words.isEmpty()) {
                    throw new IllegalArgumentException("--" + name + " needs a value.");
                } else {
                    values.put(name, words.pop());
                }
            }
            return new Options(values, plain);
        }

        boolean has(String name) {
            return values.containsKey(name);
        }

        Optional<String> value(String name) {
            return Optional.ofNullable(values.get(name));
        }
    }
}
