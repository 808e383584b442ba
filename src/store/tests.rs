//! The properties that the promise leans on, on SQLite always and on the PostgreSQL that `tests/run` starts: the flip and
//! single use. Each worker takes the road of a real request: lock, read, decide, record, commit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::too_many_lines)]
use super::*;
use crate::{
    crypto::dice::{self, SystemDice},
    protocol::testing::web,
};
use ostiary_gate::{
    domain::{
        amr::{Factor, Proof, Reach},
        grant::Keeping,
        ids::{AuthenticatorId, ClientId, GrantId, PersonId, TenantId},
        person::{MembershipState, Role},
        scope::Scope,
        secret::Secret,
        tenant::{Policy, TwoFactor},
        time::Span,
    },
    gate::{Ask, Choice, Demand, Facts, Occasion, Verdict, Wants, decide},
};
use sqlx::Connection;
use std::{path::Path, time::SystemTime};
use tokio::task::JoinSet;

pub(crate) struct Wall;

impl Clock for Wall {
    #[allow(clippy::disallowed_methods)]
    fn read(&self) -> Result<Reading, ClockError> {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        Ok(Reading::System(Instant(i64::try_from(since.as_micros()).unwrap())))
    }
}

async fn open(address: Address, keys: &Path) -> Store {
    let root = RootKey::load(keys).or_else(|_| RootKey::make(keys, &SystemDice::new())).unwrap();
    let issuer = "http://localhost:9400".into();
    Store::open(Opening { address, root, kind: Kind::Dev, issuer, connections: 16 }, &Wall).await.unwrap()
}

pub(crate) async fn opened(path: &Path) -> Store {
    open(Address::Sqlite(path.into()), &path.with_extension("keys")).await
}

/// A store on each database, empty.
pub(crate) async fn stores(dir: &Path) -> Vec<(&'static str, Store)> {
    let mut stores = vec![("sqlite", opened(&dir.join("t.db")).await)];
    if let Ok(url) = std::env::var("OSTIARY_TEST_PG") {
        let name = format!("t{}", tail());
        let mut admin = sqlx::PgConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("create database {name}"))).execute(&mut admin).await.unwrap();
        let address = Address::Postgres(format!("{}/{name}", url.rsplit_once('/').unwrap().0));
        stores.push(("postgres", open(address, &dir.join("pg.keys")).await));
    } else {
        assert!(std::env::var("OSTIARY_REQUIRE_PG").is_err(), "OSTIARY_TEST_PG is not set");
        println!("skipped: PostgreSQL, because OSTIARY_TEST_PG is not set");
    }
    stores
}

pub(crate) fn tail() -> String {
    dice::tail(&SystemDice::new()).unwrap()
}

pub(crate) struct World {
    pub tenant: TenantId,
    pub person: PersonId,
    pub client: ClientId,
}

pub(crate) async fn world(store: &Store) -> World {
    let world = World {
        tenant: TenantId::from_tail(&tail()).unwrap(),
        person: PersonId::from_tail(&tail()).unwrap(),
        client: ClientId::parse("web").unwrap(),
    };
    let mut unit = store.begin().await.unwrap();
    let tx = unit.tx();
    let now = tx.now(&Wall).await.unwrap();
    let tenant = NewTenant {
        id: &world.tenant,
        slug: "riverside",
        name: "Riverside Physio",
        time_zone: "Australia/Sydney",
        locale: "en-AU",
        phone_country: "AU",
        policy: &Policy::default(),
    };
    tx.insert_tenant(&tenant, now).await.unwrap();
    let person = NewPerson {
        id: &world.person,
        email: "bob@riverside.example",
        email_verified: true,
        given_name: "Bob",
        family_name: "Stone",
        claims: &Profile::new(),
        phone: Some("+61491570006"),
        phone_claim: false,
        password_hash: None,
    };
    tx.insert_person(&person, now).await.unwrap();
    let membership = Tx::new_membership(world.tenant.clone(), Role::Member, MembershipState::Live, now);
    tx.put_membership(&world.person, &membership).await.unwrap();
    tx.put_client(&web(), Some(&Secret::new("a secret of the client")), now).await.unwrap();
    unit.commit().await.unwrap();
    world
}

/// One authorization with nothing but a password, by the road that every issue takes: a code and a refresh token, or none.
pub(crate) async fn issue(store: &Store, world: &World) -> Result<Option<Issued>, StoreError> {
    let mut unit = store.begin().await?;
    let (bond, tx) = unit.parts();
    tx.share(&[Lock::Tenant(world.tenant.clone()), Lock::Client(world.client.clone())]).await?;
    let now = tx.now(&Wall).await?;
    let rules = tx.rules(&world.client, std::slice::from_ref(&world.tenant)).await?.unwrap();
    let person = tx.person_facts(&world.person, Known::Held).await?;
    let password = Proof { factor: Factor::Password, at: now, authenticator: None, reach: Reach::everywhere() };
    let facts = Facts { person, proofs: vec![password], ..Facts::default() };
    let scope = Scope::parse("openid").unwrap();
    let wants = Wants {
        occasion: Occasion::Authorize { visit_began: now },
        scope: scope.clone(),
        resource_scope: false,
        demand: Demand::default(),
        wishes: vec![],
        fresh: None,
        only: None,
        tenants: Choice::These(vec![world.tenant.clone()]),
    };
    let Verdict::Cleared(clearance) = decide(bond, Ask { rules: &rules, wants: &wants }, &facts, now) else {
        unit.commit().await?;
        return Ok(None);
    };
    // The worst moment for a flip to come.
    tokio::task::yield_now().await;
    let grant = GrantId::from_tail(&tail()).unwrap();
    let asked = serde_json::json!({});
    let new_grant = NewGrant {
        id: &grant,
        session: None,
        keeping: Keeping::Offline,
        scope: &scope,
        resource: None,
        sid: None,
        tenant_aware: true,
        asked: &asked,
    };
    let code = CodeOrder {
        redirect_uri: "http://127.0.0.1:9501/callback",
        code_challenge: None,
        nonce: None,
        expires_at: now.plus(Span::seconds(60)),
    };
    let order = Order {
        occasion: "authorize",
        grant: &grant,
        new_grant: Some(new_grant),
        scope: &scope,
        sid: None,
        names_tenant: Some(&world.tenant),
        code: Some(code),
        access: None,
        refresh: Some(RefreshOrder { generation: 1, expires_at: now.plus(Span::days(1)) }),
        id_token: None,
    };
    let recorded = tx.record(clearance, order, &SystemDice::new()).await?;
    unit.issue(recorded).await.map(Some)
}

