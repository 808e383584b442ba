//! Which clinic a token is for: several clinics, pins, bound apps, memberships, clinics out of service.
use super::{IN, Line, no, page, table};
use crate::world::{
    HILLTOP, NORTHSIDE, RIVERSIDE, ago, clinics_named, days, hours, minutes, people::*, scene::*, shown, spa, svc,
    tenant_id, tick, web,
};
use ostiary_gate::domain::{
    amr::{Factor, Proof, Reach},
    client::Client,
    person::{AuthenticatorKind, MembershipState},
    tenant::Standing,
    time::Span,
};
use ostiary_gate::gate::{Choice, Refusal::*, Step::*};

pub fn lines() -> Vec<Line> {
    let these = |names: &[&str]| Choice::These(names.iter().copied().map(tenant_id).collect());
    let of_both = || also_of(HILLTOP, bob());
    let everywhere = |scene: Scene| scene.password().code();
    let bound_to = |clinic: &str, client: Client| Client { tenant: Some(tenant_id(clinic)), ..client };
    let only = |names: &[&str]| Reach::Only(clinics_named(names));
    let code_at = |clinic: &str, age| Proof { reach: only(&[clinic]), ..shown(Factor::Totp, age) };
    let two_apps = || {
        let app = |clinic: &str| authenticator(AuthenticatorKind::Totp, only(&[clinic]));
        door(spa(), dave()).clinic(HILLTOP, tick).person(|p| p.authenticators = vec![app(RIVERSIDE), app(HILLTOP)])
    };
    table! {
        // An app that cannot tell clinics apart
        "Bob works at Riverside (on) and Hilltop (off): an app that cannot tell them apart wants two factors"
            => door(spa(), of_both()).password() => page(Enrol);
        "Dave works at both: with two factors the app that cannot tell them apart lets him in"
            => everywhere(door(spa(), dave())) => IN;
        "The app that cannot tell clinics apart names Hilltop: that changes nothing"
            => door(spa(), of_both()).at(HILLTOP).password() => page(Enrol);
        "The app that cannot tell clinics apart names a clinic that does not exist: that changes nothing"
            => everywhere(door(spa(), dave()).at_unknown_clinic()) => IN;
        "Bob works at Hilltop only: an app that cannot tell clinics apart is content with a password"
            => door(spa(), of(HILLTOP, bob())).password() => IN;
        "Bob works at Hilltop and Northside, both off"
            => door(spa(), also_of(NORTHSIDE, of(HILLTOP, bob()))).password() => IN;
        "Riverside has ended Bob's membership: for the app that cannot tell clinics apart only Hilltop counts"
            => door(spa(), of_both()).member(RIVERSIDE, |m| m.state = MembershipState::Ended).password() => IN;
        "Bob works nowhere any more"
            => door(spa(), bob()).member(RIVERSIDE, |m| m.state = MembershipState::Ended).password()
            => no(NotAMember);
        "A code that counts at Riverside only will do for the app that cannot tell clinics apart: Hilltop asks none"
            => door(spa(), dave()).person(|p| p.authenticators[0].reach = only(&[RIVERSIDE])).password()
                .proof(code_at(RIVERSIDE, Span::ZERO)) => IN;
        "Both clinics are on: a code that counts at Riverside only is missing at Hilltop"
            => two_apps().password().proof(code_at(RIVERSIDE, Span::ZERO)) => page(SecondFactor);
        "Both clinics are on, each with its own app: both codes were shown"
            => two_apps().password().proof(code_at(RIVERSIDE, Span::ZERO)).proof(code_at(HILLTOP, minutes(1))) => IN;
        "Both clinics are on: the code that is missing at Hilltop comes before what Riverside wants on file"
            => two_apps().person(|p| p.has_phone = false).password().proof(code_at(RIVERSIDE, Span::ZERO))
            => page(SecondFactor);
        "A reset that waits at Hilltop stops the app that cannot tell clinics apart"
            => everywhere(door(spa(), dave()).member(HILLTOP, |m| m.reset_waiting = Some(ago(days(1)))))
            => page(SetUpCode);
        "A password from before Hilltop signed Dave out does not count for the app that cannot tell clinics apart"
            => door(spa(), dave()).member(HILLTOP, |m| m.proofs_not_before = ago(hours(1))).password_ago(hours(2))
                .code() => page(SignInAgain);
        "Riverside ticked the box: the refresh of an app that cannot tell clinics apart is refused"
            => online(spa(), of_both()).password_ago(hours(2)) => page(Enrol);
        "What Riverside wants on file is asked for by the app that cannot tell clinics apart"
            => everywhere(door(spa(), dave()).person(|p| p.has_phone = false)) => page(Complete);
        // An app that can
        "Bob works at both and the app that can tell them apart asks for Hilltop: a password is enough"
            => door(web(), of_both()).at(HILLTOP).password() => IN;
        "Bob works at both and the app that can tell them apart asks for Riverside: he is led to set it up"
            => door(web(), of_both()).at(RIVERSIDE).password() => page(Enrol);
        "Dave works at both and the app does not say which: he chooses"
            => everywhere(door(web(), dave())) => page(ChooseTenant);
        "Alice works at one clinic: there is nothing to choose"
            => everywhere(door(web(), alice())) => IN;
        "Dave works at both, Hilltop has suspended him: there is nothing to choose"
            => everywhere(door(web(), dave()).member(HILLTOP, |m| m.state = MembershipState::Suspended)) => IN;
        "The app asks for Northside, where Dave does not work"
            => everywhere(door(web(), dave()).at(NORTHSIDE)) => no(NotAMember);
        "The app asks for a clinic that does not exist: the same answer"
            => everywhere(door(web(), dave()).at_unknown_clinic()) => no(NotAMember);
        "Nobody is signed in yet: the sign-in page comes first, whatever clinic is named"
            => stranger(web()).at(NORTHSIDE) => page(SignIn);
        "Alice is signed in, but it was never settled for which clinic"
            => everywhere(door(web(), alice()).for_exactly(Choice::Unsettled)) => page(SignIn);
        // Bound apps
        "An app of Riverside's own: Dave need not choose"
            => everywhere(door(bound_to(RIVERSIDE, web()), dave())) => IN;
        "An app of Hilltop's own asks what Hilltop asks"
            => door(bound_to(HILLTOP, web()), of_both()).password() => IN;
        "An app of Hilltop's own that cannot tell clinics apart asks what Hilltop asks"
            => door(bound_to(HILLTOP, spa()), of_both()).password() => IN;
        "An app of Northside's own: Dave does not work there"
            => everywhere(door(bound_to(NORTHSIDE, web()), dave())) => no(NotAMember);
        "An app of Riverside's own asks for Hilltop: never"
            => everywhere(door(bound_to(RIVERSIDE, web()), dave()).at(HILLTOP)) => no(NotAMember);
        "An app of Riverside's own asks for Riverside"
            => everywhere(door(bound_to(RIVERSIDE, web()), dave()).at(RIVERSIDE)) => IN;
        "An app of Riverside's own asks for a clinic that does not exist: never"
            => everywhere(door(bound_to(RIVERSIDE, web()), dave()).at_unknown_clinic()) => no(NotAMember);
        "An app of Riverside's own that cannot tell clinics apart names Hilltop: that changes nothing"
            => everywhere(door(bound_to(RIVERSIDE, spa()), dave()).at(HILLTOP)) => IN;
        "Hilltop has a grant of an app that is now Riverside's own: closed"
            => everywhere(online(bound_to(RIVERSIDE, web()), dave()).for_exactly(these(&[HILLTOP])))
            => no(NotAMember);
        "Riverside's machine at Hilltop: closed"
            => machine(svc(), HILLTOP) => no(NotAMember);
        "A machine works for one clinic, never for two at once"
            => machine(web(), RIVERSIDE).for_exactly(these(&[RIVERSIDE, HILLTOP])) => no(NotAMember);
        // Memberships
        "Alice is invited and has not accepted"
            => everywhere(door(web(), alice()).member(RIVERSIDE, |m| m.state = MembershipState::Invited))
            => no(NotAMember);
        "Riverside has suspended Alice"
            => everywhere(door(web(), alice()).member(RIVERSIDE, |m| m.state = MembershipState::Suspended))
            => no(NotAMember);
        "Riverside has ended Alice's membership"
            => everywhere(door(web(), alice()).member(RIVERSIDE, |m| m.state = MembershipState::Ended))
            => no(NotAMember);
        "Riverside has suspended Alice since the app got its code"
            => everywhere(redeem(web(), alice(), minutes(1)).for_exactly(these(&[RIVERSIDE]))
                .member(RIVERSIDE, |m| m.state = MembershipState::Suspended)) => no(NotAMember);
        "Riverside has ended Alice's membership since the last refresh"
            => everywhere(online(web(), alice()).for_exactly(these(&[RIVERSIDE]))
                .member(RIVERSIDE, |m| m.state = MembershipState::Ended)) => no(NotAMember);
        "A grant for a clinic where Alice never worked is refused"
            => everywhere(online(web(), alice()).for_exactly(these(&[NORTHSIDE]))) => no(NotAMember);
        "Hilltop has ended Dave's membership: the grant that belongs to both clinics is refused"
            => everywhere(online(spa(), dave()).for_exactly(these(&[RIVERSIDE, HILLTOP])))
                .member(HILLTOP, |m| m.state = MembershipState::Ended) => no(NotAMember);
        // Out of service, missing rows
        "Riverside is out of service"
            => everywhere(door(web(), alice()).clinic(RIVERSIDE, |t| t.standing = Standing::Disabled))
            => no(TenantDisabled);
        "Hilltop is out of service: the app that cannot tell clinics apart is refused"
            => everywhere(door(spa(), dave()).clinic(HILLTOP, |t| t.standing = Standing::Disabled))
            => no(TenantDisabled);
        "Riverside is out of service: its machine rests"
            => machine(svc(), RIVERSIDE).clinic(RIVERSIDE, |t| t.standing = Standing::Disabled) => no(TenantDisabled);
        "The app is out of service"
            => everywhere(door(web(), alice()).client(|c| c.standing = Standing::Disabled)) => no(ClientDisabled);
        "The app is out of service: nobody is even asked to sign in"
            => stranger(web()).client(|c| c.standing = Standing::Disabled) => no(ClientDisabled);
        "The machine is out of service"
            => machine(svc(), RIVERSIDE).client(|c| c.standing = Standing::Disabled) => no(ClientDisabled);
        "The row of the clinic is missing: closed"
            => everywhere(door(web(), alice()).rows(&[])) => no(NotAMember);
        "The row of one of two clinics is missing: closed"
            => everywhere(door(spa(), dave()).rows(&[HILLTOP])) => no(NotAMember);
        "The row of one of two clinics is missing and the other came twice: closed"
            => door(spa(), of_both()).rows(&[HILLTOP, HILLTOP]).password() => no(NotAMember);
        "The row of the clinic came twice: closed"
            => everywhere(door(web(), alice()).rows(&[RIVERSIDE, RIVERSIDE])) => no(NotAMember);
        "The row of another clinic came than the one that was chosen: closed"
            => door(web(), of_both()).at(RIVERSIDE).rows(&[HILLTOP]).password() => no(NotAMember);
        "A row more came than was chosen: closed"
            => everywhere(door(web(), dave()).at(RIVERSIDE).rows(&[RIVERSIDE, HILLTOP])) => no(NotAMember);
        "No clinic was chosen at all: closed"
            => everywhere(door(web(), alice()).for_exactly(these(&[]))) => no(NotAMember);
        "No clinic was chosen at all for a machine: closed"
            => machine(svc(), RIVERSIDE).for_exactly(these(&[])) => no(NotAMember);
    }
}
