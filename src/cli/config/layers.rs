//! Where each setting came from: file < environment < flags, the later one wins. Owns the precedence and the refusal of
//! names that are no settings.
use super::keys::{KEYS, Key, PREFIX};
use crate::acts::apply::reading::{Fault, Paper, unknown_key};
use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

/// Looked for in this order where neither flag nor environment names one.
const USUAL: [&str; 2] = ["ostiary.toml", "/etc/ostiary/ostiary.toml"];
/// Variables with our prefix that are not ours to refuse: Kubernetes announces a service called "ostiary" with the
/// first two, and the test house has its own.
const STRANGERS: [&str; 7] = [
    "OSTIARY_SERVICE_",
    "OSTIARY_PORT",
    "OSTIARY_REQUIRE_",
    "OSTIARY_TEST_PG",
    "OSTIARY_AXE",
    "OSTIARY_SHOTS",
    "OSTIARY_DEMO_",
];

/// Who said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Default,
    File { file: PathBuf, line: usize },
    Environment(String),
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { file, line } => write!(f, "{} line {line}", file.display()),
            Self::Environment(variable) => write!(f, "environment {variable}"),
            Self::Flag(flag) => write!(f, "flag --{flag}"),
        }
    }
}

#[derive(Clone)]
pub struct Given {
    pub value: String,
    pub origin: Origin,
}

/// What was said, by the settings' names; what was wrong with how it was said.
#[derive(Default)]
pub struct Layers {
    pub given: BTreeMap<&'static str, Given>,
    pub faults: Vec<String>,
}

/// What the process was started with.
pub struct Surroundings {
    pub environment: Vec<(String, String)>,
    /// Flags that were given, by the setting's name or, for secrets, that of its file.
    pub flags: BTreeMap<String, String>,
    pub config: Option<PathBuf>,
}

impl Surroundings {
    /// Variables that are no Unicode cannot be ours.
    pub fn of(variables: impl Iterator<Item = (OsString, OsString)>) -> Self {
        let ours = variables.filter_map(|(name, value)| {
            let name = name.into_string().ok().filter(|name| name.starts_with(PREFIX))?;
            Some((name, value.to_string_lossy().into_owned()))
        });
        Self { environment: ours.collect(), flags: BTreeMap::new(), config: None }
    }
}

impl Layers {
    pub fn read(around: &Surroundings) -> Self {
        let mut layers = Self::default();
        for key in KEYS {
            if let Some(value) = key.default {
                layers.given.insert(key.name, Given { value: value.to_owned(), origin: Origin::Default });
            }
        }
        let named = around.environment.iter().find(|(name, _)| name == "OSTIARY_CONFIG").map(|(_, value)| value.into());
        match around.config.clone().or(named) {
            Some(path) => layers.file(&path),
            None => {
                if let Some(path) = USUAL.iter().map(Path::new).find(|path| path.exists()) {
                    layers.file(path);
                }
            }
        }
        layers.environment(&around.environment);
        layers.flags(&around.flags);
        layers
    }

    fn file(&mut self, path: &Path) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(why) => {
                self.faults.push(format!("{} cannot be read: {why}", path.display()));
                return;
            }
        };
        let beside = path.parent().map(Path::to_owned).unwrap_or_default();
        let (paper, table) = Paper::open(&text, beside.clone());
        let mut fields = paper.fields(&table);
        let mut found = vec![];
        for key in KEYS {
            let plain = fields.plain(key.name).map(|noted| (noted.value, noted.place));
            let secret = key.file_name.and_then(|name| fields.plain(name));
            let secret = secret.and_then(|noted| {
                let read = read_secret(&beside.join(&noted.value));
                read.map_err(|why| paper.note(Some(noted.place), why)).ok().map(|value| (value, noted.place))
            });
            if plain.is_some() && secret.is_some() {
                fields.fault(format!("both `{0}` and `{0}_file`: give one", key.name));
            }
            found.extend(plain.or(secret).map(|(value, place)| (key.name, value, place.line)));
        }
        fields.finish();
        for (name, value, line) in found {
            self.given.insert(name, Given { value, origin: Origin::File { file: path.to_owned(), line } });
        }
        let say = |fault: Fault| format!("{}: {fault}{}", path.display(), hint(&fault));
        self.faults.extend(paper.faults().into_iter().map(say));
    }

    fn environment(&mut self, variables: &[(String, String)]) {
        let mut said = BTreeSet::new();
        for (name, value) in variables {
            let of_key =
                |key: &&&Key| key.variable() == *name || key.is_secret() && format!("{}_FILE", key.variable()) == *name;
            let Some(key) = KEYS.iter().find(of_key) else {
                let known = KEYS.iter().map(|key| key.variable()).chain(["OSTIARY_CONFIG".to_owned()]);
                let known: Vec<String> = known.collect();
                self.stranger(name, &known);
                continue;
            };
            if !said.insert(key.name) {
                self.faults.push(format!("environment: both {0} and {0}_FILE: give one", key.variable()));
            }
            let value = if key.variable() == *name { Ok(value.clone()) } else { read_secret(Path::new(value)) };
            let origin = Origin::Environment(name.clone());
            match value {
                // An empty variable is how shells and unit files say "not set".
                Ok(value) if value.is_empty() => {}
                Ok(value) => {
                    self.given.insert(key.name, Given { value, origin });
                }
                Err(why) => self.faults.push(format!("environment {name}: {why}")),
            }
        }
    }

    fn stranger(&mut self, name: &str, known: &[String]) {
        if name == "OSTIARY_CONFIG" || STRANGERS.iter().any(|prefix| name.starts_with(prefix)) {
            return;
        }
        let hint = if name == "OSTIARY_DEV" { "; --dev is a flag only" } else { "" };
        self.faults.push(format!("environment: {}{hint}", unknown_key(name, known.iter().map(String::as_str))));
    }

    fn flags(&mut self, flags: &BTreeMap<String, String>) {
        for key in KEYS {
            let plain = flags.get(key.name).map(|value| (Ok(value.clone()), key.flag()));
            let file = key.file_name.and_then(|name| flags.get(name));
            let file = file.map(|path| (read_secret(Path::new(path)), format!("{}-file", key.flag())));
            match plain.or(file) {
                Some((Ok(value), flag)) => {
                    self.given.insert(key.name, Given { value, origin: Origin::Flag(flag) });
                }
                Some((Err(why), flag)) => self.faults.push(format!("--{flag}: {why}")),
                None => {}
            }
        }
    }
}

fn hint(fault: &Fault) -> &'static str {
    if fault.what.starts_with("unknown key `dev`") { " (--dev is a flag only)" } else { "" }
}

fn read_secret(path: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|why| format!("{} cannot be read: {why}", path.display()))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
