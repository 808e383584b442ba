//! Where an `error_uri` leads (RFC 6749 §5.2): of a suspended grant, of a person out of service; and the bare address.
use crate::{
    http::{Ask, Handled},
    views::trouble::{AccountDisabledExplained, SecondFactorExplained},
};
use http::StatusCode;

/// GET. Says the same to everybody: whoever follows it has said nothing about themselves.
pub async fn second_factor(ask: Ask) -> Handled {
    ask.scene(None).draw(StatusCode::OK, |frame| SecondFactorExplained { frame })
}

/// GET. Another page than the one above: a relying party must not keep unsaved work for these people.
pub async fn account(ask: Ask) -> Handled {
    ask.scene(None).draw(StatusCode::OK, |frame| AccountDisabledExplained { frame })
}

/// GET `/`: whoever types the bare address wants their own account.
pub async fn home(ask: Ask) -> Handled {
    Ok(ask.see_other("/account"))
}
