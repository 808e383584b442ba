//! The house rules as functions over the source. Each answers with one line per violation.
use super::source::{Named, SourceFile, Token, paths, tokens};

/// The rooms, from the ground up. A room may look only into rooms listed before it.
pub const ROOMS: [&str; 16] = [
    "domain", "gate", "crypto", "factors", "protocol", "store", "mint", "porter", "outgoing", "acts", "grants",
    "views", "jobs", "http", "cli", "demo",
];
/// The rooms of the crate `ostiary_gate`.
const GATE_CRATE: [&str; 2] = ["domain", "gate"];
const LONGEST_FILE: usize = 400;

pub struct Rule {
    pub name: &'static str,
    pub check: fn(&[SourceFile]) -> Vec<String>,
}

pub const RULES: [Rule; 16] = [
    Rule { name: "a room looks only down", check: a_room_looks_only_down },
    Rule { name: "nobody climbs out of a room", check: nobody_climbs_out },
    Rule { name: "no room hands out another's words", check: no_re_exports },
    Rule { name: "every room is listed", check: every_room_is_listed },
    Rule { name: "every file says what it owns", check: every_file_says_what_it_owns },
    Rule { name: "no file outgrows its reader", check: no_file_outgrows_its_reader },
    Rule { name: "pure rooms stay pure", check: pure_rooms_stay_pure },
    Rule { name: "the gate meets no clock, disk or dice", check: the_gate_meets_nothing },
    Rule { name: "only the porter asks the gate", check: only_the_porter_asks },
    Rule { name: "only a few may name a clearance", check: only_a_few_name_a_clearance },
    Rule { name: "only the store speaks SQL", check: only_the_store_speaks_sql },
    Rule { name: "each crate has its room", check: each_crate_has_its_room },
    Rule { name: "only the mint signs", check: only_the_mint_signs },
    Rule { name: "only the store makes facts", check: only_the_store_makes_facts },
    Rule { name: "an access decision names every case", check: every_case_is_named },
    Rule { name: "nothing is left to do", check: nothing_is_left_to_do },
];

fn a_room_looks_only_down(files: &[SourceFile]) -> Vec<String> {
    each_path(files, |file, room, path| {
        let floor = ROOMS.iter().position(|r| *r == room)?;
        if path.is_use && path.segments.len() < 2 && ["crate", "ostiary_gate"].contains(&path.segments[0]) {
            return Some("names the whole house".to_owned());
        }
        let seen = room_named(file, path)?;
        if seen == "*" {
            return Some("looks into every room at once".to_owned());
        }
        let above = ROOMS.iter().position(|r| *r == seen)? > floor;
        above.then(|| format!("{room} looks up into {seen}"))
    })
}

/// Which room a path leads into, seen from where it stands.
fn room_named<'a>(file: &SourceFile, path: &Named<'a>) -> Option<&'a str> {
    let at_the_door = matches!(file.path.rsplit('/').next(), Some("mod.rs")) || file.path.matches('/').count() == 1;
    let (head, next) = (path.segments[0], path.segments.get(1).copied()?);
    match head {
        "crate" | "ostiary_gate" => Some(next),
        // From a room's first file, `super` is the crate.
        "super" if at_the_door && ROOMS.contains(&next) => Some(next),
        _ => None,
    }
}

fn nobody_climbs_out(files: &[SourceFile]) -> Vec<String> {
    each_path(files, |_, _, path| {
        path.segments.windows(2).any(|pair| pair == ["super", "super"]).then(|| "climbs with super::super".to_owned())
    })
}

fn no_re_exports(files: &[SourceFile]) -> Vec<String> {
    each_path(files, |file, room, path| {
        let seen = room_named(file, path)?;
        (path.is_use && path.is_public && seen != room).then(|| format!("{room} re-exports from {seen}"))
    })
}

fn every_room_is_listed(files: &[SourceFile]) -> Vec<String> {
    let stranger = |file: &SourceFile| {
        let room = file.room()?;
        let in_gate = file.path.starts_with("gate/");
        (!ROOMS.contains(&room) || in_gate != GATE_CRATE.contains(&room))
            .then(|| format!("{}: {room} is no room of this crate", file.path))
    };
    files.iter().filter_map(stranger).collect()
}

fn every_file_says_what_it_owns(files: &[SourceFile]) -> Vec<String> {
    let silent = |file: &&SourceFile| file.room().is_some() && !file.raw.starts_with("//! ");
    files.iter().filter(silent).map(|file| format!("{}: begins without a word", file.path)).collect()
}

