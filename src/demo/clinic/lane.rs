//! The draft lane: where a text goes that was being written when the provider said "not like this any more". It takes and
//! gives nothing back, until its owner, the same person in the same clinic, has signed in as the clinic now asks
//! (RULES 8). On the server, because a treatment note in a browser's storage stays on a shared reception computer.
use super::book::{MAX_TEXT, Owner};
use ostiary_gate::domain::time::{Instant, Span};

/// How long a refused session may still write here.
pub const OPEN_FOR: Span = Span::minutes(15);
/// What one owner may leave here, in bytes and in texts. Nothing is ever replaced, so it must end.
const MAX_BYTES: usize = 4 * 1024 * 1024;
const MAX_ENTRIES: usize = 1_000;
/// And all of them together.
const MAX_ALL: usize = 64 * 1024 * 1024;

#[derive(Default)]
pub struct Lane {
    entries: Vec<Entry>,
}

struct Entry {
    owner: Owner,
    note: u16,
    text: String,
    at: Instant,
}

/// A text that goes back to its note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    pub note: u16,
    pub text: String,
    pub at: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no room for more drafts")]
pub struct Full;

impl Lane {
    pub fn keep(&mut self, owner: &Owner, note: u16, text: &str, now: Instant) -> Result<(), Full> {
        let mine = self.entries.iter().filter(|entry| entry.owner == *owner);
        if mine.clone().next_back().is_some_and(|last| last.note == note && last.text == text) {
            return Ok(());
        }
        let all: usize = self.entries.iter().map(|entry| entry.text.len()).sum();
        let (count, bytes) = mine.fold((0, 0), |(n, bytes), entry| (n + 1, bytes + entry.text.len()));
        let room = text.len() <= MAX_TEXT
            && count < MAX_ENTRIES
            && bytes + text.len() <= MAX_BYTES
            && all + text.len() <= MAX_ALL;
        if !room {
            return Err(Full);
        }
        self.entries.push(Entry { owner: owner.clone(), note, text: text.to_owned(), at: now });
        Ok(())
    }

    /// The last text of each note that this owner left here. The only way out, and it empties their lane.
    pub fn restore(&mut self, owner: &Owner) -> Vec<Restored> {
        let (mine, others): (Vec<Entry>, Vec<Entry>) =
            std::mem::take(&mut self.entries).into_iter().partition(|entry| entry.owner == *owner);
        self.entries = others;
        let mut last: Vec<Restored> = vec![];
        for Entry { note, text, at, .. } in mine {
            last.retain(|earlier| earlier.note != note);
            last.push(Restored { note, text, at });
        }
        last
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    const NOW: Instant = Instant::from_seconds(1_000);

    fn owner(sub: &str, tenant_id: &str) -> Owner {
        Owner { sub: sub.to_owned(), tenant_id: tenant_id.to_owned() }
    }

    #[test]
    fn only_its_owner_gets_a_text_back_and_only_in_the_same_clinic() {
        let (mut lane, sam) = (Lane::default(), owner("sam", "a"));
        lane.keep(&sam, 1, "pain is", NOW).unwrap();
        lane.keep(&sam, 1, "pain is better", NOW.plus(Span::seconds(1))).unwrap();
        lane.keep(&sam, 2, "other", NOW).unwrap();
        assert_eq!(lane.restore(&owner("mei", "a")), []);
        assert_eq!(lane.restore(&owner("sam", "b")), []);
        let back = lane.restore(&sam);
        let texts: Vec<(u16, &str)> = back.iter().map(|restored| (restored.note, restored.text.as_str())).collect();
        assert_eq!(texts, [(1, "pain is better"), (2, "other")]);
        assert_eq!(lane.restore(&sam), [], "once");
    }

    #[test]
    fn a_lane_is_not_endless_and_a_full_one_is_nobody_elses_trouble() {
        let (mut lane, sam) = (Lane::default(), owner("sam", "a"));
        let text = |n: usize| format!("{n} {}", "x".repeat(MAX_TEXT - 10));
        let kept = (0..100).filter(|n| lane.keep(&sam, 1, &text(*n), NOW).is_ok()).count();
        assert!((60..100).contains(&kept), "{kept}");
        assert_eq!(lane.keep(&sam, 1, &"x".repeat(MAX_TEXT + 1), NOW), Err(Full));
        assert_eq!(lane.keep(&owner("mei", "a"), 1, "fine", NOW), Ok(()));
    }

    #[test]
    fn the_same_text_again_takes_no_room() {
        let (mut lane, sam) = (Lane::default(), owner("sam", "a"));
        (0..2_000).for_each(|_| lane.keep(&sam, 1, "same", NOW).unwrap());
        assert_eq!(lane.entries.len(), 1);
    }
}
