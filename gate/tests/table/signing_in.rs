//! Signing in: what has to be shown, where the box is ticked and where it is not.
use super::{IN, Line, no, page, table};
use crate::world::{
    HILLTOP, NOW, OTHER_TOUCH, RIVERSIDE, TOUCH, ago, clinics_named, days, hours, minutes, people::*, scene::*, shown,
    tick, untick, web,
};
use ostiary_gate::domain::{
    amr::{Factor, Proof, Reach},
    person::{AuthenticatorKind, Person},
    tenant::{Pending, Standing},
    time::Span,
};
use ostiary_gate::gate::{Refusal::PersonDisabled, Step::*};

fn in_hours(n: i64) -> Pending {
    Pending { starts_at: NOW.plus(hours(n)) }
}

fn only_a_key(person: &mut Person) {
    person.authenticators = vec![security_key()];
}

/// Shown, but not of the authenticator that counts everywhere.
fn code_in(reach: Reach) -> Proof {
    Proof { reach, ..shown(Factor::Totp, Span::ZERO) }
}

pub fn lines() -> Vec<Line> {
    let only = |names: &[&str]| Reach::Only(clinics_named(names));
    let except = |names: &[&str]| Reach::Except(clinics_named(names));
    let counts_passkeys = |scene: Scene| scene.clinic(RIVERSIDE, |t| t.policy.passkey_counts = true);
    let keyed = || door(web(), alice()).person(|p| p.authenticators.push(security_key()));
    let hilltop_bob = || door(web(), of(HILLTOP, bob()));
    let reset_alice = || {
        door(web(), alice())
            .person(|p| p.authenticators[0].reach = except(&[RIVERSIDE]))
            .member(RIVERSIDE, |m| m.reset_waiting = Some(ago(days(200))))
    };
    table! {
        // The box is off.
        "Hilltop's box is off: Bob's password is enough"
            => hilltop_bob().password() => IN;
        "Hilltop's box is off, but Alice has an authenticator app: she is asked for her own code"
            => door(web(), of(HILLTOP, alice())).password() => page(SecondFactor);
        "Hilltop's box is off, and Alice shows her own code"
            => door(web(), of(HILLTOP, alice())).password().code() => IN;
        "Hilltop's box is off, Alice has only a security key: she is asked for it all the same"
            => door(web(), of(HILLTOP, alice())).person(only_a_key).password()
            => page(SecondFactor);
        "Hilltop does not count security keys as second factors, but for Alice's own demand hers will do"
            => door(web(), of(HILLTOP, alice())).person(only_a_key).password()
                .touch() => IN;
        "Hilltop's box is off: nobody asks Bob for a phone number or saved codes"
            => hilltop_bob().password() => IN;
        "Hilltop's box is off: nobody asks Alice for a phone number either"
            => door(web(), of(HILLTOP, alice())).person(|p| p.has_phone = false).password().code() => IN;
        // The box is on.
        "Riverside's box is on: Alice shows password and code"
            => door(web(), alice()).password().code() => IN;
        "Riverside's box is on: Alice's password alone leads to the page for her code"
            => door(web(), alice()).password() => page(SecondFactor);
        "Riverside's box is on: Bob never set anything up and is led to do so"
            => door(web(), bob()).password() => page(Enrol);
        "A code without a password is no sign-in"
            => door(web(), alice()).code() => page(SignInAgain);
        "Nothing shown at all is no sign-in"
            => door(web(), alice()) => page(SignInAgain);
        "Two passwords are one factor"
            => door(web(), alice()).password().password_ago(minutes(3)) => page(SecondFactor);
        "Two codes are one factor"
            => door(web(), alice()).code().code_ago(minutes(3)) => page(SignInAgain);
        "Two keys that were only touched are one factor"
            => counts_passkeys(keyed()).shows(TOUCH, Span::ZERO).shows(OTHER_TOUCH, Span::ZERO) => page(SignInAgain);
        "Nobody is signed in: the sign-in page"
            => stranger(web()) => page(SignIn);
        "Alice was disabled by the operator, whatever she shows"
            => door(web(), alice()).person(|p| p.standing = Standing::Disabled).password().code()
            => no(PersonDisabled);
        // Passkeys.
        "Riverside counts passkeys: one that knew its owner is enough alone"
            => counts_passkeys(keyed()).passkey() => IN;
        "Riverside counts passkeys: one that was only touched is no sign-in alone"
            => counts_passkeys(keyed()).touch() => page(SignInAgain);
        "Riverside counts passkeys: one that was only touched, beside a password"
            => counts_passkeys(keyed()).password().touch() => IN;
        "Riverside does not count passkeys: password and passkey still lack the code"
            => keyed().password().passkey() => page(SecondFactor);
        "Riverside does not count passkeys: one that knew its owner stands for the password, with the code on top"
            => keyed().passkey().code() => IN;
        "Riverside does not count passkeys, Alice has nothing else: she is led to set up an app"
            => keyed().person(only_a_key).password().passkey() => page(Enrol);
        "Hilltop's box is off: a passkey that knew its owner signs Bob in"
            => hilltop_bob().passkey() => IN;
        "Hilltop's box is off: a key that was only touched does not sign Bob in"
            => hilltop_bob().touch() => page(SignInAgain);
        // A start that is planned.
        "Hilltop starts in an hour: today Bob's password is enough"
            => hilltop_bob().clinic(HILLTOP, |t| t.pending = Some(in_hours(1))).password() => IN;
        "Hilltop's start has come an hour ago, though nobody saved anything since: Bob is led to set it up"
            => hilltop_bob().clinic(HILLTOP, |t| t.pending = Some(in_hours(-1))).password() => page(Enrol);
        "Hilltop starts this very second: it has started"
            => hilltop_bob().clinic(HILLTOP, |t| t.pending = Some(in_hours(0))).password() => page(Enrol);
        "Hilltop's start has come: whoever shows password and code is in"
            => door(web(), of(HILLTOP, alice())).clinic(HILLTOP, |t| t.pending = Some(in_hours(-1))).password().code()
            => IN;
        "Riverside is on and has a start planned for later: it stays on"
            => door(web(), bob()).clinic(RIVERSIDE, |t| t.pending = Some(in_hours(1))).password() => page(Enrol);
        "Riverside's row says required and not since when: required is required"
            => door(web(), bob()).clinic(RIVERSIDE, |t| t.required_since = None).password() => page(Enrol);
        "Hilltop once had the box ticked and has not now: the old date asks nothing"
            => hilltop_bob().clinic(HILLTOP, |t| { tick(t); untick(t); }).password() => IN;
        // Complete: phone and saved codes.
        "Alice has no phone number on file: she is asked for it at the door"
            => door(web(), alice()).person(|p| p.has_phone = false).password().code() => page(Complete);
        "Riverside wants no phone number: none is asked for"
            => door(web(), alice()).person(|p| p.has_phone = false)
                .clinic(RIVERSIDE, |t| t.policy.phone_required = false).password().code() => IN;
        "Alice never saved her backup codes: she is asked to at the door"
            => door(web(), alice()).person(|p| p.codes_saved = false).password().code() => page(Complete);
        "On our own pages too, what is missing comes first"
            => own_pages(web(), alice()).person(|p| p.codes_saved = false).password().code() => page(Complete);
        "Show what you have comes before complete what is missing"
            => door(web(), alice()).person(|p| p.has_phone = false).password() => page(SecondFactor);
        "Complete what is missing comes before show what is demanded"
            => keyed().person(only_a_key).person(|p| p.has_phone = false).password()
                .passkey() => page(Complete);
        "Bob has nothing set up: enrolment leads him through all of it, phone included"
            => door(web(), bob()).password() => page(Enrol);
        // A reset.
        "Alice's authenticator was reset 200 days ago: only a set-up code leads on"
            => reset_alice().password() => page(SetUpCode);
        "The old authenticator does not count after the reset"
            => reset_alice().password().proof(code_in(except(&[RIVERSIDE]))) => page(SetUpCode);
        "A reset waits where the box is off, too"
            => door(web(), of(HILLTOP, bob())).member(HILLTOP, |m| m.reset_waiting = Some(ago(days(1)))).password()
            => page(SetUpCode);
        "A reset at Riverside does not reach Hilltop: the old code counts there"
            => door(web(), dave()).at(HILLTOP).person(|p| p.authenticators[0].reach = except(&[RIVERSIDE]))
                .member(RIVERSIDE, |m| m.reset_waiting = Some(ago(days(1)))).clinic(HILLTOP, tick).password()
                .proof(code_in(except(&[RIVERSIDE]))) => IN;
        // Reach.
        "A code of an app that was bound for Riverside counts at Riverside"
            => door(web(), alice()).person(|p| p.authenticators[0].reach = only(&[RIVERSIDE])).password()
                .proof(code_in(only(&[RIVERSIDE]))) => IN;
        "A code of an app that was bound for Hilltop does not count at Riverside"
            => door(web(), alice()).password().proof(code_in(only(&[HILLTOP]))) => page(SecondFactor);
        "A code that counts everywhere but at Riverside does not count at Riverside"
            => door(web(), alice()).password().proof(code_in(except(&[RIVERSIDE]))) => page(SecondFactor);
        "A code that counts everywhere but at Hilltop counts at Riverside"
            => door(web(), alice()).password().proof(code_in(except(&[HILLTOP]))) => IN;
        "An app that was bound for Riverside is not asked for at Hilltop"
            => door(web(), of(HILLTOP, alice()))
                .person(|p| p.authenticators = vec![authenticator(AuthenticatorKind::Totp, only(&[RIVERSIDE]))])
                .password() => IN;
        "An app that does not count at Riverside does not help there: a new one is set up"
            => door(web(), alice()).person(|p| p.authenticators[0].reach = only(&[HILLTOP])).password()
            => page(Enrol);
        // Proofs not before.
        "Riverside signed Alice out an hour ago: what she showed before does not count"
            => door(web(), alice()).member(RIVERSIDE, |m| m.proofs_not_before = ago(hours(1))).password_ago(hours(2))
                .code_ago(hours(2)) => page(SignInAgain);
        "Riverside signed Alice out an hour ago: her code from before does not count"
            => door(web(), alice()).member(RIVERSIDE, |m| m.proofs_not_before = ago(hours(1))).password()
                .code_ago(hours(2)) => page(SecondFactor);
        "Riverside signed Alice out an hour ago: what she showed at that very moment counts"
            => door(web(), alice()).member(RIVERSIDE, |m| m.proofs_not_before = ago(hours(1))).password_ago(hours(1))
                .code_ago(hours(1)) => IN;
        "Riverside signed Dave out; at Hilltop his sign-in still counts"
            => door(web(), dave()).at(HILLTOP).member(RIVERSIDE, |m| m.proofs_not_before = ago(hours(1)))
                .password_ago(hours(2)).code_ago(hours(2)) => IN;
    }
}
