//! Ports that nobody else gets. Below the range from which the system takes ports for outgoing connections, so that none
//! of those sits on one between our asking and the program's listening.
use std::{
    net::TcpListener,
    sync::atomic::{AtomicU16, Ordering},
};

static NEXT: AtomicU16 = AtomicU16::new(0);
const FIRST: u16 = 10_240;
const COUNT: u16 = 9_000;

/// A free port on 127.0.0.1, handed out once by this process; processes begin at different places.
pub fn free() -> u16 {
    let start = u16::try_from(std::process::id() % 180).unwrap() * 50;
    for _ in 0..COUNT {
        let port = FIRST + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no free port between {FIRST} and {}", FIRST + COUNT)
}

/// The first of ten free ports in a row. From a range of their own, so that single ones do not break up the rows.
pub fn ten() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 100).unwrap();
    for _ in 0..1_000 {
        let first = 20_000 + (start * 10 + NEXT.fetch_add(1, Ordering::Relaxed)) % 1_000 * 10;
        if (first..first + 10).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()) {
            return first;
        }
    }
    panic!("no ten free ports in a row from 20000 on")
}
