-- One dialect for SQLite and PostgreSQL: TEXT, BIGINT and BOOLEAN only.
-- Ids are prefixed text; instants are microseconds since 1970 (BIGINT), spans are microseconds; hashes and sealed values
-- are base64url text; lists and documents are JSON text that only the room `store` reads.

-- What this database is: born `dev` or `live`, and under which root key its sealed columns stand.
create table deployment (
    id               bigint  not null primary key check (id = 1),
    kind             text    not null check (kind in ('dev', 'live')),
    issuer           text    not null,
    root_fingerprint text    not null,
    epoch            bigint  not null,
    born_at          bigint  not null
);

create table tenants (
    id                    text    not null primary key,
    slug                  text    not null unique,
    name                  text    not null,
    time_zone             text    not null,
    locale                text    not null,
    phone_country         text    not null,
    standing              text    not null check (standing in ('active', 'disabled')),
    two_factor            boolean not null,
    required_since        bigint,
    passkey_counts        boolean not null,
    phone_required        boolean not null,
    second_factor_max_age bigint,
    session_idle          bigint  not null,
    session_absolute      bigint  not null,
    offline_max_age       bigint  not null,
    first_binding         text    not null check (first_binding in ('password', 'mail', 'setup-code')),
    -- The only change that can be pending is "required": a pending change tightens.
    pending_starts_at     bigint,
    revision              bigint  not null,
    made_at               bigint  not null
);

create table people (
    id                  text    not null primary key,
    -- Lower case; null once erased.
    email               text    unique,
    email_verified_at   bigint,
    given_name          text    not null,
    family_name         text    not null,
    -- The other standard claims of OIDC Core 5.1.
    claims              text    not null,
    phone               text,
    phone_set_at        bigint,
    phone_set_how       text,
    phone_claim         boolean not null,
    password_hash       text,
    password_changed_at bigint,
    -- When a mailed link last set it: for a while a first binding then asks for a set-up code.
    password_reset_at   bigint,
    standing            text    not null check (standing in ('active', 'disabled')),
    codes_set           bigint  not null,
    codes_saved_at      bigint,
    codes_deferred_at   bigint,
    -- They may wait once, and have.
    codes_waited        boolean not null,
    -- The last full session: a first binding's window runs from it where the box is off.
    signed_in_at        bigint,
    revision            bigint  not null,
    made_at             bigint  not null,
    changed_at          bigint  not null
);

create table memberships (
    person_id         text   not null references people (id),
    tenant_id         text   not null references tenants (id),
    role              text   not null check (role in ('member', 'admin')),
    state             text   not null check (state in ('invited', 'live', 'suspended', 'ended')),
    proofs_not_before bigint not null,
    reset_waiting     bigint,
    accepted_at       bigint,
    revision          bigint not null,
    primary key (person_id, tenant_id)
);
create index memberships_by_tenant on memberships (tenant_id, state);

create table authenticators (
    id           text   not null primary key,
    person_id    text   not null references people (id),
    kind         text   not null check (kind in ('totp', 'passkey')),
    state        text   not null check (state in ('pending', 'confirmed', 'ended')),
    sealed       text   not null,
    label        text   not null,
    reach        text   not null,
    -- The last accepted TOTP step: a code that was seen once is dead (RFC 6238 5.2).
    last_step    bigint not null,
    -- A pending secret belongs to the browser that was shown it.
    browser_hash text,
    made_at      bigint not null,
    expires_at   bigint,
    confirmed_at bigint,
    ended_at     bigint
);
create index authenticators_pending on authenticators (expires_at) where state = 'pending';
create index authenticators_by_person on authenticators (person_id, state);

create table recovery_codes (
    hash      text   not null primary key,
    person_id text   not null references people (id),
    set_no    bigint not null,
    made_at   bigint not null,
    spent_at  bigint
);
create index recovery_codes_by_person on recovery_codes (person_id, set_no);

