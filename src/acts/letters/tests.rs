//! Who is told, in whose name, and how often.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use crate::acts::testing::{House as Deployment, houses};

async fn waiting(house: &Deployment, tx: &mut Tx) -> Vec<Addressed> {
    let claimed = tx.claim_outbox(100, Span::minutes(1), house.clock.now()).await.unwrap();
    claimed.into_iter().map(|claimed| serde_json::from_slice(&claimed.body.unwrap()).unwrap()).collect()
}

#[tokio::test]
async fn a_letter_is_in_the_name_of_the_only_clinic_or_of_the_named_one_and_news_can_be_disputed() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let (now, dice) = (house.clock.now(), &*house.desk.dice);
        let mut unit = house.desk.store.begin().await.unwrap();
        let tx = unit.tx();
        let news = || Letter::News(News::PasswordChanged(Seen::new(now, "")));
        for (person, tenant) in [(&house.alice, None), (&house.dave, None), (&house.dave, Some(&house.hilltop))] {
            assert!(post(tx, news(), To { person, tenant }, now, dice).await.unwrap(), "{}", house.name);
        }
        let letters = waiting(&house, tx).await;
        let mut of: Vec<_> = letters.iter().map(|l| (l.address.as_str(), l.house.as_ref().map(|h| &*h.slug))).collect();
        of.sort_unstable();
        let (alice, dave) = ("alice@example.com", "dave@example.com");
        assert_eq!(of, [(alice, Some("riverside")), (dave, None), (dave, Some("hilltop"))], "{}", house.name);
        for letter in &letters {
            let row = tx.link(LinkKind::NotMe, letter.not_me.as_ref().unwrap()).await.unwrap().unwrap();
            assert_eq!(row.detail::<Disputed>().unwrap(), Disputed { authenticator: None });
            assert_eq!(row.expires_at(), now.plus(Span::days(7)));
        }
    }
}

#[tokio::test]
async fn admins_are_told_and_members_are_not() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let (now, dice) = (house.clock.now(), &*house.desk.dice);
        let mut unit = house.desk.store.begin().await.unwrap();
        let tx = unit.tx();
        let letter = || Letter::TurnedOn { by: "Dave".into() };
        assert_eq!(post_to_admins(tx, letter, &house.riverside, now, dice).await.unwrap(), 1);
        assert_eq!(post_to_admins(tx, letter, &house.hilltop, now, dice).await.unwrap(), 0);
        let letters = waiting(&house, tx).await;
        assert_eq!(letters.iter().map(|l| &*l.address).collect::<Vec<_>>(), ["dave@example.com"], "{}", house.name);
        assert!(letters[0].not_me.is_none(), "{}: nothing of their own happened", house.name);
    }
}

#[tokio::test]
async fn a_visitor_causes_five_letters_an_hour_and_one_person_s_do_not_count_for_another() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let mut unit = house.desk.store.begin().await.unwrap();
        let tx = unit.tx();
        let now = house.clock.now();
        for _ in 0..5 {
            assert_eq!(reserve(tx, &house.bob, now).await.unwrap(), None, "{}", house.name);
        }
        assert_eq!(reserve(tx, &house.bob, now).await.unwrap(), Some(now.plus(Span::hours(1))), "{}", house.name);
        assert_eq!(reserve(tx, &house.gina, now).await.unwrap(), None, "{}", house.name);
        assert_eq!(reserve(tx, &house.bob, now.plus(Span::hours(1))).await.unwrap(), None, "{}", house.name);
    }
}
