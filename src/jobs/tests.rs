//! Letters on their way, from the outbox to the mail directory, across failures and restarts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::{outbox::Runner, *};
use crate::{
    acts::{
        letters::{self, Letter, News, Seen, To},
        testing::{House, houses},
    },
    outgoing::mail::Way,
};
use ostiary_gate::domain::{secret::Secret, time::Span};
use std::{fs, path::Path};

const ISSUER: &str = "http://localhost:9400";

fn mailer(way: &Way) -> Arc<Mailer> {
    Arc::new(Mailer::new(way, None, ISSUER).unwrap())
}

/// The mails in the directory, in the order of their names, with soft line ends undone.
fn mails(dir: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(dir) else { return vec![] };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).unwrap().replace("=\r\n", "").replace("=3D", "=")).collect()
}

async fn post(house: &House, letter: Letter) {
    let mut unit = house.desk.store.begin().await.unwrap();
    let to = To { person: &house.bob, tenant: None };
    letters::post(unit.tx(), letter, to, house.clock.now(), &*house.desk.dice).await.unwrap();
    unit.commit().await.unwrap();
}

async fn pending(house: &House) -> i64 {
    let mut unit = house.desk.store.look().await.unwrap();
    unit.tx().outbox_backlog().await.unwrap().pending
}

async fn round(runner: &mut Runner) {
    runner.round().await.unwrap();
    runner.finish().await;
}

fn code(house: &House) -> Letter {
    Letter::Code { code: Secret::new("123456"), expires_at: house.clock.now().plus(Span::minutes(10)) }
}

#[tokio::test]
async fn a_letter_reaches_the_directory_once_also_by_many_runners_and_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let box_ = dir.path().join(house.name);
        let way = Way::Directory(box_.clone());
        for _ in 0..10 {
            post(&house, code(&house)).await;
        }
        let mut runners: Vec<_> = (0..3).map(|_| Runner::new(house.desk.clone(), mailer(&way))).collect();
        for _ in 0..3 {
            for runner in &mut runners {
                runner.round().await.unwrap();
            }
            for runner in &mut runners {
                runner.finish().await;
            }
        }
        assert_eq!((mails(&box_).len(), pending(&house).await), (10, 0), "{}", house.name);
        house.clock.advance(Span::minutes(5));
        round(&mut Runner::new(house.desk.clone(), mailer(&way))).await;
        assert_eq!(mails(&box_).len(), 10, "{}: told is told", house.name);
        let mail = &mails(&box_)[0];
        assert!(mail.contains("To: bob@example.com\r\n") && mail.contains("123 456"), "{mail}");
        assert!(mail.contains("From: riverside <no-reply@localhost>\r\n"), "the clinic's name: {mail}");
    }
}

#[tokio::test]
async fn links_lead_to_the_issuer_and_a_not_you_link_opens() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let box_ = dir.path().join(house.name);
        let way = Way::Directory(box_.clone());
        let expires_at = house.clock.now().plus(Span::minutes(30));
        post(&house, Letter::PasswordReset { token: Secret::new("a-token"), expires_at }).await;
        post(&house, Letter::News(News::PasswordChanged(Seen::new(house.clock.now(), "Firefox/140")))).await;
        round(&mut Runner::new(house.desk.clone(), mailer(&way))).await;
        let all = mails(&box_).concat();
        assert!(all.contains("http://localhost:9400/login/reset?token=a-token"), "{all}");
        let token = all.split("/not-me?token=").nth(1).unwrap().split(['\r', '"']).next().unwrap();
        let mut unit = house.desk.store.look().await.unwrap();
        let found = unit.tx().link(crate::store::LinkKind::NotMe, &Secret::new(token)).await.unwrap();
        assert_eq!(found.unwrap().person().unwrap(), house.bob, "{}", house.name);
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_tried_again_later_and_given_up_when_it_is_too_late() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let box_ = dir.path().join(house.name);
        // A file stands where the directory should be.
        fs::write(&box_, "in the way").unwrap();
        let way = Way::Directory(box_.clone());
        post(&house, code(&house)).await;
        let mut runner = Runner::new(house.desk.clone(), mailer(&way));
        round(&mut runner).await;
        assert_eq!(pending(&house).await, 1, "{}", house.name);
        fs::remove_file(&box_).unwrap();
        round(&mut runner).await;
        assert!(mails(&box_).is_empty(), "{}: not before its time", house.name);
        house.clock.advance(Span::seconds(10));
        round(&mut runner).await;
        assert_eq!((mails(&box_).len(), pending(&house).await), (1, 0), "{}", house.name);
        post(&house, code(&house)).await;
        house.clock.advance(Span::minutes(10));
        round(&mut runner).await;
        assert_eq!((mails(&box_).len(), pending(&house).await), (1, 0), "{}: nobody needs an old code", house.name);
    }
}

#[tokio::test]
async fn jobs_do_their_work_by_themselves_and_stop_when_told() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let box_ = dir.path().join(house.name);
        let jobs = start(&house.desk, mailer(&Way::Directory(box_.clone())), SystemDice::new());
        post(&house, code(&house)).await;
        for _ in 0..100 {
            if !mails(&box_).is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        jobs.stop(Duration::from_secs(5)).await;
        assert_eq!((mails(&box_).len(), pending(&house).await), (1, 0), "{}", house.name);
        post(&house, code(&house)).await;
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert_eq!(pending(&house).await, 1, "{}: stopped is stopped", house.name);
        assert_eq!(sweeping::sweep(&house.desk).await.unwrap(), 0, "{}", house.name);
    }
}