/// How many of 32 at once say yes.
pub(super) async fn winners<F>(store: &Store, attempt: impl Fn(Store) -> F) -> usize
where
    F: Future<Output = bool> + Send + 'static,
{
    let mut tries = JoinSet::new();
    for _ in 0..32 {
        tries.spawn(attempt(store.clone()));
    }
    tries.join_all().await.into_iter().filter(|won| *won).count()
}

row! { struct Count { n: i64 } }

pub(crate) async fn weak_issues(store: &Store) -> i64 {
    const WEAK: Sql = text!("select count(*) as n from issuances where amr not like '%otp%'");
    let mut unit = store.look().await.unwrap();
    let counted = async |tx: &mut Tx| run!(tx, fetch::<Count>, WEAK);
    counted(unit.tx()).await.unwrap()[0].n
}

async fn flip(store: &Store, tenant: &TenantId, two_factor: TwoFactor) {
    let mut unit = store.begin().await.unwrap();
    let tx = unit.tx();
    tx.alone(&[Lock::Tenant(tenant.clone())]).await.unwrap();
    let now = tx.now(&Wall).await.unwrap();
    tx.set_policy(tenant, &Policy { two_factor, ..Policy::default() }, Some(now)).await.unwrap();
    unit.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_the_box_is_ticked_nothing_weak_is_recorded_however_many_are_at_it() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = std::sync::Arc::new(world(&store).await);
        let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let mut workers = JoinSet::new();
        for _ in 0..24 {
            let (store, world, stop) = (store.clone(), world.clone(), stop.clone());
            workers.spawn(async move {
                let mut issued = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    match issue(&store, &world).await {
                        Ok(yes) => issued += u64::from(yes.is_some()),
                        Err(StoreError::Busy) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
                issued
            });
        }
        for round in 0..25 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            flip(&store, &world.tenant, TwoFactor::Required).await;
            let at_the_save = weak_issues(&store).await;
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            assert_eq!(weak_issues(&store).await, at_the_save, "{name}, round {round}: issued after the save");
            flip(&store, &world.tenant, TwoFactor::Off).await;
        }
        stop.store(true, Ordering::Relaxed);
        let issued: u64 = workers.join_all().await.into_iter().sum();
        println!("{name}: {issued} issued while the box was off, in 50 flips");
        assert!(issued > 50, "{name}: the workers were meant to work");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_thirty_two_who_use_one_step_code_or_recovery_code_one_wins() {
    let dir = tempfile::tempdir().unwrap();
    for (name, store) in stores(dir.path()).await {
        let world = world(&store).await;
        let authenticator = AuthenticatorId::from_tail(&tail()).unwrap();
        let mut unit = store.begin().await.unwrap();
        let now = unit.tx().now(&Wall).await.unwrap();
        let reach = Reach::everywhere();
        let new = NewAuthenticator {
            id: &authenticator,
            person: &world.person,
            secret: b"12345678901234567890",
            label: "phone",
            reach: &reach,
            browser: None,
            expires_at: None,
        };
        unit.tx().insert_authenticator(&new, now).await.unwrap();
        unit.tx().put_recovery_codes(&world.person, &["4RTKB9WMPH7CQXD".into()], now).await.unwrap();
        let held = unit.tx().totp_of(&world.person).await.unwrap();
        assert_eq!(held[0].secret.as_slice(), b"12345678901234567890", "{name}: sealed and opened");
        unit.commit().await.unwrap();
        let mut tries = JoinSet::new();
        for _ in 0..32 {
            let (store, person, authenticator) = (store.clone(), world.person.clone(), authenticator.clone());
            tries.spawn(async move {
                let mut unit = store.begin().await.unwrap();
                let step = unit.tx().use_step(&authenticator, 7).await.unwrap();
                let code = unit.tx().spend_recovery_code(&person, "4RTKB9WMPH7CQXD", Instant(9)).await.unwrap();
                unit.commit().await.unwrap();
                (step, code)
            });
        }
        let tries = tries.join_all().await;
        assert_eq!(tries.iter().filter(|(step, _)| *step).count(), 1, "{name}: one step");
        assert_eq!(tries.iter().filter(|(_, code)| *code == Spent::Now).count(), 1, "{name}: one recovery code");
        assert!(tries.iter().all(|(_, code)| *code != Spent::Never), "{name}: the others hear that it was used");
    }
}
