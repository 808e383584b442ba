//! `/not-me`: the link at the end of letters about somebody's own sign-in. Works in any browser, signed in or not.
use crate::{
    acts::recover::{self, NotDisowned},
    http::{Ask, Failure, Form, Handled},
    views::{
        door::not_me::{NotMe, NotMeDone},
        trouble::Kind,
    },
};
use http::StatusCode;
use ostiary_gate::domain::secret::Secret;

fn gone() -> Failure {
    Failure::Theirs { status: StatusCode::NOT_FOUND, kind: Kind::LinkGone }
}

/// GET: asks.
pub async fn show(ask: Ask) -> Handled {
    let token = ask.query("token")?.unwrap_or_default().to_owned();
    if !recover::can_disown(&ask.app.desk, &Secret::new(&*token)).await? {
        return Err(gone());
    }
    ask.scene(None).draw(StatusCode::OK, |frame| NotMe { frame, token })
}

/// POST: acts.
pub async fn disown(ask: Ask, form: Form) -> Handled {
    match recover::disown(&ask.app.desk, &form.secret("token")?).await {
        Ok(()) => Ok(ask.without_session(ask.see_other("/not-me/done"))),
        Err(NotDisowned::LinkGone) => Err(gone()),
        Err(NotDisowned::Store(cause)) => Err(cause.into()),
    }
}

/// GET: done.
pub async fn done(ask: Ask) -> Handled {
    ask.scene(None).draw(StatusCode::OK, |frame| NotMeDone { frame })
}
