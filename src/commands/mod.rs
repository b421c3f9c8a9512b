//! The roof: one file a subcommand, which asks a question and says how the answer is drawn.

mod account;
mod audit_finding;
mod complete;
mod completions;
mod config;
mod console;
mod conversations;
mod doctor;
mod follow;
mod grep;
mod help;
mod human;
mod input;
mod interrupt;
mod likeness;
mod links;
mod list;
mod man;
mod network;
pub mod output;
mod pager;
mod prices;
mod progress;
mod reasons;
pub mod records;
mod rows;
mod settings;
mod show;
mod time_span;
mod tokens;
mod tool_decision;
mod unmet;
pub mod usage;
mod verify;
mod wording;
mod world;
mod zone;

use std::io::{self, Write};
use std::path::PathBuf;

pub use account::{Exit, exit_after};
pub(crate) use complete::completed;
pub use completions::CompletionsArgs;
pub use config::ConfigArgs;
pub use console::Console;
pub use doctor::DoctorArgs;
pub use grep::GrepArgs;
pub(crate) use help::PROGRAM as PROGRAM_EXAMPLES;
pub use input::{FilterArgs, InputArgs, ZoneArgs};
pub use list::ListArgs;
pub use man::ManArgs;
pub use network::NetworkArgs;
pub use output::OutputArgs;
pub use progress::Progress;
pub use reasons::told_error;
pub use show::ShowArgs;
pub use tokens::TokensArgs;
pub use tool_decision::ToolDecisionArgs;
pub use verify::VerifyArgs;
pub use world::World;
pub use zone::Zone;

use human::plural;
use settings::Origin;
use tr::tr;

use crate::event::{EventFilter, Fold, IdCondition};
use crate::query::{Admitted, Meant, PrefixedConversations, Unmet, UnmetConditions};
use crate::render::{Format, Style};
use crate::source::{Input, Scan, ScanOptions, scan};

/// Arguments that every subcommand takes.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct SharedArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    zone: ZoneArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

impl SharedArgs {
    /// The console that fits what is asked for; `is_paged` says that a pager may show the answer.
    #[must_use]
    pub fn console(&self, world: &World, is_paged: bool) -> Console {
        let pager = if is_paged { self.output.pager_on_terminal(world) } else { None };
        Console::new(world, pager, self.output.quiet)
    }
}

/// A run: what was asked for in general, and where to write.
pub struct Run<'a> {
    /// Where data go.
    pub out: &'a mut dyn Write,
    /// Where talk goes.
    pub err: &'a mut dyn Write,
    format: Format,
    style: Style,
    zone: Zone,
    quiet: bool,
    progress: Progress,
    input: Input,
    options: ScanOptions,
    filter: EventFilter,
    input_is_default: bool,
    /// The conditions of the filter that fit nothing in the input, as far as it was asked.
    unmet: Vec<Unmet>,
    /// Events that were asked for and say nothing that can be counted.
    nameless_events: u64,
    /// Prices that go before the built-in ones where no others are named.
    price_file: Option<PathBuf>,
}

impl<'a> Run<'a> {
    /// Settles what the shared arguments ask for.
    ///
    /// # Errors
    /// When one of them, or a setting, cannot be understood.
    pub fn new(
        shared: &SharedArgs,
        world: &World,
        out: &'a mut dyn Write,
        err: &'a mut dyn Write,
        progress: &Progress,
    ) -> anyhow::Result<Self> {
        if let Some(threads) = shared.input.threads_to_start() {
            // Fails only when threads were started before, as in a test that runs several commands.
            drop(rayon::ThreadPoolBuilder::new().num_threads(threads).build_global());
        }
        let settings = world.settings()?;
        let zone = shared.zone.zone(world, settings)?;
        let files = shared.input.names(world, settings);
        Ok(Self {
            out,
            err,
            format: shared.output.format(settings).value,
            style: shared.output.style(world, settings),
            zone,
            quiet: shared.output.quiet,
            progress: progress.clone(),
            unmet: Vec::new(),
            nameless_events: 0,
            input_is_default: files.origin == Origin::Default,
            input: shared.input.find(&files),
            options: shared.input.options(),
            filter: shared.filter.filter(zone, world.now)?,
            price_file: settings.price_book.as_ref().map(|set| set.value.clone()),
        })
    }

    /// Puts a question about the events that a filter admits to the whole input, and waits for the answer; `None` when
    /// the beginning of an id fits several conversations, which is said.
    fn ask<F: Fold>(&mut self, question: impl Fn(&EventFilter) -> F) -> io::Result<Option<Scan<F>>> {
        self.ask_and_deliver(question, |_, _| Ok(()))
    }

    /// The same, and hands `deliver` what was heard so far, and where data go, as soon as it may be told: after each
    /// part of the input, and at its end.
    fn ask_and_deliver<F: Fold>(
        &mut self,
        question: impl Fn(&EventFilter) -> F,
        mut deliver: impl FnMut(&mut F, &mut dyn Write) -> io::Result<()>,
    ) -> io::Result<Option<Scan<F>>> {
        loop {
            // Whether the beginning of an id fits a second conversation is known at the end.
            let tells_at_once = self.filter.conversation.is_none();
            let meant = PrefixedConversations::new(self.filter.conversation.clone());
            let questions = (question(&self.filter), (meant, Admitted::new(self.filter.clone())));
            let out = &mut *self.out;
            let reading = self.progress.reading(&self.input);
            let Scan { answer, account } = scan(&self.input, self.options, &questions, |(answer, _), _| {
                if tells_at_once { deliver(answer, out) } else { Ok(()) }
            })?;
            drop(reading);
            let (mut answer, (meant, admitted)) = answer;
            match meant.settle() {
                Meant::One => {
                    deliver(&mut answer, self.out)?;
                    self.find_unmet_conditions(admitted.any)?;
                    self.nameless_events = admitted.nameless_events;
                    return Ok(Some(Scan { answer, account }));
                }
                // What was heard of the others cannot be taken out of an answer.
                Meant::Whole { id, .. } if self.input.can_be_read_again() => {
                    self.filter.conversation = Some(IdCondition::Is(id));
                }
                Meant::Whole { candidates, .. } | Meant::Several(candidates) => {
                    self.ask_back(&candidates)?;
                    return Ok(None);
                }
            }
        }
    }

    /// Says of an answer that counts events how many it could not count.
    fn note_nameless_events(&mut self) -> io::Result<()> {
        if self.nameless_events == 0 {
            return Ok(());
        }
        let records = plural(self.nameless_events, "record has", "records have");
        self.note(&tr!(
            "{records} the attributes of an event, and no event.name: what they say is not counted",
            records
        ))
    }

    /// Where nothing was admitted, reads the input once more to find what was misspelt. That is too much to remember
    /// on the way where something is.
    fn find_unmet_conditions(&mut self, anything_was_admitted: bool) -> io::Result<()> {
        if anything_was_admitted { Ok(()) } else { self.find_unmet(&UnmetConditions::of(&self.filter)) }
    }

    /// Reads the input once more for conditions that nothing in it meets, if there are any to watch and it can be read.
    fn find_unmet(&mut self, conditions: &UnmetConditions) -> io::Result<()> {
        if conditions.are_watched() && self.input.can_be_read_again() {
            let _reading = self.progress.reading(&self.input);
            self.unmet.extend(scan(&self.input, self.options, conditions, |_, _| Ok(()))?.answer.settle());
        }
        Ok(())
    }
}
