//! Rows that leave while the input is still being read, in time order within each conversation.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use tr::tr;

use super::Run;
use super::human::plural;
use super::output::{Record, RecordWriter};
use super::zone::Zone;
use crate::event::{Event, EventFilter, EventOrder, Fold, IdCondition, Needle};
use crate::query::{Admitted, InTimeOrder, Meant, PrefixedConversations};
use crate::render::{Format, Medium, RecordFormat, Style, TextMedium, write_lines, write_record};
use crate::report::{Line, Tone};
use crate::source::{Account, InputFile, scan};

/// What the rows of a question are made of. Rows are made where the events are read, on every core.
pub(super) trait RowMaker: Clone + Send + Sync {
    /// What is found in an event.
    type Found<'a>;
    /// The record of a row.
    type Record<'a>: Record;

    /// A text that stands in every message with an event that the question is about, if one can be told.
    fn needle(&self) -> Option<Needle> {
        None
    }

    /// What the question finds in an event; `None` when it is not about it.
    fn find<'a>(&self, event: &Event<'a>) -> Option<Self::Found<'a>>;

    /// The record of an event; `found` is `None` for an event that stands beside a hit.
    fn record<'a>(
        &self,
        event: &Event<'a>,
        found: Option<Self::Found<'a>>,
        file: &'a str,
        zone: Zone,
    ) -> Self::Record<'a>;

    /// The lines of an event, for people; `found` is `None` for an event that stands beside a hit.
    fn lines(
        &self,
        event: &Event<'_>,
        found: Option<Self::Found<'_>>,
        zone: Zone,
        style: &Style,
    ) -> Vec<Line>;
}

/// How many events of the same conversation to write with a hit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Around {
    pub(super) before: usize,
    pub(super) after: usize,
}

impl Around {
    fn is_wanted(self) -> bool {
        self.before > 0 || self.after > 0
    }
}

/// The rows that were made and have not left yet.
pub(super) struct Rows<M> {
    maker: M,
    pub(super) filter: EventFilter,
    around: Around,
    zone: Zone,
    style: Style,
    /// The names of the files, by their index in a location.
    pub(super) files: Arc<[String]>,
    format: Format,
    made: Vec<Row>,
    /// A row could not be made. It must be heard of, not left out.
    failed: Option<io::Error>,
}

/// A row that was made.
pub(super) struct Row {
    pub(super) conversation: Option<String>,
    order: EventOrder,
    is_hit: bool,
    body: Body,
}

/// What is left to do for a row when its turn comes.
enum Body {
    /// Nothing but writing it.
    Json(Vec<u8>),
    /// Spreading it over columns.
    Members(Value),
    /// Drawing it.
    Lines(Vec<Line>),
}

impl Body {
    fn json(record: &impl Serialize) -> io::Result<Self> {
        let mut line = Vec::with_capacity(2_048);
        write_record(&mut line, record)?;
        Ok(Self::Json(line))
    }

    /// About how many bytes of memory it takes.
    fn size(&self) -> usize {
        const OVERHEAD: usize = 64;
        match self {
            Self::Json(line) => OVERHEAD + line.len(),
            // A tree takes about half as much again as its text.
            Self::Members(members) => OVERHEAD + members.to_string().len() * 3 / 2,
            Self::Lines(lines) => {
                lines.iter().flat_map(|line| &line.0).map(|span| OVERHEAD + span.text.len()).sum::<usize>()
            }
        }
    }
}

impl<M: RowMaker> Fold for Rows<M> {
    fn fresh(&self) -> Self {
        Self {
            maker: self.maker.clone(),
            filter: self.filter.clone(),
            around: self.around,
            zone: self.zone,
            style: self.style,
            files: Arc::clone(&self.files),
            format: self.format,
            made: Vec::new(),
            failed: None,
        }
    }

    fn needles(&self) -> Option<Vec<Needle>> {
        let of_hits = || self.maker.needle().filter(|_| !self.around.is_wanted());
        Some(vec![self.filter.needle().or_else(of_hits)?])
    }

