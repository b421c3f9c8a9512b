//! Rows of machine output that leave while the input is still being read, in time order within each conversation.

use std::io;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::Run;
use super::conversations::Candidate;
use super::output::{Record, RecordWriter};
use super::zone::Zone;
use crate::event::{Event, EventFilter, EventOrder, Fold};
use crate::query::InTimeOrder;
use crate::render::{Format, write_record};
use crate::source::{Account, InputFile, scan};

/// What the rows of a question are made of. Rows are made where the events are read, on every core.
pub(super) trait RowMaker: Clone + Send + Sync {
    /// The record of a row.
    type Record<'a>: Record;

    /// The row of an event; `None` when the question is not about it.
    fn row<'a>(&self, event: &Event<'a>, file: &'a str, zone: Zone) -> Option<Self::Record<'a>>;
}

/// The rows that were made and have not left yet.
struct Rows<M> {
    maker: M,
    filter: EventFilter,
    zone: Zone,
    files: Arc<[String]>,
    format: Format,
    made: Vec<Row>,
    /// A row could not be made. It must be heard of, not left out.
    failed: Option<io::Error>,
}

struct Row {
    conversation: Option<String>,
    order: EventOrder,
    body: Body,
}

/// What is left to do for a row when its turn comes.
enum Body {
    /// Nothing but writing it.
    Line(Vec<u8>),
    /// Spreading it over columns.
    Members(Value),
}

impl Body {
    fn of(record: &impl Serialize, format: Format) -> io::Result<Self> {
        if format == Format::Json {
            let mut line = Vec::with_capacity(2_048);
            write_record(&mut line, record)?;
            Ok(Self::Line(line))
        } else {
            Ok(Self::Members(serde_json::to_value(record)?))
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Line(line) => line.len(),
            // An estimate: what the same row takes as a line, and half as much again for its tree.
            Self::Members(members) => members.to_string().len() * 3 / 2,
        }
    }
}

impl<M: RowMaker> Fold for Rows<M> {
    fn fresh(&self) -> Self {
        Self {
            maker: self.maker.clone(),
            filter: self.filter.clone(),
            zone: self.zone,
            files: Arc::clone(&self.files),
            format: self.format,
            made: Vec::new(),
            failed: None,
        }
    }

    fn add(&mut self, event: &Event<'_>) {
        if !self.filter.admits(event) {
            return;
        }
        let file = self.files.get(event.location.file as usize).map_or("", String::as_str);
        let Some(record) = self.maker.row(event, file, self.zone) else { return };
        match Body::of(&record, self.format) {
            Ok(body) => {
                let conversation = event.conversation_id().map(str::to_owned);
                self.made.push(Row { conversation, order: event.order(), body });
            }
            Err(error) => self.failed = Some(error),
        }
    }

    fn join(&mut self, later: Self) {
        self.made.extend(later.made);
        self.failed = self.failed.take().or(later.failed);
    }
}

/// So much is held back to put rows in order; a conversation's disorder seldom spans more than one request.
const HOLD_BYTES: usize = 16 * 1024 * 1024;

/// What came of writing rows.
pub(super) struct Written {
    pub(super) rows: u64,
    pub(super) account: Account,
    /// Nothing was written, because the beginning of the id fits several conversations.
    pub(super) ambiguous: bool,
}

impl Run<'_> {
    /// Writes a row for each event that the filter admits and the maker makes one of.
    pub(super) fn write_rows<M: RowMaker>(&mut self, maker: M) -> io::Result<Written> {
        let question = Rows {
            maker,
            filter: self.filter.clone(),
            zone: self.zone,
            files: self.input.files.iter().map(InputFile::name).collect(),
            format: self.format,
            made: Vec::new(),
            failed: None,
        };
        // The rows of one conversation are held to the end: there, order is worth more than the first row at once, and
        // whether the beginning of an id fits a second conversation is known only then.
        let one_conversation = self.filter.conversation_prefix.is_some();
        let mut held = InTimeOrder::holding(if one_conversation { usize::MAX } else { HOLD_BYTES });
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut outlet = Outlet { format: self.format, writer: None, rows: 0, out: Some(&mut *self.out) };
        let scanned = scan(&self.input, self.options, &question, |answer| {
            if let Some(error) = answer.failed.take() {
                return Err(error);
            }
            for row in answer.made.drain(..) {
                if one_conversation
                    && let Some(id) = &row.conversation
                    && !candidates.iter().any(|candidate| candidate.id == *id)
                {
                    candidates.push(Candidate { id: id.clone(), start: row.order.time(), first_prompt: None });
                }
                held.push(row.conversation.as_deref(), row.order, row.body.size(), row.body);
            }
            while let Some(body) = held.next_ready() {
                outlet.write::<M>(body)?;
            }
            Ok(())
        })?;
        if candidates.len() <= 1 {
            while let Some(body) = held.next_held() {
                outlet.write::<M>(body)?;
            }
            outlet.finish::<M>()?;
        }
        let rows = outlet.rows;
        drop(outlet);
        let ambiguous = match self.filter.conversation_prefix.clone() {
            Some(prefix) => !self.is_unambiguous(&prefix, &candidates)?,
            None => false,
        };
        if held.out_of_order() > 0 {
            let events = held.out_of_order();
            self.note(&format!(
                "{events} events stand behind later ones of their conversation: the input is out of order over a long stretch"
            ))?;
        }
        Ok(Written { rows, account: scanned.account, ambiguous })
    }
}

/// The writer, made when the first row is there to be written, so that a question asked back leaves nothing behind.
struct Outlet<'a> {
    format: Format,
    writer: Option<RecordWriter<'a>>,
    out: Option<&'a mut dyn io::Write>,
    rows: u64,
}

impl<'a> Outlet<'a> {
    fn writer<M: RowMaker>(&mut self) -> io::Result<&mut RecordWriter<'a>> {
        let made = match (self.writer.take(), self.out.take()) {
            (Some(writer), _) => writer,
            (None, Some(out)) => RecordWriter::new::<M::Record<'_>>(self.format, out)?,
            (None, None) => return Err(io::Error::other("the output is closed")),
        };
        Ok(self.writer.insert(made))
    }

    fn write<M: RowMaker>(&mut self, body: Body) -> io::Result<()> {
        self.rows += 1;
        let writer = self.writer::<M>()?;
        match body {
            Body::Line(line) => writer.write_line(&line),
            Body::Members(members) => writer.write(&members),
        }
    }

    fn finish<M: RowMaker>(&mut self) -> io::Result<()> {
        self.writer::<M>()?;
        self.writer.take().map_or(Ok(()), RecordWriter::finish)
    }
}
