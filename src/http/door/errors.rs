//! `/errors/second-factor`, where the `error_uri` of a suspended grant leads (RFC 6749 §5.2), and the bare address.
use crate::{
    http::{Ask, Handled},
    views::trouble::SecondFactorExplained,
};
use http::StatusCode;

/// GET. Says the same to everybody: whoever follows it has said nothing about themselves.
pub async fn second_factor(ask: Ask) -> Handled {
    ask.scene(None).draw(StatusCode::OK, |frame| SecondFactorExplained { frame })
}

/// GET `/`: whoever types the bare address wants their own account.
pub async fn home(ask: Ask) -> Handled {
    Ok(ask.see_other("/account"))
}
