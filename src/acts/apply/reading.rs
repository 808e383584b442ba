//! TOML read with places: every fault of a file is found in one go, each says where it stands, and a key nobody knows is
//! a fault that names the nearest. Owns reading, not meaning; state files and the configuration are both read by it.
use crate::protocol::near::nearest;
use ostiary_gate::domain::secret::Secret;
use std::{cell::RefCell, collections::BTreeSet, fmt::Display, ops::Range, path::PathBuf};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// Line and column, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

/// What is wrong, in words for whoever wrote the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// None where nothing in the file stands for it.
    pub place: Option<Place>,
    pub what: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.place {
            Some(place) => write!(f, "line {}, column {}: {}", place.line, place.column, self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted<T> {
    pub value: T,
    pub place: Place,
}

/// One file while it is read.
pub struct Paper<'p> {
    text: &'p str,
    /// Where files named by `…_file` keys are looked for.
    beside: PathBuf,
    faults: RefCell<Vec<Fault>>,
}

impl<'p> Paper<'p> {
    /// The file's tables as far as they can be read, with the faults of its grammar noted.
    pub fn open(text: &'p str, beside: PathBuf) -> (Self, DeTable<'p>) {
        let (table, broken) = DeTable::parse_recoverable(text);
        let paper = Self { text, beside, faults: RefCell::default() };
        for error in broken {
            let place = error.span().map(|span| paper.place(&span));
            paper.note(place, error.message());
        }
        (paper, table.into_inner())
    }

    /// The outermost table.
    pub fn fields<'r>(&'r self, table: &'r DeTable<'p>) -> Fields<'r, 'p> {
        Fields { paper: self, table, at: Place { line: 1, column: 1 }, known: BTreeSet::new() }
    }

    pub fn note(&self, place: Option<Place>, what: impl Display) {
        self.faults.borrow_mut().push(Fault { place, what: what.to_string() });
    }

    /// All that was noted, in the order of the file.
    pub fn faults(self) -> Vec<Fault> {
        let mut faults = self.faults.into_inner();
        faults.sort();
        faults.dedup();
        faults
    }

    fn place(&self, span: &Range<usize>) -> Place {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Place {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }
}

/// One table of it. Asking for a key makes it known; [`Fields::finish`] notes those that nobody asked for.
pub struct Fields<'r, 'p> {
    paper: &'r Paper<'p>,
    table: &'r DeTable<'p>,
    at: Place,
    known: BTreeSet<&'static str>,
}

impl<'r, 'p> Fields<'r, 'p> {
    pub fn place(&self) -> Place {
        self.at
    }

    pub fn paper(&self) -> &'r Paper<'p> {
        self.paper
    }

    /// Notes a fault of this table as a whole.
    pub fn fault(&self, what: impl Display) {
        self.paper.note(Some(self.at), what);
    }

    /// A key that must be there.
    pub fn need<T>(&self, key: &str, value: Option<T>) -> Option<T> {
        if value.is_none() && !self.table.keys().any(|known| known.get_ref() == key) {
            self.fault(format!("`{key}` is missing"));
        }
        value
    }

    fn raw(&mut self, key: &'static str) -> Option<&'r Spanned<DeValue<'p>>> {
        self.known.insert(key);
        self.table.get(key)
    }

    /// The value as `read` makes of it; `wanted` says what it should have been.
    fn value<T>(
        &mut self,
        key: &'static str,
        wanted: &str,
        read: impl FnOnce(&DeValue<'p>) -> Option<T>,
    ) -> Option<Noted<T>> {
        let found = self.raw(key)?;
        let place = self.paper.place(&found.span());
        if let Some(value) = read(found.get_ref()) {
            return Some(Noted { value, place });
        }
        self.paper.note(Some(place), format!("`{key}` must be {wanted}, not {}", article(found.get_ref().type_str())));
        None
    }

    pub fn text(&mut self, key: &'static str) -> Option<Noted<String>> {
        self.value(key, "a text", |value| value.as_str().map(str::to_owned))
    }

    pub fn flag(&mut self, key: &'static str) -> Option<bool> {
        self.value(key, "true or false", DeValue::as_bool).map(|noted| noted.value)
    }

    pub fn integer(&mut self, key: &'static str) -> Option<Noted<i64>> {
        self.value(key, "a whole number", |value| {
            let number = value.as_integer()?;
            i64::from_str_radix(number.as_str(), number.radix()).ok()
        })
    }

    /// A text or a date without quotes.
    pub fn text_or_date(&mut self, key: &'static str) -> Option<Noted<String>> {
        self.value(key, "a date and time", |value| {
            value.as_str().map(str::to_owned).or_else(|| value.as_datetime().map(ToString::to_string))
        })
    }

    /// Whatever single value or list of single values stands there, as one text: lists by commas.
    pub fn plain(&mut self, key: &'static str) -> Option<Noted<String>> {
        fn single(value: &DeValue<'_>) -> Option<String> {
            let integer = || value.as_integer().map(|n| n.as_str().to_owned());
            value.as_str().map(str::to_owned).or_else(|| value.as_bool().map(|b| b.to_string())).or_else(integer)
        }
        self.value(key, "a text, a number, true, false or a list of texts", |value| match value.as_array() {
            Some(list) => list.iter().map(|one| single(one.get_ref())).collect::<Option<Vec<_>>>().map(|l| l.join(",")),
            None => single(value),
        })
    }

    /// A text that `parse` understands.
    pub fn parsed<T, E: Display>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Noted<T>> {
        let text = self.text(key)?;
        match parse(&text.value) {
            Ok(value) => Some(Noted { value, place: text.place }),
            Err(why) => {
                self.paper.note(Some(text.place), format!("`{key}`: {why}"));
                None
            }
        }
    }

    /// One of a few words.
    pub fn choice<T: Clone>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<Noted<T>> {
        self.parsed(key, |text| {
            let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| value.clone());
            found.ok_or_else(|| unknown_word(text, words.iter().map(|(word, _)| *word)))
        })
    }

    /// A list of texts, each with its place.
    pub fn list(&mut self, key: &'static str) -> Option<Vec<Noted<String>>> {
        let paper = self.paper;
        self.value(key, "a list of texts", |value| {
            let item = |one: &Spanned<DeValue<'_>>| {
                let value = one.get_ref().as_str()?.to_owned();
                Some(Noted { value, place: paper.place(&one.span()) })
            };
            value.as_array()?.iter().map(item).collect()
        })
        .map(|noted| noted.value)
    }

    /// A list of lists of texts; a list of texts stands for a list of one list.
    pub fn alternatives(&mut self, key: &'static str) -> Option<Noted<Vec<Vec<String>>>> {
        fn words(value: &DeValue<'_>) -> Option<Vec<String>> {
            value.as_array()?.iter().map(|one| one.get_ref().as_str().map(str::to_owned)).collect()
        }
        self.value(key, "a list of texts, or a list of such lists", |value| match words(value) {
            Some(one) if one.is_empty() => Some(vec![]),
            Some(one) => Some(vec![one]),
            None => value.as_array()?.iter().map(|one| words(one.get_ref())).collect(),
        })
    }

    pub fn table(&mut self, key: &'static str) -> Option<Fields<'r, 'p>> {
        let found = self.raw(key)?;
        let (paper, at) = (self.paper, self.paper.place(&found.span()));
        let table = found.get_ref().as_table();
        if table.is_none() {
            paper.note(Some(at), format!("`{key}` must be a table: [{key}]"));
        }
        table.map(|table| Fields { paper, table, at, known: BTreeSet::new() })
    }

    /// `[[key]]`, or a list of inline tables.
    pub fn tables(&mut self, key: &'static str) -> Vec<Fields<'r, 'p>> {
        let Some(found) = self.raw(key) else { return vec![] };
        let Some(list) = found.get_ref().as_array() else {
            let place = self.paper.place(&found.span());
            self.paper.note(Some(place), format!("`{key}` must be a list of tables: [[{key}]]"));
            return vec![];
        };
        let mut fields = Vec::with_capacity(list.len());
        for one in list {
            let at = self.paper.place(&one.span());
            match one.get_ref().as_table() {
                Some(table) => fields.push(Fields { paper: self.paper, table, at, known: BTreeSet::new() }),
                None => self.paper.note(Some(at), format!("an entry of `{key}` must be a table")),
            }
        }
        fields
    }

    /// The secret itself, or under `file_key` the name of a file that holds it and perhaps a final line end.
    pub fn secret(&mut self, key: &'static str, file_key: &'static str) -> Option<Noted<Secret>> {
        let (plain, file) = (self.text(key), self.text(file_key));
        match (plain, file) {
            (Some(plain), None) => Some(Noted { value: Secret::new(plain.value), place: plain.place }),
            (None, Some(file)) => match std::fs::read_to_string(self.paper.beside.join(&file.value)) {
                Ok(text) => Some(Noted { value: Secret::new(text.trim_end_matches(['\r', '\n'])), place: file.place }),
                Err(why) => {
                    self.paper.note(Some(file.place), format!("`{file_key}`: {} cannot be read: {why}", file.value));
                    None
                }
            },
            (Some(_), Some(file)) => {
                self.paper.note(Some(file.place), format!("both `{key}` and `{file_key}`: give one"));
                None
            }
            (None, None) => None,
        }
    }

    /// Notes every key that nobody asked for.
    pub fn finish(self) {
        for key in self.table.keys().filter(|key| !self.known.contains(key.get_ref().as_ref())) {
            let place = self.paper.place(&key.span());
            self.paper.note(Some(place), unknown_key(key.get_ref(), self.known.iter().copied()));
        }
    }
}

