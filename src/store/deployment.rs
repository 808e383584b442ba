//! What this database is: its kind, its issuer, the root key its sealed columns stand under. Checked at every start.
use super::{Sql, StoreError, Tx, row, run, text, unword, word};
use ostiary_gate::domain::time::Instant;
use serde::{Deserialize, Serialize};

/// A database is born for one kind of `serve`, and the other refuses it (RULES 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Dev,
    Live,
}

pub struct Deployment {
    pub kind: Kind,
    pub issuer: String,
    pub root_fingerprint: String,
    pub epoch: i64,
}

row! {
    pub(super) struct DeploymentRow {
        kind: String,
        issuer: String,
        root_fingerprint: String,
        epoch: i64,
    }
}
row! { struct Highest { at: Option<i64> } }

pub(super) const READ: Sql = text!("select kind, issuer, root_fingerprint, epoch from deployment where id = 1");
const BIRTH: Sql = text!(
    "insert into deployment (id, kind, issuer, root_fingerprint, epoch, born_at) values (1, $1, $2, $3, 1, $4)
     on conflict (id) do nothing"
);
const HIGHEST: Sql = text!(
    "select max(at) as at from (select max(issued_at) as at from issuances union all select max(at) as at from audit) as both_logs"
);

impl DeploymentRow {
    pub(super) fn understood(self) -> Result<Deployment, StoreError> {
        let kind = unword("deployment", self.kind)?;
        Ok(Deployment { kind, issuer: self.issuer, root_fingerprint: self.root_fingerprint, epoch: self.epoch })
    }
}

impl Tx {
    pub(super) async fn deployment(&mut self) -> Result<Option<Deployment>, StoreError> {
        run!(self, fetch::<DeploymentRow>, READ)?.pop().map(DeploymentRow::understood).transpose()
    }

    /// The first of several nodes that start at once gives birth; the others read what it wrote.
    pub(super) async fn give_birth(&mut self, born: &Deployment, now: Instant) -> Result<(), StoreError> {
        let kind = word("deployment", &born.kind)?;
        run!(self, execute, BIRTH, kind, born.issuer.as_str(), born.root_fingerprint.as_str(), now.0)?;
        Ok(())
    }

    pub(super) async fn highest_instant(&mut self) -> Result<i64, StoreError> {
        Ok(run!(self, fetch::<Highest>, HIGHEST)?.pop().and_then(|row| row.at).unwrap_or(0))
    }
}
