//! For the tests of acts: people who have signed in, roles and apps beyond those of the house.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::{
    guard::Caller,
    session::Browser,
    testing::{House, PASSWORD, SEED, with_cookie},
    visit::{Opening, Purpose, Wanted},
};
use crate::{
    crypto::dice::{SystemDice, tail},
    factors::totp::Seed,
    grants::door::{Onward, show_code, sign_in},
    protocol::{
        authorize,
        form::Params,
        testing::{pairs, web},
    },
    store::{NewAuthenticator, PhoneOrigin, Tx},
};
use ostiary_gate::{
    domain::{
        amr::Reach,
        audit::{Actor, Entry, Event},
        client::{Client, ConnectionNeed},
        ids::{AuthenticatorId, ClientId, ConnectionId, GrantId, PersonId, TenantId},
        person::{MembershipState, Role},
        scope::Scope,
        secret::Secret,
        tenant::{Connection, Tenant},
        time::{Instant, Span},
    },
    gate::Step,
};

/// Somebody signed in, in a browser of their own.
pub struct Seat {
    pub browser: Browser,
    pub caller: Caller,
}

impl House {
    /// On a page of ours, with a code where one is asked for.
    pub async fn seat(&self, name: &str, page: Opening) -> Seat {
        let browser = self.browser();
        let email = format!("{name}@example.com");
        let mut onward = sign_in(&self.desk, page, &browser, (&email, Secret::new(PASSWORD)), false).await.unwrap();
        if let Onward::Step { step: Step::SecondFactor, visit: Some(visit), .. } = onward {
            onward = show_code(&self.desk, &visit, &browser, &self.code()).await.unwrap();
        }
        let cookie = match onward {
            Onward::OwnPage { cookie, .. } | Onward::Code { cookie, .. } => cookie.unwrap(),
            Onward::Step { step, .. } => panic!("{name} is sent to {step:?}"),
            Onward::Refused { refusal, .. } => panic!("{name}: {refusal:?}"),
            Onward::UnknownClient | Onward::UnknownResource { .. } => panic!("{name}"),
        };
        let browser = with_cookie(&browser, Some(&cookie));
        let mut unit = self.desk.store.begin().await.unwrap();
        let row = browser.session(unit.tx()).await.unwrap().unwrap();
        let caller = Caller { person: row.person().unwrap(), session: row.id().unwrap() };
        Seat { browser, caller }
    }

    pub async fn at_the_console(&self, name: &str, clinic: &str) -> Seat {
        self.seat(name, self.own_page(&format!("/console/{clinic}"), Some(clinic))).await
    }

    /// A visit to another client than `web` that begins now.
    pub async fn opening_to(&self, client: &ClientId, more: &[(&str, &str)]) -> Opening {
        let client = self.set(async |tx, _| tx.client(client).await.unwrap().unwrap().client().unwrap()).await;
        let mut sent = vec![
            ("client_id", client.id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", client.redirect_uris[0].as_str()),
            ("code_challenge_method", "S256"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ];
        sent.extend(more);
        let request =
            authorize::parse(&Params::new(&pairs(&sent)), &client).unwrap_or_else(|_| panic!("a good request"));
        let wanted = Wanted { request, hinted: None, hinted_tenant: None };
        Opening { purpose: Purpose::Authorize(Box::new(wanted)), began_at: self.clock.now() }
    }

    /// Somebody confirms the authenticator that everybody here has.
    pub async fn enrol(&self, person: &PersonId) {
        self.set(async |tx, now| {
            let id = AuthenticatorId::from_tail(&tail(&SystemDice::new()).unwrap()).unwrap();
            let seed = Seed::from_base32(SEED).unwrap();
            let new = NewAuthenticator {
                id: &id,
                person,
                secret: seed.as_bytes(),
                label: "",
                reach: &Reach::everywhere(),
                browser: None,
                expires_at: None,
            };
            tx.insert_authenticator(&new, now).await.unwrap();
            tx.set_phone(person, "+61491570006", &PhoneOrigin::SetUp, now).await.unwrap();
            tx.set_codes_saved(person, now).await.unwrap();
            let entry = Entry {
                tenant: None,
                actor: Actor::Person(person.clone()),
                event: Event::AuthenticatorConfirmed,
                person: Some(person.clone()),
                client: None,
                detail: String::new(),
            };
            tx.log(&entry, None, now, &*self.desk.dice).await.unwrap();
        })
        .await;
    }

    pub async fn tenant(&self, id: &TenantId) -> Tenant {
        let mut unit = self.desk.store.begin().await.unwrap();
        unit.tx().tenant(id).await.unwrap().unwrap()
    }

    /// Does something in a unit of its own.
    pub async fn set<T>(&self, what: impl AsyncFnOnce(&mut Tx, Instant) -> T) -> T {
        let mut unit = self.desk.store.begin().await.unwrap();
        let now = unit.tx().now(&*self.desk.clock).await.unwrap();
        let done = what(unit.tx(), now).await;
        unit.commit().await.unwrap();
        done
    }

    pub async fn join(&self, person: &PersonId, tenant: &TenantId, role: Role) {
        self.set(async |tx, now| {
            let new = Tx::new_membership(tenant.clone(), role, MembershipState::Live, now);
            tx.put_membership(person, &new).await.unwrap();
        })
        .await;
    }

    /// An accounting app that demands two factors of everyone.
    pub async fn ledgerly(&self) -> ClientId {
        let client = Client {
            id: ClientId::parse("ledgerly").unwrap(),
            name: "Ledgerly".to_owned(),
            requires_tenant_two_factor: true,
            connection: ConnectionNeed::Offline,
            scope: Scope::parse("openid offline_access export:read").unwrap(),
            grant_types: ["authorization_code".to_owned(), "refresh_token".to_owned(), "client_credentials".to_owned()]
                .into(),
            ..web()
        };
        self.set(async |tx, now| {
            tx.put_client(&client, Some(&Secret::new("a secret of ledgerly")), now).await.unwrap();
        })
        .await;
        client.id
    }

    /// As an operator's file would.
    pub async fn connected(&self, tenant: &TenantId, client: &ClientId) {
        self.set(async |tx, now| {
            let connection = Connection {
                id: ConnectionId::from_tail(&tail(&SystemDice::new()).unwrap()).unwrap(),
                client: client.clone(),
                client_name: String::new(),
                requires_two_factor: true,
                scope: Scope::parse("export:read").unwrap(),
                agreed_at: now,
            };
            tx.insert_connection(tenant, &connection, "operator").await.unwrap();
        })
        .await;
    }

    /// What a clinic's log says of late, newest first.
    pub async fn logged(&self, tenant: &TenantId) -> Vec<(Event, String)> {
        let far = self.clock.now().plus(Span::days(1));
        let rows = self.set(async |tx, _| tx.log_of_tenant(tenant, far, 50).await.unwrap()).await;
        rows.into_iter().map(|row| (row.entry.event, row.entry.detail)).collect()
    }

    /// The grants of a person that have not ended.
    pub async fn grants(&self, person: &PersonId) -> Vec<GrantId> {
        let rows = self.set(async |tx, _| tx.grants_of(person).await.unwrap()).await;
        rows.iter().map(|row| row.id().unwrap()).collect()
    }
}
