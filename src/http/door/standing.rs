//! A visit on one of its pages, and what the gate says of it now: which page is due, and why.
use super::onward::page_of;
use crate::{
    acts::visit,
    grants::door,
    http::{Ask, Failure, Scene, Stage, Visit},
    porter::Heard,
    store::{Known, PersonRow, Tx},
    views::reasons::{Origin as Who, Reason as Said},
};
use ostiary_gate::{
    domain::{
        ids::{TenantId, VisitId},
        person::MembershipState,
        tenant::Tenant,
        time::Instant,
    },
    gate::{Judgement, Origin, Outcome, Step},
};

/// Somebody who has shown a password, or is signed in, on their way.
pub struct Standing {
    pub visit: Visit,
    pub id: VisitId,
    pub person: PersonRow,
    pub heard: Heard,
    pub judgement: Judgement,
    /// The clinics the person belongs to.
    pub clinics: Vec<Tenant>,
}

impl Ask {
    /// For the page of `step`. Errors: another page is due, by Back, a second tab or what an admin did meanwhile; the
    /// browser is sent there.
    pub async fn standing_at(&self, step: Step) -> Result<Standing, Failure> {
        self.due(self.visit().await?, step).await
    }

    /// The same for a form.
    pub async fn due(&self, visit: Visit, step: Step) -> Result<Standing, Failure> {
        let standing = self.standing(visit).await?;
        match &standing.judgement.outcome {
            Outcome::Step(due) if *due == step => Ok(standing),
            Outcome::Step(Step::SignIn | Step::SignInAgain) | Outcome::Clear | Outcome::Refused(_) => {
                Err(self.go_on(&standing.id).await)
            }
            Outcome::Step(due) => Err(Failure::Elsewhere(format!("{}?visit={}", page_of(*due), standing.id))),
        }
    }

    /// Where a visit goes on, as the answer to a page that is not due.
    async fn go_on(&self, visit: &VisitId) -> Failure {
        match door::go_on(&self.app.desk, visit, &self.browser()).await {
            Ok(onward) => match self.lead(onward, None).await {
                Ok(answer) => Failure::Answered(Box::new(answer)),
                Err(failure) => failure,
            },
            Err(cause) => cause.into(),
        }
    }

    pub async fn standing(&self, visit: Visit) -> Result<Standing, Failure> {
        let Stage::Row(id, row) = &visit.stage else {
            return Err(Failure::Elsewhere(format!("/login?visit={}", visit.text)));
        };
        let (id, browser) = (id.clone(), self.browser().hash);
        let mut unit = self.app.desk.store.look().await?;
        let tx = unit.tx();
        let now = tx.now(&*self.app.desk.clock).await?;
        let (_, asked) = visit::claim_of_row(tx, row, &browser).await?;
        let heard = visit::heard(tx, &asked, Known::AsPicture, now).await?;
        let heard = heard.map_err(|_| Failure::expired(None))?;
        let person = tx.person(&row.person()?).await?.ok_or_else(|| Failure::expired(None))?;
        let clinics = clinics(tx, &heard).await?;
        unit.commit().await?;
        let judgement = heard.judgement();
        Ok(Standing { visit, id, person, heard, judgement, clinics })
    }
}

async fn clinics(tx: &mut Tx, heard: &Heard) -> Result<Vec<Tenant>, Failure> {
    let mut found = vec![];
    for membership in heard.person().map(|person| person.memberships.as_slice()).unwrap_or_default() {
        if membership.state == MembershipState::Live
            && let Some(tenant) = tx.tenant(&membership.tenant).await?
        {
            found.push(tenant);
        }
    }
    Ok(found)
}

impl Standing {
    /// The frame knows whose house it is once it is clear who is there.
    pub fn scene(&self, ask: &Ask) -> Scene {
        let mut scene = ask.scene(Some(&self.visit));
        if scene.frame.clinic.is_none()
            && let [only] = self.heard.rules.tenants.as_slice()
        {
            scene.at_clinic(only);
        }
        scene
    }

    /// What the entry in the app is called: the clinic, or the house where somebody belongs to several.
    pub fn entry(&self) -> String {
        match self.clinics.as_slice() {
            [only] => only.name.clone(),
            [] | [..] => "Ostiary".to_owned(),
        }
    }

    /// "Why am I being asked for this?": everybody who asks for more than a first factor, once.
    pub fn reasons(&self) -> Vec<Said> {
        let mut said: Vec<Said> = vec![];
        for reason in &self.judgement.reasons {
            if let Some(one) = self.said(&reason.clause.origin)
                && !said.contains(&one)
            {
                said.push(one);
            }
        }
        said
    }

    fn said(&self, origin: &Origin) -> Option<Said> {
        let app = || self.heard.rules.client.name.clone();
        let tenant = |id: &TenantId| self.heard.rules.tenants.iter().find(|tenant| tenant.id == *id);
        // A row that says since when as "always" says nothing a person could use.
        let dated = |since: &Instant| Some(*since).filter(|since| since.0 > 0);
        Some(match origin {
            Origin::SignIn => return None,
            Origin::Tenant { tenant: id, since } => {
                Said { origin: Who::Clinic(tenant(id)?.name.clone()), since: dated(since) }
            }
            Origin::Connection { tenant: id, client, since } => {
                let connection = tenant(id)?.connections.iter().find(|connection| connection.client == *client)?;
                Said { origin: Who::Connection(connection.client_name.clone()), since: dated(since) }
            }
            Origin::Client { .. } => Said { origin: Who::App(app()), since: None },
            Origin::Request => Said { origin: Who::Request(app()), since: None },
            Origin::Person => Said { origin: Who::Yourself, since: self.own_since() },
            Origin::OwnPages => Said { origin: Who::Console, since: None },
        })
    }

    fn own_since(&self) -> Option<Instant> {
        self.heard.person()?.authenticators.iter().map(|one| one.confirmed_at).min()
    }
}