fn no_file_outgrows_its_reader(files: &[SourceFile]) -> Vec<String> {
    let lines = |file: &SourceFile| {
        let count = file.raw.lines().count();
        (count > LONGEST_FILE).then(|| format!("{}: {count} lines", file.path))
    };
    files.iter().filter_map(lines).collect()
}

fn pure_rooms_stay_pure(files: &[SourceFile]) -> Vec<String> {
    each_token(files, |room, _, Token(word, _), _| {
        let waits = ["tokio", "sqlx", "rusqlite", "axum", "async", "await"].contains(&word);
        (waits && ["factors", "protocol", "views"].contains(&room)).then(|| format!("pure {room} uses {word}"))
    })
}

fn the_gate_meets_nothing(files: &[SourceFile]) -> Vec<String> {
    let mut found = each_token(files, |room, _, Token(word, _), _| {
        let alive = ["async", "await", "tokio", "SystemTime", "rand", "getrandom"].contains(&word);
        (alive && GATE_CRATE.contains(&room)).then(|| format!("{room} uses {word}"))
    });
    found.extend(each_path(files, |_, room, path| {
        let outside = ["fs", "net", "env", "io", "process", "thread"];
        let is_std = path.segments[0] == "std" && path.segments.get(1).is_some_and(|s| outside.contains(s));
        (is_std && GATE_CRATE.contains(&room)).then(|| format!("{room} uses {}", path.segments.join("::")))
    }));
    found
}

fn only_the_porter_asks(files: &[SourceFile]) -> Vec<String> {
    each_token(files, |room, before, Token(word, _), after| {
        let is_call = word == "decide" && after == "(" && before != "fn" && before != ".";
        (is_call && !["gate", "porter"].contains(&room)).then(|| format!("{room} asks the gate itself"))
    })
}

fn only_a_few_name_a_clearance(files: &[SourceFile]) -> Vec<String> {
    each_token(files, |room, _, Token(word, _), _| {
        (word == "Clearance" && !["gate", "store", "mint", "porter"].contains(&room))
            .then(|| format!("{room} names a clearance"))
    })
}

fn only_the_store_speaks_sql(files: &[SourceFile]) -> Vec<String> {
    let mut found = vec![];
    for file in files.iter().filter(|f| f.room().is_some_and(|room| room != "store")) {
        for (at, text) in file.strings.iter().filter(|(_, text)| is_sql(text)) {
            found.push(format!("{}:{}: speaks SQL: {:?}", file.path, file.line_of(*at), text.trim()));
        }
    }
    found
}

fn is_sql(text: &str) -> bool {
    let flat = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let both = |begin: &str, then: &str| flat.starts_with(begin) && flat.contains(then);
    both("select ", " from ")
        || both("update ", " set ")
        || both("with ", " as (")
        || ["insert into ", "delete from ", "create table ", "alter table ", "pragma "]
            .iter()
            .any(|b| flat.starts_with(b))
}

fn each_crate_has_its_room(files: &[SourceFile]) -> Vec<String> {
    const HOMES: [(&str, &[&str]); 9] = [
        ("sqlx", &["store"]),
        ("rusqlite", &["store"]),
        ("josekit", &["crypto"]),
        ("aws_lc_rs", &["crypto"]),
        ("openssl", &["crypto"]),
        ("argon2", &["crypto", "factors"]),
        ("lettre", &["outgoing"]),
        ("reqwest", &["outgoing", "demo"]),
        ("axum", &["http", "cli", "demo"]),
    ];
    each_path(files, |_, room, path| {
        let (name, homes) = HOMES.iter().find(|(name, _)| *name == path.segments[0])?;
        (!homes.contains(&room)).then(|| format!("{name} in {room}; it belongs in {}", homes.join(" or ")))
    })
}

fn only_the_mint_signs(files: &[SourceFile]) -> Vec<String> {
    each_token(files, |room, _, Token(word, _), _| {
        (word == "SigningKey" && !["crypto", "mint"].contains(&room)).then(|| format!("{room} holds a signing key"))
    })
}

