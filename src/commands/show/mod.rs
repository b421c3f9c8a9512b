//! `codex-audit show`: what happened in one conversation?

mod live;
mod remark_words;
mod timeline;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use clap::Args;
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use tr::tr;

use super::Run;
use super::account::Exit;
use super::conversations::id_to_find;
use super::help;
use super::rows::Around;
use crate::event::{EventFilter, IdCondition};
use crate::query::price_book::{PriceBook, Usd};
use crate::query::{
    Condition, ConversationIndex, ConversationSummary, GroupKey, StoryCollector, StoryEvents, StoryPlan,
    TokenUsage, UsageQuestion,
};
use crate::render::{Medium, Style, TextMedium, TimelineWriter};
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

/// So many events are held back when every conversation is shown.
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
            let story = StoryCollector::new(filter.clone());
            (ConversationIndex::new(filter.clone()), (story, prices.question(filter)))
        };
        let Some(scan) = run.ask(question)? else { return Ok(Exit::Failed) };
        let (index, (collector, usage)) = scan.answer;
        let costs = prices.costs(usage);
        let conversations = index.settle();
        let mut stories = collector.settle();
        let shown = conversations.summaries.len() as u64;
        let mut teller = self.teller(&run, medium, &scan.account, &costs);
        for summary in &conversations.summaries {
            let events = stories.remove(&Some(summary.id.clone())).unwrap_or_default();
            teller.tell(vec![(Some(summary), events)], run.out)?;
        }
        self.conclude(run, shown, &scan.account)
    }

    /// Every conversation: which there are first, then each as soon as all of it was heard, so that memory does not
    /// grow with the input.
    fn tell_all(&self, mut run: Run<'_>, medium: TextMedium) -> anyhow::Result<Exit> {
        run.input.keep_what_comes_once();
        let prices = Prices::of(&run)?;
        let question = |filter: &EventFilter| {
            let plan = StoryPlan::new(filter.clone());
            (ConversationIndex::new(filter.clone()), (plan, prices.question(filter)))
        };
        let Some(scan) = run.ask(question)? else { return Ok(Exit::Failed) };
        let (index, (plan, usage)) = scan.answer;
        let costs = prices.costs(usage);
        let conversations = index.settle();
        let mut untold: Vec<Option<&ConversationSummary>> =
            conversations.summaries.iter().map(Some).collect();
        if conversations.records_without_conversation > 0 {
            untold.push(None);
        }
        let shown = untold.len() as u64;
        let mut untold = untold.as_slice();
        let id_of = |summary: Option<&ConversationSummary>| summary.map(|summary| summary.id.clone());
        let passes = plan.passes(untold.iter().map(|summary| id_of(*summary)), EVENTS_AT_A_TIME);
        let mut teller = self.teller(&run, medium, &scan.account, &costs);
        for pass in passes {
            let (mut now, later) = untold.split_at(pass.len());
            untold = later;
            let pass = Arc::new(pass);
            let question = |filter: &EventFilter| StoryCollector::new(filter.clone()).only(Arc::clone(&pass));
            let collected = run.ask_and_deliver(question, |collector, out| {
                let mut whole = Vec::new();
                while let Some((next, rest)) = now.split_first()
                    && let Some(events) = collector.take_whole(&id_of(*next))
                {
                    whole.push((*next, events));
                    now = rest;
                }
                teller.tell(whole, out)
            })?;
            // Of a file that has lost something since it was read first, what is left of it. What was added to one since
            // then, behind all of its conversation, is not told: the sums are not of it either.
            let Some(collected) = collected else { return Ok(Exit::Failed) };
            let mut left = collected.answer.settle();
            let stories =
                now.iter().map(|summary| (*summary, left.remove(&id_of(*summary)).unwrap_or_default()));
            teller.tell(stories.collect(), run.out)?;
        }
        self.conclude(run, shown, &scan.account)
    }

    fn teller<'a>(
        &self,
        run: &Run<'_>,
        medium: TextMedium,
        account: &'a Account,
        costs: &'a Costs,
    ) -> Teller<'a> {
        let telling = Telling {
            zone: run.zone,
            short: run.style.truncate,
            is_divided: run.filter.divides_conversations(),
            is_ended: run.filter.until.is_some(),
            account,
            costs,
        };
        Teller { telling, with_streams: self.all, medium, style: run.style, has_told: false }
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
    telling: Telling<'a>,
    with_streams: bool,
    medium: TextMedium,
    style: Style,
    has_told: bool,
}

/// The events of a conversation, with what they amount to; without that, those of no conversation.
type Untold<'a> = (Option<&'a ConversationSummary>, StoryEvents);

impl Teller<'_> {
    /// Draws the stories, several of them on every core.
    fn tell(&mut self, stories: Vec<Untold<'_>>, out: &mut dyn Write) -> io::Result<()> {
        let has_told = self.has_told;
        self.has_told |= !stories.is_empty();
        // One may be long: its text need not be in memory.
        let stories = match <[Untold<'_>; 1]>::try_from(stories) {
            Ok([story]) => return self.draw(story, has_told, out),
            Err(stories) => stories,
        };
        let drawn = stories.into_par_iter().enumerate().map(|(place, story)| {
            let mut text = Vec::new();
            self.draw(story, has_told || place > 0, &mut text).map(|()| text)
        });
        let drawn: Vec<io::Result<Vec<u8>>> = drawn.collect();
        drawn.into_iter().try_for_each(|text| out.write_all(&text?))
    }

    fn draw(
        &self,
        (summary, events): Untold<'_>,
        follows_another: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let story = events.told(self.with_streams);
        let mut writer = TimelineWriter::new(Gutter::default(), self.medium, self.style, out);
        if follows_another {
            writer.follow_another();
        }
        writer.header(&self.telling.header(summary, &story))?;
        let mut clock = Clock::default();
        for (order, step) in &story.steps {
            for entry in self.telling.entries(*order, step, &mut clock) {
                writer.entry(&entry)?;
            }
        }
        writer.footer(&self.telling.footer(summary))
    }
}
