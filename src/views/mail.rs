//! Mails: text and simple HTML, one link at most, nothing remote, in the recipient's language and the clinic's zone
//! (JOURNEYS 9). "Not you?" leads to a page that needs a POST, because mail scanners follow links.
use super::{
    frame::Frame,
    words::{Phrase, Rich},
};
use askama::Template;
use ostiary_gate::domain::{secret::Secret, time::Instant};

/// A mail, ready to be sent. The sender's name is the clinic's.
pub struct Letter {
    /// One line, never a secret.
    pub subject: String,
    pub text: Secret,
    pub html: Secret,
}

/// What is written. Links are whole addresses; those that let somebody in are secrets.
pub enum Mail {
    /// 1
    Invitation {
        by: String,
        link: Secret,
    },
    /// 2: to those not ready, when a start is set.
    Scheduled {
        starts_at: Instant,
        link: String,
    },
    /// 3: the day before, to those still not ready.
    Tomorrow {
        starts_at: Instant,
        link: String,
    },
    /// 4, 5, 6, 8
    AboutYou {
        news: News,
        not_me: Secret,
    },
    /// 7
    FewBackupCodes {
        left: u32,
        link: String,
    },
    /// 11, to admins.
    HelpAsked {
        person: String,
        link: String,
    },
    /// 12, to admins.
    TurnedOn {
        by: String,
    },
    /// 12, to admins.
    TurnedOff {
        by: String,
        reason: String,
    },
    /// 12, to admins: a start that was set was taken back.
    StartCancelled {
        by: String,
        reason: String,
    },
    /// To those not ready: it is demanded from now on.
    Required {
        link: String,
    },
    /// To those not ready: an admin asks them to set it up before it is demanded.
    Reminder {
        link: String,
    },
    /// To admins: a start that was set was put off.
    StartPostponed {
        by: String,
        reason: String,
        starts_at: Instant,
    },
    /// To admins: something else than the box was loosened.
    Loosened {
        by: String,
        reason: String,
    },
    /// To admins: what the operator did in their clinic, by the name of the operating system's user.
    OperatorActed {
        by: String,
        what: String,
    },
    /// To admins: somebody's authenticator was reset.
    PersonReset {
        by: String,
        person: String,
    },
    /// The six digits before a first binding.
    Code {
        code: Secret,
    },
    PasswordReset {
        link: Secret,
    },
}

/// What happened to somebody's own sign-in. These mails cannot be switched off and end in "Not you?".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// 4
    AuthenticatorAdded(Seen),
    /// 5, by the person.
    AuthenticatorReplaced(Seen),
    /// 5, by an admin; `entry` is what the old entry in the app is called.
    AuthenticatorReset { by: String, entry: String },
    /// 6
    BackupCodeUsed { left: u32 },
    /// 8
    PasswordChanged(Seen),
    /// 8
    PhoneChanged(Seen),
    /// 8, to the old address.
    EmailChanged(Seen),
}

/// When and where: "Tue 3 Mar, 9:12 am, Chrome on Windows".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub at: Instant,
    pub browser: String,
}

/// The parts of every mail, in the order in which they are read.
struct Parts {
    subject: Phrase,
    sentences: Vec<Phrase>,
    code: Option<Secret>,
    link: Option<Link>,
}

struct Link {
    label: Phrase,
    address: Secret,
}

#[derive(Template)]
#[template(path = "mail/mail.txt")]
struct Text<'a> {
    frame: &'a Frame,
    parts: &'a Parts,
}

#[derive(Template)]
#[template(path = "mail/mail.html")]
struct Html<'a> {
    frame: &'a Frame,
    parts: &'a Parts,
}

impl Parts {
    fn of(subject: Phrase, sentences: impl IntoIterator<Item = Phrase>) -> Self {
        Self { subject, sentences: sentences.into_iter().collect(), code: None, link: None }
    }

    fn leading_to(self, label: Phrase, address: Secret) -> Self {
        Self { link: Some(Link { label, address }), ..self }
    }

