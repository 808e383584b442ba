//! One scene: somebody asks for a token. It starts at the door, with consent given and nothing shown.
use super::{NOW, ago, agreement, hilltop, minutes, northside, riverside, scope, session_id, shown, tenant_id};
use super::{PASSKEY, TOUCH, grant_id, hours};
use ostiary_gate::domain::{
    amr::{Acr, Factor, Proof},
    client::Client,
    grant::{Grant, Keeping, Session},
    ids::TenantId,
    person::{Membership, Person},
    tenant::Tenant,
    time::{Instant, Span},
};
use ostiary_gate::gate::{
    Ask, Bond, Choice, Clause, Demand, Facts, Judgement, Means, Occasion, Origin, Outcome, Pin, Rules, Verdict, Wants,
    choose_tenants, decide, judge,
};

#[derive(Clone, Debug)]
pub struct Scene {
    pub now: Instant,
    pub wants: Wants,
    pub client: Client,
    pub clinics: Vec<Tenant>,
    pub facts: Facts,
    pin: Pin,
    /// Said by the caller instead of being worked out.
    choice: Option<Choice>,
    rows: Option<Vec<TenantId>>,
}

fn session() -> Session {
    Session {
        id: session_id("here"),
        started_at: ago(hours(2)),
        seen_at: ago(minutes(5)),
        ended_at: None,
        shared_computer: false,
    }
}

/// Somebody at the authorization endpoint since a minute ago.
pub fn door(client: Client, person: Person) -> Scene {
    Scene {
        now: NOW,
        wants: Wants {
            occasion: Occasion::Authorize { visit_began: ago(minutes(1)) },
            scope: scope("openid"),
            resource_scope: false,
            demand: Demand::default(),
            wishes: Vec::new(),
            fresh: None,
            only: None,
            tenants: Choice::Unsettled,
        },
        client,
        clinics: vec![riverside(), hilltop(), northside()],
        facts: Facts { person: Some(person), consented: true, ..Facts::default() },
        pin: Pin::None,
        choice: None,
        rows: None,
    }
}

/// A browser in which nobody is signed in.
pub fn stranger(client: Client) -> Scene {
    let mut scene = door(client, super::people::alice());
    scene.facts = Facts::default();
    scene
}

/// A machine asks for itself.
pub fn machine(client: Client, clinic: &str) -> Scene {
    let mut scene = stranger(client).for_exactly(Choice::These(vec![tenant_id(clinic)]));
    scene.wants.occasion = Occasion::Machine;
    scene
}

/// On our own account pages.
pub fn own_pages(client: Client, person: Person) -> Scene {
    let mut scene = door(client, person);
    scene.wants.occasion = Occasion::OwnPages { visit_began: ago(minutes(1)) };
    scene
}

/// An app brings the code that it was given so long ago.
pub fn redeem(client: Client, person: Person, issued: Span) -> Scene {
    with_grant(door(client, person), Occasion::Redeem { code_issued: ago(issued) }, Keeping::Online, issued)
}

/// A refresh of a grant that ends with its session.
pub fn online(client: Client, person: Person) -> Scene {
    with_grant(door(client, person), Occasion::Online, Keeping::Online, hours(2))
}

/// A refresh of a grant that was authorised so long ago and outlives its session.
pub fn offline(client: Client, person: Person, authorised: Span) -> Scene {
    with_grant(door(client, person), Occasion::Offline, Keeping::Offline, authorised)
}

fn with_grant(mut scene: Scene, occasion: Occasion, keeping: Keeping, authorised: Span) -> Scene {
    scene.wants.occasion = occasion;
    let session = (keeping == Keeping::Online).then(session);
    scene.facts.grant =
        Some(Grant { id: grant_id("this"), keeping, authorised_at: ago(authorised), ended_at: None, session });
    scene
}

impl Scene {
    // What is shown.
    pub fn proof(mut self, proof: Proof) -> Self {
        self.facts.proofs.push(proof);
        self
    }
    pub fn shows(self, factor: Factor, age: Span) -> Self {
        self.proof(shown(factor, age))
    }
    pub fn password(self) -> Self {
        self.password_ago(Span::ZERO)
    }
    pub fn code(self) -> Self {
        self.code_ago(Span::ZERO)
    }
    pub fn passkey(self) -> Self {
        self.shows(PASSKEY, Span::ZERO)
    }
    pub fn touch(self) -> Self {
        self.shows(TOUCH, Span::ZERO)
    }
    pub fn password_ago(self, age: Span) -> Self {
        self.shows(Factor::Password, age)
    }
    pub fn code_ago(self, age: Span) -> Self {
        self.shows(Factor::Totp, age)
    }

