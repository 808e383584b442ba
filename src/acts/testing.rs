//! A small deployment for the tests of this and later rooms, on each database: two clinics (one that requires two factors,
//! one that does not), four people, two clients, a clock that tests move.
#![allow(
    clippy::unused_self,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::must_use_candidate
)]
use super::{
    Desk, Settings,
    hashing::Hashing,
    session::Browser,
    visit::{Opening, Purpose, Wanted},
};
use crate::{
    crypto::{
        dice::{SystemDice, tail},
        hash,
    },
    factors::{
        password,
        totp::{self, Seed},
    },
    mint::{Mint, make_keys},
    porter::Porter,
    protocol::{
        authorize::{self, AuthorizeRequest},
        form::Params,
        testing::{native, pairs, web},
    },
    store::{Clock, ClockError, NewAuthenticator, NewPerson, NewTenant, Profile, Reading, Store, Tx, tests::stores},
};
use ostiary_gate::domain::{
    amr::Reach,
    client::{Algorithm, Client},
    ids::{AuthenticatorId, PersonId, TenantId},
    person::{MembershipState, Role},
    secret::Secret,
    tenant::{Policy, TwoFactor},
    time::{Instant, Span},
};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

/// 2026-03-03T09:00:00Z, until a test moves it.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn advance(&self, by: Span) {
        self.0.fetch_add(by.0, Ordering::SeqCst);
    }
    pub fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}

impl Clock for TestClock {
    fn read(&self) -> Result<Reading, ClockError> {
        Ok(Reading::Test(self.now()))
    }
}

pub struct House {
    pub name: &'static str,
    pub desk: Desk,
    pub clock: Arc<TestClock>,
    /// Requires two factors.
    pub riverside: TenantId,
    /// Does not.
    pub hilltop: TenantId,
    /// Member of riverside, enrolled.
    pub alice: PersonId,
    /// Member of riverside, never enrolled.
    pub bob: PersonId,
    /// Admin of riverside and member of hilltop, enrolled.
    pub dave: PersonId,
    /// Member of hilltop, never enrolled.
    pub gina: PersonId,
}

pub const PASSWORD: &str = "correct horse battery staple";

/// The seed of everybody who is enrolled.
pub const SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/// One house per database.
pub async fn houses(dir: &Path) -> Vec<House> {
    let mut built = Vec::new();
    for (name, store) in stores(dir).await {
        built.push(House::build(name, store).await);
    }
    built
}

fn draw() -> String {
    tail(&SystemDice::new()).unwrap()
}

impl House {
    pub async fn build(name: &'static str, store: Store) -> Self {
        let dice = Arc::new(SystemDice::new());
        // Not before the store's own floor: it was opened with the wall's clock, which recorded nothing.
        let clock = Arc::new(TestClock(AtomicI64::new(1_772_528_400_000_000)));
        let issuer = "http://localhost:9400";
        let mint = Mint::new(issuer);
        make_keys(&store, &*clock, &dice, &[Algorithm::ES256, Algorithm::EdDsa]).await.unwrap();
        mint.load(&store).await.unwrap();
        let porter = Porter::new(store.clone(), clock.clone(), dice.clone(), mint);
        let desk = Desk {
            store,
            clock: clock.clone(),
            dice: dice.clone(),
            porter,
            hashing: Hashing::new(4, 64, dice),
            settings: Arc::new(Settings { issuer: issuer.to_owned(), plain_http: true }),
        };
        let tenant = || TenantId::from_tail(&draw()).unwrap();
        let person = || PersonId::from_tail(&draw()).unwrap();
        let house = Self {
            name,
            desk,
            clock,
            riverside: tenant(),
            hilltop: tenant(),
            alice: person(),
            bob: person(),
            dave: person(),
            gina: person(),
        };
        house.furnish().await;
        house
    }

