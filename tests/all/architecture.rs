//! The house rules, checked on the source itself; and each rule checked on a deliberate violation.
mod rules;
mod source;

use rules::{ROOMS, RULES};
use source::{SourceFile, paths, sources};

#[test]
fn the_house_keeps_its_rules() {
    let files = sources(&["src", "gate/src", "gate/tests", "tests"]);
    for room in ROOMS {
        assert!(files.iter().any(|file| file.room() == Some(room)), "no room called {room}");
    }
    let broken: Vec<String> = RULES
        .iter()
        .flat_map(|rule| (rule.check)(&files).into_iter().map(|fault| format!("{}: {fault}", rule.name)))
        .collect();
    assert!(broken.is_empty(), "{} house rules broken:\n{}", broken.len(), broken.join("\n"));
}

/// (rule, file, a snippet that breaks it)
const SABOTAGE: &[(&str, &str, &str)] = &[
    ("a room looks only down", "src/store/codes.rs", "use crate::mint::Minted;"),
    ("a room looks only down", "src/store/codes.rs", "use crate::{crypto::Hash, mint::{self, Minted}};"),
    ("a room looks only down", "src/store/codes.rs", "fn f() { crate::porter::clear(); }"),
    ("a room looks only down", "src/store/mod.rs", "use super::mint::Minted;"),
    ("a room looks only down", "src/porter.rs", "fn f() { super::grants::redeem() }"),
    ("a room looks only down", "src/store/codes.rs", "use crate as house;"),
    ("a room looks only down", "src/store/codes.rs", "use crate::*;"),
    ("a room looks only down", "gate/src/domain/amr.rs", "use crate::gate::Verdict;"),
    ("a room looks only down", "gate/src/domain/mod.rs", "use super::gate::Verdict;"),
    ("nobody climbs out of a room", "src/store/a/b.rs", "use super::super::codes;"),
    ("no room hands out another's words", "src/store/mod.rs", "pub use crate::crypto::Hash;"),
    ("no room hands out another's words", "src/store/mod.rs", "pub use ostiary_gate::domain::ids::TenantId;"),
    ("no room hands out another's words", "src/store/mod.rs", "pub(crate) use crate::{store::Tx, crypto::Hash};"),
    ("every room is listed", "src/utils.rs", ""),
    ("every room is listed", "src/gate/mod.rs", ""),
    ("every room is listed", "gate/src/store/mod.rs", ""),
    ("every file says what it owns", "src/store/codes.rs", "use std::fmt;"),
    ("every file says what it owns", "src/store/mod.rs", "// a remark\n//! too late"),
    ("pure rooms stay pure", "src/factors/totp.rs", "async fn f() {}"),
    ("pure rooms stay pure", "src/protocol/token.rs", "use axum::Json;"),
    ("pure rooms stay pure", "src/views/door.rs", "fn f() { tokio::spawn(x) }"),
    ("the gate meets no clock, disk or dice", "gate/src/gate/judge.rs", "use std::time::SystemTime;"),
    ("the gate meets no clock, disk or dice", "gate/src/domain/ids.rs", "use std::{fmt, fs};"),
    ("the gate meets no clock, disk or dice", "gate/src/domain/ids.rs", "fn f() -> u8 { rand::random() }"),
    ("only the porter asks the gate", "src/grants/code.rs", "fn f() { gate::decide(ask, facts, now) }"),
    ("only the porter asks the gate", "src/http/oidc/token.rs", "fn f() { decide(ask, facts, now) }"),
    ("only a few may name a clearance", "src/http/oidc/token.rs", "use ostiary_gate::gate::Clearance;"),
    ("only a few may name a clearance", "src/grants/code.rs", "fn f(c: Clearance) {}"),
    ("only the store speaks SQL", "src/jobs/sweep.rs", "const Q: &str = \"delete from codes where x\";"),
    ("only the store speaks SQL", "src/acts/policy.rs", "const Q: &str = r#\"  SELECT a\n FROM b\"#;"),
    ("only the store speaks SQL", "src/acts/policy.rs", "const Q: &str = \"update tenants set required = true\";"),
    ("each crate has its room", "src/jobs/sweep.rs", "use sqlx::Row;"),
    ("each crate has its room", "src/mint/mod.rs", "fn f() { josekit::jws::serialize_compact() }"),
    ("each crate has its room", "src/http/oidc/token.rs", "use aws_lc_rs::digest;"),
    ("each crate has its room", "src/acts/people.rs", "use argon2::Argon2;"),
    ("each crate has its room", "src/acts/people.rs", "use reqwest::Client;"),
    ("only the mint signs", "src/store/keys.rs", "fn f(key: &SigningKey) {}"),
    ("only the store makes facts", "src/http/door.rs", "fn f() { let b = Bond::new(person, tenant); }"),
    ("only the store makes facts", "src/acts/prove.rs", "fn f() -> Proof { Proof { factor, at, reach } }"),
    ("only the store makes facts", "src/acts/prove.rs", "fn f() { g(Some(amr::Proof { at, ..old })) }"),
    ("only the store makes facts", "src/acts/prove.rs", "fn f() { g(as_if_shown(person, true, now)) }"),
    ("an access decision names every case", "gate/src/gate/judge.rs", "fn f() { match x { A => 1, _ => 2 } }"),
    ("an access decision names every case", "src/porter.rs", "fn f() { match x { A => 1, _ if y => 2, B => 3 } }"),
    ("an access decision names every case", "src/grants/code.rs", "fn f() { match x { A => 1,\n  _ => 2 } }"),
    ("an access decision names every case", "src/acts/people/join.rs", "fn f() { match x { A => 1, _ => 2 } }"),
    ("an access decision names every case", "gate/src/gate/judge.rs", "fn f() { match x { A => B, _ => None } }"),
    ("an access decision names every case", "gate/src/domain/amr.rs", "fn f() { match x { A => B, _ => C } }"),
    ("nothing is left to do", "src/cli/doctor.rs", "fn f() { todo!() }"),
    ("nothing is left to do", "src/cli/doctor.rs", "fn f() { unimplemented!(\"soon\") }"),
];