    fn rich(&self) -> impl Iterator<Item = Rich> {
        self.sentences.iter().map(Phrase::rich)
    }
}

impl Mail {
    /// Writes the mail. Of the frame only language, zone and clinic matter.
    pub fn write(&self, frame: &Frame) -> Result<Letter, askama::Error> {
        let parts = self.parts(frame);
        Ok(Letter {
            subject: one_line(&parts.subject.to_string()),
            text: Secret::new(Text { frame, parts: &parts }.render()?),
            html: Secret::new(Html { frame, parts: &parts }.render()?),
        })
    }

    fn parts(&self, frame: &Frame) -> Parts {
        let t = |key| frame.t(key).with("clinic", frame.owner());
        let open = |address: &String| Secret::new(address.as_str());
        match self {
            Self::Invitation { by, link } => {
                let sentences = [t("mail-invitation-by").with("by", by), t("mail-invitation-next")];
                Parts::of(t("mail-invitation"), sentences).leading_to(t("mail-invitation-link"), link.clone())
            }
            Self::Scheduled { starts_at, link } => {
                let when = frame.when(starts_at);
                let sentences = [
                    t("mail-scheduled-what").with("when", when.long()),
                    t("mail-scheduled-before").with("when", when.weekday()),
                ];
                Parts::of(t("mail-scheduled").with("when", when.weekday()), sentences)
                    .leading_to(t("mail-set-up"), open(link))
            }
            Self::Tomorrow { starts_at, link } => {
                let sentences = [t("mail-scheduled-what").with("when", frame.when(starts_at).long())];
                Parts::of(t("mail-tomorrow"), sentences).leading_to(t("mail-set-up"), open(link))
            }
            Self::AboutYou { news, not_me } => news.parts(frame).leading_to(t("mail-not-me"), not_me.clone()),
            Self::FewBackupCodes { left, link } => {
                Parts::of(t("mail-few-codes").count("n", left), [t("mail-few-codes-what")])
                    .leading_to(t("account-codes-new"), open(link))
            }
            Self::HelpAsked { person, link } => {
                let sentences = [t("mail-help-what").with("person", person), t("help-never")];
                Parts::of(t("mail-help").with("person", person), sentences)
                    .leading_to(t("help-heading").with("name", person), open(link))
            }
            Self::TurnedOn { by } => Parts::of(t("mail-on"), [t("mail-on-what").with("by", by)]),
            Self::TurnedOff { by, reason } => {
                Parts::of(t("mail-off"), [t("mail-off-what").with("by", by), t("mail-reason").with("reason", reason)])
            }
            Self::StartCancelled { by, reason } => {
                let sentences = [t("mail-cancelled-what").with("by", by), t("mail-reason").with("reason", reason)];
                Parts::of(t("mail-cancelled"), sentences)
            }
            Self::Required { link } => {
                Parts::of(t("mail-required"), [t("mail-required-what"), t("mail-required-next")])
                    .leading_to(t("mail-set-up"), open(link))
            }
            Self::Reminder { link } => {
                Parts::of(t("mail-reminder"), [t("mail-reminder-what"), t("mail-required-next")])
                    .leading_to(t("mail-set-up"), open(link))
            }
            Self::StartPostponed { by, reason, starts_at } => {
                let what = t("mail-postponed-what").with("by", by).with("when", frame.when(starts_at).long());
                Parts::of(t("mail-postponed"), [what, t("mail-reason").with("reason", reason)])
            }
            Self::Loosened { by, reason } => {
                let sentences = [t("mail-loosened-what").with("by", by), t("mail-reason").with("reason", reason)];
                Parts::of(t("mail-loosened"), sentences)
            }
            Self::OperatorActed { by, what } => Parts::of(
                t("mail-operator"),
                [t("mail-operator-what").with("by", by).with("what", what), t("mail-operator-next")],
            ),
            Self::PersonReset { by, person } => Parts::of(
                t("mail-person-reset").with("person", person),
                [t("mail-person-reset-what").with("by", by).with("person", person), t("mail-person-reset-next")],
            ),
            Self::Code { code } => Parts {
                code: Some(spaced(code)),
                ..Parts::of(t("mail-code"), [t("mail-code-what"), t("mail-code-never")])
            },
            Self::PasswordReset { link } => {
                Parts::of(t("mail-password-reset"), [t("mail-password-reset-what"), t("mail-password-reset-not-you")])
                    .leading_to(t("reset-title"), link.clone())
            }
        }
    }
}

