//! Apps that need the clinic's word: connections that wait, live or are missing, and machines.
use super::{IN, Line, no, page, table};
use crate::world::{
    AGREED, HILLTOP, NOW, RIVERSIDE, client_id, days, hours, ledgerly, minutes, people::*, person_id, scene::*, spa,
    svc, tick, untick, web,
};
use ostiary_gate::domain::{
    client::{Client, ConnectionNeed},
    person::Role,
    tenant::Pending,
};
use ostiary_gate::gate::{Refusal::*, Step::*};

const SYNC: &str = "openid offline_access";

pub fn lines() -> Vec<Line> {
    let sync = |scene: Scene| scene.scope(SYNC).password().code();
    let admin_of = |clinic: &str| of(clinic, alice());
    let hilltop_admin = || door(ledgerly(), admin_of(HILLTOP)).member(HILLTOP, |m| m.role = Role::Admin);
    let all = || Client { connection: ConnectionNeed::All, ..ledgerly() };
    let easy = |scene: Scene, clinic: &str| {
        scene.connected(clinic).clinic(clinic, |t| t.connections[0].requires_two_factor = false)
    };
    let unbound = || Client { tenant: None, ..svc() };
    table! {
        // People
        "Plain sign-in to Ledgerly needs no connection"
            => door(ledgerly(), alice()).password().code() => IN;
        "Ledgerly wants to sync at night, Riverside has not connected it: Alice is told whom to ask"
            => sync(door(ledgerly(), alice())) => no(NotConnected);
        "Ledgerly wants to sync at night, Riverside has not connected it: its admin may connect it"
            => sync(door(ledgerly(), dave()).at(RIVERSIDE)) => page(Connect);
        "Dave is admin of Riverside, not of Hilltop: there he is told whom to ask"
            => sync(door(ledgerly(), dave()).at(HILLTOP)) => no(NotConnected);
        "Ledgerly wants to sync at night, and Riverside has connected it"
            => sync(door(ledgerly(), alice()).connected(RIVERSIDE)) => IN;
        "Hilltop connected Ledgerly while its box is off: the connection waits"
            => sync(door(ledgerly(), admin_of(HILLTOP)).connected(HILLTOP)) => no(NotConnected);
        "Hilltop connected Ledgerly while its box is off: its admin sees the page that says so"
            => sync(hilltop_admin().connected(HILLTOP)) => page(Connect);
        "Hilltop's planned start has come: the connection lives"
            => sync(door(ledgerly(), admin_of(HILLTOP)).connected(HILLTOP)
                .clinic(HILLTOP, |t| t.pending = Some(Pending { starts_at: NOW }))) => IN;
        "Hilltop's planned start comes in an hour: the connection still waits"
            => sync(door(ledgerly(), admin_of(HILLTOP)).connected(HILLTOP)
                .clinic(HILLTOP, |t| t.pending = Some(Pending { starts_at: NOW.plus(hours(1)) })))
            => no(NotConnected);
        "A connection that does not want two factors of everyone lives with the box off"
            => sync(easy(door(ledgerly(), admin_of(HILLTOP)), HILLTOP)) => IN;
        "A waiting connection asks nothing of Bob when he signs in elsewhere"
            => door(web(), of(HILLTOP, bob())).connected(HILLTOP).password() => IN;
        "Another app's connection does not help Ledgerly"
            => sync(door(ledgerly(), alice()).connected(RIVERSIDE)
                .clinic(RIVERSIDE, |t| t.connections[0].client = client_id("other"))) => no(NotConnected);
        "Another clinic's connection does not help at Riverside"
            => sync(door(ledgerly(), alice()).connected(HILLTOP).clinic(HILLTOP, tick)) => no(NotConnected);
        "A scope of a registered API needs the connection too"
            => door(ledgerly(), alice()).wants(|w| w.resource_scope = true).password().code() => no(NotConnected);
        "An app that always needs the clinic's word needs it for plain sign-in"
            => door(all(), alice()).password().code() => no(NotConnected);
        "An app that always needs the clinic's word, and has it"
            => door(all(), alice()).connected(RIVERSIDE).password().code() => IN;
        "An app that needs nobody's word may sync at night"
            => sync(door(web(), alice())) => IN;
        "The code page comes before the connect page"
            => door(ledgerly(), dave()).at(RIVERSIDE).scope(SYNC).password() => page(SecondFactor);
        "The connect page comes before consent"
            => sync(door(ledgerly(), dave()).at(RIVERSIDE).facts(|f| f.consented = false)) => page(Connect);
        "An admin connects on our own pages too"
            => sync(own_pages(ledgerly(), dave()).at(RIVERSIDE)) => page(Connect);
        "Riverside ended the connection before Ledgerly redeemed its code"
            => sync(redeem(ledgerly(), alice(), minutes(1))) => no(NotConnected);
        "Riverside ended the connection: an admin's refresh is refused, no page is shown"
            => sync(online(ledgerly(), dave()).at(RIVERSIDE)) => no(NotConnected);
        "Riverside ended the connection: the nightly sync is refused"
            => sync(offline(ledgerly(), alice(), days(0))) => no(NotConnected);
        "Riverside has connected Ledgerly: the nightly sync goes on"
            => offline(ledgerly(), alice(), days(20)).connected(RIVERSIDE).scope(SYNC).password_ago(days(20))
                .code_ago(days(20)) => IN;
        "An app that cannot tell clinics apart needs the word of both"
            => sync(door(spa(), dave())
                .client(|c| { c.connection = ConnectionNeed::Offline; c.id = client_id("ledgerly"); })
                .connected(RIVERSIDE)) => no(NotConnected);
        // Machines
        "Riverside's own machine works for Riverside"
            => machine(svc(), RIVERSIDE) => IN;
        "Riverside's own machine needs no box: nobody is there to show a code"
            => machine(svc(), RIVERSIDE).clinic(RIVERSIDE, untick) => IN;
        "Ledgerly's machine works at Riverside within what was agreed"
            => machine(ledgerly(), RIVERSIDE).connected(RIVERSIDE).scope("invoices.read") => IN;
        "Ledgerly's machine gets all that was agreed"
            => machine(ledgerly(), RIVERSIDE).connected(RIVERSIDE).scope(AGREED) => IN;
        "Ledgerly's machine asks for more than was agreed"
            => machine(ledgerly(), RIVERSIDE).connected(RIVERSIDE).scope("invoices.read people.write")
            => no(ScopeNotAgreed);
        "Ledgerly's machine at a clinic that has not connected it"
            => machine(ledgerly(), RIVERSIDE).scope("invoices.read") => no(NotConnected);
        "Ledgerly's machine while the connection waits"
            => machine(ledgerly(), HILLTOP).connected(HILLTOP).scope("invoices.read") => no(NotConnected);
        "A machine of Riverside's own that needs the clinic's word, and has it not"
            => machine(svc(), RIVERSIDE).client(|c| c.connection = ConnectionNeed::Offline) => no(NotConnected);
        "A machine that serves all clinics works only where it is connected, whatever its registration says"
            => machine(unbound(), RIVERSIDE) => no(NotConnected);
        "A machine that serves all clinics and is connected stays within what was agreed"
            => machine(unbound(), RIVERSIDE).connected(RIVERSIDE)
                .clinic(RIVERSIDE, |t| t.connections[0].client = client_id("svc")).scope("people.write")
            => no(ScopeNotAgreed);
        "A machine never speaks for a person"
            => machine(svc(), RIVERSIDE).facts(|f| f.person = Some(alice())) => no(GrantEnded);
        "A machine need not be asked for its person"
            => machine(svc(), RIVERSIDE).wants(|w| w.only = Some(person_id("alice"))) => IN;
    }
}