#[test]
fn every_rule_sees_its_violation() {
    for (name, path, snippet) in SABOTAGE {
        let rule = RULES.iter().find(|rule| rule.name == *name).unwrap_or_else(|| panic!("no rule {name:?}"));
        let file = SourceFile::new(path, snippet);
        assert!(!(rule.check)(&[file]).is_empty(), "{name:?} does not see {snippet:?} in {path}");
    }
    let long = SourceFile::new("src/store/codes.rs", &"//! Much.\n".repeat(401));
    let seen: Vec<&str> = RULES
        .iter()
        .filter(|rule| !(rule.check)(std::slice::from_ref(&long)).is_empty())
        .map(|rule| rule.name)
        .collect();
    assert_eq!(seen, ["no file outgrows its reader"]);
    for rule in RULES.iter().filter(|rule| rule.name != "no file outgrows its reader") {
        assert!(SABOTAGE.iter().any(|(name, ..)| *name == rule.name), "nobody tries to break {:?}", rule.name);
    }
}

/// (file, a snippet that breaks nothing, though it looks like it)
const INNOCENT: &[(&str, &str)] = &[
    (
        "src/store/codes.rs",
        "//! Says `crate::mint` and select x from y.\n/* crate::mint /* */ Clearance */\nuse crate::crypto::Hash;",
    ),
    (
        "src/store/codes.rs",
        "//! X.\nconst A: &str = \"crate::mint::x todo!() //\"; const B: char = '\"'; use sqlx::Row;",
    ),
    (
        "src/http/oidc/token.rs",
        "//! X.\nfn f<'a>(s: &'a str) -> bool { s.policy.decide(x) && s != \"Select your clinic\" }",
    ),
    ("src/http/oidc/token.rs", "//! X.\nuse crate::{porter::{self, Outcome}, views};\npub use token::Answer;"),
    (
        "src/grants/code.rs",
        "//! X.\nfn f() { let Proof { at, .. } = p; match p { Some(Proof { at }) => 1, other => 2 } }",
    ),
    ("gate/src/domain/amr.rs", "//! X.\npub struct Proof { at: Instant }\nimpl Proof { fn f(_: u8) -> Proof { g() } }"),
    (
        "gate/src/gate/judge.rs",
        "//! X.\nuse super::clearance; use crate::domain::ids;\nfn f() { let _ = 1; let operand = rank; }",
    ),
    (
        "src/acts/policy.rs",
        "//! X.\nfn f() {}\n#[cfg(test)]\nmod tests {\n  use crate::demo; use sqlx::Row; fn g() { Proof { at }; }\n}",
    ),
    ("src/factors/totp.rs", "//! X.\n#[cfg(test)]\nmod tests;\nfn f() { argon2::hash() }"),
    ("src/crypto/fence.rs", "//! X.\nfn f(k: SigningKey) { josekit::jws::verify(r##\"a \"# insert into b\"##) }"),
    ("gate/src/domain/ids.rs", "//! X.\nfn f() { match text { \"a\" => Ok(A), _ => Err(NotAnId) } }"),
    ("src/main.rs", "fn main() { ostiary::cli::main() }"),
];

#[test]
fn no_rule_sees_ghosts() {
    for (path, snippet) in INNOCENT {
        for rule in &RULES {
            let faults = (rule.check)(&[SourceFile::new(path, snippet)]);
            assert!(faults.is_empty(), "{:?} wrongly sees {faults:?} in {snippet:?}", rule.name);
        }
    }
}

#[test]
fn a_use_tree_is_read_to_its_leaves() {
    let named = paths("use a::{b, c::{self, d as e}, f::*}; fn x() { g::h::i::<J>(k) }");
    let joined: Vec<String> = named.iter().map(|path| path.segments.join("::")).collect();
    assert_eq!(joined, ["a::b", "a::c::self", "a::c::d", "a::f::*", "fn", "x", "g::h::i", "J", "k"]);
}

#[test]
fn what_stands_after_a_unit_test_is_still_checked() {
    let file = [SourceFile::new("src/acts/a.rs", "//! X.\n#[cfg(test)]\nmod tests { fn f() { {} } }\nuse sqlx::Row;")];
    let faults: Vec<String> = RULES.iter().flat_map(|rule| (rule.check)(&file)).collect();
    assert_eq!(faults, ["src/acts/a.rs:4: sqlx in acts; it belongs in store"]);
}
