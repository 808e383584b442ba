//! References: what a person reads out when they ask for help, and what stands in the log line beside the cause.
use super::App;
use crate::{
    crypto::dice::{self, LEGIBLE},
    store::Reading,
    views::trouble::Reference,
};
use ostiary_gate::domain::time::Instant;

const LENGTH: usize = 8;

impl App {
    /// A new one. Made even where clock or dice have failed, since that is what it may be about to say.
    pub fn reference(&self) -> Reference {
        let code = dice::from_alphabet(&*self.desk.dice, LEGIBLE, LENGTH);
        let code = code.map_or_else(|_| "NODICE22".to_owned(), |code| code.expose().to_owned());
        let at = match self.desk.clock.read() {
            Ok(Reading::System(at) | Reading::Test(at)) => at,
            Err(_) => Instant(0),
        };
        Reference { code, at }
    }
}
