//! Later: codes that are redeemed and grants that are refreshed when something has changed since, and what ends them.
use super::{IN, Line, no, page, table};
use crate::world::{
    HILLTOP, NOW, RIVERSIDE, ago, clinics_named, days, hours, minutes, people::*, scene::*, shown, spa, svc, tick,
    untick, web,
};
use ostiary_gate::domain::{
    amr::{Factor, Proof, Reach},
    grant::{Grant, Keeping},
    tenant::{Pending, Standing},
};
use ostiary_gate::gate::{Occasion, Refusal::*, Step::*};

pub fn lines() -> Vec<Line> {
    let full = |scene: Scene| scene.password_ago(hours(2)).code_ago(hours(2));
    let early = |scene: Scene| scene.password_ago(days(3)).code_ago(days(3));
    let two_hours = hours(2);
    let persons = || online(web(), alice()).facts.grant;
    let machines = |ended_at| Grant { keeping: Keeping::Machine, session: None, ended_at, ..persons().unwrap() };
    let hilltop_alice = || of(HILLTOP, alice());
    let hilltop_bob = || of(HILLTOP, bob());
    table! {
        // The box was ticked in between.
        "Riverside ticked the box before the app redeemed its code: Bob is asked first"
            => redeem(web(), bob(), minutes(1)).password() => page(Enrol);
        "Riverside ticked the box before the app redeemed its code: Alice showed only a password"
            => redeem(web(), alice(), minutes(1)).password() => page(SecondFactor);
        "The app redeems a code for which two factors were shown"
            => redeem(web(), alice(), minutes(1)).password().code() => IN;
        "Riverside ticked the box: the refresh of a grant given with a password only is refused"
            => online(web(), bob()).password_ago(hours(2)) => page(Enrol);
        "Riverside ticked the box: the nightly sync given with a password only is refused"
            => offline(web(), bob(), days(3)).password_ago(days(3)) => page(Enrol);
        "Riverside unticked the box: the grant given with a password only works again"
            => online(web(), bob()).clinic(RIVERSIDE, untick).password_ago(hours(2)) => IN;
        "Riverside ticked, unticked and ticked: what was given with two factors never stopped"
            => full(online(web(), alice()).clinic(RIVERSIDE, |t| { untick(t); tick(t); })) => IN;
        "Hilltop's planned start came: Bob's refresh is refused without anybody doing anything"
            => online(web(), hilltop_bob()).clinic(HILLTOP, |t| t.pending = Some(Pending { starts_at: NOW }))
                .password_ago(hours(2)) => page(Enrol);
        "Hilltop's planned start is still to come: Bob's refresh works"
            => online(web(), hilltop_bob())
                .clinic(HILLTOP, |t| t.pending = Some(Pending { starts_at: NOW.plus(minutes(1)) }))
                .password_ago(hours(2)) => IN;
        "Riverside stopped counting passkeys: a grant given with one is refused"
            => online(web(), alice()).passkey() => page(SecondFactor);
        "Riverside counts passkeys: a grant given with one is refreshed"
            => online(web(), alice()).clinic(RIVERSIDE, |t| t.policy.passkey_counts = true).passkey() => IN;
        // The person's own factor.
        "Alice set up an app before the web app redeemed its code: her own factor is asked for"
            => redeem(web(), hilltop_alice(), minutes(1)).password() => page(SecondFactor);
        "Alice's own factor never touches a grant given before: its refresh works"
            => online(web(), hilltop_alice()).password_ago(hours(2)) => IN;
        "Alice's own factor never touches the nightly sync given before"
            => offline(web(), hilltop_alice(), days(3)).password_ago(days(3)) => IN;
        // Housekeeping stops pages, never a refresh.
        "A missing phone number does not stop the redemption of a code"
            => redeem(web(), alice(), minutes(1)).person(|p| p.has_phone = false).password().code() => IN;
        "A missing phone number does not stop a refresh"
            => full(online(web(), alice()).person(|p| p.has_phone = false)) => IN;
        "Codes that were never saved do not stop the nightly sync"
            => early(offline(web(), alice(), days(3)).person(|p| p.codes_saved = false)) => IN;
        // Resets and sign-outs by the clinic.
        "A reset waits: the refresh is refused"
            => full(online(web(), alice()).member(RIVERSIDE, |m| m.reset_waiting = Some(ago(hours(1)))))
            => page(SetUpCode);
        "A reset waits: the nightly sync is refused"
            => early(offline(web(), alice(), days(3)).member(RIVERSIDE, |m| m.reset_waiting = Some(ago(hours(1)))))
            => page(SetUpCode);
        "A reset waits: a code is not redeemed"
            => full(redeem(web(), alice(), minutes(1)).member(RIVERSIDE, |m| m.reset_waiting = Some(ago(hours(1)))))
            => page(SetUpCode);
        "Riverside signed Alice out: a refresh with proofs from before is refused"
            => full(online(web(), alice()).member(RIVERSIDE, |m| m.proofs_not_before = ago(hours(1))))
            => page(SignInAgain);
        "Riverside signed Alice out: a sync with proofs from before is refused"
            => early(offline(web(), alice(), days(3)).member(RIVERSIDE, |m| m.proofs_not_before = ago(hours(1))))
            => page(SignInAgain);
        "A code of an app that no longer reaches Riverside does not carry a refresh"
            => online(web(), alice()).password_ago(hours(2))
                .proof(Proof { reach: Reach::Except(clinics_named(&[RIVERSIDE])), ..shown(Factor::Totp, two_hours) })
            => page(SecondFactor);
        // Sessions and grants that ended.
        "A refresh while Alice is signed in"
            => full(online(web(), alice())) => IN;
        "Alice signed out: the refresh is refused"
            => full(online(web(), alice()).grant_session(|s| s.ended_at = Some(ago(minutes(1))))) => no(GrantEnded);
        "Alice signed out before the app redeemed its code"
            => full(redeem(web(), alice(), minutes(1)).grant_session(|s| s.ended_at = Some(ago(minutes(1)))))
            => no(GrantEnded);
        "Alice's session reached its absolute limit: the refresh is refused"
            => full(online(web(), alice()).grant_session(|s| s.started_at = ago(hours(25)))) => no(GrantEnded);
        "Alice's session is a day old to the second: the refresh works"
            => full(online(web(), alice()).grant_session(|s| s.started_at = ago(hours(24)))) => IN;
        "Riverside shortened the day to an hour: the refresh is refused"
            => full(online(web(), alice()).clinic(RIVERSIDE, |t| t.policy.session_absolute = hours(1)))
            => no(GrantEnded);
        "Hilltop shortened the day to an hour: the refresh of an app that cannot tell clinics apart is refused"
            => full(online(spa(), dave()).clinic(HILLTOP, |t| t.policy.session_absolute = hours(1))) => no(GrantEnded);
        "An online grant without its session is no grant"
            => full(online(web(), alice()).grant(|g| g.session = None)) => no(GrantEnded);
        "The grant was ended"
            => full(online(web(), alice()).grant(|g| g.ended_at = Some(ago(minutes(1))))) => no(GrantEnded);
        "The nightly sync was ended"
            => early(offline(web(), alice(), days(3)).grant(|g| g.ended_at = Some(ago(minutes(1)))))
            => no(GrantEnded);
        "The nightly sync outlives Alice's session"
            => early(offline(web(), alice(), days(3))) => IN;
        "A code that belongs to no grant is not redeemed"
            => full(redeem(web(), alice(), minutes(1)).facts(|f| f.grant = None)) => no(GrantEnded);
        "A refresh that belongs to no grant is refused"
            => full(online(web(), alice()).facts(|f| f.grant = None)) => no(GrantEnded);
        "A sync that belongs to no grant is refused"
            => early(offline(web(), alice(), days(3)).facts(|f| f.grant = None)) => no(GrantEnded);
        "A code for a nightly sync is redeemed"
            => full(redeem(web(), alice(), minutes(1)).grant(|g| { g.keeping = Keeping::Offline; g.session = None; }))
            => IN;
        "A grant that ends with its session cannot be refreshed as if it did not"
            => full(online(web(), alice()).wants(|w| w.occasion = Occasion::Offline)) => no(GrantEnded);
        "A grant that outlives its session cannot be refreshed as if it did not"
            => early(offline(web(), alice(), days(3)).wants(|w| w.occasion = Occasion::Online)) => no(GrantEnded);
        "A machine's grant cannot be refreshed for a person"
            => full(online(web(), alice()).grant(|g| g.keeping = Keeping::Machine)) => no(GrantEnded);
        "A machine's grant cannot be redeemed for a person"
            => full(redeem(web(), alice(), minutes(1)).grant(|g| g.keeping = Keeping::Machine)) => no(GrantEnded);
        "A person's grant is no machine's"
            => machine(svc(), RIVERSIDE).facts(|f| f.grant = persons()) => no(GrantEnded);
        "A machine's own grant stands"
            => machine(svc(), RIVERSIDE).facts(|f| f.grant = Some(machines(None))) => IN;
        "A machine's own grant was ended"
            => machine(svc(), RIVERSIDE).facts(|f| f.grant = Some(machines(Some(ago(minutes(1)))))) => no(GrantEnded);
        // Disabled in between.
        "Alice was disabled since the last refresh"
            => full(online(web(), alice()).person(|p| p.standing = Standing::Disabled)) => no(PersonDisabled);
        "The app was disabled since the last refresh"
            => full(online(web(), alice()).client(|c| c.standing = Standing::Disabled)) => no(ClientDisabled);
        "Riverside was taken out of service since the last sync"
            => early(offline(web(), alice(), days(3)).clinic(RIVERSIDE, |t| t.standing = Standing::Disabled))
            => no(TenantDisabled);
        "A refresh about nobody is refused"
            => full(online(web(), alice()).facts(|f| f.person = None)) => page(SignIn);
    }
}