    // What is asked.
    pub fn at(mut self, clinic: &str) -> Self {
        self.pin = Pin::To(tenant_id(clinic));
        self
    }
    pub fn at_unknown_clinic(mut self) -> Self {
        self.pin = Pin::Unknown;
        self
    }
    pub fn for_exactly(mut self, choice: Choice) -> Self {
        self.choice = Some(choice);
        self
    }
    pub fn fresh(mut self, limit: Span) -> Self {
        self.wants.fresh = Some(limit);
        self
    }
    pub fn wishes(mut self, class: Acr) -> Self {
        self.wants.wishes.push(class);
        self
    }
    pub fn scope(mut self, text: &str) -> Self {
        self.wants.scope = scope(text);
        self
    }
    pub fn demands(mut self, clause: Clause) -> Self {
        self.wants.demand = self.wants.demand.and(Demand::from_iter([clause]));
        self
    }
    /// An essential `acr` (none of them known: an empty list).
    pub fn essential(self, classes: &[Acr]) -> Self {
        self.demands(Clause::classes(classes.iter().copied(), Origin::Request))
    }
    pub fn essential_amr(self, means: Means) -> Self {
        self.demands(Clause::any([means], Origin::Request))
    }
    pub fn wants(mut self, change: impl FnOnce(&mut Wants)) -> Self {
        change(&mut self.wants);
        self
    }

    // What is different.
    pub fn when(mut self, now: Instant) -> Self {
        self.now = now;
        self
    }
    pub fn client(mut self, change: impl FnOnce(&mut Client)) -> Self {
        change(&mut self.client);
        self
    }
    pub fn person(mut self, change: impl FnOnce(&mut Person)) -> Self {
        change(self.facts.person.as_mut().unwrap());
        self
    }
    pub fn member(self, clinic: &str, change: impl FnOnce(&mut Membership)) -> Self {
        let id = tenant_id(clinic);
        self.person(|p| change(p.memberships.iter_mut().find(|m| m.tenant == id).unwrap()))
    }
    pub fn clinic(mut self, clinic: &str, change: impl FnOnce(&mut Tenant)) -> Self {
        let id = tenant_id(clinic);
        change(self.clinics.iter_mut().find(|t| t.id == id).unwrap());
        self
    }
    pub fn connected(self, clinic: &str) -> Self {
        self.clinic(clinic, |t| t.connections.push(agreement()))
    }
    pub fn grant(mut self, change: impl FnOnce(&mut Grant)) -> Self {
        change(self.facts.grant.as_mut().unwrap());
        self
    }
    /// The session of the grant.
    pub fn grant_session(self, change: impl FnOnce(&mut Session)) -> Self {
        self.grant(|g| change(g.session.as_mut().unwrap()))
    }
    /// The session of the browser.
    pub fn session(mut self, change: impl FnOnce(&mut Session)) -> Self {
        change(self.facts.session.get_or_insert_with(session));
        self
    }
    pub fn facts(mut self, change: impl FnOnce(&mut Facts)) -> Self {
        change(&mut self.facts);
        self
    }
    /// The rows that the store found, whatever was chosen.
    pub fn rows(mut self, clinics: &[&str]) -> Self {
        self.rows = Some(clinics.iter().copied().map(tenant_id).collect());
        self
    }

    // What the gate is given, and what it says.
    pub fn parts(&self) -> (Rules, Wants, Facts) {
        let chosen = || {
            self.choice.clone().unwrap_or_else(|| choose_tenants(&self.client, &self.pin, self.facts.person.as_ref()))
        };
        let wants = Wants { tenants: chosen(), ..self.wants.clone() };
        let rows = self.rows.clone().unwrap_or_else(|| wants.tenants.tenants().to_vec());
        let row = |id: &TenantId| self.clinics.iter().find(|t| t.id == *id).unwrap().clone();
        let rules = Rules { tenants: rows.iter().map(row).collect(), client: self.client.clone() };
        (rules, wants, self.facts.clone())
    }

    pub fn judgement(&self) -> Judgement {
        let (rules, wants, facts) = self.parts();
        judge(Ask { rules: &rules, wants: &wants }, &facts, self.now)
    }

    pub fn outcome(&self) -> Outcome {
        self.judgement().outcome
    }

    pub fn is_clear(&self) -> bool {
        self.outcome() == Outcome::Clear
    }

    /// Decides for a unit of work and hands the verdict to `look` while the bond lives.
    pub fn decided<T>(&self, look: impl FnOnce(Verdict<'_>) -> T) -> T {
        let (rules, wants, facts) = self.parts();
        let bond = Bond::new(1);
        look(decide(&bond, Ask { rules: &rules, wants: &wants }, &facts, self.now))
    }
}
