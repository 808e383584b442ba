//! What is kept besides the authenticator: backup codes and the phone number.
use super::*;

#[tokio::test]
async fn backup_codes_stay_in_sight_until_they_are_saved_and_are_never_seen_again() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let bob = bob(&house).await;
        bob.bind(&house).await;
        assert!(codes::download(&house.desk, &bob.visit, &bob.browser).await.is_err(), "the page comes first");
        let first = bob.codes(&house).await.unwrap_or_else(|e| panic!("{e}"));
        let again = bob.codes(&house).await.unwrap_or_else(|e| panic!("{e}"));
        let file = codes::download(&house.desk, &bob.visit, &bob.browser).await.unwrap_or_else(|e| panic!("{e}"));
        let text = |shown: &codes::Shown| shown.codes.iter().map(|c| c.expose().to_owned()).collect::<Vec<_>>();
        assert_eq!((text(&first), text(&first)), (text(&again), text(&file)), "{}", house.name);
        bob.saved(&house).await.unwrap();
        assert!(matches!(bob.codes(&house).await.map(drop), Err(NotEnrolled::Next(Place::Elsewhere))));
        assert!(codes::download(&house.desk, &bob.visit, &bob.browser).await.is_err());
        assert!(bob.scene(&house).await.progress.codes.is_none(), "{}: nothing is left in the row", house.name);
    }
}

#[tokio::test]
async fn codes_may_wait_once_open_nothing_meanwhile_and_are_asked_for_at_the_next_sign_in() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let bob = bob(&house).await;
        bob.bind(&house).await;
        bob.codes(&house).await.unwrap_or_else(|e| panic!("{e}"));
        codes::later(&house.desk, &bob.visit, &bob.browser).await.unwrap();
        assert!(matches!(bob.go_on(&house).await, Onward::Code { .. }), "{}", house.name);
        house.clock.advance(Span::minutes(1));
        let (next, step) = walk_in(&house, "bob", house.opening(&[]), bob.browser.clone()).await;
        assert_eq!(step, Step::SecondFactor);
        let mut unit = house.desk.store.look().await.unwrap();
        assert_eq!(unit.tx().recovery_codes_left(&house.bob).await.unwrap(), 0, "{}", house.name);
        let seed = unit.tx().totp_of(&house.bob).await.unwrap()[0].secret.to_vec();
        drop(unit);
        let code = code_at(&Seed::from_bytes(&seed).unwrap(), house.clock.now());
        let onward = door::show_code(&house.desk, &next.visit, &next.browser, &code).await;
        assert!(matches!(onward, Ok(Onward::Step { step: Step::Complete, .. })), "{}", house.name);
        assert_eq!(next.place(&house).await, Place::Codes);
        let shown = next.codes(&house).await.unwrap_or_else(|e| panic!("{e}"));
        assert!(!shown.may_wait, "{}", house.name);
        let twice = codes::later(&house.desk, &next.visit, &next.browser).await;
        assert!(matches!(twice, Err(NotEnrolled::Next(Place::Codes))));
        next.saved(&house).await.unwrap();
        assert!(matches!(next.go_on(&house).await, Onward::Code { .. }));
    }
}

#[tokio::test]
async fn a_number_on_file_is_confirmed_and_not_changed_before_the_second_factor() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let bob = bob(&house).await;
        bob.prove_mailbox(&house).await;
        // A typing mistake is corrected in the visit that made it.
        bob.phone(&house, "0412 345 678").await.unwrap();
        assert!(bob.scene(&house).await.may_change_phone());
        bob.phone(&house, "0412 345 679").await.unwrap();
        // The next visit finds it on file.
        let (later, _) = walk_in(&house, "bob", house.opening(&[]), bob.browser.clone()).await;
        later.prove_mailbox(&house).await;
        assert_eq!(later.place(&house).await, Place::Phone);
        assert!(matches!(later.phone(&house, "0412 345 670").await, Err(NotEnrolled::NumberStays)), "{}", house.name);
        assert_eq!(later.scene(&house).await.file.phone.as_deref(), Some("+61412345679"));
        later.phone(&house, "+61 412 345 679").await.unwrap();
        assert_eq!(later.place(&house).await, Place::App, "the same number is a yes");
        assert!(matches!(later.phone(&house, "02 9374 4000").await, Err(NotEnrolled::Number(NoNumber::Landline))));
    }
}
