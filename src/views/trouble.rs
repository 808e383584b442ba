//! Pages for when something is wrong, and the two that stand between here and the relying party without being it.
//! Every one carries a reference that finds the audit line and the trace (JOURNEYS A12).
use super::{
    frame::{Frame, Page},
    words::{Phrase, Rich},
};
use askama::Template;
use ostiary_gate::domain::time::Instant;

/// What a person reads out when they ask for help: `E-7Q2M`, 10:42 am.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub code: String,
    pub at: Instant,
}

/// The error that must not redirect (RFC 6749 §4.1.2.1, RFC 9700 §4.11.2): it stays on `/authorize`.
#[derive(Template)]
#[template(path = "trouble/request.html")]
pub struct BrokenRequest {
    /// With a client only if the client is known.
    pub frame: Frame,
    pub cause: Cause,
    pub reference: Reference,
    /// Only with `--dev`; in production the log and `explain` have it.
    pub explanation: Option<Explanation>,
}

/// What is said of a request we cannot use, in few words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    UnknownClient,
    /// The client is known and disabled.
    ClientDisabled,
    RedirectNotRegistered,
    RedirectMissing,
    /// The request, or the visit's value, cannot be read at all.
    Malformed,
    /// A pushed or signed request is gone, too old or used (RFC 9126 §4).
    RequestGone,
}

/// For the developer of the relying party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub parameter: String,
    pub sent: String,
    pub registered: Vec<String>,
    pub nearest: Option<String>,
}

impl BrokenRequest {
    fn cause(&self) -> Phrase {
        self.frame.t(match self.cause {
            Cause::UnknownClient => "cause-unknown-client",
            Cause::ClientDisabled => "cause-client-disabled",
            Cause::RedirectNotRegistered => "cause-redirect-not-registered",
            Cause::RedirectMissing => "cause-redirect-missing",
            Cause::Malformed => "cause-malformed",
            Cause::RequestGone => "cause-request-gone",
        })
    }

    fn said(&self) -> Rich {
        let phrase = match &self.frame.client {
            Some(client) => self.frame.t("request-of-app").with("app", client),
            None => self.frame.t("request-of-unknown"),
        };
        phrase.with("cause", self.cause()).rich()
    }
}

impl Page for BrokenRequest {
    fn title(&self) -> Phrase {
        self.frame.t("request-title")
    }
}

/// Everything else that can be wrong with a page.
#[derive(Template)]
#[template(path = "trouble/page.html")]
pub struct Trouble {
    pub frame: Frame,
    pub kind: Kind,
    /// None where nothing was recorded and nobody needs to ask.
    pub reference: Option<Reference>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 404
    NotFound,
    /// 403: not this person's, or not their role's.
    Forbidden,
    /// 403: the form was not ours, or is from an older sign-in.
    FormRefused,
    /// 503
    Busy,
    /// 503: our fault, and it passes.
    Fault,
    /// The visit is older than it may be; `again` starts over where that is possible.
    Expired { again: Option<String> },
    /// Finished in another tab; `on` leads to the relying party's own page.
    OtherTab { on: Option<String> },
    /// `again` is the same page once more.
    CookiesBlocked { again: String },
    /// A mailed link that is used, too old or never was: the same page for all of them.
    LinkGone,
    /// 405 and its kin: the address exists, not for this.
    NotLikeThis,
}

impl Trouble {
    fn says(&self) -> Rich {
        let t = |key| self.frame.t(key);
        match &self.kind {
            Kind::NotFound => t("trouble-not-found"),
            Kind::Forbidden => t("trouble-forbidden"),
            Kind::FormRefused => t("trouble-form-refused"),
            Kind::Busy => t("busy"),
            Kind::Fault => t("trouble-fault"),
            Kind::Expired { again: Some(_) } => t("trouble-expired"),
            Kind::Expired { again: None } => t("trouble-expired-app").with("app", self.frame.wanted()),
            Kind::OtherTab { .. } => t("trouble-other-tab"),
            Kind::CookiesBlocked { .. } => t("trouble-cookies").with("host", self.frame.host()),
            Kind::LinkGone => t("trouble-link-gone"),
            Kind::NotLikeThis => t("trouble-not-like-this"),
        }
        .rich()
    }

    /// The way forward: where to, and what the link says.
    fn way_on(&self) -> (String, Phrase) {
        let t = |key| self.frame.t(key);
        match &self.kind {
            Kind::Expired { again: Some(again) } | Kind::CookiesBlocked { again } => (again.clone(), t("try-again")),
            Kind::OtherTab { on: Some(on) } => (on.clone(), t("continue-to").with("app", self.frame.wanted())),
            Kind::LinkGone => ("/login/forgot".to_owned(), t("trouble-new-link")),
            Kind::NotFound
            | Kind::Forbidden
            | Kind::FormRefused
            | Kind::Busy
            | Kind::Fault
            | Kind::Expired { again: None }
            | Kind::OtherTab { on: None }
            | Kind::NotLikeThis => ("/account".to_owned(), t("to-account")),
        }
    }
}

impl Page for Trouble {
    fn title(&self) -> Phrase {
        self.frame.t(match self.kind {
            Kind::NotFound => "trouble-not-found-title",
            Kind::Forbidden => "trouble-forbidden-title",
            Kind::FormRefused => "trouble-form-refused-title",
            Kind::Busy => "trouble-busy-title",
            Kind::Fault => "trouble-fault-title",
            Kind::Expired { .. } => "trouble-expired-title",
            Kind::OtherTab { .. } => "trouble-other-tab-title",
            Kind::CookiesBlocked { .. } => "trouble-cookies-title",
            Kind::LinkGone => "trouble-link-gone-title",
            Kind::NotLikeThis => "trouble-not-like-this-title",
        })
    }
}

/// The relying party demands what this person cannot show yet.
#[derive(Template)]
#[template(path = "trouble/unmet.html")]
pub struct Unmet {
    pub frame: Frame,
    /// Set-up would help; otherwise only the clinic can.
    pub can_set_up: bool,
}

impl Page for Unmet {
    fn title(&self) -> Phrase {
        self.frame.t("unmet-title").with("app", self.frame.wanted())
    }
}

/// `/errors/second-factor`, the `error_uri` of a suspended grant (RFC 6749 §5.2), for whoever follows it.
#[derive(Template)]
#[template(path = "trouble/second_factor.html")]
pub struct SecondFactorExplained {
    pub frame: Frame,
}

impl Page for SecondFactorExplained {
    fn title(&self) -> Phrase {
        self.frame.t("second-factor-title")
    }
}

/// `/errors/account`, the `error_uri` where the person was taken out of service (RULES 8).
#[derive(Template)]
#[template(path = "trouble/account_disabled.html")]
pub struct AccountDisabledExplained {
    pub frame: Frame,
}

impl Page for AccountDisabledExplained {
    fn title(&self) -> Phrase {
        self.frame.t("account-disabled-title")
    }
}

/// OAuth 2.0 Form Post Response Mode §2: the answer as a form. Without script a person presses the button.
/// It goes to another house: neither our token nor our visit is in it.
#[derive(Template)]
#[template(path = "trouble/form_post.html")]
pub struct FormPost {
    pub frame: Frame,
    /// The validated redirect address.
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Page for FormPost {
    fn title(&self) -> Phrase {
        self.frame.t("form-post-title").with("app", self.frame.wanted())
    }
}
