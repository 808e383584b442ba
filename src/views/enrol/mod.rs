//! Enrolment: stopped, proven once more, phone, app, link, backup codes. JOURNEYS A3 to A7, A9; RULES 6.
pub mod app;
pub mod codes;
pub mod first_binding;
pub mod link;
pub mod phone;
pub mod stop;

/// Where in the set-up a page stands. A clinic that wants no phone number has a step less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// From 1.
    pub now: u32,
    pub of: u32,
}

impl Steps {
    fn bars(self) -> impl Iterator<Item = bool> {
        (1..=self.of).map(move |step| step <= self.now)
    }
}
