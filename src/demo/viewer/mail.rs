//! The mails that the demo sent, read from the directory it sends to: one RFC 5322 message a file. Reads what our own
//! letters use and shows the rest as it stands; the text part only, so that nothing in a mail can do anything here.
use data_encoding::BASE64_MIME_PERMISSIVE as BASE64;
use std::{
    fs, io,
    path::Path,
    time::{Duration, UNIX_EPOCH},
};

/// More is not listed.
const MAX_MAILS: usize = 100;
/// More is not read, in bytes.
const MAX_MAIL: u64 = 512 * 1024;
/// A part in a part in a part; ours have one level.
const MAX_DEPTH: usize = 4;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The file's name without its ending.
    pub id: String,
    /// Seconds since 1970.
    pub at: i64,
    pub to: String,
    pub subject: String,
    pub text: String,
}

impl Mail {
    /// The six digits of a mailed code, if there is one: in one piece or two, and no part of a longer number.
    pub fn code(&self) -> Option<String> {
        let ends_in_number = |text: &str| text.strip_suffix(SEPARATORS).unwrap_or(text).ends_with(is_digit);
        let starts = self.text.char_indices().filter_map(|(at, _)| self.text.split_at_checked(at));
        starts.filter(|(before, _)| !ends_in_number(before)).find_map(|(_, from)| {
            let (first, rest) = digits(from)?;
            let (second, rest) = digits(rest.strip_prefix(SEPARATORS).unwrap_or(rest))?;
            let goes_on = rest.strip_prefix(SEPARATORS).unwrap_or(rest).starts_with(is_digit);
            (!goes_on).then(|| format!("{first}{second}"))
        })
    }

    /// The text in pieces, so that a page can make links of the addresses in it.
    pub fn pieces(&self) -> Vec<Piece<'_>> {
        let mut pieces = vec![];
        let mut rest = self.text.as_str();
        while let Some(start) = ["http://", "https://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
            let (before, from) = rest.split_at(start);
            let end = from.find(|c: char| c.is_whitespace() || "<>\"".contains(c)).unwrap_or(from.len());
            let (word, after) = from.split_at(end);
            let address = word.trim_end_matches(['.', ',', ')']);
            pieces.push(Piece::Text(before));
            pieces.push(Piece::Link(address));
            rest = word.strip_prefix(address).filter(|tail| !tail.is_empty()).map_or(after, |tail| {
                pieces.push(Piece::Text(tail));
                after
            });
        }
        pieces.push(Piece::Text(rest));
        pieces
    }
}

/// Between the groups of a number.
const SEPARATORS: [char; 4] = [' ', '-', '\u{a0}', '\u{202f}'];

