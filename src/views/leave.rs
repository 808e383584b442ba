//! `/consent`, `/logout`, `/logout/done`: what may be told to an app, and the way out.
use super::{
    frame::{Frame, Page},
    words::Phrase,
};
use askama::Template;

/// First-party clients skip it.
#[derive(Template)]
#[template(path = "leave/consent.html")]
pub struct Consent {
    pub frame: Frame,
    /// Who would be allowing it, so that nobody allows it in another person's session.
    pub account: String,
    pub asked: Vec<Asked>,
}

/// One thing that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    OpenId,
    Profile,
    Email,
    Phone,
    Address,
    Tenant,
    OfflineAccess,
    /// A scope of a resource, in the words the operator registered for it.
    Resource(String),
}

impl Asked {
    /// From a scope; a word we give no meaning is shown as it is.
    pub fn from_scope(word: &str) -> Self {
        match word {
            "openid" => Self::OpenId,
            "profile" => Self::Profile,
            "email" => Self::Email,
            "phone" => Self::Phone,
            "address" => Self::Address,
            "tenant" => Self::Tenant,
            "offline_access" => Self::OfflineAccess,
            other => Self::Resource(other.to_owned()),
        }
    }

    pub(in crate::views) fn said(&self, frame: &Frame) -> String {
        let t = |key| frame.t(key).to_string();
        match self {
            Self::OpenId => t("scope-openid"),
            Self::Profile => t("scope-profile"),
            Self::Email => t("scope-email"),
            Self::Phone => t("scope-phone"),
            Self::Address => t("scope-address"),
            Self::Tenant => t("scope-tenant"),
            Self::OfflineAccess => t("scope-offline-access"),
            Self::Resource(words) => words.clone(),
        }
    }
}

impl Page for Consent {
    fn title(&self) -> Phrase {
        self.frame.t("consent-title").with("app", self.frame.wanted())
    }
}

/// "Do you want to sign out?" (RP-Initiated Logout §2)
#[derive(Template)]
#[template(path = "leave/logout.html")]
pub struct Logout {
    pub frame: Frame,
    /// Who is signed in.
    pub account: Option<String>,
    /// The sealed request of the relying party; the form brings it back.
    pub request: Option<String>,
}

impl Page for Logout {
    fn title(&self) -> Phrase {
        self.frame.t("logout-title")
    }
}

#[derive(Template)]
#[template(path = "leave/done.html")]
pub struct LoggedOut {
    pub frame: Frame,
}

impl Page for LoggedOut {
    fn title(&self) -> Phrase {
        self.frame.t("logout-done-title")
    }
}
