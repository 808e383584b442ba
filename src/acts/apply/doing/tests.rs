//! State files on real deployments, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use crate::{
    acts::{Settings, apply::read, hashing::Hashing},
    crypto::dice::SystemDice,
    mint::Mint,
    porter::Porter,
    store::{Clock, ClockError, Reading, Store, Tx, tests::stores},
};
use ostiary_gate::domain::{
    audit::{Actor, Event},
    ids::{ClientId, PersonId},
    secret::Secret,
    tenant::{Tenant, TwoFactor},
    time::{Instant, Span},
};
use std::{path::PathBuf, sync::Arc};

pub(super) const FIXTURE: &str = include_str!("../../../../tests/all/fixture.toml");
/// 2026-03-03T09:00:00Z, in the evening in Sydney.
pub(super) const NOW: Instant = Instant(1_772_528_400_000_000);

struct Still;
impl Clock for Still {
    fn read(&self) -> Result<Reading, ClockError> {
        Ok(Reading::Test(NOW))
    }
}

fn desk_of(store: Store) -> Desk {
    let (clock, dice) = (Arc::new(Still), Arc::new(SystemDice::new()));
    let issuer = "http://localhost:9400";
    Desk {
        porter: Porter::new(store.clone(), clock.clone(), dice.clone(), Mint::new(issuer)),
        hashing: Hashing::new(4, 64, dice.clone()),
        settings: Arc::new(Settings { issuer: issuer.to_owned(), plain_http: true }),
        store,
        clock,
        dice,
    }
}

pub(super) async fn desks(dir: &std::path::Path) -> Vec<Desk> {
    stores(dir).await.into_iter().map(|(_, store)| desk_of(store)).collect()
}

pub(super) fn by(operator: &str) -> Options {
    Options { operator: operator.to_owned(), ..Options::default() }
}

pub(super) fn state(text: &str) -> State {
    match read(text, PathBuf::new()) {
        Ok(state) => state,
        Err(faults) => panic!("{faults:#?}"),
    }
}

pub(super) async fn try_to(desk: &Desk, text: &str, options: &Options) -> Result<Report, String> {
    apply(desk, &state(text), options).await.map_err(|why| match why {
        NotApplied::Faults(faults) => faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        other => other.to_string(),
    })
}

pub(super) async fn done(desk: &Desk, text: &str) -> Report {
    try_to(desk, text, &by("ana")).await.unwrap()
}

pub(super) async fn tenant(desk: &Desk, slug: &str) -> Tenant {
    let mut unit = desk.store.look().await.unwrap();
    let id = unit.tx().tenant_by_slug(slug).await.unwrap().unwrap();
    unit.tx().tenant(&id).await.unwrap().unwrap()
}

pub(super) async fn person(desk: &Desk, email: &str) -> PersonId {
    let mut unit = desk.store.look().await.unwrap();
    unit.tx().person_by_email(email).await.unwrap().unwrap()
}

/// Every edition there is, and how much was logged.
async fn editions(tx: &mut Tx) -> Vec<String> {
    let mut all = vec![];
    for id in tx.tenant_ids().await.unwrap() {
        let tenant = tx.tenant(&id).await.unwrap().unwrap();
        all.push(format!("{} {}", tenant.slug, tenant.revision));
        for (person, m) in tx.members(&id).await.unwrap() {
            let row = tx.person(&person).await.unwrap().unwrap();
            all.push(format!("{person} {} {} {}", row.revision, row.changed_at, m.revision));
        }
        all.push(tx.log_of_tenant(&id, Instant(i64::MAX), 1000).await.unwrap().len().to_string());
    }
    for id in tx.client_ids().await.unwrap() {
        all.push(format!("{id} {}", tx.client(&id).await.unwrap().unwrap().client().unwrap().revision));
    }
    all
}

async fn seen(desk: &Desk) -> Vec<String> {
    editions(desk.store.look().await.unwrap().tx()).await
}

