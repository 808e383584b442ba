//! What must be proven. Tenant, client, connection, request and person each state clauses; joining is union, so nobody
//! can weaken what somebody else asked for: there is no way to subtract.
use crate::domain::{
    amr::{Acr, Evidence, Factor, Proof, Reference},
    client::RequireAmr,
    ids::{ClientId, TenantId},
    time::{Instant, Span},
};
use serde::Serialize;
use std::collections::BTreeSet;

/// One thing that can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    Password,
    Totp,
    /// Any passkey; without user verification it counts only beside a password, which another clause demands.
    Passkey,
    /// A passkey whose user was verified: knowledge or biometrics behind possession.
    VerifiedPasskey,
    Reference(Reference),
    Class(Acr),
}

impl Means {
    fn is_shown(self, evidence: &Evidence) -> bool {
        let any = |fits: fn(&Factor) -> bool| evidence.proofs().iter().any(|p| fits(&p.factor));
        match self {
            Self::Password => any(|f| matches!(f, Factor::Password)),
            Self::Totp => any(|f| matches!(f, Factor::Totp)),
            Self::Passkey => any(|f| matches!(f, Factor::Passkey { .. })),
            Self::VerifiedPasskey => any(|f| matches!(f, Factor::Passkey { user_verified: true, .. })),
            Self::Reference(reference) => evidence.references().contains(&reference),
            Self::Class(acr) => evidence.reaches(acr),
        }
    }
}

/// Who asks. The page, the log and `explain` name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Everybody signs in with something.
    SignIn,
    Tenant {
        tenant: TenantId,
        since: Instant,
    },
    /// A live connection of this tenant demands it of everyone.
    Connection {
        tenant: TenantId,
        client: ClientId,
        since: Instant,
    },
    /// The client's registration.
    Client {
        client: ClientId,
    },
    /// This authorization request.
    Request,
    /// Their own: who has an authenticator shows it at every sign-in.
    Person,
    /// Our own console and the acts that ask for a fresh code.
    OwnPages,
}

/// Any of these alternatives, each a set that must be shown whole, not older than so much.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Clause {
    pub any_of: BTreeSet<BTreeSet<Means>>,
    pub not_older_than: Option<Span>,
    pub origin: Origin,
}

/// How a clause stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Met {
    Yes,
    /// Shown, but too long ago.
    TooOld,
    No,
}

fn one(means: Means) -> BTreeSet<Means> {
    BTreeSet::from([means])
}

impl Clause {
    pub fn any(means: impl IntoIterator<Item = Means>, origin: Origin) -> Self {
        Self { any_of: means.into_iter().map(one).collect(), not_older_than: None, origin }
    }

    /// What a sign-in starts with. A passkey whose user was not verified, or a code, is not enough to start.
    pub fn primary(origin: Origin) -> Self {
        Self::any([Means::Password, Means::VerifiedPasskey], origin)
    }

    /// A second factor; passkeys only where they count.
    pub fn second(passkey_counts: bool, not_older_than: Option<Span>, origin: Origin) -> Self {
        let means = if passkey_counts { vec![Means::Totp, Means::Passkey] } else { vec![Means::Totp] };
        Self { not_older_than, ..Self::any(means, origin) }
    }

    /// A class that must be reached; none of them known: never met, so that an unknown string cannot open a door.
    pub fn classes(asked: impl IntoIterator<Item = Acr>, origin: Origin) -> Self {
        Self::any(asked.into_iter().map(Means::Class), origin)
    }

    /// A client's floor. An empty list asks nothing, which is no clause at all.
    pub fn floor(require: &RequireAmr, origin: Origin) -> Option<Self> {
        let any_of: BTreeSet<BTreeSet<Means>> =
            require.0.iter().map(|set| set.iter().copied().map(Means::Reference).collect()).collect();
        (!any_of.is_empty()).then_some(Self { any_of, not_older_than: None, origin })
    }

    /// `as_of` is the instant that ages are judged against (RULES 2: "Kinds are judged now; ages when the person was there").
    pub fn met(&self, evidence: &Evidence, as_of: Instant) -> Met {
        if !self.shown_by(evidence) {
            return Met::No;
        }
        let Some(limit) = self.not_older_than else { return Met::Yes };
        let young: Evidence = evidence.proofs().iter().filter(|p| as_of.since(p.at) <= limit).cloned().collect();
        if self.shown_by(&young) { Met::Yes } else { Met::TooOld }
    }

    fn shown_by(&self, evidence: &Evidence) -> bool {
        self.any_of.iter().any(|set| set.iter().all(|means| means.is_shown(evidence)))
    }

    /// Whether somebody who can show the kinds in `can` could ever meet this.
    pub(super) fn can_be_met(&self, can: impl Fn(Means) -> bool) -> bool {
        self.any_of.iter().any(|set| set.iter().all(|means| can(*means)))
    }
}

/// Clauses without order or repetition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Demand(BTreeSet<Clause>);

impl Demand {
    /// The only way to combine demands. There is no inverse.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    pub fn clauses(&self) -> impl Iterator<Item = &Clause> {
        self.0.iter()
    }
}

impl FromIterator<Clause> for Demand {
    fn from_iter<I: IntoIterator<Item = Clause>>(clauses: I) -> Self {
        Self(clauses.into_iter().collect())
    }
}

/// The proofs that count in one tenant: within reach, and not before its admin last said "start over".
pub(super) fn counted(proofs: &[Proof], tenant: &TenantId, not_before: Instant) -> Evidence {
    proofs.iter().filter(|p| p.at >= not_before && p.reach.covers(tenant)).cloned().collect()
}
