//! `codex-audit show`: what happened in one conversation?

mod live;
mod remark_words;
mod timeline;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use clap::Args;
use tr::tr;

use super::Run;
use super::account::Exit;
use super::conversations::id_to_find;
use super::help;
use super::rows::Around;
use crate::event::{EventFilter, IdCondition};
use crate::query::price_book::{PriceBook, Usd};
use crate::query::{
    Condition, ConversationIndex, ConversationSummary, GroupKey, Story, StoryCollector, TokenUsage,
    UsageQuestion,
};
use crate::render::{Medium, TextMedium, TimelineWriter};
use crate::report::Gutter;
use crate::source::Account;
use live::EachEvent;
use timeline::{Clock, Telling};

/// Show what happened in a conversation, as a timeline
///
/// Without an id every conversation is shown, one after the other. For people what belongs together is one entry: a
/// request with its response, a tool call with its decision, command, exit code and output; the events of a response's
/// stream are counted. `--json` writes every record as it is.
#[derive(Args, Clone, Debug, Default)]
#[command(after_long_help = help::SHOW)]
pub struct ShowArgs {
    /// The conversation; the beginning of its id is enough where no other begins so
    #[arg(value_name = "ID", conflicts_with = "conversation", value_parser = id_to_find)]
    id: Option<String>,

    /// Show the conversation that was opened last
    #[arg(long, conflicts_with_all = ["id", "conversation"])]
    last: bool,

    /// Show each event of a response's stream, too
    #[arg(long)]
    all: bool,

    /// When all is shown, go on with what is written from then on
    ///
    /// Each record is shown as soon as its line is whole: for people a line an event. A file that is not there yet is
    /// waited for, and one that comes into a folder is read; rotation, and emptying as by a Collector that starts anew,
    /// are followed and said. `--since now` leaves out what is there already. Only lines of JSON can be followed. Ctrl-C
    /// ends it.
    #[arg(long)]
    pub(crate) follow: bool,
}

/// So many events are kept at a time when every conversation is shown.
const EVENTS_AT_A_TIME: u64 = 20_000;

impl ShowArgs {
    /// Answers.
    ///
    /// # Errors
    /// When the answer cannot be written.
    pub fn run(&self, mut run: Run<'_>) -> anyhow::Result<Exit> {
        if let Some(id) = &self.id {
            run.filter.conversation = Some(IdCondition::BeginsWith(id.clone()));
        }
        if self.last {
            run.input.keep_what_comes_once();
            let Some(scan) = run.ask(|filter| ConversationIndex::new(filter.clone()))? else {
                return Ok(Exit::Failed);
            };
            let summaries = scan.answer.settle().summaries;
            match newest(&summaries) {
                Some(id) => run.filter.conversation = Some(IdCondition::Is(id.to_owned())),
                None => return conclude_without_last(run, summaries.is_empty(), &scan.account),
            }
        }
        if self.follow {
            let with_streams = self.all || matches!(run.format.medium(), Medium::Records(_));
            return run.follow_rows(EachEvent { with_streams }, Around::default());
        }
        match run.format.medium() {
            Medium::Records(_) => {
                let Some(written) = run.write_rows(EachEvent { with_streams: true }, Around::default())?
                else {
                    return Ok(Exit::Failed);
                };
                self.conclude(run, written.hits, &written.account)
            }
            Medium::Text(medium) if run.filter.conversation.is_some() => self.tell_one(run, medium),
            Medium::Text(medium) => self.tell_all(run, medium),
        }
    }

    fn conclude(&self, mut run: Run<'_>, shown: u64, account: &Account) -> anyhow::Result<Exit> {
        if shown == 0 && account.unopened.is_empty() {
            match &run.filter.conversation {
                // That is said of every filter.
                Some(_) if run.unmet.iter().any(|unmet| unmet.condition == Condition::Conversation) => {}
                Some(wanted) if self.id.is_some() => {
                    let prefix = wanted.text();
                    let sentence = tr!(
                        "the other filters admit nothing of the conversation that begins with `{prefix}`",
                        prefix
                    );
                    run.note(&sentence)?;
                }
                _ => run.note(&tr!("there is no event in the input, or none that the filters admit"))?,
            }
        }
        Ok(run.conclude(if shown == 0 { Exit::Finding } else { Exit::Answered }, account)?)
    }

    /// One conversation, heard in one reading.
    fn tell_one(&self, mut run: Run<'_>, medium: TextMedium) -> anyhow::Result<Exit> {
        let prices = Prices::of(&run)?;
        let question = |filter: &EventFilter| {
            let story = StoryCollector::new(filter.clone(), self.all);
            (ConversationIndex::new(filter.clone()), (story, prices.question(filter)))
        };
        let Some(scan) = run.ask(question)? else { return Ok(Exit::Failed) };
        let (index, (collector, usage)) = scan.answer;
        let costs = prices.costs(usage);
        let conversations = index.settle();
        let mut stories = collector.settle();
        let shown = conversations.summaries.len() as u64;
        let mut teller = Teller::new(&mut run, medium, &scan.account, &costs);
        for summary in &conversations.summaries {
            teller.tell(Some(summary), stories.remove(&Some(summary.id.clone())))?;
        }
        self.conclude(run, shown, &scan.account)
    }

