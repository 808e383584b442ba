//! Reading our own source: what is code, what is text, which paths it names. Owns no rule.
use std::{fs, path::Path};

/// One source file, taken apart. All views have the length and the lines of the original.
pub struct SourceFile {
    /// From the repository's root, with `/`.
    pub path: String,
    pub raw: String,
    /// Comments and the insides of string literals are blank.
    pub code: String,
    /// `code` without what is compiled for unit tests only.
    pub shipped: String,
    /// String literals outside unit tests, by where they begin.
    pub strings: Vec<(usize, String)>,
}

impl SourceFile {
    pub fn new(path: &str, raw: &str) -> Self {
        let (code, mut strings) = without_text(raw);
        let is_test = path.ends_with("tests.rs") || path.contains("/tests/") || path.starts_with("tests/");
        let shipped = if is_test { blanked(&code, |_| true) } else { without_unit_tests(&code) };
        strings.retain(|(at, _)| !shipped[*at..=*at].trim().is_empty());
        Self { path: path.to_owned(), raw: raw.to_owned(), code, shipped, strings }
    }

    /// The room it belongs to; `None` for `main.rs`, `lib.rs`, tests.
    pub fn room(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("gate/src/").or_else(|| self.path.strip_prefix("src/"))?;
        let room = inside.split('/').next()?.trim_end_matches(".rs");
        (!["main", "lib"].contains(&room)).then_some(room)
    }

    pub fn line_of(&self, at: usize) -> usize {
        self.raw[..at].matches('\n').count() + 1
    }
}