impl News {
    fn parts(&self, frame: &Frame) -> Parts {
        let t = |key| frame.t(key).with("clinic", frame.owner());
        let seen = |seen: &Seen| {
            t("mail-when-where").with("when", frame.when(&seen.at).short()).with("browser", &seen.browser)
        };
        match self {
            Self::AuthenticatorAdded(at) => Parts::of(t("mail-added"), [t("mail-added-what"), seen(at)]),
            Self::AuthenticatorReplaced(at) => Parts::of(t("mail-replaced"), [t("mail-replaced-what"), seen(at)]),
            Self::AuthenticatorReset { by, entry } => Parts::of(
                t("mail-reset-by").with("by", by),
                [t("mail-reset-by-what").with("by", by), t("mail-reset-by-entry").with("entry", entry)],
            ),
            Self::BackupCodeUsed { left } => {
                Parts::of(t("mail-code-used"), [t("mail-code-used-what"), t("codes-left").count("n", left)])
            }
            Self::PasswordChanged(at) => Parts::of(t("mail-password"), [t("mail-password-what"), seen(at)]),
            Self::PhoneChanged(at) => Parts::of(t("mail-phone"), [t("mail-phone-what"), seen(at)]),
            Self::EmailChanged(at) => Parts::of(t("mail-email"), [t("mail-email-what"), seen(at)]),
        }
    }
}

/// `123 456`: three digits at a time.
fn spaced(code: &Secret) -> Secret {
    let mut text = String::with_capacity(8);
    for (n, c) in code.expose().chars().enumerate() {
        if n > 0 && n % 3 == 0 {
            text.push(' ');
        }
        text.push(c);
    }
    Secret::new(text)
}

/// A subject is one line, whatever a name holds (RFC 5322 §2.2).
fn one_line(text: &str) -> String {
    text.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::views::gallery;

    #[test]
    fn a_name_can_neither_add_a_header_nor_markup() {
        let mut frame = gallery::frame();
        frame.clinic = Some("Rose\r\nBcc: all@example.com <b>".to_owned());
        let mail = Mail::Invitation { by: "Priya".to_owned(), link: Secret::new("https://id.example/invite?t=1&u=2") };
        let letter = mail.write(&frame).unwrap();
        assert!(!letter.subject.contains(['\r', '\n']), "{}", letter.subject);
        assert!(!letter.html.expose().contains("<b>"));
        assert!(letter.html.expose().contains("t=1&#38;u=2"));
        assert!(letter.text.expose().contains("https://id.example/invite?t=1&u=2"), "text is not escaped");
    }

    #[test]
    fn the_code_stands_in_the_body_as_people_read_it_and_not_in_the_subject() {
        let letter = Mail::Code { code: Secret::new("123456") }.write(&gallery::frame()).unwrap();
        assert!(!letter.subject.contains("123"));
        assert!(letter.text.expose().contains("123 456"));
        assert!(letter.html.expose().contains("123 456"));
    }

    #[test]
    fn every_mail_has_at_most_one_link_and_nothing_remote() {
        for (name, letter) in gallery::letters() {
            let letter = letter.unwrap();
            let html = letter.html.expose();
            assert!(html.matches("<a ").count() <= 1, "{name}");
            for remote in ["<img", "<link", "<script", "url(", " src="] {
                assert!(!html.contains(remote), "{name} has {remote}");
            }
            for text in [&letter.subject, letter.text.expose(), html] {
                assert!(!text.contains("mail-") && !text.contains("{ $") && !text.contains("**"), "{name}: {text}");
            }
        }
    }
}
