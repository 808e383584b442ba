//! `/console/{tenant}`: is two-factor on, who isn't set up, has anything odd happened (JOURNEYS B1).
use super::{Desk, TwoFactorBox};
use crate::views::{
    frame::{Frame, Page},
    log::Line,
    words::{Phrase, Rich},
};
use askama::Template;

#[derive(Template)]
#[template(path = "console/overview.html")]
pub struct Overview {
    pub frame: Frame,
    pub desk: Desk,
    pub two_factor: TwoFactorBox,
    pub ready: u32,
    pub people: u32,
    /// People waiting for help at this moment.
    pub asking_for_help: u32,
    /// What is worth a look: refusals, reuse, resets, changes of policy.
    pub odd: Vec<Line>,
}

impl Overview {
    fn said(&self) -> Rich {
        match &self.two_factor {
            TwoFactorBox::Off => self.frame.t("overview-off").rich(),
            TwoFactorBox::Pending { starts_at } => {
                self.frame.t("overview-pending").with("when", self.frame.when(starts_at).short()).rich()
            }
            TwoFactorBox::On { since, .. } => {
                self.frame.t("overview-on").with("day", self.frame.when(since).day()).rich()
            }
        }
    }
}

impl Page for Overview {
    fn title(&self) -> Phrase {
        self.frame.t("desk-overview")
    }
}