/// Three digits, and what follows.
fn digits(text: &str) -> Option<(&str, &str)> {
    text.split_at_checked(3).filter(|(three, _)| three.chars().all(is_digit))
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

pub enum Piece<'a> {
    Text(&'a str),
    Link(&'a str),
}

/// The newest first. A file that is not there any more, or not whole yet, is not listed.
pub fn all(directory: &Path) -> io::Result<Vec<Mail>> {
    let mut files = vec![];
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let (path, meta) = (entry.path(), entry.metadata()?);
        if path.extension().is_some_and(|end| end == "eml") && meta.len() <= MAX_MAIL {
            files.push((meta.modified()?, path));
        }
    }
    files.sort();
    let read = |(at, path): (std::time::SystemTime, std::path::PathBuf)| {
        let id = path.file_stem()?.to_str()?.to_owned();
        let at = at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
        let raw = String::from_utf8_lossy(&fs::read(&path).ok()?).replace("\r\n", "\n");
        let part = Part::read(&raw);
        let header = |name: &str| decoded_words(part.header(name).unwrap_or_default());
        let text = part.text(MAX_DEPTH).unwrap_or_else(|| part.body.clone());
        Some(Mail { id, at: i64::try_from(at).unwrap_or(0), to: header("to"), subject: header("subject"), text })
    };
    Ok(files.into_iter().rev().take(MAX_MAILS).filter_map(read).collect())
}

/// A message or a part of one.
struct Part {
    headers: Vec<(String, String)>,
    body: String,
}

impl Part {
    fn read(raw: &str) -> Self {
        let (head, body) = raw.split_once("\n\n").unwrap_or((raw, ""));
        let mut headers: Vec<(String, String)> = vec![];
        for line in head.lines() {
            match (line.starts_with([' ', '\t']), headers.last_mut(), line.split_once(':')) {
                (true, Some((_, value)), _) => {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                (_, _, Some((name, value))) => headers.push((name.to_lowercase(), value.trim().to_owned())),
                (_, _, None) => {}
            }
        }
        Self { headers, body: body.to_owned() }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The first plain text in it (RFC 2046 §5.1.4).
    fn text(&self, depth: usize) -> Option<String> {
        let kind = self.header("content-type").unwrap_or("text/plain");
        let lower = kind.to_lowercase();
        if lower.starts_with("multipart/") && depth > 0 {
            let (_, boundary) = kind.split_once("boundary=")?;
            let separator = format!("--{}", boundary.split(';').next()?.trim().trim_matches('"'));
            let parts = self.body.split(&separator).skip(1).filter(|part| !part.starts_with("--"));
            return parts.map(|part| Self::read(part.trim_start_matches('\n'))).find_map(|part| part.text(depth - 1));
        }
        lower.starts_with("text/plain").then(|| self.decoded())
    }

    fn decoded(&self) -> String {
        let bytes = match self.header("content-transfer-encoding").unwrap_or_default().to_lowercase().as_str() {
            "base64" => BASE64.decode(self.body.as_bytes()).unwrap_or_else(|_| self.body.clone().into_bytes()),
            "quoted-printable" => quoted_printable(&self.body.replace("=\n", ""), false),
            _ => self.body.clone().into_bytes(),
        };
        String::from_utf8_lossy(&bytes).replace("\r\n", "\n").trim().to_owned()
    }
}

/// RFC 2045 §6.7; with `underscores`, the Q encoding of RFC 2047 §4.2. What is not encoded well stands as it is.
fn quoted_printable(text: &str, underscores: bool) -> Vec<u8> {
    let mut bytes = vec![];
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        let hex = tail.first_chunk::<2>().and_then(|hex| std::str::from_utf8(hex).ok());
        match (first, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'=', Some(byte)) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            (b'_', _) if underscores => bytes.push(b' '),
            (other, _) => bytes.push(*other),
        }
    }
    bytes
}

/// The encoded words of a header (RFC 2047 §2); blanks between two of them belong to neither (§6.2).
fn decoded_words(header: &str) -> String {
    let (mut text, mut rest, mut after_word) = (String::new(), header, false);
    while let Some((before, from)) = rest.split_once("=?") {
        let mut parts = from.splitn(3, '?');
        let (Some(_), Some(encoding), Some(tail)) = (parts.next(), parts.next(), parts.next()) else { break };
        let Some((word, after)) = tail.split_once("?=") else { break };
        let bytes = match encoding {
            "B" | "b" => BASE64.decode(word.as_bytes()).unwrap_or_default(),
            _ => quoted_printable(word, true),
        };
        if !(after_word && before.trim().is_empty()) {
            text.push_str(before);
        }
        text.push_str(&String::from_utf8_lossy(&bytes));
        (rest, after_word) = (after, true);
    }
    text + rest
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn read(raw: &str) -> Mail {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("one.eml"), raw).unwrap();
        fs::write(dir.path().join("half.tmp"), raw).unwrap();
        let mut mails = all(dir.path()).unwrap();
        assert_eq!(mails.len(), 1);
        mails.remove(0)
    }

    #[test]
    fn a_letter_with_two_forms_and_folded_headers_is_read() {
        let mail = read(
            "To: Sam <sam@x.example>\r\nSubject: =?utf-8?Q?Your_code_=E2=80=93?=\r\n =?utf-8?B?IGhlcmU=?=\r\n\
             Content-Type: multipart/alternative;\r\n boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: quoted-printable\r\n\r\nYour code:\r\n\r\n123 456\r\n\r\nOr open http://localhost:1/x?=\r\na=3Db.\r\n\
             --b1\r\nContent-Type: text/html\r\n\r\n<b>no</b>\r\n--b1--\r\n",
        );
        assert_eq!((mail.id.as_str(), mail.to.as_str()), ("one", "Sam <sam@x.example>"));
        assert_eq!(mail.subject, "Your code – here");
        assert_eq!(mail.code().as_deref(), Some("123456"));
        let links: Vec<&str> =
            mail.pieces().iter().filter_map(|p| if let Piece::Link(l) = p { Some(*l) } else { None }).collect();
        assert_eq!(links, ["http://localhost:1/x?a=b"]);
        assert!(!mail.text.contains("<b>"));
    }

    #[test]
    fn a_code_is_six_digits_and_nothing_longer() {
        let code = |text: &str| read(&format!("Subject: x\n\n{text}")).code();
        assert_eq!(code("Your code to continue is 322 365.").as_deref(), Some("322365"));
        assert_eq!(code("322\u{a0}365").as_deref(), Some("322365"));
        for text in ["10 minutes", "on 2026-11-24", "call 0491 570 156", "1234567", "12345", "+61 491 570 1567"] {
            assert_eq!(code(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_encoded_badly_is_shown_as_it_stands() {
        for raw in ["", "Subject: =?x", "To: =?utf-8?B?%%?=\n\na", "Content-Transfer-Encoding: base64\n\n%%%", "\n\n=4"]
        {
            assert!(read(raw).text.len() <= raw.len());
        }
    }
}
