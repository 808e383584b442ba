//! Ages: how long something counts that was shown once, at the door and later.
use super::{IN, Line, no, page, table};
use crate::world::{
    HILLTOP, NOW, RIVERSIDE, ago, days, hours, ledgerly, minutes, people::*, scene::*, spa, tenant_id, tick, web,
};
use ostiary_gate::domain::time::Span;
use ostiary_gate::gate::{Choice, Clause, Means, Occasion, Origin, Refusal::*, Step::*};

pub fn lines() -> Vec<Line> {
    let twelve = |scene: Scene| scene.clinic(RIVERSIDE, |t| t.policy.second_factor_max_age = Some(hours(12)));
    let signed_in = |scene: Scene, age: Span| scene.password_ago(age).code_ago(age);
    let shared = |scene: Scene| scene.session(|s| s.shared_computer = true);
    let five = || Clause { not_older_than: Some(minutes(5)), ..Clause::any([Means::Totp], Origin::OwnPages) };
    table! {
        // second_factor_max_age
        "Riverside lets a code count for 12 hours: one shown 11 hours ago counts"
            => twelve(door(web(), alice())).password_ago(hours(11)).code_ago(hours(11)) => IN;
        "Riverside lets a code count for 12 hours: one shown 12 hours before the visit began still counts"
            => twelve(door(web(), alice())).wants(|w| w.occasion = Occasion::Authorize { visit_began: NOW })
                .password().code_ago(hours(12)) => IN;
        "Riverside lets a code count for 12 hours: one shown 13 hours ago is asked for again"
            => twelve(door(web(), alice())).password().code_ago(hours(13)) => page(SecondFactor);
        "Riverside lets a code count for 12 hours: Alice shows a new one beside the old one"
            => twelve(door(web(), alice())).password().code_ago(hours(13)).code() => IN;
        "Only the second factor ages at Riverside: a password from yesterday counts"
            => twelve(door(web(), alice())).password_ago(hours(20)).code_ago(hours(1)) => IN;
        "Riverside sets no age: a code counts as long as the session"
            => door(web(), alice()).password_ago(hours(23)).code_ago(hours(23)) => IN;
        "Alice took 13 hours at the page: the age is that of the visit's start"
            => twelve(door(web(), alice()))
                .wants(|w| w.occasion = Occasion::Authorize { visit_began: ago(hours(13)) }).password()
                .code_ago(hours(14)) => IN;
        "The same on our own pages"
            => twelve(own_pages(web(), alice()))
                .wants(|w| w.occasion = Occasion::OwnPages { visit_began: ago(hours(13)) }).password()
                .code_ago(hours(14)) => IN;
        "The app redeems its code: the age is that of the moment the code was given"
            => twelve(redeem(web(), alice(), hours(2))).password_ago(hours(13)).code_ago(hours(13)) => IN;
        "The app redeems its code, but the second factor was too old when the code was given"
            => twelve(redeem(web(), alice(), minutes(1))).password_ago(hours(13)).code_ago(hours(13))
            => page(SecondFactor);
        "A refresh while Alice is signed in: the age is that of now"
            => signed_in(twelve(online(web(), alice())), hours(13)) => page(SecondFactor);
        "A refresh while Alice is signed in, 11 hours after her code"
            => signed_in(twelve(online(web(), alice())), hours(11)) => IN;
        "The nightly sync was allowed right after a code: 12 hours do not stop it 60 days later"
            => signed_in(twelve(offline(web(), alice(), days(60))), days(60)) => IN;
        "The nightly sync was allowed 13 hours after the code: that was too old even then"
            => twelve(offline(web(), alice(), days(60))).password_ago(days(60)).code_ago(hours(60 * 24 + 13))
            => page(SecondFactor);
        "A live connection's demand ages like the clinic's"
            => twelve(door(ledgerly(), alice())).connected(RIVERSIDE).password().code_ago(hours(13))
            => page(SecondFactor);
        // max_age and prompt=login
        "The app wants a sign-in of the last hour: one of half an hour ago will do"
            => signed_in(door(web(), alice()).fresh(hours(1)), minutes(30)) => IN;
        "The app wants a sign-in of the last hour: one of two hours ago is repeated from the start"
            => signed_in(door(web(), alice()).fresh(hours(1)), hours(2)) => page(SignInAgain);
        "The app wants a sign-in of the last hour: exactly an hour before the visit still will do"
            => signed_in(door(web(), alice()).fresh(hours(1)), minutes(61)) => IN;
        "The app wants a sign-in of the last hour: a new password does not spare the code"
            => door(web(), alice()).fresh(hours(1)).password().code_ago(hours(2)) => page(SecondFactor);
        "The app wants a sign-in of the last hour: a new code does not spare the password"
            => door(web(), alice()).fresh(hours(1)).password_ago(hours(2)).code() => page(SignInAgain);
        "The app wants a new sign-in: one from before this visit does not count"
            => signed_in(door(web(), alice()).fresh(Span::ZERO), minutes(2)) => page(SignInAgain);
        "The app wants a new sign-in: Alice does it in this visit"
            => signed_in(door(web(), alice()).fresh(Span::ZERO), Span::ZERO) => IN;
        "A new sign-in is wanted on our own pages"
            => signed_in(own_pages(web(), alice()).fresh(Span::ZERO), minutes(2)) => page(SignInAgain);
        "The wish for a new sign-in binds the authorization, not the redemption"
            => signed_in(redeem(web(), alice(), minutes(1)).fresh(Span::ZERO), hours(2)) => IN;
        "The wish for a new sign-in binds the authorization, not a refresh"
            => signed_in(online(web(), alice()).fresh(Span::ZERO), hours(2)) => IN;
        "The wish for a new sign-in binds the authorization, not the nightly sync"
            => signed_in(offline(web(), alice(), days(1)).fresh(Span::ZERO), days(1)) => IN;
        // The browser's session
        "Alice's browser was used five minutes ago"
            => signed_in(door(web(), alice()).session(|_| ()), minutes(5)) => IN;
        "Alice's browser was left alone for two hours: she signs in again"
            => signed_in(door(web(), alice()).session(|s| s.seen_at = ago(hours(2))), minutes(5)) => page(SignIn);
        "An hour to the second before the visit is still within the hour"
            => signed_in(door(web(), alice()).session(|s| s.seen_at = ago(minutes(61))), minutes(5)) => IN;
        "Alice took two hours at the page: that is not idling"
            => signed_in(door(web(), alice())
                .wants(|w| w.occasion = Occasion::Authorize { visit_began: ago(hours(2)) })
                .session(|s| s.seen_at = ago(hours(2))), minutes(5)) => IN;
        "Alice's session is a day old: she signs in again"
            => signed_in(door(web(), alice()).session(|s| s.started_at = ago(hours(25))), minutes(5)) => page(SignIn);
        "A session of exactly a day is within the limit"
            => signed_in(door(web(), alice()).session(|s| s.started_at = ago(hours(24))), minutes(5)) => IN;
        "Alice signed out: she signs in again"
            => signed_in(door(web(), alice()).session(|s| s.ended_at = Some(ago(minutes(1)))), minutes(5))
            => page(SignIn);
        "On a shared computer half an hour of idling is the most, whatever the clinic says"
            => signed_in(shared(door(web(), alice())).session(|s| s.seen_at = ago(minutes(40))), minutes(5))
            => page(SignIn);
        "On a shared computer 20 minutes of idling are fine"
            => signed_in(shared(door(web(), alice())).session(|s| s.seen_at = ago(minutes(20))), minutes(5)) => IN;
        "On a shared computer a clinic that allows 10 minutes keeps its 10 minutes"
            => signed_in(shared(door(web(), alice())).clinic(RIVERSIDE, |t| t.policy.session_idle = minutes(10))
                .session(|s| s.seen_at = ago(minutes(20))), minutes(5)) => page(SignIn);
        "Hilltop's shorter limit does not count at Riverside"
            => signed_in(door(web(), dave()).at(RIVERSIDE).clinic(HILLTOP, |t| t.policy.session_idle = minutes(2))
                .session(|_| ()), minutes(5)) => IN;
        "An app that cannot tell clinics apart meets the shorter limit of the two"
            => signed_in(door(spa(), dave()).clinic(HILLTOP, |t| t.policy.session_idle = minutes(2))
                .session(|_| ()), minutes(5)) => page(SignIn);
        "A refresh is not stopped by an idle browser"
            => signed_in(online(web(), alice()).grant_session(|s| s.seen_at = ago(hours(5))), hours(2)) => IN;
        "A browser's session that idled does not stop a refresh either"
            => signed_in(online(web(), alice()).session(|s| s.seen_at = ago(hours(5))), hours(2)) => IN;
        // Fresh code before an act on our own pages
        "Saving the box wants a code of the last five minutes: Alice's is from this morning"
            => own_pages(web(), alice()).demands(five()).password_ago(hours(2)).code_ago(hours(2))
            => page(SecondFactor);
        "Saving the box wants a code of the last five minutes, and here it is"
            => own_pages(web(), alice()).demands(five()).password_ago(hours(2)).code() => IN;
        "Bob cannot show one: he is led to set it up"
            => own_pages(web(), of(HILLTOP, bob())).demands(five()).password() => page(Enrol);
        "Our own pages ask for Alice's own factor too"
            => own_pages(web(), of(HILLTOP, alice())).password() => page(SecondFactor);
        "Our own pages ask for no consent"
            => own_pages(ledgerly(), of(HILLTOP, alice())).facts(|f| f.consented = false).password().code() => IN;
        // Offline grants
        "A nightly sync lives 90 days"
            => signed_in(offline(web(), alice(), days(90)), days(90)) => IN;
        "After 91 days the nightly sync ends"
            => signed_in(offline(web(), alice(), days(91)), days(91)) => no(GrantTooOld);
        "Riverside allows 30 days"
            => signed_in(offline(web(), alice(), days(31))
                .clinic(RIVERSIDE, |t| t.policy.offline_max_age = days(30)), days(31)) => no(GrantTooOld);
        "Riverside allows ten years: after one year it ends all the same"
            => signed_in(offline(web(), alice(), days(366))
                .clinic(RIVERSIDE, |t| t.policy.offline_max_age = days(3650)), days(366)) => no(GrantTooOld);
        "Riverside allows ten years: within a year it lives"
            => signed_in(offline(web(), alice(), days(365))
                .clinic(RIVERSIDE, |t| t.policy.offline_max_age = days(3650)), days(365)) => IN;
        "The strictest of two clinics' limits holds for an app that cannot tell them apart"
            => signed_in(offline(spa(), dave(), days(31))
                .clinic(HILLTOP, |t| t.policy.offline_max_age = days(30)), days(31)) => no(GrantTooOld);
        "Another clinic's limit does not hold for an app that can"
            => signed_in(offline(web(), dave(), days(31)).at(RIVERSIDE)
                .clinic(HILLTOP, |t| { tick(t); t.policy.offline_max_age = days(30); }), days(31)) => IN;
        "The choice of the grant is Riverside, said by the caller"
            => signed_in(online(web(), dave()).for_exactly(Choice::These(vec![tenant_id(RIVERSIDE)])), hours(2))
            => IN;
    }
}
