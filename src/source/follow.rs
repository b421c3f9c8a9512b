//! Follows files that are still being written: what is added to them is heard when it comes.
//!
//! The files are looked at again and again, which works on every system and on network disks alike, and so are the
//! folders and patterns that were named. When the Collector rotates, the old file is read to its end, then those that
//! were closed since, then the new one. A last line without its line break is waited for. Only lines of JSON can be
//! followed: what a compressor or a frame has not given out yet cannot be told from damage.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use memchr::memrchr;

use super::account::{Account, Damage, FileAccount};
use super::copies::Copies;
use super::input::{Input, InputError, rotated_siblings};
use super::input_file::InputFile;
use super::messages::{Batch, MAX_MESSAGE_BYTES, whole_file_form};
use super::opened::{FileId, refusal};
use super::otlp_json::Learned;
use super::rotation::Place;
use super::scan::{Hearer, ScanOptions};
use crate::event::Fold;
use crate::words::{Sentence, sentence};

/// So much is read at once.
const READ_BYTES: u64 = 4 * 1024 * 1024;

/// So much of a file's beginning is remembered, by which it is known again: the first record tells when it was written.
const HEAD_BYTES: usize = 16 * 1024;

/// Why an input cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.english())]
pub struct FollowError(pub Sentence);

/// Reads the files of an input, and then whatever is added to them.
pub struct Follower {
    followed: Vec<Followed>,
    options: ScanOptions,
    copies: Option<Copies>,
    learned: Learned,
    account: Account,
    batch: Batch,
    notices: Vec<Sentence>,
}

/// One file that is written to, with the backups of it.
struct Followed {
    /// The name under which the Collector writes.
    live: PathBuf,
    /// The name of what is read, or is to be opened next.
    name: PathBuf,
    tail: Option<Tail>,
    /// The files that were read to their end, which may be found again under other names.
    finished: Vec<Finished>,
    /// That there is nothing under the name has been said.
    is_awaited: bool,
    /// It came while others were followed, which do not end because of it.
    came_later: bool,
    /// What was said last of why it cannot be followed now.
    trouble: Option<Sentence>,
}

/// A file that is open.
struct Tail {
    file: File,
    id: FileId,
    index: u32,
    /// The first bytes of what was read.
    head: Vec<u8>,
    /// When it had been written to last when it was known again.
    known_as_of: Option<SystemTime>,
    /// The beginning of a line whose end has not come yet.
    carried: Vec<u8>,
    line: u64,
    byte_offset: u64,
    /// Its name stands for another file; what was written before that and not read yet is still to come.
    is_closing: bool,
    /// It holds something else than lines of JSON. It is kept open to notice when something else comes in its place.
    is_left_alone: bool,
}

/// A file that was read to its end. It is closed, so that its id may be given to a new file once it is deleted.
#[derive(PartialEq)]
struct Finished {
    id: FileId,
    bytes: u64,
    /// When it had been written to last.
    written: Option<SystemTime>,
}

impl Follower {
    /// Begins with the first byte of each file. A file that is not there yet is waited for, by its name or in its folder.
    ///
    /// # Errors
    /// When something named cannot be followed.
    pub fn new(input: &Input, options: ScanOptions) -> Result<Self, FollowError> {
        let mut follower = Self {
            followed: Vec::new(),
            options,
            copies: (!options.keep_duplicates).then(Copies::default),
            learned: Learned::new(),
            account: Account::default(),
            batch: Batch::default(),
            notices: Vec::new(),
        };
        for file in &input.files {
            let InputFile::Path(path) = file else {
                return Err(FollowError(sentence!("standard input cannot be followed: name the file")));
            };
            follower.follow(path, input);
        }
        for error in &input.errors {
            match error {
                InputError::Missing(name) => follower.followed.push(Followed::new(name.into(), name.into())),
                InputError::Empty(reason) => {
                    follower.notices.push(sentence!("{}; {}", reason, sentence!("waiting for one")));
                }
                // The file itself can be followed.
                InputError::Unlisted(reason) => follower.notices.push(reason.clone()),
                InputError::Refused(reason) => return Err(FollowError(reason.clone())),
            }
        }
        Ok(follower)
    }

    /// Follows what is in the input as it was found again, and was not before: a file that came into a folder.
    pub fn take_in(&mut self, input: &Input) {
        for file in &input.files {
            if let InputFile::Path(path) = file
                && let Some(followed) = self.follow(path, input)
            {
                followed.came_later = true;
                let new = sentence!("{name} is new", name = path.display());
                self.notices.push(sentence!("{}; {}", new, sentence!("it is read, too")));
            }
        }
    }

