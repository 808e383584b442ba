//! People in front of a real browser, at the demo: with scripts and without, on a small phone and at a desk. Every page
//! they touch is looked over for what keeps others out (axe-core) and for scrolling sideways.
mod answers;
mod connection;
mod demand;
mod hand;
mod keyboard;
mod life;
mod note;
mod two_clinics;

use crate::harness::chromium::Look;

/// With scripts and without, 320 and 1280 pixels wide.
const LOOKS: [Look; 4] =
    [Look::DESK, Look::PHONE, Look { javascript: false, ..Look::DESK }, Look { javascript: false, ..Look::PHONE }];
