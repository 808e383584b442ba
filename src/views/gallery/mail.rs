//! The mails.
use super::{CLOSING, own};
use crate::views::mail::{Letter, Mail, News, Seen};
use ostiary_gate::domain::secret::Secret;

pub(super) fn letters() -> Vec<(String, Result<Letter, askama::Error>)> {
    let secret = || Secret::new("https://id.bluegum.example/invite?token=gallery");
    let link = || "https://id.bluegum.example/account".to_owned();
    let name = str::to_owned;
    let seen = || Seen { at: CLOSING, browser: name("Chrome on Windows") };
    let news = [
        News::AuthenticatorAdded(seen()),
        News::AuthenticatorReplaced(seen()),
        News::AuthenticatorReset { by: name("Priya Nair"), entry: name("Riverside Physio") },
        News::BackupCodeUsed { left: 9 },
        News::PasswordChanged(seen()),
        News::PhoneChanged(seen()),
        News::EmailChanged(seen()),
    ];
    let mut mails = vec![
        Mail::Invitation { by: name("Priya Nair"), link: secret() },
        Mail::Scheduled { starts_at: CLOSING, link: link() },
        Mail::Tomorrow { starts_at: CLOSING, link: link() },
        Mail::FewBackupCodes { left: 2, link: link() },
        Mail::HelpAsked { person: name("Sam Okafor"), link: link() },
        Mail::TurnedOn { by: name("Priya Nair") },
        Mail::TurnedOff { by: name("Priya Nair"), reason: name("moving to another system") },
        Mail::StartCancelled { by: name("Priya Nair"), reason: name("holidays") },
        Mail::Required { link: link() },
        Mail::Reminder { link: link() },
        Mail::StartPostponed { by: name("Priya Nair"), reason: name("holidays"), starts_at: CLOSING },
        Mail::Loosened { by: name("Priya Nair"), reason: name("long shifts") },
        Mail::OperatorActed { by: name("ana"), what: name("connection with Ledgerly; Sam Okafor: role member") },
        Mail::PersonReset { by: name("Priya Nair"), person: name("Sam Okafor") },
        Mail::Code { code: Secret::new("123456") },
        Mail::PasswordReset { link: secret() },
    ];
    mails.extend(news.map(|news| Mail::AboutYou { news, not_me: secret() }));
    mails.iter().enumerate().map(|(n, mail)| (format!("mail-{}", n + 1), mail.write(&own()))).collect()
}