    fn add(&mut self, event: &Event<'_>) {
        if !self.filter.admits(event) {
            return;
        }
        let found = self.maker.find(event);
        if found.is_none() && !self.around.is_wanted() {
            return;
        }
        let is_hit = found.is_some();
        let body = match self.format.medium() {
            Medium::Text(_) => Ok(Body::Lines(self.maker.lines(event, found, self.zone, &self.style))),
            Medium::Records(format) => {
                let file = self.files.get(event.location.file as usize).map_or("", String::as_str);
                let record = self.maker.record(event, found, file, self.zone);
                match format {
                    RecordFormat::Json => Body::json(&record),
                    RecordFormat::Csv => {
                        serde_json::to_value(&record).map(Body::Members).map_err(io::Error::from)
                    }
                }
            }
        };
        match body {
            Ok(body) => {
                let conversation = event.conversation_id().map(str::to_owned);
                self.made.push(Row { conversation, order: event.order(), is_hit, body });
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
    pub(super) hits: u64,
    pub(super) account: Account,
}

impl<M> Rows<M> {
    /// The rows made so far, those of one moment in the order of the input.
    pub(super) fn take_in_order(&mut self) -> io::Result<Vec<Row>> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let mut rows = std::mem::take(&mut self.made);
        rows.sort_by_key(|row| row.order);
        Ok(rows)
    }
}

impl Run<'_> {
    /// The question that makes rows; `files` are the names of the files by their index in a location.
    pub(super) fn rows<M: RowMaker>(&self, maker: M, around: Around, files: Arc<[String]>) -> Rows<M> {
        Rows {
            maker,
            filter: self.filter.clone(),
            around,
            zone: self.zone,
            style: self.style,
            files,
            format: self.format,
            made: Vec::new(),
            failed: None,
        }
    }

    /// Writes a row for each event that the filter admits and the question is about; `None` when the beginning of an id
    /// fits several conversations, which is said.
    pub(super) fn write_rows<M: RowMaker>(
        &mut self,
        maker: M,
        around: Around,
    ) -> io::Result<Option<Written>> {
        let files = self.input.files.iter().map(InputFile::name).collect();
        let question = self.rows(maker, around, files);
        // The rows of one conversation are held to the end: there, order is worth more than the first row at once, and
        // whether the beginning of an id fits a second conversation is known only then.
        let one_conversation = self.filter.conversation.is_some();
        let mut held = InTimeOrder::holding((!one_conversation).then_some(HOLD_BYTES));
        let meant = PrefixedConversations::new(self.filter.conversation.clone());
        let admitted = Admitted::new(self.filter.clone());
        let mut outlet = Outlet::new::<M>(self.format, self.style, around, &mut *self.out)?;
        let reading = self.progress.reading(&self.input);
        let scanned =
            scan(&self.input, self.options, &(question, (meant, admitted)), |(answer, (meant, _))| {
                if let Some(error) = answer.failed.take() {
                    return Err(error);
                }
                for row in answer.made.drain(..).filter(|row| meant.may_be(row.conversation.as_deref())) {
                    let conversation = row.conversation.clone();
                    held.push(conversation.as_deref(), row.order, row.body.size(), row);
                }
                held.end_stretch();
                while let Some(row) = held.next_ready() {
                    outlet.take(row)?;
                }
                outlet.flush()
            })?;
        drop(reading);
        let (meant, admitted) = scanned.answer.1;
        match meant.settle() {
            Meant::One => {}
            Meant::Whole { id, .. } => self.filter.conversation = Some(IdCondition::Is(id)),
            Meant::Several(candidates) => {
                drop(outlet);
                self.ask_back(&candidates)?;
                return Ok(None);
            }
        }
        while let Some(row) = held.next_held() {
            if self.filter.admits_id(row.conversation.as_deref()) {
                outlet.take(row)?;
            }
        }
        let hits = outlet.finish()?;
        self.find_unmet_conditions(admitted.any)?;
        if held.out_of_order() > 0 {
            let events = plural(held.out_of_order(), "event stands", "events stand");
            self.note(&tr!(
                "{events} behind later ones of the same conversation: the input is out of order over a long stretch", events))?;
        }
        Ok(Some(Written { hits, account: scanned.account }))
    }
}

/// Where rows leave. Chooses which events beside a hit are written with it.
pub(super) struct Outlet<'a> {
    way: Way<'a>,
    around: Around,
    pub(super) hits: u64,
    beside: BTreeMap<Option<String>, Beside>,
    /// Which conversation was written last, and whether rows of it were left out since.
    last: Option<(Option<String>, bool)>,
}

/// As what rows leave.
enum Way<'a> {
    Records(RecordWriter<'a>),
    Lines { medium: TextMedium, style: Style, out: &'a mut dyn io::Write },
}

/// The rows of a conversation around its last hit.
#[derive(Default)]
struct Beside {
    before: VecDeque<Row>,
    after: usize,
}

impl<'a> Outlet<'a> {
    pub(super) fn new<M: RowMaker>(
        format: Format,
        style: Style,
        around: Around,
        out: &'a mut dyn io::Write,
    ) -> io::Result<Self> {
        let way = match format.medium() {
            Medium::Text(medium) => Way::Lines { medium, style, out },
            Medium::Records(format) => Way::Records(RecordWriter::new::<M::Record<'_>>(format, out)?),
        };
        Ok(Self { way, around, hits: 0, beside: BTreeMap::new(), last: None })
    }

    pub(super) fn take(&mut self, row: Row) -> io::Result<()> {
        if !self.around.is_wanted() {
            self.hits += 1;
            return self.write(row);
        }
        let conversation = row.conversation.clone();
        let mut beside = self.beside.remove(&conversation).unwrap_or_default();
        if row.is_hit {
            self.hits += 1;
            for earlier in beside.before.drain(..) {
                self.write(earlier)?;
            }
            beside.after = self.around.after;
            self.write(row)?;
        } else if beside.after > 0 {
            beside.after -= 1;
            self.write(row)?;
        } else {
            beside.before.push_back(row);
            if beside.before.len() > self.around.before {
                beside.before.pop_front();
                if let Some((last, gap)) = &mut self.last {
                    *gap |= *last == conversation;
                }
            }
        }
        self.beside.insert(conversation, beside);
        Ok(())
    }

    fn write(&mut self, row: Row) -> io::Result<()> {
        match (&mut self.way, row.body) {
            (Way::Records(writer), Body::Json(line)) => writer.write_line(&line),
            (Way::Records(writer), Body::Members(members)) => writer.write(&members),
            (Way::Lines { medium, style, out }, Body::Lines(lines)) => {
                let apart = self.last.as_ref().is_some_and(|(last, gap)| *gap || *last != row.conversation);
                if apart && self.around.is_wanted() {
                    write_lines(&[Line::new().tone(Tone::Dim, "--")], *medium, style, *out)?;
                }
                self.last = Some((row.conversation, false));
                write_lines(&lines, *medium, style, *out)
            }
            _ => Err(io::Error::other("a row of another format")),
        }
    }

    /// What has been found is shown while the rest is still being read.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        match &mut self.way {
            Way::Records(writer) => writer.flush(),
            Way::Lines { out, .. } => out.flush(),
        }
    }

    /// Ends the answer, and says how many hits it has.
    fn finish(self) -> io::Result<u64> {
        if let Way::Records(writer) = self.way {
            writer.finish()?;
        }
        Ok(self.hits)
    }
}
