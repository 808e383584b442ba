//! Mails as the person reads them, from the sink directory of `serve --dev` (`OSTIARY_MAIL_DIR`, one `.eml` each).
use data_encoding::BASE64_MIME_PERMISSIVE as BASE64;
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    /// The plain text part, decoded, with `\n` line ends.
    pub text: String,
}

impl Mail {
    /// Reads an RFC 5322 message with the MIME that mail programs write: folded and encoded headers, multipart,
    /// quoted-printable, base64.
    pub fn parse(raw: &str) -> Self {
        let raw = raw.replace("\r\n", "\n");
        let part = Part::parse(&raw);
        let header = |name: &str| decoded_words(part.header(name).unwrap_or_default());
        Self { to: header("to"), subject: header("subject"), text: part.text().unwrap_or_default() }
    }

    /// The first link whose address contains `with`.
    pub fn link(&self, with: &str) -> String {
        let mut words = self.text.split(|c: char| c.is_whitespace() || "<>\"".contains(c));
        let found = words.find(|word| word.starts_with("http") && word.contains(with));
        found
            .unwrap_or_else(|| panic!("no link with {with:?} in:\n{}", self.text))
            .trim_end_matches(['.', ','])
            .to_owned()
    }

    /// The first run of exactly six digits, blanks and hyphens in it ignored: a mailed code.
    pub fn code(&self) -> String {
        let found = self.text.split('\n').find_map(|line| {
            let digits: String = line.chars().filter(|c| !" -\u{a0}\u{2009}\u{202f}".contains(*c)).collect();
            let mut runs = digits.split(|c: char| !c.is_ascii_digit());
            runs.find(|run| run.len() == 6).map(str::to_owned)
        });
        found.unwrap_or_else(|| panic!("no six digits in:\n{}", self.text))
    }
}

pub struct Mailbox {
    dir: PathBuf,
}

impl Mailbox {
    pub fn new(dir: PathBuf) -> Self {
        fs::create_dir_all(&dir).unwrap();
        Self { dir }
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Every mail, oldest first.
    pub fn all(&self) -> Vec<Mail> {
        let mut files: Vec<(SystemTime, PathBuf)> = fs::read_dir(&self.dir)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "eml"))
            .map(|path| (fs::metadata(&path).unwrap().modified().unwrap(), path))
            .collect();
        files.sort();
        files.iter().map(|(_, path)| Mail::parse(&String::from_utf8_lossy(&fs::read(path).unwrap()))).collect()
    }

    /// The mails to this address, oldest first.
    pub fn to(&self, address: &str) -> Vec<Mail> {
        self.all().into_iter().filter(|mail| mail.to.contains(address)).collect()
    }

    /// The newest mail to this address whose subject or text contains `about`; waits for it, as mails leave by a queue.
    pub async fn newest_to(&self, address: &str, about: &str) -> Mail {
        for _ in 0..150 {
            let mails = self.to(address);
            let fits = |mail: &&Mail| mail.subject.contains(about) || mail.text.contains(about);
            if let Some(mail) = mails.iter().rev().find(fits) {
                return mail.clone();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let subjects: Vec<String> = self.to(address).into_iter().map(|mail| mail.subject).collect();
        panic!("no mail to {address} about {about:?} in 15 s; there are {subjects:?}")
    }
}

/// A message or a part of one.
struct Part {
    headers: Vec<(String, String)>,
    body: String,
}

impl Part {
    fn parse(raw: &str) -> Self {
        let (head, body) = raw.split_once("\n\n").unwrap_or((raw, ""));
        let mut headers: Vec<(String, String)> = vec![];
        for line in head.lines() {
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = headers.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            } else if let Some((name, value)) = line.split_once(':') {
                headers.push((name.to_lowercase(), value.trim().to_owned()));
            }
        }
        Self { headers, body: body.to_owned() }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The first plain text in it.
    fn text(&self) -> Option<String> {
        let kind = self.header("content-type").unwrap_or("text/plain").to_owned();
        let lower = kind.to_lowercase();
        if lower.starts_with("multipart/") {
            let at = lower.find("boundary=")? + "boundary=".len();
            let boundary = kind[at..].split(';').next()?.trim().trim_matches('"').to_owned();
            let separator = format!("--{boundary}");
            let parts = self.body.split(&separator).skip(1).filter(|part| !part.starts_with("--"));
            return parts.map(|part| Self::parse(part.trim_start_matches('\n'))).find_map(|part| part.text());
        }
        lower.starts_with("text/plain").then(|| self.decoded())
    }

    fn decoded(&self) -> String {
        let bytes = match self.header("content-transfer-encoding").unwrap_or_default().to_lowercase().as_str() {
            "base64" => BASE64.decode(self.body.as_bytes()).expect("base64"),
            "quoted-printable" => quoted_printable(&self.body.replace("=\n", ""), false),
            _ => self.body.clone().into_bytes(),
        };
        String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
    }
}

/// RFC 2045 §6.7; with `underscores`, the Q encoding of RFC 2047 §4.2.
fn quoted_printable(text: &str, underscores: bool) -> Vec<u8> {
    let mut bytes = vec![];
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex =
            tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|h| u8::from_str_radix(h, 16).ok());
        match (first, hex) {
            (b'=', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
                continue;
            }
            (b'_', _) if underscores => bytes.push(b' '),
            (other, _) => bytes.push(*other),
        }
        rest = tail;
    }
    bytes
}

/// The encoded words of a header (RFC 2047); blanks between two of them belong to neither.
fn decoded_words(header: &str) -> String {
    let mut text = String::new();
    let mut rest = header;
    let mut after_word = false;
    while let Some(start) = rest.find("=?") {
        let mut parts = rest[start + 2..].splitn(3, '?');
        let (Some(_), Some(encoding), Some(tail)) = (parts.next(), parts.next(), parts.next()) else { break };
        let Some(end) = tail.find("?=") else { break };
        let bytes = match encoding {
            "B" | "b" => BASE64.decode(&tail.as_bytes()[..end]).expect("base64"),
            _ => quoted_printable(&tail[..end], true),
        };
        let between = &rest[..start];
        if !(after_word && between.trim().is_empty()) {
            text.push_str(between);
        }
        text.push_str(&String::from_utf8_lossy(&bytes));
        rest = &tail[end + 2..];
        after_word = true;
    }
    text + rest
}