/// Every source file under these folders of the repository.
pub fn sources(folders: &[&str]) -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![];
    for folder in folders {
        walk(root, &root.join(folder), &mut found);
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<SourceFile>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                walk(root, &path, found);
            }
        } else if path.extension().is_some_and(|end| end == "rs") {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            found.push(SourceFile::new(&name, &fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Keeps newlines and what `keep` leaves; the rest becomes spaces, byte for byte.
fn blanked(code: &str, blank: impl Fn(usize) -> bool) -> String {
    let bytes = code.bytes().enumerate().map(|(at, byte)| if byte != b'\n' && blank(at) { b' ' } else { byte });
    String::from_utf8(bytes.collect()).unwrap()
}

/// Blanks comments and the insides of literals; gives the string literals back.
fn without_text(raw: &str) -> (String, Vec<(usize, String)>) {
    let bytes = raw.as_bytes();
    let mut hidden = vec![false; bytes.len()];
    let mut strings = vec![];
    let mut at = 0;
    while at < bytes.len() {
        let rest = &raw[at..];
        let (inside, length) = if rest.starts_with("//") {
            (0..rest.find('\n').unwrap_or(rest.len()), rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            let end = block_comment(rest);
            (0..end, end)
        } else if let Some((open, close)) = string_literal(raw, at) {
            strings.push((at, rest[open..close].to_owned()));
            (open..close, close + 1)
        } else if let Some(end) = char_literal(rest) {
            (1..end - 1, end)
        } else {
            (0..0, rest.chars().next().map_or(1, char::len_utf8))
        };
        inside.for_each(|offset| hidden[at + offset] = true);
        at += length;
    }
    (blanked(raw, |at| hidden[at] || !bytes[at].is_ascii()), strings)
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match rest.as_bytes()[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// Where the inside of the string literal that begins at `at` begins and ends, counted from `at`.
fn string_literal(raw: &str, at: usize) -> Option<(usize, usize)> {
    let rest = &raw.as_bytes()[at..];
    let before = at.checked_sub(1).map(|i| raw.as_bytes()[i]);
    if rest[0] != b'"' && before.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return None;
    }
    let prefix = rest.iter().take_while(|b| b"bcr".contains(b)).count();
    let hashes = rest[prefix..].iter().take_while(|b| **b == b'#').count();
    let is_raw = rest[..prefix].contains(&b'r');
    if prefix > 2 || rest.get(prefix + hashes) != Some(&b'"') || (hashes > 0 && !is_raw) {
        return None;
    }
    let open = prefix + hashes + 1;
    if is_raw {
        let close = format!("\"{}", "#".repeat(hashes));
        return Some((open, open + raw[at + open..].find(&close)?));
    }
    let mut end = open;
    while *rest.get(end)? != b'"' {
        end += if rest[end] == b'\\' { 2 } else { 1 };
    }
    Some((open, end))
}

/// The length of a character literal; `None` for a lifetime.
fn char_literal(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    if inside.starts_with('\\') {
        return inside[2..].find('\'').map(|end| end + 4);
    }
    let length = inside.chars().next()?.len_utf8();
    inside[length..].starts_with('\'').then_some(length + 2)
}

/// Blanks every item that stands under `#[cfg(test)]`.
fn without_unit_tests(code: &str) -> String {
    let mut hidden = vec![false; code.len()];
    for (start, _) in code.match_indices("#[cfg(test)]") {
        let mut depth = 0_usize;
        let mut end = code.len();
        for (offset, byte) in code.bytes().enumerate().skip(start) {
            match byte {
                b'{' => depth += 1,
                b'}' => depth = depth.saturating_sub(1),
                _ => continue,
            }
            if depth == 0 {
                end = offset + 1;
                break;
            }
        }
        let semicolon = code[start..].find(';').map_or(end, |i| start + i + 1);
        let brace = code[start..].find('{').map_or(end, |i| start + i);
        hidden[start..if semicolon < brace { semicolon } else { end }].fill(true);
    }
    blanked(code, |at| hidden[at])
}

/// A word or a sign of the code, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a>(pub &'a str, pub usize);

pub fn tokens(code: &str) -> Vec<Token<'_>> {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let bytes = code.as_bytes();
    let mut found = vec![];
    let mut at = 0;
    while at < bytes.len() {
        let length = if is_word(bytes[at]) {
            bytes[at..].iter().take_while(|b| is_word(**b)).count()
        } else if ["::", "=>", "->", "..", "=="].iter().any(|sign| code[at..].starts_with(sign)) {
            2
        } else {
            1
        };
        if !bytes[at].is_ascii_whitespace() {
            found.push(Token(&code[at..at + length], at));
        }
        at += length;
    }
    found
}

/// A path that the code names, `use` trees unfolded: `use a::{b, c as d}` names `a::b` and `a::c`.
#[derive(Debug, PartialEq, Eq)]
pub struct Named<'a> {
    pub segments: Vec<&'a str>,
    pub at: usize,
    /// It stands in a `use`.
    pub is_use: bool,
    /// … which others can see.
    pub is_public: bool,
}

pub fn paths(code: &str) -> Vec<Named<'_>> {
    let tokens = tokens(code);
    let mut found = vec![];
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].0 == "use" {
            let is_public = at > 0 && ["pub", ")"].contains(&tokens[at - 1].0);
            let mut leaves = vec![];
            at = use_tree(&tokens, at + 1, &mut vec![], &mut leaves);
            found.extend(leaves.into_iter().map(|(segments, at)| Named { segments, at, is_use: true, is_public }));
        } else if is_name(tokens[at].0) && (at == 0 || tokens[at - 1].0 != "::") {
            let mut segments = vec![tokens[at].0];
            let start = tokens[at].1;
            while tokens.get(at + 1).is_some_and(|t| t.0 == "::") && tokens.get(at + 2).is_some_and(|t| is_name(t.0)) {
                segments.push(tokens[at + 2].0);
                at += 2;
            }
            found.push(Named { segments, at: start, is_use: false, is_public: false });
            at += 1;
        } else {
            at += 1;
        }
    }
    found
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// Unfolds the tree that begins at `at`; returns where it ends.
fn use_tree<'a>(
    tokens: &[Token<'a>],
    mut at: usize,
    stem: &mut Vec<&'a str>,
    leaves: &mut Vec<(Vec<&'a str>, usize)>,
) -> usize {
    let depth = stem.len();
    while let Some(Token(word, place)) = tokens.get(at).copied() {
        match word {
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|t| t.0 != "}") {
                    at = use_tree(tokens, at, stem, leaves);
                    at += usize::from(tokens.get(at).is_some_and(|t| t.0 == ","));
                }
                at += 1;
                break;
            }
            "::" => at += 1,
            "as" => at += 2,
            name if is_name(name) || name == "*" => {
                stem.push(name);
                at += 1;
                if tokens.get(at).is_none_or(|t| t.0 != "::") {
                    leaves.push((stem.clone(), place));
                }
            }
            _ => break,
        }
    }
    stem.truncate(depth);
    at
}
