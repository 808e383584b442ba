//! What a first binding asks, where it then counts, and who may not bind at all.
use super::*;
use crate::store::{NewAuthenticator, NewTenant};
use ostiary_gate::domain::{ids::AuthenticatorId, tenant::Policy};

#[tokio::test]
async fn a_first_binding_asks_for_more_by_policy_by_time_and_after_a_reset_by_mail() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        // The clinic may want the password alone, or an admin's word.
        change(&house, &house.riverside, FirstBinding::Password, TwoFactor::Required).await;
        assert_eq!(bob(&house).await.place(&house).await, Place::Phone, "{}", house.name);
        change(&house, &house.riverside, FirstBinding::SetupCode, TwoFactor::Required).await;
        let strict = bob(&house).await;
        assert_eq!(strict.place(&house).await, Place::SetUpCode);
        strict.prove_mailbox(&house).await;
        assert_eq!(strict.place(&house).await, Place::SetUpCode, "a mailbox does not stand in for the admin");
        strict.show_set_up_code(&house, &house.riverside).await;
        assert_eq!(strict.place(&house).await, Place::Phone);
        change(&house, &house.riverside, FirstBinding::Mail, TwoFactor::Required).await;
        // A browser that is known for seven days stands for the mailed code.
        let browser = house.browser();
        let mut unit = house.desk.store.begin().await.unwrap();
        unit.tx().browser_is_known(&house.bob, &browser.hash, house.clock.now()).await.unwrap();
        unit.commit().await.unwrap();
        house.clock.advance(Span(Span::days(7).0 - 1_000_000));
        let (early, _) = walk_in(&house, "bob", house.opening(&[]), browser.clone()).await;
        assert_eq!(early.place(&house).await, Place::MailCode, "{}", house.name);
        house.clock.advance(Span::seconds(1));
        let (known, _) = walk_in(&house, "bob", house.opening(&[]), browser.clone()).await;
        assert_eq!(known.place(&house).await, Place::Phone);
        // A password that a mail set does not go together with a mail.
        let mut unit = house.desk.store.begin().await.unwrap();
        unit.tx().password_was_reset(&house.bob, house.clock.now()).await.unwrap();
        unit.commit().await.unwrap();
        assert_eq!(known.place(&house).await, Place::SetUpCode, "{}", house.name);
        // Fourteen days after the box was ticked the time for easy ways is over.
        house.clock.advance(Span::days(8));
        let (late, _) = walk_in(&house, "bob", house.opening(&[]), browser).await;
        assert_eq!(late.place(&house).await, Place::SetUpCode, "{}", house.name);
    }
}

#[tokio::test]
async fn what_an_admin_helped_to_bind_counts_in_that_clinic_only() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        join(&house, &house.bob, &house.hilltop).await;
        change(&house, &house.riverside, FirstBinding::SetupCode, TwoFactor::Required).await;
        let (bob, step) = walk_in(&house, "bob", house.opening(&[("tenant", "riverside")]), house.browser()).await;
        assert_eq!(step, Step::Enrol);
        bob.show_set_up_code(&house, &house.riverside).await;
        bob.bind(&house).await;
        let reach = facts(&house, &house.bob).await.authenticators[0].reach.clone();
        assert_eq!(reach, Reach::Only([house.riverside.clone()].into()), "{}", house.name);
    }
}

#[tokio::test]
async fn what_a_mailbox_allowed_does_not_count_where_an_admin_must_say_so() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        join(&house, &house.bob, &house.hilltop).await;
        change(&house, &house.hilltop, FirstBinding::SetupCode, TwoFactor::Required).await;
        let (bob, _) = walk_in(&house, "bob", house.opening(&[("tenant", "riverside")]), house.browser()).await;
        bob.bind(&house).await;
        bob.codes(&house).await.unwrap_or_else(|e| panic!("{e}"));
        bob.saved(&house).await.unwrap();
        assert!(matches!(bob.go_on(&house).await, Onward::Code { .. }), "{}", house.name);
        let reach = facts(&house, &house.bob).await.authenticators[0].reach.clone();
        assert_eq!(reach, Reach::Except([house.hilltop.clone()].into()), "{}", house.name);
        // In the strict clinic: what there is is shown, then the admin's word is asked.
        let (strict, step) = walk_in(&house, "bob", house.opening(&[("tenant", "hilltop")]), house.browser()).await;
        assert_eq!(step, Step::Enrol);
        assert_eq!(strict.place(&house).await, Place::ShowOwn, "{}", house.name);
    }
}

