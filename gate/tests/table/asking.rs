//! What an app asks for on top: classes, references, wishes, its own floor, a certain person, consent.
use super::{IN, Line, no, page, table};
use crate::world::{
    HILLTOP, PASSKEY, RIVERSIDE, clinics_named, days, floor, hours, ledgerly, minutes, people::*, person_id, scene::*,
    shown, spa, web,
};
use ostiary_gate::domain::{
    amr::{Acr, Factor, Key, Proof, Reach, Reference},
    person::AuthenticatorKind,
};
use ostiary_gate::gate::{Clause, Means, Origin, Refusal::*, Step::*};

/// All of these, as one alternative.
fn together(means: &[Means]) -> Clause {
    let all = means.iter().copied().collect();
    Clause { any_of: [all].into(), not_older_than: None, origin: Origin::OwnPages }
}

pub fn lines() -> Vec<Line> {
    let hilltop_bob = || door(web(), of(HILLTOP, bob())).password();
    let keyed = || door(web(), of(HILLTOP, bob())).person(|p| p.authenticators = vec![security_key()]);
    let both = || keyed().person(|p| p.authenticators.push(app_on_phone()));
    let wants = |scene: Scene, alternatives: &[&[Reference]]| scene.client(|c| c.require_amr = floor(alternatives));
    let hardware = Factor::Passkey { user_verified: true, key: Key::Hardware };
    let at_hilltop = || Reach::Only(clinics_named(&[HILLTOP]));
    let hilltops_key = || authenticator(AuthenticatorKind::Passkey, at_hilltop());
    let both_clinics = || door(spa(), dave()).person(|p| p.authenticators.push(hilltops_key()));
    let otp = Means::Reference(Reference::Otp);
    table! {
        // Essential classes
        "The app must have one factor: a password is one"
            => hilltop_bob().essential(&[Acr::Sfa]) => IN;
        "The app must have two factors: Bob is led to set up a second"
            => hilltop_bob().essential(&[Acr::Mfa]) => page(Enrol);
        "The app must have two factors, and Alice shows two"
            => door(web(), of(HILLTOP, alice())).password().code().essential(&[Acr::Mfa]) => IN;
        "The app must have two factors: a passkey that knew its owner is two"
            => door(web(), of(HILLTOP, bob())).passkey().essential(&[Acr::Mfa]) => IN;
        "The app must have a phishing-resistant sign-in: who has no passkey never can"
            => hilltop_bob().essential(&[Acr::Phr]) => no(Unmeetable);
        "The app must have a phishing-resistant sign-in: password and code are none"
            => door(web(), alice()).password().code().essential(&[Acr::Phr]) => no(Unmeetable);
        "The app must have a phishing-resistant sign-in: Bob has a passkey and is asked for it"
            => both().password().code().essential(&[Acr::Phr]) => page(SecondFactor);
        "The app must have a phishing-resistant sign-in: a key that was only touched is none"
            => keyed().password().touch().essential(&[Acr::Phr]) => page(SecondFactor);
        "The app must have a phishing-resistant sign-in, and Bob shows his passkey"
            => keyed().passkey().essential(&[Acr::Phr]) => IN;
        "The app must have phishing-resistant or two factors: two will do"
            => door(web(), alice()).password().code().essential(&[Acr::Phr, Acr::Mfa]) => IN;
        "The app must have a class that nobody knows: it opens no door"
            => door(web(), alice()).password().code().essential(&[]) => no(Unmeetable);
        "A class that nobody knows beside one that was reached is one that was reached"
            => door(web(), alice()).password().code().essential(&[Acr::Mfa]).wishes(Acr::Phr) => IN;
        "What the app must have is judged again when it redeems its code"
            => redeem(web(), of(HILLTOP, bob()), minutes(1)).password().essential(&[Acr::Mfa]) => page(Enrol);
        // Essential references
        "The app must have a code, and Alice shows one"
            => door(web(), of(HILLTOP, alice())).password().code().essential_amr(otp) => IN;
        "The app must have a code: Bob is led to set up an app"
            => hilltop_bob().essential_amr(otp) => page(Enrol);
        "The app must have a password: a passkey alone is none"
            => keyed().passkey().essential_amr(Means::Reference(Reference::Pwd)) => page(SecondFactor);
        "The app must have a hardware key: Bob has none and never can here"
            => hilltop_bob().essential_amr(Means::Reference(Reference::Hwk)) => no(Unmeetable);
        "The app must have a hardware key, and Bob shows it"
            => keyed().shows(hardware, minutes(0)).essential_amr(Means::Reference(Reference::Hwk)) => IN;
        "The app must have a hardware key: a synced passkey is none"
            => keyed().passkey().essential_amr(Means::Reference(Reference::Hwk)) => page(SecondFactor);
        "The app must have a synced passkey: who has no passkey never can"
            => hilltop_bob().essential_amr(Means::Reference(Reference::Swk)) => no(Unmeetable);
        "The app must have a user's presence: who has no passkey never can"
            => hilltop_bob().essential_amr(Means::Reference(Reference::User)) => no(Unmeetable);
        "The app must have proof of possession: who has no passkey never can"
            => hilltop_bob().essential_amr(Means::Reference(Reference::Pop)) => no(Unmeetable);
        "The app must have two factors by name: setting one up helps"
            => hilltop_bob().essential_amr(Means::Reference(Reference::Mfa)) => page(Enrol);
        "The app must have two factors by name: Bob's key will do"
            => keyed().password().touch().essential_amr(Means::Reference(Reference::Mfa)) => IN;
        "The app must have any passkey: Bob has one and shows it"
            => keyed().password().touch().essential_amr(Means::Passkey) => IN;
        "The app must have a passkey that knows its owner: a touch is not enough"
            => keyed().password().touch().essential_amr(Means::VerifiedPasskey) => page(SecondFactor);
        "Two factors by name are asked of a grant of Bob's: he has a key to show"
            => online(web(), keyed().facts.person.unwrap()).password().essential_amr(Means::Reference(Reference::Mfa))
            => page(SecondFactor);
        "The class of two factors is asked of a grant of Bob's: he has a key to show"
            => online(web(), keyed().facts.person.unwrap()).password().essential(&[Acr::Mfa]) => page(SecondFactor);
        "Our page wants the password, and Bob came with his passkey: he is asked for it"
            => own_pages(web(), keyed().facts.person.unwrap()).passkey()
                .demands(Clause::any([Means::Password], Origin::OwnPages)) => page(SecondFactor);
        "Our page wants a sign-in and a code together: Bob is led to set up an app"
            => own_pages(web(), of(HILLTOP, bob())).password().demands(together(&[Means::Class(Acr::Sfa), Means::Totp]))
            => page(Enrol);
        // Wishes
        "The app wishes two factors, Bob has one: he gets in with what he has"
            => hilltop_bob().wishes(Acr::Mfa) => IN;
        "The app wishes phishing-resistant, Bob has a passkey: he is asked for it"
            => both().password().code().wishes(Acr::Phr) => page(SecondFactor);
        "The app wishes phishing-resistant, and Bob shows his passkey"
            => both().passkey().wishes(Acr::Phr) => IN;
        "The app wishes phishing-resistant or two factors: any listed one will do"
            => both().password().code().wishes(Acr::Phr).wishes(Acr::Mfa) => IN;
        "The app wishes phishing-resistant, Alice has no passkey: she gets in"
            => door(web(), alice()).password().code().wishes(Acr::Phr) => IN;
        "A wish binds the authorization only"
            => redeem(web(), both().facts.person.unwrap(), minutes(1)).password().code().wishes(Acr::Phr) => IN;
        "The app that cannot tell clinics apart wishes phishing-resistant, Dave has one at Hilltop: he is asked"
            => both_clinics().password().code().wishes(Acr::Phr) => page(SecondFactor);
        "The app that cannot tell clinics apart wishes phishing-resistant, and Dave shows his passkey of Hilltop"
            => both_clinics().password().code().proof(Proof { reach: at_hilltop(), ..shown(PASSKEY, minutes(0)) })
                .wishes(Acr::Phr) => IN;
        // The client's floor
        "Ledgerly wants a code from everyone: Bob is led to set up an app though Hilltop's box is off"
            => door(ledgerly(), of(HILLTOP, bob())).password() => page(Enrol);
        "Ledgerly wants a code from everyone, and Alice shows hers"
            => door(ledgerly(), of(HILLTOP, alice())).password().code() => IN;
        "Ledgerly wants a code: a passkey is none, however good"
            => door(ledgerly(), of(HILLTOP, both().facts.person.unwrap())).passkey() => page(SecondFactor);
        "The app takes a code or a synced passkey: a code will do"
            => wants(both(), &[&[Reference::Otp], &[Reference::User, Reference::Swk]]).password().code() => IN;
        "The app takes a code or a synced passkey: a synced passkey will do"
            => wants(keyed(), &[&[Reference::Otp], &[Reference::User, Reference::Swk]]).passkey() => IN;
        "The app takes a code or a synced passkey: a hardware key is half of an alternative"
            => wants(both(), &[&[Reference::Otp], &[Reference::User, Reference::Swk]]).shows(hardware, minutes(0))
            => page(SecondFactor);
        "The app wants code and passkey together: one of them is not enough"
            => wants(both(), &[&[Reference::Otp, Reference::User]]).password().code() => page(SecondFactor);
        "The app wants code and passkey together: who has no passkey never can"
            => wants(hilltop_bob(), &[&[Reference::Otp, Reference::User]]) => no(Unmeetable);
        "The app wants nothing of its own"
            => wants(hilltop_bob(), &[]) => IN;
        "Ledgerly's floor holds when it redeems its code"
            => redeem(ledgerly(), of(HILLTOP, bob()), minutes(1)).password() => page(Enrol);
        "Ledgerly's floor was raised: the next refresh is refused until a code is shown"
            => online(ledgerly(), of(HILLTOP, bob())).password_ago(hours(2)) => page(Enrol);
        "Ledgerly's floor holds for the nightly sync"
            => offline(ledgerly(), alice(), days(3)).connected(RIVERSIDE).scope("openid offline_access")
                .password_ago(days(3)) => page(SecondFactor);
        // Only this person
        "The app asks for Alice, and it is Alice"
            => door(web(), alice()).wants(|w| w.only = Some(person_id("alice"))).password().code() => IN;
        "The app asks for Bob, but Alice sits there: the sign-in page"
            => door(web(), alice()).wants(|w| w.only = Some(person_id("bob"))).password().code() => page(SignIn);
        "The app asks for Bob, and nobody sits there"
            => stranger(web()).wants(|w| w.only = Some(person_id("bob"))) => page(SignIn);
        "The code was given for Bob, and it is Alice who stands behind it"
            => redeem(web(), alice(), minutes(1)).wants(|w| w.only = Some(person_id("bob"))).password().code()
            => page(SignIn);
        // Consent
        "An app that is not the operator's own asks for consent"
            => door(ledgerly(), of(HILLTOP, alice())).facts(|f| f.consented = false).password().code()
            => page(Consent);
        "The operator's own app asks for none"
            => door(web(), alice()).facts(|f| f.consented = false).password().code() => IN;
        "A code was given with consent: redeeming it asks nothing"
            => redeem(ledgerly(), of(HILLTOP, alice()), minutes(1)).facts(|f| f.consented = false).password().code()
            => IN;
        "A refresh asks for no consent"
            => online(ledgerly(), of(HILLTOP, alice())).facts(|f| f.consented = false).password().code() => IN;
        "Consent is the last page, after the code"
            => door(ledgerly(), alice()).facts(|f| f.consented = false).password() => page(SecondFactor);
    }
}
