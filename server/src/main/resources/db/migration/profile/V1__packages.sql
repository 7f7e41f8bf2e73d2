-- Packages of implementation guides, as they were found in the folder last.
create table package (
    name    text        not null,                -- of the package; of what could not be read, of its file
    version text        not null default '',
    status  text        not null check (status in ('loading', 'loaded', 'refused')),
    done    integer     not null default 0,      -- definitions that are in the record
    total   integer     not null default 0,
    message text        not null default '',
    changed timestamptz not null default now(),
    primary key (name, version)
);

-- What they define: a row is written in the transaction that writes the resource, so that loading goes on where it stopped.
create table definition (
    type    text        not null,
    url     text        not null,
    version text        not null,
    package text        not null,                -- name@version that brought it first; another one does not overwrite it
    hash    bytea       not null,                -- SHA-256 of the file
    primary key (type, url, version)
);
create index definition_url on definition (url);