#[tokio::test]
async fn a_half_session_of_somebody_who_has_an_authenticator_cannot_bind_another() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        let (alice, step) = walk_in(&house, "alice", house.opening(&[]), house.browser()).await;
        assert_eq!((step, alice.place(&house).await), (Step::SecondFactor, Place::Elsewhere));
        alice.prove_mailbox(&house).await;
        assert!(matches!(alice.shown(&house).await.map(drop), Err(NotEnrolled::Next(Place::Elsewhere))));
        assert!(matches!(alice.confirm(&house, "123456").await, Err(NotEnrolled::Next(Place::Elsewhere))));
        assert!(matches!(alice.phone(&house, "0412 345 678").await, Err(NotEnrolled::Next(_))));
        assert!(matches!(alice.codes(&house).await.map(drop), Err(NotEnrolled::Next(_))));
        let facts = facts(&house, &house.alice).await;
        assert_eq!(facts.authenticators.len(), 1, "{}", house.name);
        let proofs = alice.scene(&house).await.row.proofs().unwrap();
        assert!(proofs.iter().all(|p| p.factor == Factor::Password));
    }
}

#[tokio::test]
async fn after_a_reset_only_a_set_up_code_leads_on_and_the_reset_ends_when_something_is_bound() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        reset(&house, &house.alice, &house.riverside).await;
        let (alice, step) = walk_in(&house, "alice", house.opening(&[]), house.browser()).await;
        assert_eq!((step, alice.place(&house).await), (Step::SetUpCode, Place::SetUpCode), "{}", house.name);
        alice.prove_mailbox(&house).await;
        assert_eq!(alice.place(&house).await, Place::SetUpCode);
        alice.show_set_up_code(&house, &house.riverside).await;
        assert_eq!(alice.place(&house).await, Place::Phone);
        phone::keep(&house.desk, &alice.visit, &alice.browser).await.unwrap();
        // Abandoned here, the clinic is as strict as before.
        let (again, step) = walk_in(&house, "alice", house.opening(&[]), house.browser()).await;
        assert_eq!((step, again.place(&house).await), (Step::SetUpCode, Place::SetUpCode));
        let code = alice.code(&house, Span::ZERO).await;
        alice.confirm(&house, &code).await.unwrap();
        let facts = facts(&house, &house.alice).await;
        assert!(facts.memberships[0].reset_waiting.is_none());
        assert_eq!(facts.authenticators.len(), 1, "{}: the old one is gone", house.name);
        assert_eq!(facts.authenticators[0].reach, Reach::Only([house.riverside.clone()].into()));
        assert!(matches!(alice.go_on(&house).await, Onward::Code { .. }), "{}", house.name);
    }
}

#[tokio::test]
async fn what_is_bound_counts_nowhere_where_somebody_has_another_and_has_not_shown_it() {
    let dir = tempfile::tempdir().unwrap();
    for house in houses(dir.path()).await {
        // Gina has one app for riverside and one for hilltop; a third clinic knows neither.
        let eastside = TenantId::from_tail(&crate::store::tests::tail()).unwrap();
        let apps =
            [(house.riverside.clone(), *b"12345678901234567890"), (house.hilltop.clone(), *b"09876543210987654321")];
        house
            .set(async |tx, now| {
                let new = NewTenant {
                    id: &eastside,
                    slug: "eastside",
                    name: "Eastside",
                    time_zone: "Australia/Sydney",
                    locale: "en-AU",
                    phone_country: "AU",
                    policy: &Policy { two_factor: TwoFactor::Required, ..Policy::default() },
                };
                tx.insert_tenant(&new, now).await.unwrap();
                for (tenant, secret) in &apps {
                    let new = NewAuthenticator {
                        id: &AuthenticatorId::from_tail(&crate::store::tests::tail()).unwrap(),
                        person: &house.gina,
                        secret,
                        label: "",
                        reach: &Reach::Only([tenant.clone()].into()),
                        browser: None,
                        expires_at: None,
                    };
                    tx.insert_authenticator(&new, now).await.unwrap();
                }
            })
            .await;
        join(&house, &house.gina, &house.riverside).await;
        join(&house, &house.gina, &eastside).await;
        let (gina, step) = walk_in(&house, "gina", house.opening(&[("tenant", "eastside")]), house.browser()).await;
        assert_eq!((step, gina.place(&house).await), (Step::Enrol, Place::ShowOwn), "{}", house.name);
        assert!(matches!(gina.shown(&house).await.map(drop), Err(NotEnrolled::Next(Place::ShowOwn))));
        let code = code_at(&Seed::from_bytes(&apps[0].1).unwrap(), house.clock.now());
        let shown = door::show_code(&house.desk, &gina.visit, &gina.browser, &code).await;
        assert!(matches!(shown, Ok(Onward::Step { step: Step::Enrol, .. })), "{}", house.name);
        assert_eq!(gina.place(&house).await, Place::MailCode, "{}: what counts elsewhere is no key here", house.name);
        gina.bind(&house).await;
        let bound = gina.scene(&house).await.progress.bound;
        let all = facts(&house, &house.gina).await.authenticators;
        let bound = all.iter().find(|a| Some(&a.id) == bound.as_ref()).unwrap();
        assert_eq!(bound.reach, Reach::Except([house.hilltop.clone()].into()), "{}", house.name);
    }
}
