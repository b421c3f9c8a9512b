//! Reads bytes as a file, and keeps what was heard.

use codex_audit::event::{Event, Fold};
use codex_audit::source::{Account, Input, InputFile, ScanOptions, scan};

/// What tells one record from another, and where it lies.
#[derive(Debug, Default, PartialEq)]
pub struct Roll(pub Vec<String>);

impl Fold for Roll {
    fn fresh(&self) -> Self {
        Self::default()
    }

    fn add(&mut self, event: &Event<'_>) {
        self.0.push(format!("{event:?}"));
    }

    fn join(&mut self, later: Self) {
        self.0.extend(later.0);
    }
}

/// Reads the bytes, the quick way or plainly.
pub fn read(bytes: &[u8], plainly: bool) -> (Roll, Account) {
    let input = Input { files: vec![InputFile::in_memory(bytes)], ..Input::default() };
    let options = ScanOptions { keep_duplicates: true, plainly };
    let heard = scan(&input, options, &Roll::default(), |_, _| Ok(())).expect("nothing is written");
    (heard.answer, heard.account)
}

/// Panics unless the account adds up.
pub fn assert_adds_up(bytes: &[u8], (roll, account): &(Roll, Account)) {
    let file = &account.files[0];
    assert_eq!(file.bytes, bytes.len() as u64, "every byte is read");
    assert_eq!(file.records, roll.0.len() as u64, "every record is heard");
    assert!(file.damaged <= file.messages, "{file:?}");
    assert_eq!(file.damaged == 0, file.damage.is_empty(), "{file:?}");
}