create table clients (
    id                         text    not null primary key,
    name                       text    not null,
    standing                   text    not null check (standing in ('active', 'disabled')),
    secret_hash                text,
    tenant_id                  text    references tenants (id),
    requires_tenant_two_factor boolean not null,
    -- The registration as a document (domain::client::Client).
    metadata                   text    not null,
    revision                   bigint  not null,
    made_at                    bigint  not null
);

create table resources (
    identifier   text   not null primary key,
    scopes       text   not null,
    token_format text   not null check (token_format in ('jwt', 'opaque')),
    token_alg    text   not null,
    client_id    text   not null unique,
    secret_hash  text   not null,
    standing     text   not null check (standing in ('active', 'disabled')),
    revision     bigint not null,
    made_at      bigint not null
);

create table connections (
    id        text   not null primary key,
    tenant_id text   not null references tenants (id),
    client_id text   not null references clients (id),
    scope     text   not null,
    agreed_by text   not null,
    agreed_at bigint not null,
    ended_at  bigint
);
create unique index connections_one_each on connections (tenant_id, client_id) where ended_at is null;

create table sessions (
    id              text    not null primary key,
    cookie_hash     text    not null unique,
    person_id       text    not null references people (id),
    browser_hash    text    not null,
    started_at      bigint  not null,
    seen_at         bigint  not null,
    ended_at        bigint,
    ended_why       text,
    shared_computer boolean not null,
    proofs          text    not null,
    user_agent      text    not null
);
create index sessions_by_person on sessions (person_id) where ended_at is null;

-- Which browsers a person has signed in from: a first binding from a stranger's browser asks for more.
create table known_browsers (
    person_id    text   not null references people (id),
    browser_hash text   not null,
    since        bigint not null,
    seen_at      bigint not null,
    primary key (person_id, browser_hash)
);

-- A sign-in that has got as far as the right password. Before that, a visit is the sealed value in `?visit=` itself.
create table visits (
    id           text   not null primary key,
    browser_hash text   not null,
    client_id    text,
    -- What was asked for, as a document.
    request      text   not null,
    person_id    text   not null references people (id),
    session_id   text   references sessions (id),
    tenant_id    text,
    -- Shown in this visit.
    proofs       text   not null,
    -- What this visit has done on the way through enrolment, as a document.
    progress     text   not null,
    began_at     bigint not null,
    expires_at   bigint not null,
    ended_at     bigint,
    ended_why    text
);
create index visits_by_end on visits (expires_at);
create index visits_by_person on visits (person_id) where ended_at is null;
create index visits_by_browser on visits (browser_hash) where ended_at is null;

create table grants (
    id            text   not null primary key,
    client_id     text   not null references clients (id),
    person_id     text   references people (id),
    session_id    text   references sessions (id),
    keeping       text   not null check (keeping in ('online', 'offline', 'machine')),
    scope         text   not null,
    resource      text,
    sid           text,
    proofs        text   not null,
    -- Whether tokens name the tenant.
    tenant_aware  boolean not null,
    -- What the request asked of claims, acr and amr, as a document.
    asked         text   not null,
    authorised_at bigint not null,
    used_at       bigint not null,
    -- So that the log says once, and not at every retry, that the gate refuses it now.
    refusal_logged_at bigint,
    ended_at      bigint,
    ended_why     text
);
create index grants_by_person on grants (person_id) where ended_at is null;
create index grants_by_session on grants (session_id) where ended_at is null;

create table grant_tenants (
    grant_id  text not null references grants (id),
    tenant_id text not null references tenants (id),
    primary key (grant_id, tenant_id)
);
create index grant_tenants_by_tenant on grant_tenants (tenant_id);

create table codes (
    hash           text   not null primary key,
    grant_id       text   not null references grants (id),
    client_id      text   not null,
    redirect_uri   text   not null,
    code_challenge text,
    nonce          text,
    state          text   not null check (state in ('issued', 'redeemed', 'ended')),
    issued_at      bigint not null,
    expires_at     bigint not null,
    redeemed_at    bigint
);
create index codes_by_end on codes (expires_at);
create index codes_by_grant on codes (grant_id);