#[tokio::test]
async fn the_fixture_applies_and_applying_it_again_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for desk in desks(dir.path()).await {
        let first = done(&desk, FIXTURE).await;
        assert!(first.changes.iter().all(|change| change.sign == crate::acts::apply::Sign::Made), "{first}");
        let before = seen(&desk).await;
        let second = done(&desk, FIXTURE).await;
        assert!(second.changes_nothing() && second.kept.is_empty(), "{second}");
        assert_eq!(seen(&desk).await, before, "no edition moved and nothing was logged");

        let riverside = tenant(&desk, "riverside").await;
        assert_eq!(riverside.policy.session_idle, Span::hours(8), "a new tenant's values are the file's, not joined");
        assert_eq!(riverside.required_since, Some(NOW));
        assert_eq!((tenant(&desk, "hilltop").await.phone_country.as_str(), riverside.locale.as_str()), ("GB", "en-AU"));
        let alice = person(&desk, "alice@riverside.example").await;
        let mut unit = desk.store.look().await.unwrap();
        let row = unit.tx().person(&alice).await.unwrap().unwrap();
        assert!(row.codes_saved_at.is_some() && row.email_verified_at.is_some() && row.phone_claim);
        let password = Secret::new("correct horse battery staple alice");
        assert!(desk.hashing.check(row.password_hash, password, NOW).await.unwrap().is_some());
        assert_eq!(unit.tx().totp_of(&alice).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_rehearsal_says_what_would_happen_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    for desk in desks(dir.path()).await {
        let rehearse = Options { rehearse: true, ..by("ana") };
        let said = try_to(&desk, FIXTURE, &rehearse).await.unwrap();
        assert!(desk.store.look().await.unwrap().tx().tenant_ids().await.unwrap().is_empty());
        assert_eq!(said.changes, done(&desk, FIXTURE).await.changes);
        let before = seen(&desk).await;
        let on = "[[tenant]]\nslug = \"northside\"\npolicy = { two_factor = \"required\" }\n";
        let said = try_to(&desk, on, &rehearse).await.unwrap();
        assert_eq!(said.impact.len(), 1);
        let stops = &said.impact[0];
        assert_eq!(
            (stops.tenant.as_str(), stops.people, stops.not_ready.clone()),
            ("northside", 2, vec!["Gina Park".into()])
        );
        assert_eq!(seen(&desk).await, before);
        assert_eq!(done(&desk, on).await, said);
        assert_eq!(tenant(&desk, "northside").await.policy.two_factor, TwoFactor::Required);
    }
}

#[tokio::test]
async fn a_file_tightens_and_what_is_weaker_is_kept_unless_it_is_said_and_why() {
    let weaker = "[[tenant]]\nslug = \"riverside\"\npolicy = { two_factor = \"off\", session_idle = \"12h\", \
                  second_factor_max_age = \"session\", second_factors = [\"totp\", \"passkey\"], offline_max_age = \"30d\" }\n";
    let dir = tempfile::tempdir().unwrap();
    for desk in desks(dir.path()).await {
        done(&desk, FIXTURE).await;
        let said = done(&desk, weaker).await;
        let changed: Vec<_> = said.changes.iter().map(|change| change.what.as_str()).collect();
        assert_eq!(changed, ["offline_max_age 90d → 30d"]);
        let kept: Vec<_> = said.kept.iter().map(|kept| kept.what.as_str()).collect();
        let all = ["second_factors totp", "second_factor_max_age 12h", "session_idle 8h", "two_factor required"];
        assert_eq!(kept, all);
        assert_eq!(tenant(&desk, "riverside").await.policy.two_factor, TwoFactor::Required);

        let lower = |reason: &str| Options { weaken: vec!["riverside".into()], reason: reason.into(), ..by("ana") };
        assert!(try_to(&desk, weaker, &lower("")).await.unwrap_err().contains("--reason"));
        let said = try_to(&desk, weaker, &lower("moving house")).await.unwrap();
        assert!(said.changes.iter().any(|change| change.what == "two_factor required → off"), "{said}");
        let now = tenant(&desk, "riverside").await;
        assert_eq!((now.policy.two_factor, now.policy.session_idle), (TwoFactor::Off, Span::hours(12)));
        let mut unit = desk.store.look().await.unwrap();
        let log = unit.tx().log_of_tenant(&now.id, Instant(i64::MAX), 100).await.unwrap();
        let row = log.iter().find(|row| row.entry.event == Event::TwoFactorTurnedOff).expect("it stands in the log");
        assert_eq!((&row.entry.actor, row.entry.detail.as_str()), (&Actor::Operator("ana".into()), "moving house"));
        let slip = Options { weaken: vec!["riversid".into()], reason: "x".into(), ..by("ana") };
        assert!(try_to(&desk, weaker, &slip).await.unwrap_err().contains("did you mean riverside?"));
    }
}

#[tokio::test]
async fn while_an_app_demands_it_nothing_weakens_a_tenant() {
    let off = "[[tenant]]\nslug = \"ledgers\"\npolicy = { two_factor = \"off\" }\n";
    let dir = tempfile::tempdir().unwrap();
    for desk in desks(dir.path()).await {
        done(&desk, FIXTURE).await;
        let options = Options { weaken: vec!["ledgers".into()], reason: "please".into(), ..by("ana") };
        let said = try_to(&desk, off, &options).await.unwrap_err();
        assert!(said.contains("Ledgerly") && said.contains("end the connection first"), "{said}");
        done(&desk, "[[connection]]\ntenant = \"ledgers\"\nclient_id = \"ledgerly\"\nstate = \"absent\"\n").await;
        try_to(&desk, off, &options).await.unwrap();
        assert_eq!(tenant(&desk, "ledgers").await.policy.two_factor, TwoFactor::Off);
        let again = "[[connection]]\ntenant = \"ledgers\"\nclient_id = \"ledgerly\"\n";
        let said = done(&desk, again).await;
        assert!(said.changes[0].what.contains("waits"), "{said}");
    }
}

#[tokio::test]
async fn what_a_client_demands_is_raised_by_a_file_and_not_lowered() {
    let lower = "[[client]]\nclient_id = \"acct\"\nrequire_amr = []\ndefault_max_age = 7200\nrequire_pkce = false\n";
    let dir = tempfile::tempdir().unwrap();
    for desk in desks(dir.path()).await {
        done(&desk, FIXTURE).await;
        let said = done(&desk, lower).await;
        assert!(said.changes_nothing(), "{said}");
        let kept: Vec<_> = said.kept.iter().map(|kept| kept.what.as_str()).collect();
        assert_eq!(kept, ["require_amr otp", "default_max_age 3600", "require_pkce true"]);
        let raise = "[[client]]\nclient_id = \"acct\"\nrequire_amr = [\"otp\", \"pwd\"]\ndefault_max_age = 60\n";
        assert_eq!(done(&desk, raise).await.changes[0].what, "require_amr, default_max_age");
        let options = Options { weaken: vec!["client:acct".into()], reason: "tests".into(), ..by("ana") };
        try_to(&desk, lower, &options).await.unwrap();
        let mut unit = desk.store.look().await.unwrap();
        let client = unit.tx().client(&ClientId::parse("acct").unwrap()).await.unwrap().unwrap().client().unwrap();
        assert!(client.require_amr.0.is_empty() && !client.require_pkce);
    }
}

#[tokio::test]
async fn a_start_is_on_the_clinics_clock_and_only_moves_nearer() {
    let start = |at: &str| {
        format!("[[tenant]]\nslug = \"northside\"\npending = {{ starts_at = \"{at}\", two_factor = \"required\" }}\n")
    };
    let dir = tempfile::tempdir().unwrap();
    for desk in desks(dir.path()).await {
        done(&desk, FIXTURE).await;
        let said = done(&desk, &start("2026-03-10T20:00:00")).await;
        assert_eq!(said.impact[0].from.as_deref(), Some("2026-03-10 20:00 +13:00"), "{said}");
        let at = |text: &str| Instant(text.parse::<jiff::Timestamp>().unwrap().as_microsecond());
        let pending = async || tenant(&desk, "northside").await.pending.map(|p| p.starts_at);
        assert_eq!(pending().await, Some(at("2026-03-10T07:00:00Z")));
        assert!(done(&desk, &start("2026-03-10T20:00:00")).await.changes_nothing());
        let later = done(&desk, &start("2026-03-11T20:00:00")).await;
        assert!(later.changes_nothing() && later.kept[0].why.contains("later"), "{later}");
        done(&desk, &start("2026-03-09T20:00:00+13:00")).await;
        assert_eq!(pending().await, Some(at("2026-03-09T07:00:00Z")));
        assert!(
            done(&desk, "[[tenant]]\nslug = \"northside\"\npolicy = { two_factor = \"off\" }\n")
                .await
                .changes_nothing()
        );
        done(&desk, &start("2026-03-01T00:00:00")).await;
        let now = tenant(&desk, "northside").await;
        assert_eq!(
            (now.policy.two_factor, now.pending),
            (TwoFactor::Required, None),
            "a start that has passed means now"
        );
    }
}

#[tokio::test]
async fn what_does_not_fit_is_told_all_at_once_and_nothing_is_applied() {
    let wrong = r#"
[[tenant]]
slug = "new"
[[client]]
client_id = "x"
token_endpoint_auth_method = "none"
client_secret = "x-secret-x-secret-x-secret"
tenant = "riversid"
[[client]]
client_id = "y"
client_name = "Y"
client_secret = "y-secret-y-secret-y-secret"
grant_types = ["client_credentials"]
scope = "exprt:read"
connection = "all"
[[person]]
email = "new@riverside.example"
given_name = "New"
memberships = [{ tenant = "hiltop" }]
[[person]]
email = "ok@riverside.example"
given_name = "O"
family_name = "K"
memberships = [{ tenant = "hiltop" }]
[[connection]]
tenant = "hilltop"
client_id = "svcs"
[[connection]]
tenant = "hilltop"
client_id = "svc"
[[connection]]
tenant = "riverside"
client_id = "svc"
scope = "notes"
"#;
    let dir = tempfile::tempdir().unwrap();
    for desk in desks(dir.path()).await {
        done(&desk, FIXTURE).await;
        let before = seen(&desk).await;
        let said = try_to(&desk, wrong, &by("ana")).await.unwrap_err();
        for wanted in [
            "line 2, column 1: tenant new is new: it needs `name` and `time_zone`",
            "line 8, column 10: there is no tenant \"riversid\"; did you mean \"riverside\"?",
            "did you mean \"export:read\"?",
            "`connection` needs `tenant_aware = true`",
            "person new@riverside.example is new: it needs",
            "there is no tenant \"hiltop\"; did you mean \"hilltop\"?",
            "client_id \"svcs\" is not known; did you mean \"svc\"?",
            "the client is bound to another tenant",
            "the client is not registered for notes",
        ] {
            assert!(said.contains(wanted), "no {wanted:?} in\n{said}");
        }
        assert_eq!(seen(&desk).await, before);
        assert!(desk.store.look().await.unwrap().tx().person_by_email("ok@riverside.example").await.unwrap().is_none());
    }
}

#[tokio::test]
async fn seeds_are_used_once_and_sown_again_only_where_that_is_said() {
    let other = "[[person]]\nemail = \"alice@riverside.example\"\npassword = \"another password entirely\"\n\
                 phone_number = \"+61491570110\"\ntotp_secret = \"KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU\"\n\
                 [[client]]\nclient_id = \"web\"\nclient_secret = \"another-secret-another-secret\"\n";
    let dir = tempfile::tempdir().unwrap();
    for desk in desks(dir.path()).await {
        done(&desk, FIXTURE).await;
        let said = done(&desk, other).await;
        assert!(said.changes_nothing() && said.kept[0].what == "client_secret", "{said}");
        assert!(said.notes[0].contains("seeds"), "{said}");
        let options = Options { reseed: true, ..by("ana") };
        let said = try_to(&desk, other, &options).await.unwrap();
        let changed: Vec<_> = said.changes.iter().map(|change| change.what.as_str()).collect();
        assert_eq!(changed, ["client_secret", "password, phone_number, totp_secret"]);
        assert!(try_to(&desk, other, &options).await.unwrap().changes_nothing(), "they are the same by now");
        let alice = person(&desk, "alice@riverside.example").await;
        let mut unit = desk.store.look().await.unwrap();
        let row = unit.tx().person(&alice).await.unwrap().unwrap();
        let given = Secret::new("another password entirely");
        assert!(desk.hashing.check(row.password_hash, given, NOW).await.unwrap().is_some());
        assert_eq!(unit.tx().totp_of(&alice).await.unwrap().len(), 1);
        assert!(row.codes_saved_at.is_some());
    }
}

#[tokio::test]
async fn an_imported_hash_lets_its_person_in() {
    let dir = tempfile::tempdir().unwrap();
    for desk in desks(dir.path()).await {
        let phc = desk.hashing.hash(Secret::new("from the old system")).await.unwrap();
        let text = format!(
            "[[person]]\nemail = \"Old@Riverside.example\"\ngiven_name = \"O\"\nfamily_name = \"L\"\npassword_hash = \"{phc}\"\n"
        );
        done(&desk, &text).await;
        let id = person(&desk, "old@riverside.example").await;
        let row = desk.store.look().await.unwrap().tx().person(&id).await.unwrap().unwrap();
        let given = Secret::new("from the old system");
        assert!(desk.hashing.check(row.password_hash, given, NOW).await.unwrap().is_some());
        assert!(row.email_verified_at.is_none(), "nobody vouched for the address");
    }
}
