//! What a new password must be (SP 800-63B-4 §3.1.1.2, R-65). Length and guessability, no recipes of character kinds,
//! and nothing about age. What is typed is what is hashed: no trimming, no Unicode normalisation, since hashes from
//! elsewhere were made without it and keyboards give composed characters.
use ostiary_gate::domain::secret::Secret;
use zxcvbn::{Score, zxcvbn};

/// Beside a second factor, eight are the least that SP 800-63B-4 allows. Alone it asks for fifteen; whoever signs in
/// without a second factor must make up for it by what the estimator demands of short passwords: ten to the eighth
/// guesses.
pub const MIN_CHARACTERS: usize = 8;
/// Room for 64 characters of any script.
pub const MAX_BYTES: usize = 256;
/// The estimator's cost grows with length; by here every password has been judged.
const JUDGED_CHARACTERS: usize = 100;

/// Judges a password about to be set. `about` is what others know of the person: names, e-mail address, clinic.
pub fn judge_new(password: &Secret, about: &[&str]) -> Result<(), TooWeak> {
    let text = password.expose();
    if text.chars().count() < MIN_CHARACTERS {
        return Err(TooWeak::Short);
    }
    if text.len() > MAX_BYTES {
        return Err(TooWeak::Long);
    }
    let judged: String = text.chars().take(JUDGED_CHARACTERS).collect();
    let judged = zeroize::Zeroizing::new(judged);
    let known: Vec<String> = about.iter().flat_map(|text| parts(text)).collect();
    let words: Vec<&str> = known.iter().map(String::as_str).filter(|word| word.chars().count() >= 3).take(50).collect();
    if zxcvbn(&judged, &words).score() < Score::Three { Err(TooWeak::Guessable) } else { Ok(()) }
}

/// Of `sam.lee@riverside.example` the whole, each of its words, and neighbours run together: `samlee`.
fn parts(text: &str) -> Vec<String> {
    let text: String = text.chars().take(JUDGED_CHARACTERS).collect();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(8).collect();
    let joined = words.windows(2).map(<[&str]>::concat);
    std::iter::once(text.clone()).chain(words.iter().copied().map(str::to_owned)).chain(joined).collect()
}

/// Why a password cannot be set; each has its own text on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooWeak {
    #[error("fewer than {MIN_CHARACTERS} characters")]
    Short,
    #[error("more than {MAX_BYTES} bytes")]
    Long,
    /// Common, a pattern, or made of what is known about the person.
    #[error("too easily guessed")]
    Guessable,
}