/// A bond says who belongs where, a proof what was shown: both are read from rows or verified, never made up.
fn only_the_store_makes_facts(files: &[SourceFile]) -> Vec<String> {
    let mut found = each_path(files, |_, room, path| {
        (path.segments.ends_with(&["Bond", "new"]) && room != "store").then(|| format!("{room} makes a bond"))
    });
    for file in files.iter().filter(|f| f.room().is_some_and(|room| !["store", "factors"].contains(&room))) {
        let tokens = tokens(&file.shipped);
        for at in 1..tokens.len() {
            if tokens[at].0 == "Proof" && tokens.get(at + 1).is_some_and(|t| t.0 == "{") && builds(&tokens, at) {
                found.push(format!("{}:{}: makes up a proof", file.path, file.line_of(tokens[at].1)));
            }
            // Proofs that nobody showed are for what-if, which opens nothing.
            if tokens[at].0 == "as_if_shown" && file.path != "src/acts/explain.rs" {
                found.push(format!("{}:{}: takes what-if for what was shown", file.path, file.line_of(tokens[at].1)));
            }
        }
    }
    found
}

/// Whether the struct literal whose name stands at `at` is built there: neither declared nor taken apart.
fn builds(tokens: &[Token<'_>], at: usize) -> bool {
    if ["struct", "impl", "for", "->", "enum", "trait", "union"].contains(&tokens[at - 1].0) {
        return false;
    }
    let mut depth = 0_usize;
    for (i, token) in tokens.iter().enumerate().skip(at + 1) {
        depth = match token.0 {
            "{" => depth + 1,
            "}" => depth - 1,
            _ => depth,
        };
        if depth == 0 {
            let after = tokens[i + 1..].iter().map(|t| t.0).find(|t| *t != ")");
            return !matches!(after, Some("=" | "=>" | "|" | "if"));
        }
    }
    true
}

/// A new variant must be a compile error wherever something is decided. Only the domain, which reads text and decides
/// nothing, may say "anything else is not one".
fn every_case_is_named(files: &[SourceFile]) -> Vec<String> {
    let mut found = vec![];
    for file in files {
        let Some(room @ ("domain" | "gate" | "factors" | "porter" | "acts" | "grants")) = file.room() else { continue };
        // State files are read and written here; what they ask for is decided elsewhere.
        if file.path.starts_with("src/acts/apply/") {
            continue;
        }
        let tokens = tokens(&file.shipped);
        let word = |at: usize| tokens.get(at).map_or("", |t| t.0);
        for (at, token) in tokens.iter().enumerate().skip(1) {
            let is_arm = word(at + 1) == "=>" || (word(at + 1) == "if" && [",", "{", "}"].contains(&word(at - 1)));
            let only_refuses = room == "domain" && ["Err", "None"].contains(&word(at + 2));
            if token.0 == "_" && is_arm && !only_refuses {
                found.push(format!("{}:{}: {room} has a catch-all arm", file.path, file.line_of(token.1)));
            }
        }
    }
    found
}

fn nothing_is_left_to_do(files: &[SourceFile]) -> Vec<String> {
    let mut found = vec![];
    for file in files {
        let tokens = tokens(&file.code);
        for pair in tokens.windows(2).filter(|pair| pair[1].0 == "!" && ["todo", "unimplemented"].contains(&pair[0].0))
        {
            found.push(format!("{}:{}: {}!", file.path, file.line_of(pair[0].1), pair[0].0));
        }
    }
    found
}

/// Asks `fault` about every path that shipped code of a room names.
fn each_path(files: &[SourceFile], fault: impl Fn(&SourceFile, &str, &Named<'_>) -> Option<String>) -> Vec<String> {
    let mut found = vec![];
    for file in files {
        let Some(room) = file.room() else { continue };
        for path in paths(&file.shipped) {
            if let Some(what) = fault(file, room, &path) {
                found.push(format!("{}:{}: {what}", file.path, file.line_of(path.at)));
            }
        }
    }
    found
}

/// Asks `fault` about every word of a room's shipped code: the room, the word before, the word, the word after.
fn each_token(files: &[SourceFile], fault: impl Fn(&str, &str, Token<'_>, &str) -> Option<String>) -> Vec<String> {
    let mut found = vec![];
    for file in files {
        let Some(room) = file.room() else { continue };
        let tokens = tokens(&file.shipped);
        for (at, token) in tokens.iter().enumerate() {
            let before = at.checked_sub(1).map_or("", |i| tokens[i].0);
            let after = tokens.get(at + 1).map_or("", |t| t.0);
            if let Some(what) = fault(room, before, *token, after) {
                found.push(format!("{}:{}: {what}", file.path, file.line_of(token.1)));
            }
        }
    }
    found
}
