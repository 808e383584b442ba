//! What a client demands, joined: a file raises it; what would lower it is kept unless that was asked for.
use crate::acts::apply::state::ClientWanted;
use ostiary_gate::domain::{
    client::{Client, ConnectionNeed, RequireAmr},
    time::Span,
};

/// A demand that the file would have lowered: its key, what stays, what was asked.
pub(super) struct Lowered {
    pub(super) key: &'static str,
    pub(super) stays: String,
    pub(super) asked: String,
}

/// Joins `wanted` into `client`, or overwrites where lowering was asked for. What was not lowered is told.
pub(super) fn join(client: &mut Client, wanted: &ClientWanted, may_lower: bool) -> Vec<Lowered> {
    let mut kept = vec![];
    let mut settle = |key, lowers: bool, stays: String, asked: String| {
        if lowers && !may_lower {
            kept.push(Lowered { key, stays, asked });
        }
        !lowers || may_lower
    };
    if let Some(asked) = &wanted.require_amr {
        let lowers = !implies(asked, &client.require_amr);
        if settle("require_amr", lowers, amr(&client.require_amr), amr(asked)) {
            client.require_amr = asked.clone();
        }
    }
    if let Some(asked) = wanted.requires_tenant_two_factor {
        let stays = client.requires_tenant_two_factor;
        if settle("requires_tenant_two_factor", stays && !asked, stays.to_string(), asked.to_string()) {
            client.requires_tenant_two_factor = asked;
        }
    }
    if let Some(asked) = wanted.connection {
        let (stays, lowers) = (client.connection, weight(asked) < weight(client.connection));
        if settle("connection", lowers, need(stays).to_owned(), need(asked).to_owned()) {
            client.connection = asked;
        }
    }
    if let Some(asked) = wanted.default_max_age {
        let lowers = client.default_max_age.is_some_and(|stays| asked > stays);
        let stays = client.default_max_age.map_or(0, Span::as_seconds);
        if settle("default_max_age", lowers, stays.to_string(), asked.as_seconds().to_string()) {
            client.default_max_age = Some(asked);
        }
    }
    if let Some(asked) = wanted.require_pkce
        && settle("require_pkce", client.require_pkce && !asked, client.require_pkce.to_string(), asked.to_string())
    {
        client.require_pkce = asked;
    }
    kept
}

/// Whether whoever meets `a` has met `b`: every alternative of `a` holds one of `b`. No alternative at all demands nothing.
fn implies(a: &RequireAmr, b: &RequireAmr) -> bool {
    b.0.is_empty() || (!a.0.is_empty() && a.0.iter().all(|one| b.0.iter().any(|other| other.is_subset(one))))
}

fn weight(need: ConnectionNeed) -> u8 {
    match need {
        ConnectionNeed::None => 0,
        ConnectionNeed::Offline => 1,
        ConnectionNeed::All => 2,
    }
}

pub(in crate::acts::apply) fn need(need: ConnectionNeed) -> &'static str {
    match need {
        ConnectionNeed::None => "none",
        ConnectionNeed::Offline => "offline",
        ConnectionNeed::All => "all",
    }
}

fn amr(require: &RequireAmr) -> String {
    let one = |all: &std::collections::BTreeSet<ostiary_gate::domain::amr::Reference>| {
        all.iter().map(|reference| reference.as_str()).collect::<Vec<_>>().join("+")
    };
    if require.0.is_empty() { "none".to_owned() } else { require.0.iter().map(one).collect::<Vec<_>>().join(" or ") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use ostiary_gate::domain::amr::Reference;

    fn require(alternatives: &[&[&str]]) -> RequireAmr {
        let all = |words: &&[&str]| words.iter().map(|word| Reference::parse(word).unwrap()).collect();
        RequireAmr(alternatives.iter().map(all).collect())
    }

    #[test]
    fn a_floor_is_at_least_another_when_whoever_meets_it_has_met_the_other() {
        let (nothing, otp) = (require(&[]), require(&[&["otp"]]));
        let either = require(&[&["otp"], &["user", "swk"]]);
        let both = require(&[&["otp", "pwd"]]);
        for (stronger, weaker) in
            [(&otp, &nothing), (&otp, &either), (&both, &otp), (&both, &either), (&either, &nothing)]
        {
            assert!(implies(stronger, weaker));
            assert!(!implies(weaker, stronger));
        }
        assert!(implies(&otp, &otp) && implies(&nothing, &nothing));
    }
}
