//! Rows that leave while the input is still being read, in time order within each conversation.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::Arc;

use tr::tr;

use super::Run;
use super::human::plural;
use super::output::{Record, RecordForm};
use super::zone::Zone;
use crate::event::{Event, EventFilter, EventOrder, Fold, IdCondition, Needle};
use crate::query::{Admitted, InTimeOrder, Meant, PrefixedConversations};
use crate::render::{Medium, Style, TextMedium, write_lines};
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

/// What is asked of every event, and as what it is answered.
#[derive(Clone)]
pub(super) struct RowQuestion<M> {
    maker: M,
    pub(super) filter: EventFilter,
    around: Around,
    zone: Zone,
    form: Arc<RowForm>,
    /// The names of the files, by their index in a location.
    pub(super) files: Arc<[String]>,
}

/// As what rows leave.
enum RowForm {
    Records(RecordForm),
    Text { medium: TextMedium, style: Style },
}

/// The rows that were made and have not left yet.
pub(super) struct Rows<M> {
    question: Arc<RowQuestion<M>>,
    made: Vec<Row>,
    /// A row could not be made. It must be heard of, not left out.
    failed: Option<io::Error>,
}

/// A row that was made.
pub(super) struct Row {
    pub(super) conversation: Option<String>,
    order: EventOrder,
    is_hit: bool,
    /// As it leaves.
    text: Vec<u8>,
}

impl Row {
    /// About how many bytes of memory it takes.
    fn size(&self) -> usize {
        const OVERHEAD: usize = 64;
        OVERHEAD + self.text.len()
    }
}

impl<M: RowMaker> RowQuestion<M> {
    /// An event as it leaves.
    fn text<'a>(&'a self, event: &Event<'a>, found: Option<M::Found<'a>>) -> io::Result<Vec<u8>> {
        /// Most records have room in it.
        const USUAL_RECORD_BYTES: usize = 2_048;
        Ok(match &*self.form {
            RowForm::Records(form) => {
                let file = self.files.get(event.location.file as usize).map_or("", String::as_str);
                let mut text = Vec::with_capacity(USUAL_RECORD_BYTES);
                form.write(&mut text, &self.maker.record(event, found, file, self.zone))?;
                text
            }
            RowForm::Text { medium, style } => {
                let mut text = Vec::new();
                write_lines(&self.maker.lines(event, found, self.zone, style), *medium, style, &mut text)?;
                text
            }
        })
    }
}

impl<M: RowMaker> Fold for Rows<M> {
    fn fresh(&self) -> Self {
        Self::new(Arc::clone(&self.question))
    }

    fn needles(&self) -> Option<Vec<Needle>> {
        let RowQuestion { maker, filter, around, .. } = &*self.question;
        let of_hits = || maker.needle().filter(|_| !around.is_wanted());
        Some(vec![filter.needle().or_else(of_hits)?])
    }

    fn add(&mut self, event: &Event<'_>) {
        let question = &*self.question;
        if !question.filter.admits(event) {
            return;
        }
        let found = question.maker.find(event);
        if found.is_none() && !question.around.is_wanted() {
            return;
        }
        let is_hit = found.is_some();
        match question.text(event, found) {
            Ok(text) => {
                let conversation = event.conversation_id().map(str::to_owned);
                self.made.push(Row { conversation, order: event.order(), is_hit, text });
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
    pub(super) fn new(question: Arc<RowQuestion<M>>) -> Self {
        Self { question, made: Vec::new(), failed: None }
    }

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
    /// The question of which rows are the answer; `files` are the names of the files by their index in a location.
    pub(super) fn row_question<M: RowMaker>(
        &self,
        maker: M,
        around: Around,
        files: Arc<[String]>,
    ) -> io::Result<RowQuestion<M>> {
        let form = match self.format.medium() {
            Medium::Text(medium) => RowForm::Text { medium, style: self.style },
            Medium::Records(format) => RowForm::Records(RecordForm::of::<M::Record<'_>>(format)?),
        };
        let (filter, zone) = (self.filter.clone(), self.zone);
        Ok(RowQuestion { maker, filter, around, zone, form: Arc::new(form), files })
    }

    /// Writes a row for each event that the filter admits and the question is about; `None` when the beginning of an id
    /// fits several conversations, which is said.
    pub(super) fn write_rows<M: RowMaker>(
        &mut self,
        maker: M,
        around: Around,
    ) -> io::Result<Option<Written>> {
        let files = self.input.files.iter().map(InputFile::name).collect();
        let question = Arc::new(self.row_question(maker, around, files)?);
        // The rows of one conversation are held to the end: there, order is worth more than the first row at once, and
        // whether the beginning of an id fits a second conversation is known only then.
        let one_conversation = self.filter.conversation.is_some();
        let mut held = InTimeOrder::holding((!one_conversation).then_some(HOLD_BYTES));
        let meant = PrefixedConversations::new(self.filter.conversation.clone());
        let admitted = Admitted::new(self.filter.clone());
        let mut outlet = Outlet::new(&question, &mut *self.out);
        let reading = self.progress.reading(&self.input);
        let scanned = scan(
            &self.input,
            self.options,
            &(Rows::new(question), (meant, admitted)),
            |(answer, (meant, _)), bytes| {
                if let Some(error) = answer.failed.take() {
                    return Err(error);
                }
                for row in answer.made.drain(..).filter(|row| meant.may_be(row.conversation.as_deref())) {
                    let conversation = row.conversation.clone();
                    held.push(conversation.as_deref(), row.order, row.size(), row);
                }
                held.input_read(bytes);
                while let Some(row) = held.next_ready() {
                    outlet.take(row)?;
                }
                outlet.flush()
            },
        )?;
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
    form: Arc<RowForm>,
    out: &'a mut dyn io::Write,
    /// Not before the first row: where none is written in the end, the output may be meant to stay empty.
    is_headed: bool,
    around: Around,
    pub(super) hits: u64,
    beside: BTreeMap<Option<String>, Beside>,
    /// Which conversation was written last, and whether rows of it were left out since.
    last: Option<(Option<String>, bool)>,
}

/// The rows of a conversation around its last hit.
#[derive(Default)]
struct Beside {
    before: VecDeque<Row>,
    after: usize,
}

impl<'a> Outlet<'a> {
    pub(super) fn new<M>(question: &RowQuestion<M>, out: &'a mut dyn io::Write) -> Self {
        Self {
            form: Arc::clone(&question.form),
            out,
            is_headed: false,
            around: question.around,
            hits: 0,
            beside: BTreeMap::new(),
            last: None,
        }
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
        self.write_heading()?;
        if let RowForm::Text { medium, style } = &*self.form {
            let apart = self.last.as_ref().is_some_and(|(last, gap)| *gap || *last != row.conversation);
            if apart && self.around.is_wanted() {
                write_lines(&[Line::new().tone(Tone::Dim, "--")], *medium, style, self.out)?;
            }
            self.last = Some((row.conversation, false));
        }
        self.out.write_all(&row.text)
    }

    fn write_heading(&mut self) -> io::Result<()> {
        match &*self.form {
            RowForm::Records(form) if !std::mem::replace(&mut self.is_headed, true) => {
                form.write_heading(self.out)
            }
            _ => Ok(()),
        }
    }

    /// What has been found is shown while the rest is still being read.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Ends the answer, and says how many hits it has.
    fn finish(mut self) -> io::Result<u64> {
        self.write_heading()?;
        self.out.flush()?;
        Ok(self.hits)
    }
}