    /// Every conversation: which there are first, then some at a time, so that memory does not grow with the input.
    fn tell_all(&self, mut run: Run<'_>, medium: TextMedium) -> anyhow::Result<Exit> {
        run.input.keep_what_comes_once();
        let prices = Prices::of(&run)?;
        let question =
            |filter: &EventFilter| (ConversationIndex::new(filter.clone()), prices.question(filter));
        let Some(scan) = run.ask(question)? else { return Ok(Exit::Failed) };
        let (index, usage) = scan.answer;
        let costs = prices.costs(usage);
        let conversations = index.settle();
        let mut pending: Vec<Option<&ConversationSummary>> =
            conversations.summaries.iter().map(Some).collect();
        if conversations.records_without_conversation > 0 {
            pending.push(None);
        }
        let shown = pending.len() as u64;
        let mut rest = pending.as_slice();
        while !rest.is_empty() {
            let mut events = 0;
            let some = rest
                .iter()
                .take_while(|summary| {
                    events +=
                        summary.map_or(conversations.records_without_conversation, |summary| summary.events);
                    events <= EVENTS_AT_A_TIME
                })
                .count()
                .max(1);
            let (now, later) = rest.split_at(some);
            let ids: BTreeSet<Option<String>> =
                now.iter().map(|summary| summary.map(|summary| summary.id.clone())).collect();
            let collector =
                |filter: &EventFilter| StoryCollector::new(filter.clone(), self.all).only(ids.clone());
            let Some(collected) = run.ask(collector)? else { return Ok(Exit::Failed) };
            let mut stories: BTreeMap<_, Story> = collected.answer.settle();
            let mut teller = Teller::new(&mut run, medium, &scan.account, &costs);
            for summary in now {
                teller.tell(*summary, stories.remove(&summary.map(|summary| summary.id.clone())))?;
            }
            rest = later;
        }
        self.conclude(run, shown, &scan.account)
    }
}

/// The id of the conversation that was opened last.
fn newest(conversations: &[ConversationSummary]) -> Option<&str> {
    let dated = conversations.iter().filter(|summary| summary.start.is_some());
    dated.max_by_key(|summary| summary.start).map(|summary| summary.id.as_str())
}

/// Says why no conversation is the one that was opened last.
fn conclude_without_last(mut run: Run<'_>, is_empty: bool, account: &Account) -> anyhow::Result<Exit> {
    if account.unopened.is_empty() {
        run.note(&if is_empty {
            tr!("there is no conversation in the input, or none that the filters admit")
        } else {
            tr!("no conversation in the input has a time, or none that the filters admit")
        })?;
    }
    Ok(run.conclude(Exit::Finding, account)?)
}

/// What each conversation would cost.
struct Costs {
    /// `None` where some of it could not be priced.
    of_conversations: BTreeMap<Option<String>, Option<Usd>>,
    /// Which prices these are, where they are not only those of the program.
    own_book: Option<String>,
}

/// By what conversations are priced.
struct Prices {
    book: Arc<PriceBook>,
    /// Which prices these are, where they are not only those of the program.
    own_book: Option<String>,
}

impl Prices {
    fn of(run: &Run<'_>) -> anyhow::Result<Self> {
        let book = run.price_book(None)?;
        Ok(Self { own_book: run.own_book(&book), book: Arc::new(book) })
    }

    /// What do the responses of each conversation come to?
    fn question(&self, filter: &EventFilter) -> TokenUsage {
        TokenUsage::new(UsageQuestion {
            filter: filter.clone(),
            keys: vec![GroupKey::Conversation],
            prices: Arc::clone(&self.book),
            keep_responses: false,
        })
    }

    fn costs(self, usage: TokenUsage) -> Costs {
        let groups = usage.settle().groups.into_iter();
        let of_conversations = groups.map(|(mut group, sum)| (group.pop().flatten(), sum.cost())).collect();
        Costs { of_conversations, own_book: self.own_book }
    }
}

/// Draws one story after another.
struct Teller<'a> {
    writer: TimelineWriter<'a>,
    telling: Telling<'a>,
}

impl<'a> Teller<'a> {
    fn new(run: &'a mut Run<'_>, medium: TextMedium, account: &'a Account, costs: &'a Costs) -> Self {
        let telling = Telling {
            zone: run.zone,
            short: run.style.truncate,
            is_divided: run.filter.divides_conversations(),
            account,
            costs,
        };
        Self { writer: TimelineWriter::new(Gutter::default(), medium, run.style, &mut *run.out), telling }
    }

    fn tell(&mut self, summary: Option<&ConversationSummary>, story: Option<Story>) -> io::Result<()> {
        let story = story.unwrap_or_default();
        self.writer.header(&self.telling.header(summary, &story))?;
        let mut clock = Clock::default();
        for (order, step) in &story.steps {
            for entry in self.telling.entries(*order, step, &mut clock) {
                self.writer.entry(&entry)?;
            }
        }
        self.writer.footer(&self.telling.footer(summary))
    }
}