create table tokens (
    -- Refresh and opaque access tokens: SHA-256 of the token; JWT access tokens: SHA-256 of the jti.
    hash       text   not null primary key,
    kind       text   not null check (kind in ('access', 'refresh')),
    grant_id   text   not null references grants (id),
    generation bigint not null,
    state      text   not null check (state in ('live', 'spent', 'ended')),
    scope      text   not null,
    audience   text   not null,
    issued_at  bigint not null,
    expires_at bigint not null,
    spent_at   bigint,
    seen_at    bigint,
    retries    bigint not null
);
create index tokens_by_end on tokens (expires_at);
create index tokens_by_grant on tokens (grant_id, kind, generation);

-- The ledger: one row for every issuance, in the transaction that made it. Append only.
create table issuances (
    id              text   not null primary key,
    issued_at       bigint not null,
    occasion        text   not null,
    kinds           text   not null,
    grant_id        text   not null,
    client_id       text   not null,
    person_id       text,
    client_revision bigint not null,
    person_revision bigint,
    -- [[tenant, revision], …]
    tenants         text   not null,
    amr             text   not null,
    acr             text   not null,
    proofs          text   not null,
    reasons         text   not null,
    epoch           bigint not null
);
create index issuances_by_time on issuances (issued_at);
create index issuances_by_grant on issuances (grant_id);

-- The activity log: ids only, in the transaction of what it records. Append only.
create table audit (
    id        text   not null primary key,
    at        bigint not null,
    tenant_id text,
    actor     text   not null,
    event     text   not null,
    person_id text,
    client_id text,
    detail    text   not null,
    reference text
);
create index audit_by_tenant on audit (tenant_id, at);
create index audit_by_person on audit (person_id, at);
create index audit_by_time on audit (at);

-- Failed tries, by what they are tries at: a person's password, a person's codes, an address.
create table attempts (
    subject      text   not null primary key,
    failures     bigint not null,
    in_a_row     bigint not null,
    window_began bigint not null,
    paused_until bigint not null,
    -- Whether a row of failures can stop for good: such a row outlives any sweep.
    can_stop     boolean not null
);
create index attempts_by_time on attempts (window_began);

create table consents (
    person_id    text   not null references people (id),
    client_id    text   not null references clients (id),
    scope        text   not null,
    given_at     bigint not null,
    withdrawn_at bigint,
    primary key (person_id, client_id)
);

-- Everything that works once and is not a token: mail codes, set-up codes, links. The kind is part of the hash's input.
create table one_time (
    hash       text   not null primary key,
    kind       text   not null,
    person_id  text   not null references people (id),
    tenant_id  text,
    visit_id   text,
    detail     text   not null,
    tries      bigint not null,
    issued_at  bigint not null,
    expires_at bigint not null,
    spent_at   bigint,
    -- A newer one took its place, or what it was for is over.
    ended_at   bigint
);
create index one_time_by_end on one_time (expires_at);
create index one_time_by_person on one_time (person_id, kind);

-- announced: published, so that everybody knows it before it signs; signing: the one of its algorithm; retired: signs no
-- more and has no private part, still published; withdrawn: kept to recognise our own old ID tokens.
create table signing_keys (
    kid          text   not null primary key,
    alg          text   not null,
    state        text   not null check (state in ('announced', 'signing', 'retired', 'withdrawn')),
    -- Null once the key signs no more.
    sealed       text,
    public_jwk   text   not null,
    made_at      bigint not null,
    signing_from bigint,
    retired_at   bigint
);
create unique index signing_keys_one_signs on signing_keys (alg) where state = 'signing';
create unique index signing_keys_one_announced on signing_keys (alg) where state = 'announced';

-- What must be told to the outside, written in the transaction of what it tells.
create table outbox (
    id         text   not null primary key,
    kind       text   not null,
    tenant_id  text,
    person_id  text,
    sealed     text   not null,
    due_at     bigint not null,
    -- Told later than this, it would be wrong or useless.
    expires_at bigint not null,
    tries      bigint not null,
    claimed_at bigint,
    done_at    bigint,
    last_error text,
    made_at    bigint not null
);
create index outbox_told on outbox (done_at);
create index outbox_due on outbox (due_at) where done_at is null;
