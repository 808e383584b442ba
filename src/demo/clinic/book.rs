//! Treatment notes, by clinic. A note belongs to the clinic; who began it may go on writing it.
use ostiary_gate::domain::time::Instant;
use std::collections::HashMap;

/// The longest note, in bytes.
pub const MAX_TEXT: usize = 64 * 1024;

/// Who a text belongs to: a person, in a clinic. Never one without the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    pub sub: String,
    pub tenant_id: String,
}

#[derive(Clone, Debug)]
pub struct Author {
    pub sub: String,
    pub name: String,
}

/// An appointment and what was written about it.
#[derive(Clone, Debug)]
pub struct Note {
    /// Within the clinic.
    pub id: u16,
    pub time: &'static str,
    pub patient: &'static str,
    pub reason: &'static str,
    /// For the bookkeeper, in cents. All that leaves the clinic.
    pub fee: u32,
    pub author: Option<Author>,
    pub text: String,
    pub saved_at: Option<Instant>,
    /// When the text was put back from the draft lane, until it is saved again.
    pub restored_at: Option<Instant>,
}

#[derive(Default)]
pub struct Book(HashMap<String, Vec<Note>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWritten {
    #[error("there is no such note at this clinic")]
    NoSuchNote,
    #[error("a colleague is writing this note")]
    Colleagues,
    #[error("a note has at most 64 KiB")]
    TooLong,
}

impl Book {
    /// The day of a clinic; the first look at it makes its appointments.
    pub fn day(&mut self, tenant_id: &str) -> &mut Vec<Note> {
        let so_far = self.0.len();
        self.0.entry(tenant_id.to_owned()).or_insert_with(|| appointments(so_far))
    }

    pub fn find(&mut self, tenant_id: &str, id: u16) -> Option<&mut Note> {
        self.day(tenant_id).iter_mut().find(|note| note.id == id)
    }

    /// Whether this person may write there: what [`Self::write`] would say, without writing.
    pub fn may_write(&mut self, owner: &Owner, id: u16, text: &str) -> Result<&mut Note, NotWritten> {
        let note = self.find(&owner.tenant_id, id).ok_or(NotWritten::NoSuchNote)?;
        if note.author.as_ref().is_some_and(|author| author.sub != owner.sub) {
            return Err(NotWritten::Colleagues);
        }
        if text.len() > MAX_TEXT {
            return Err(NotWritten::TooLong);
        }
        Ok(note)
    }

    pub fn write(&mut self, owner: &Owner, name: &str, id: u16, text: &str, now: Instant) -> Result<(), NotWritten> {
        let note = self.may_write(owner, id, text)?;
        if note.text == text {
            note.saved_at = note.saved_at.or((!text.is_empty()).then_some(now));
            return Ok(());
        }
        note.author = Some(Author { sub: owner.sub.clone(), name: name.to_owned() });
        text.clone_into(&mut note.text);
        note.saved_at = Some(now);
        note.restored_at = None;
        Ok(())
    }
}

/// Invented people.
const DAYS: [[(&str, &str, &str, u32); 5]; 2] = [
    [
        ("9:00", "Hannah Fisk", "Shoulder, third visit", 9_800),
        ("9:40", "Oscar Lindqvist", "Ankle sprain, first visit", 13_500),
        ("10:20", "Wirin Edwards", "Lower back, after surgery", 11_200),
        ("11:00", "Tess Moretti", "Neck and headaches", 9_800),
        ("11:40", "Jun Watanabe", "Knee, running injury", 9_800),
    ],
    [
        ("8:30", "Aroha Pene", "Hip, second visit", 8_900),
        ("9:15", "Gregor Mann", "Tennis elbow", 8_900),
        ("10:00", "Lena Ortiz", "Dizziness on standing", 12_400),
        ("10:45", "Samir Haddad", "Wrist, after cast", 8_900),
        ("11:30", "Ruth Calloway", "Balance and walking", 10_600),
    ],
];

fn appointments(which: usize) -> Vec<Note> {
    let day = DAYS.iter().cycle().nth(which % DAYS.len()).into_iter().flatten();
    day.zip(1..)
        .map(|(&(time, patient, reason, fee), id)| Note {
            id,
            time,
            patient,
            reason,
            fee,
            author: None,
            text: String::new(),
            saved_at: None,
            restored_at: None,
        })
        .collect()
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
    fn a_note_is_its_authors_and_its_clinics() {
        let mut book = Book::default();
        book.write(&owner("sam", "a"), "Sam", 1, "better", NOW).unwrap();
        let colleague = book.write(&owner("mei", "a"), "Mei", 1, "worse", NOW);
        assert_eq!(colleague, Err(NotWritten::Colleagues));
        assert_eq!(book.find("a", 1).unwrap().text, "better");
        assert_eq!(book.find("b", 1).unwrap().text, "", "the other clinic has a day of its own");
        let mut patient = |tenant: &str| book.find(tenant, 1).unwrap().patient;
        assert_ne!(patient("a"), patient("b"));
    }

    #[test]
    fn what_does_not_fit_is_refused_and_changes_nothing() {
        let mut book = Book::default();
        let (sam, long) = (owner("sam", "a"), "x".repeat(MAX_TEXT + 1));
        assert_eq!(book.write(&sam, "Sam", 1, &long, NOW), Err(NotWritten::TooLong));
        assert_eq!(book.write(&sam, "Sam", 99, "x", NOW), Err(NotWritten::NoSuchNote));
        assert!(book.find("a", 1).unwrap().author.is_none());
    }

    #[test]
    fn saving_what_is_there_already_makes_nobody_its_author() {
        let mut book = Book::default();
        book.write(&owner("sam", "a"), "Sam", 1, "", NOW).unwrap();
        let note = book.find("a", 1).unwrap();
        assert!(note.author.is_none() && note.saved_at.is_none());
    }
}