    async fn furnish(&self) {
        let phc = password::hash(&Secret::new(PASSWORD), &*self.desk.dice).unwrap();
        let mut unit = self.desk.store.begin().await.unwrap();
        let tx = unit.tx();
        for (id, slug, two_factor) in
            [(&self.riverside, "riverside", TwoFactor::Required), (&self.hilltop, "hilltop", TwoFactor::Off)]
        {
            let policy = Policy { two_factor, ..Policy::default() };
            let new = NewTenant {
                id,
                slug,
                name: slug,
                time_zone: "Australia/Sydney",
                locale: "en-AU",
                phone_country: "AU",
                policy: &policy,
            };
            tx.insert_tenant(&new, self.clock.now()).await.unwrap();
        }
        let people = [
            (&self.alice, "alice", true, vec![(&self.riverside, Role::Member)]),
            (&self.bob, "bob", false, vec![(&self.riverside, Role::Member)]),
            (&self.dave, "dave", true, vec![(&self.riverside, Role::Admin), (&self.hilltop, Role::Member)]),
            (&self.gina, "gina", false, vec![(&self.hilltop, Role::Member)]),
        ];
        for (id, name, enrolled, memberships) in people {
            self.person(tx, (id, name, enrolled), &phc).await;
            for (tenant, role) in memberships {
                let new = Tx::new_membership(tenant.clone(), role, MembershipState::Live, self.clock.now());
                tx.put_membership(id, &new).await.unwrap();
            }
        }
        let client = Client { id_token_alg: Algorithm::ES256, ..web() };
        tx.put_client(&client, Some(&Secret::new("a secret of the client")), self.clock.now()).await.unwrap();
        let public = Client { id_token_alg: Algorithm::ES256, tenant_aware: false, ..native() };
        tx.put_client(&public, None, self.clock.now()).await.unwrap();
        unit.commit().await.unwrap();
    }

    async fn person(&self, tx: &mut Tx, who: (&PersonId, &str, bool), phc: &str) {
        let (id, name, enrolled) = who;
        let email = format!("{name}@example.com");
        let new = NewPerson {
            id,
            email: &email,
            email_verified: true,
            given_name: name,
            family_name: "Test",
            claims: &Profile::new(),
            phone: enrolled.then_some("+61491570006"),
            phone_claim: false,
            password_hash: Some(phc),
        };
        tx.insert_person(&new, self.clock.now()).await.unwrap();
        if enrolled {
            let authenticator = AuthenticatorId::from_tail(&draw()).unwrap();
            let seed = Seed::from_base32(SEED).unwrap();
            let new = NewAuthenticator {
                id: &authenticator,
                person: id,
                secret: seed.as_bytes(),
                label: "",
                reach: &Reach::everywhere(),
                browser: None,
                expires_at: None,
            };
            tx.insert_authenticator(&new, self.clock.now()).await.unwrap();
            tx.set_codes_saved(id, self.clock.now()).await.unwrap();
        }
    }

    /// A browser of its own.
    pub fn browser(&self) -> Browser {
        Browser {
            hash: hash::sha256_base64url(draw().as_bytes()),
            session_hash: None,
            address: "192.0.2.7".parse().unwrap(),
            user_agent: "test".to_owned(),
        }
    }

    /// The code that the enrolled people's phones show now.
    pub fn code(&self) -> String {
        totp::code_at(&Seed::from_base32(SEED).unwrap(), self.clock.now())
    }

    pub fn request(&self, more: &[(&str, &str)]) -> AuthorizeRequest {
        let client = web();
        let mut sent = pairs(&[
            ("client_id", "web"),
            ("response_type", "code"),
            ("redirect_uri", "https://app.example/cb"),
            ("scope", "openid email"),
            ("state", "s"),
            ("code_challenge_method", "S256"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ]);
        for (name, value) in more {
            sent.retain(|(known, _)| known != name);
            sent.push(((*name).to_owned(), (*value).to_owned()));
        }
        authorize::parse(&Params::new(&sent), &client).unwrap_or_else(|_| panic!("a good request"))
    }

    /// A visit to the client `web` that begins now.
    pub fn opening(&self, more: &[(&str, &str)]) -> Opening {
        let wanted = Wanted { request: self.request(more), hinted: None, hinted_tenant: None };
        Opening { purpose: Purpose::Authorize(Box::new(wanted)), began_at: self.clock.now() }
    }

    pub fn own_page(&self, path: &str, clinic: Option<&str>) -> Opening {
        let purpose = Purpose::OwnPage { path: path.to_owned(), clinic: clinic.map(str::to_owned) };
        Opening { purpose, began_at: self.clock.now() }
    }
}

/// As the edge would, after a cookie was set.
pub fn with_cookie(browser: &Browser, cookie: Option<&Secret>) -> Browser {
    let session_hash = cookie.map(|c| hash::sha256_base64url(c.expose().as_bytes()));
    Browser { session_hash: session_hash.or_else(|| browser.session_hash.clone()), ..browser.clone() }
}
