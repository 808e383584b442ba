//! How a seed gets into an authenticator app: the link, the picture of it, and the key for typing. All three are the
//! secret.
use super::Seed;
use ostiary_gate::domain::secret::Secret;
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write;

/// Enough for a clinic's name; keeps the picture coarse enough for old cameras.
const MOST_ISSUER: usize = 48;
const MOST_ACCOUNT: usize = 96;
/// White modules around the picture (ISO/IEC 18004).
const QUIET: i32 = 4;

/// What the enrolment page shows, once.
pub struct Enrolment {
    /// `otpauth://totp/…`, to be opened on the phone itself.
    pub uri: Secret,
    /// Base32 in groups of four.
    pub key_groups: Secret,
    /// An SVG of the link, black on white in light and dark. The page gives it `role="img"` and a label.
    pub qr_svg: Secret,
    /// What the app will call the entry, as the page should name it too.
    pub issuer: String,
    pub account: String,
}

/// Prepares a seed for the page. `issuer` is the clinic's name, `account` the person's e-mail address. Characters the
/// link has no room for are left out, so that no name of a clinic can stop an enrolment.
pub fn enrolment(seed: &Seed, issuer: &str, account: &str) -> Result<Enrolment, NoPicture> {
    let (issuer, account) = (label(issuer, MOST_ISSUER), label(account, MOST_ACCOUNT));
    let builder = totp_rs::Builder::new().with_issuer(Some(issuer.as_str())).with_account_name(account.as_str());
    let link = seed.totp(builder).to_url().map_err(|_| NoPicture)?;
    // Said in full, for apps that have other defaults.
    let uri = Secret::new(format!("{link}&algorithm=SHA1&digits=6&period=30"));
    let picture = QrCode::encode_text(uri.expose(), QrCodeEcc::Medium).map_err(|_| NoPicture)?;
    Ok(Enrolment { qr_svg: Secret::new(svg(&picture)), key_groups: seed.groups(), uri, issuer, account })
}

/// The link could not be made: the account has no visible character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no enrolment link can be made for this account")]
pub struct NoPicture;

/// A colon would end the issuer (the link's form forbids it), and control characters are nobody's name.
fn label(text: &str, most: usize) -> String {
    let clean: String = text.chars().map(|c| if c == ':' || c.is_control() { ' ' } else { c }).collect();
    let mut label = String::with_capacity(most);
    for word in clean.split_whitespace() {
        let gap = usize::from(!label.is_empty());
        for c in std::iter::repeat_n(' ', gap).chain(word.chars()) {
            if label.len() + c.len_utf8() > most {
                return label.trim_end().to_owned();
            }
            label.push(c);
        }
    }
    label
}

/// One path of horizontal runs.
fn svg(picture: &QrCode) -> String {
    let side = picture.size() + 2 * QUIET;
    let mut path = String::with_capacity(4096);
    for y in 0..picture.size() {
        let mut x = 0;
        while x < picture.size() {
            let run = (x..picture.size()).take_while(|x| picture.get_module(*x, y)).fold(0, |run, _| run + 1);
            if run > 0 {
                // Writing to a string cannot fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run + 1;
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use proptest::prelude::*;

    fn seed() -> Seed {
        Seed::from_bytes(b"12345678901234567890").unwrap()
    }

    #[test]
    fn the_link_says_everything_an_app_needs() {
        let made = enrolment(&seed(), "Riverside Physio", "sam@riverside.example").unwrap();
        assert_eq!(
            made.uri.expose(),
            "otpauth://totp/Riverside%20Physio:sam%40riverside.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Riverside%20Physio&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(made.key_groups.expose(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }

    #[test]
    fn a_colon_a_line_end_and_an_ampersand_do_not_break_the_link() {
        let made = enrolment(&seed(), "Foot: Hand\n&issuer=evil", "sam@x.example").unwrap();
        assert_eq!(made.issuer, "Foot Hand &issuer=evil");
        assert!(made.uri.expose().starts_with("otpauth://totp/Foot%20Hand%20%26issuer%3Devil:sam%40x.example?"));
        assert_eq!(made.uri.expose().matches("&issuer=").count(), 1);
        assert!(enrolment(&seed(), "Clinic", " :\n").is_err());
        assert!(enrolment(&seed(), "", "sam@x.example").is_ok());
    }

    #[test]
    fn the_picture_shows_the_link_and_nothing_else() {
        let made = enrolment(&seed(), "Riverside Physio", "sam@riverside.example").unwrap();
        let picture = QrCode::encode_text(made.uri.expose(), QrCodeEcc::Medium).unwrap();
        let svg = made.qr_svg.expose();
        let path = svg.split("d=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut black = std::collections::BTreeSet::new();
        for run in path.split('M').skip(1) {
            let numbers: Vec<i32> = run
                .split(|c: char| !c.is_ascii_digit())
                .filter(|text| !text.is_empty())
                .map(|text| text.parse().unwrap())
                .collect();
            (0..numbers[2]).for_each(|x| assert!(black.insert((numbers[0] + x - QUIET, numbers[1] - QUIET))));
        }
        let all = (0..picture.size()).flat_map(|y| (0..picture.size()).map(move |x| (x, y)));
        let expected: std::collections::BTreeSet<_> = all.filter(|(x, y)| picture.get_module(*x, *y)).collect();
        assert_eq!(black, expected);
        assert!(svg.starts_with("<svg xmlns=") && svg.contains("fill=\"#fff\"") && svg.len() < 16 * 1024);
    }

    proptest! {
        #[test]
        fn any_names_make_a_link_that_names_its_secret_once(issuer: String, account: String) {
            if let Ok(made) = enrolment(&seed(), &issuer, &account) {
                prop_assert!(made.uri.expose().is_ascii());
                prop_assert_eq!(made.uri.expose().matches("secret=").count(), 1);
                prop_assert!(made.issuer.len() <= MOST_ISSUER && made.account.len() <= MOST_ACCOUNT);
                prop_assert!(!made.account.is_empty());
            } else {
                prop_assert_eq!(label(&account, MOST_ACCOUNT), "");
            }
        }
    }
}