/// "unknown key `tenent`; did you mean `tenant`?"
pub fn unknown_key<'a>(key: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(key, known.clone()) {
        Some(near) => format!("unknown key `{key}`; did you mean `{near}`?"),
        None => format!("unknown key `{key}`; known here: {}", known.collect::<Vec<_>>().join(", ")),
    }
}

/// "unknown word `tobt`; did you mean `totp`?"
pub fn unknown_word<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(word, known.clone()) {
        Some(near) => format!("\"{word}\" is not known; did you mean \"{near}\"?"),
        None => format!("\"{word}\" is not known; it can be {}", known.collect::<Vec<_>>().join(", ")),
    }
}

fn article(kind: &str) -> String {
    let vowel = kind.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {kind}", if vowel { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn faults(text: &str, read: impl FnOnce(&mut Fields<'_, '_>)) -> Vec<String> {
        let (paper, table) = Paper::open(text, PathBuf::new());
        let mut fields = paper.fields(&table);
        read(&mut fields);
        fields.finish();
        paper.faults().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_key_nobody_knows_is_a_fault_that_says_where_and_names_the_nearest() {
        let found = faults("name = \"x\"\ntenent = 1\n", |fields| {
            fields.text("tenant");
            fields.text("name");
        });
        assert_eq!(found, ["line 2, column 1: unknown key `tenent`; did you mean `tenant`?"]);
    }

    #[test]
    fn all_faults_are_told_at_once_in_the_order_of_the_file() {
        let found = faults("a = 1\nb = \"x\"\n[c]\nd = true\n", |fields| {
            fields.text("a");
            fields.integer("b");
            let mut inner = fields.table("c").unwrap();
            inner.list("d");
            inner.finish();
        });
        assert_eq!(
            found,
            [
                "line 1, column 5: `a` must be a text, not an integer",
                "line 2, column 5: `b` must be a whole number, not a string",
                "line 4, column 5: `d` must be a list of texts, not a boolean"
            ]
        );
    }

    #[test]
    fn a_file_that_is_no_toml_is_told_with_its_place() {
        let found = faults("a = [1\nb = 2\n", |fields| {
            fields.integer("b");
        });
        assert!(found[0].starts_with("line "), "{found:?}");
    }

    #[test]
    fn one_list_stands_for_a_list_of_one_list() {
        let (paper, table) = Paper::open("a = [\"otp\"]\nb = [[\"otp\"], [\"user\", \"swk\"]]\nc = []", PathBuf::new());
        let mut fields = paper.fields(&table);
        let mut read = |key| fields.alternatives(key).unwrap().value;
        assert_eq!(read("a"), [["otp"]]);
        assert_eq!(read("b"), [vec!["otp"], vec!["user", "swk"]]);
        assert!(read("c").is_empty());
    }

    #[test]
    fn a_secret_may_stand_in_a_file_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("s"), "hush\n").unwrap();
        let (paper, table) = Paper::open("pw_file = \"s\"", dir.path().into());
        assert_eq!(paper.fields(&table).secret("pw", "pw_file").unwrap().value.expose(), "hush");
        let (paper, table) = Paper::open("pw_file = \"missing\"", dir.path().into());
        assert!(paper.fields(&table).secret("pw", "pw_file").is_none());
        assert!(paper.faults()[0].what.contains("missing cannot be read"));
    }

    #[test]
    fn no_text_makes_reading_panic() {
        for text in
            ["", "\u{feff}", "[[", "a = ", "a.b.c = 1", "[[a]]\n[a]", "\"é\" = \"€\nx\"", "a = 99999999999999999999"]
        {
            faults(text, |fields| {
                fields.integer("a");
                fields.tables("a").into_iter().for_each(Fields::finish);
            });
        }
    }
}