    /// Follows the file that is written to in the set of that one; `None` when it is followed already.
    fn follow(&mut self, path: &Path, input: &Input) -> Option<&mut Followed> {
        let live = path.with_file_name(Place::of_path(path).set);
        // While the Collector rotates, there may be no file that is written to.
        if self.followed.iter().any(|other| other.live == live || other.live == path)
            || self.is_read_under_another_name(path)
        {
            return None;
        }
        let is_in_input = input.files.contains(&InputFile::Path(live.clone()));
        // The oldest comes first; it leads to the others.
        self.followed.push(Followed::new(if is_in_input { live } else { path.to_owned() }, path.to_owned()));
        self.followed.last_mut()
    }

    /// Whether the file of that name is read on as another, or was read to its end and has not been written to since.
    fn is_read_under_another_name(&self, name: &Path) -> bool {
        let Ok(now) = fs::metadata(name) else { return false };
        let (id, bytes, written) = (FileId::of(&now), now.len(), now.modified().ok());
        self.followed.iter().any(|followed| {
            let tail = followed.tail.as_ref();
            tail.is_some_and(|tail| tail.id == id && tail.read_so_far() <= bytes && tail.begins_as_read())
                || followed.finished.contains(&Finished { id, bytes, written })
        })
    }

    /// Reads some lines, if any were added; false when there is nothing new now.
    ///
    /// # Errors
    /// When a file proves to be one that cannot be followed, or cannot be read.
    pub fn read(&mut self) -> Result<bool, FollowError> {
        // A name that was waited for may prove to be that of a folder: what comes into it is found as in any other.
        let is_folder = |one: &Followed| one.is_awaited && one.tail.is_none() && one.name.is_dir();
        self.followed.retain(|followed| !is_folder(followed));
        for at in 0..self.followed.len() {
            let followed = &self.followed[at];
            let is_to_open_live = followed.tail.is_none() && followed.name == followed.live;
            if is_to_open_live && self.is_read_under_another_name(&followed.live) {
                continue;
            }
            let followed = &mut self.followed[at];
            match followed.advance(&mut self.batch, &mut self.account, &mut self.notices) {
                Err(FollowError(trouble)) if followed.came_later => {
                    if followed.trouble.as_ref() != Some(&trouble) {
                        self.notices.push(trouble.clone());
                        followed.trouble = Some(trouble);
                    }
                }
                outcome => {
                    if outcome? {
                        followed.trouble = None;
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    /// Puts the question to the events of the lines that were read last.
    pub fn hear<F: Fold>(&mut self, question: &F) -> F {
        let mut answer = question.fresh();
        let needles = question.needles();
        let hearer = Hearer { question, options: self.options, needles: needles.as_deref() };
        let learned = &mut self.learned;
        let hearing = hearer.hear(&self.batch, learned);
        hearer.join(&self.batch, hearing, &mut answer, self.copies.as_mut(), &mut self.account, learned);
        answer
    }

    /// The names of the files, by the index in a [`Location`](crate::event::Location). Each is that of the moment when
    /// the file was opened.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.account.files.iter().map(|file| file.name.as_str())
    }

    /// How many records were left out because the same record had been read before, since the last call.
    pub fn take_copies(&mut self) -> u64 {
        std::mem::take(&mut self.account.copies)
    }

    /// What happened to the files since the last call.
    pub fn take_notices(&mut self) -> Vec<Sentence> {
        std::mem::take(&mut self.notices)
    }

    /// The places that could not be read since the last call, each with the name of its file.
    pub fn take_damage(&mut self) -> Vec<(String, Damage)> {
        let files = self.account.files.iter_mut();
        files
            .flat_map(|file| {
                let name = file.name.clone();
                std::mem::take(&mut file.damage).into_iter().map(move |damage| (name.clone(), damage))
            })
            .collect()
    }
}

impl Followed {
    fn new(live: PathBuf, name: PathBuf) -> Self {
        Self {
            live,
            name,
            tail: None,
            finished: Vec::new(),
            is_awaited: false,
            came_later: false,
            trouble: None,
        }
    }

    /// Fills the batch with lines; false when none is whole now.
    fn advance(
        &mut self,
        batch: &mut Batch,
        account: &mut Account,
        notices: &mut Vec<Sentence>,
    ) -> Result<bool, FollowError> {
        loop {
            let Some(tail) = &mut self.tail else {
                if self.open(account, notices)? {
                    continue;
                }
                return Ok(false);
            };
            let now = fs::metadata(&self.live);
            if let Ok(now) = &now
                && tail.is_under(now)
            {
                if now.len() < tail.read_so_far() || !tail.is_known_again(now) {
                    let what = sentence!(
                        "{name} was emptied, cut or rewritten, as when a Collector starts anew",
                        name = self.live.display()
                    );
                    notices.push(sentence!("{}; {}", what, sentence!("it is read from its beginning")));
                    let is_left = tail.give_up_rest(batch);
                    self.name.clone_from(&self.live);
                    self.tail = None;
                    if is_left {
                        return Ok(true);
                    }
                    continue;
                }
                if now.len() == tail.read_so_far() {
                    return Ok(false);
                }
            }
            match tail.read_lines(&self.name, batch)? {
                Progress::Lines => return Ok(true),
                Progress::PartOfALine => continue,
                Progress::End => {}
            }
            match now {
                Ok(now) if tail.is_under(&now) => return Ok(false),
                Ok(_) if !tail.is_closing => tail.is_closing = true,
                Ok(_) => {
                    if self.name == self.live {
                        let what = sentence!("{name} was rotated", name = self.live.display());
                        notices.push(sentence!("{}; {}", what, sentence!("the new one is read on")));
                    }
                    let finished = tail.finished();
                    let is_left = tail.give_up_rest(batch);
                    self.tail = None;
                    self.name = self.behind(finished.id);
                    self.finished.retain(|other| other.id != finished.id);
                    self.finished.push(finished);
                    // Whether the file that is written to was read under another name is to be seen first.
                    if is_left || self.name == self.live {
                        return Ok(is_left);
                    }
                }
                Err(_) => {
                    self.wait(
                        notices,
                        &sentence!("{name} is not there any more", name = self.live.display()),
                    );
                    return Ok(false);
                }
            }
        }
    }

    /// Opens the file; false when it is not there yet.
    fn open(&mut self, account: &mut Account, notices: &mut Vec<Sentence>) -> Result<bool, FollowError> {
        let refused = |error| FollowError(refusal(&InputFile::Path(self.name.clone()), &error));
        let file = match File::open(&self.name) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if self.name == self.live {
                    self.wait(notices, &sentence!("{name} is not there yet", name = self.live.display()));
                    return Ok(false);
                }
                // A backup that was deleted meanwhile.
                let name = self.name.display();
                notices.push(sentence!("{name} was removed before it was read", name));
                self.name.clone_from(&self.live);
                return Ok(true);
            }
            Err(error) => return Err(refused(error)),
        };
        let metadata = file.metadata().map_err(refused)?;
        if !metadata.is_file() {
            let name = self.name.display();
            return Err(FollowError(sentence!("{name} cannot be followed: it is no regular file", name)));
        }
        if let Some(passed_over) = self.passed_over() {
            self.name = passed_over;
            return Ok(true);
        }
        let index = u32::try_from(account.files.len()).unwrap_or(u32::MAX);
        let name = self.name.display().to_string();
        account.files.push(FileAccount { name, was_opened: true, ..FileAccount::default() });
        self.is_awaited = false;
        self.tail = Some(Tail {
            file,
            id: FileId::of(&metadata),
            index,
            head: Vec::new(),
            known_as_of: None,
            carried: Vec::new(),
            line: 1,
            byte_offset: 0,
            is_closing: false,
            is_left_alone: false,
        });
        Ok(true)
    }

    /// Says once that the file is waited for.
    fn wait(&mut self, notices: &mut Vec<Sentence>, why: &Sentence) {
        if !std::mem::replace(&mut self.is_awaited, true) {
            notices.push(sentence!("{}; {}", why, sentence!("waiting for it")));
        }
    }

    /// A backup that is to be read before the file that is written to: that one may be younger than when it was chosen,
    /// and the one that was meant is a backup by now.
    fn passed_over(&self) -> Option<PathBuf> {
        let next = self.behind(self.finished.last().filter(|_| self.name == self.live)?.id);
        let is_finished = |id| self.finished.iter().any(|finished| Some(finished.id) == id);
        (next != self.live && !is_finished(FileId::of_path(&next))).then_some(next)
    }

    /// What is read behind the file of that id: the backup that was closed after it, else the file that is written to.
    fn behind(&self, id: FileId) -> PathBuf {
        let mut siblings = rotated_siblings(&self.live).unwrap_or_default();
        // A link that leads nowhere, or where one may not go, is none that was closed.
        siblings.retain(|path| FileId::of_path(path).is_some());
        let here = siblings.iter().position(|path| FileId::of_path(path) == Some(id));
        here.and_then(|here| siblings.get(here + 1)).unwrap_or(&self.live).clone()
    }
}

/// How far reading came.
enum Progress {
    Lines,
    PartOfALine,
    End,
}

impl Tail {
    /// Whether a name stood for this file a moment ago. Windows gives a new file the creation time of the one that had
    /// its name just before; then that it had more bytes than this one has gives it away.
    fn is_under(&self, name: &Metadata) -> bool {
        FileId::of(name) == self.id && self.file.metadata().is_ok_and(|own| name.len() <= own.len())
    }

    /// Whether the file still begins as it did when it was read. Looked at only when it has been written to, and not by
    /// its name, which may stand for another file by now.
    fn is_known_again(&mut self, now: &Metadata) -> bool {
        let written = now.modified().ok();
        if written.is_some() && written == self.known_as_of {
            return true;
        }
        self.known_as_of = written;
        self.begins_as_read()
    }

    /// Whether the file begins as it did when it was read. Where that cannot be read now, reading on will say so.
    fn begins_as_read(&self) -> bool {
        let (mut file, mut head) = (&self.file, Vec::new());
        let read = file.rewind().and_then(|()| file.take(self.head.len() as u64).read_to_end(&mut head));
        read.is_err() || head == self.head
    }

    /// What it is known by once it is closed.
    fn finished(&self) -> Finished {
        let written = self.file.metadata().and_then(|metadata| metadata.modified()).ok();
        Finished { id: self.id, bytes: self.read_so_far(), written }
    }

    fn read_lines(&mut self, name: &Path, batch: &mut Batch) -> Result<Progress, FollowError> {
        let refused = |error| FollowError(refusal(&InputFile::Path(name.to_owned()), &error));
        if self.is_left_alone {
            return Ok(Progress::End);
        }
        batch.restart(self.index);
        let begun = self.carried.len();
        (&self.file).seek(SeekFrom::Start(self.read_so_far())).map_err(refused)?;
        let read = (&self.file).take(READ_BYTES).read_to_end(&mut self.carried).map_err(|error| {
            self.carried.truncate(begun);
            refused(error)
        })?;
        if read == 0 {
            return Ok(Progress::End);
        }
        self.is_closing = false;
        let missing = HEAD_BYTES.saturating_sub(self.head.len()).min(read);
        self.head.extend_from_slice(&self.carried[begun..begun + missing]);
        if self.byte_offset == 0
            && let Some(form) = whole_file_form(&self.carried)
        {
            self.is_left_alone = true;
            self.carried.clear();
            let name = name.display();
            return Err(FollowError(sentence!(
                "{name} cannot be followed: it holds {}, not lines of JSON",
                form,
                name
            )));
        }
        let line_break = memrchr(b'\n', &self.carried[begun..]).map(|at| begun + at + 1);
        // What is longer than any message is no line that could still end.
        let is_too_long = self.carried.len() > MAX_MESSAGE_BYTES;
        let Some(whole_until) = line_break.or(is_too_long.then_some(self.carried.len())) else {
            return Ok(Progress::PartOfALine);
        };
        std::mem::swap(&mut batch.bytes, &mut self.carried);
        (self.line, self.byte_offset) = batch.cut_into_lines(whole_until, (self.line, self.byte_offset));
        self.carried.clear();
        self.carried.extend_from_slice(&batch.bytes[whole_until..]);
        Ok(Progress::Lines)
    }

    /// How many bytes of the file were read.
    fn read_so_far(&self) -> u64 {
        self.byte_offset + self.carried.len() as u64
    }

    /// Hands on the beginning of a line whose end will not come any more; false when there is none.
    fn give_up_rest(&mut self, batch: &mut Batch) -> bool {
        batch.restart(self.index);
        batch.bytes = std::mem::take(&mut self.carried);
        batch.cut_into_lines(batch.bytes.len(), (self.line, self.byte_offset));
        for message in &mut batch.messages {
            message.unended = false;
        }
        !batch.bytes.trim_ascii().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail_of(path: &Path) -> Tail {
        let mut followed = Followed::new(path.to_owned(), path.to_owned());
        assert!(followed.open(&mut Account::default(), &mut Vec::new()).expect("opened"));
        followed.tail.expect("open")
    }

    fn text_of(batch: &Batch) -> Vec<String> {
        let text = |message| String::from_utf8_lossy(batch.bytes_of(message)).into_owned();
        batch.messages.iter().map(text).collect()
    }

    #[test]
    fn a_file_that_came_later_and_cannot_be_opened_is_told_once_and_tried_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("logs.jsonl");
        let mut follower = Follower::new(&Input::default(), ScanOptions::default()).expect("followed");
        fs::write(&path, "{}\n").expect("written");
        follower.take_in(&Input::find(&[path.display().to_string()], false));
        fs::remove_file(&path).expect("removed");
        fs::create_dir(&path).expect("a folder");
        follower.take_notices();
        assert!(!follower.read().expect("nothing") && !follower.read().expect("nothing"));
        assert_eq!(follower.take_notices().len(), 1);
        fs::remove_dir(&path).expect("removed");
        fs::write(&path, "{}\n").expect("written");
        assert!(follower.read().expect("a line"));
    }

    #[test]
    fn a_file_that_is_rotated_before_it_is_opened_is_not_passed_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let live = folder.path().join("logs.jsonl");
        let backup = |second: u32| folder.path().join(format!("logs-2026-11-20T10-00-0{second}.000.jsonl"));
        for (path, text) in [(backup(1), "first\n"), (backup(2), "second\n"), (live.clone(), "third\n")] {
            fs::write(path, text).expect("written");
        }
        let mut followed = Followed::new(live.clone(), backup(1));
        let (mut batch, mut account, mut notices) = (Batch::default(), Account::default(), Vec::new());
        let mut read = Vec::new();
        for _ in 0..9 {
            // The second one was the file that is written to when it was chosen.
            if !followed.finished.is_empty() && followed.tail.is_none() {
                followed.name.clone_from(&live);
            }
            if followed.advance(&mut batch, &mut account, &mut notices).expect("read") {
                read.append(&mut text_of(&batch));
            }
        }
        assert_eq!(read, ["first", "second", "third"]);
    }

    #[test]
    fn a_file_is_read_under_another_name_until_it_is_written_to_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, other) = (folder.path().join("logs.jsonl"), folder.path().join("old.jsonl"));
        let find = |path: &Path| Input::find(&[path.display().to_string()], false);
        fs::write(&path, "{}\n").expect("written");
        let mut follower = Follower::new(&find(&path), ScanOptions::default()).expect("followed");
        assert!(follower.read().expect("a line"));
        fs::rename(&path, &other).expect("renamed");
        follower.take_in(&find(&other));
        assert!(!follower.read().expect("nothing"));
        assert_eq!(follower.followed.len(), 1, "its file is open");
        fs::write(&path, "[]\n").expect("written");
        assert!(!follower.read().expect("nothing") && follower.read().expect("a line"));
        follower.take_in(&find(&other));
        assert_eq!(follower.followed.len(), 1, "its file was read to its end");
        fs::write(&other, "more\n").expect("rewritten");
        follower.take_in(&find(&other));
        assert!(follower.read().expect("a line"));
        assert_eq!(text_of(&follower.batch), ["more"]);
        // A file may be rewritten after it was renamed, as by a Collector that starts anew with another name.
        fs::rename(&path, folder.path().join("new.jsonl")).expect("renamed");
        fs::write(folder.path().join("new.jsonl"), "0\n").expect("rewritten");
        follower.take_in(&find(&folder.path().join("new.jsonl")));
        assert!(follower.read().expect("a line"));
        assert_eq!(text_of(&follower.batch), ["0"]);
    }

    #[test]
    fn a_file_is_known_again_and_read_on_though_its_name_was_given_to_another_since_it_was_looked_at() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("logs.jsonl");
        fs::write(&path, "first\n").expect("written");
        let (mut tail, mut batch) = (tail_of(&path), Batch::default());
        assert!(matches!(tail.read_lines(&path, &mut batch), Ok(Progress::Lines)));
        fs::write(&path, "first\nthe rest\n").expect("written");
        let looked_at = fs::metadata(&path).expect("there");
        fs::rename(&path, folder.path().join("logs-2026-11-20T10-00-00.000.jsonl")).expect("renamed");
        fs::write(&path, "another\n").expect("written");
        assert!(tail.is_under(&looked_at) && tail.is_known_again(&looked_at));
        assert!(matches!(tail.read_lines(&path, &mut batch), Ok(Progress::Lines)));
        assert_eq!(text_of(&batch), ["the rest"]);
    }
}
