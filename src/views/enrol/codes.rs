//! `/enrol/codes`: the ten backup codes, and the file they are downloaded as (JOURNEYS A7).
use super::Steps;
use crate::views::{
    frame::{Fault, Frame, Page},
    words::Phrase,
};
use askama::Template;
use ostiary_gate::domain::{secret::Secret, time::Instant};

#[derive(Template)]
#[template(path = "enrol/codes.html")]
pub struct Codes {
    pub frame: Frame,
    /// None when a person makes new codes on the account page.
    pub steps: Option<Steps>,
    /// The person's e-mail address; printed above the codes.
    pub account: String,
    pub made_at: Instant,
    /// Formatted in groups of five.
    pub codes: Vec<Secret>,
    /// "Show me these next time I sign in": once, unless the clinic forbids it.
    pub may_wait: bool,
    /// The form came back without the tick.
    pub not_ticked: bool,
    /// On the account page: the codes once more, sealed, so that the form can bring them back.
    pub kept: Option<Secret>,
}

impl Page for Codes {
    fn title(&self) -> Phrase {
        self.frame.t("codes-title")
    }

    fn fault(&self) -> Option<Fault> {
        self.not_ticked.then(|| Fault::at("saved", self.frame.t("codes-not-ticked")))
    }
}

impl Codes {
    fn action(&self) -> &'static str {
        if self.steps.is_some() { "/enrol/codes" } else { "/account/codes" }
    }

    /// The text file behind "Download". Lines end as Windows wants them, which everything else understands too.
    pub fn file(&self) -> Secret {
        let day = self.frame.when(&self.made_at).day();
        let head = [
            self.frame.t("codes-file-title").with("owner", self.frame.owner()),
            self.frame.t("codes-file-account").with("account", &self.account).with("day", day),
            self.frame.t("codes-file-what"),
        ];
        let mut text: String = head.iter().flat_map(|line| [line.to_string(), "\r\n".to_owned()]).collect();
        text += "\r\n";
        for code in &self.codes {
            text += code.expose();
            text += "\r\n";
        }
        Secret::new(text)
    }

    /// `riverside-physio-backup-codes.txt`: ASCII letters, digits and dashes only, fit for `Content-Disposition`.
    pub fn file_name(&self) -> String {
        let words: Vec<String> = self
            .frame
            .owner()
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        let slug: String = words.join("-").chars().take(60).collect();
        if slug.is_empty() { "backup-codes.txt".to_owned() } else { format!("{slug}-backup-codes.txt") }
    }
}
