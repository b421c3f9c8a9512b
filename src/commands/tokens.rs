//! `codex-audit tokens`: how many tokens, and what would they cost?

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use serde_json::{Map, Value};
use tr::tr;

use super::account::Exit;
use super::help;
use super::human::{count, id_cell, plural, separated, shown_ids};
use super::output::{Record, RecordWriter};
use super::prices::version_words;
use super::records::{PricedResponseRecord, TokenUsageRecord};
use super::time_span::TimeSpan;
use super::wording::by_day;
use super::{Run, Zone};
use crate::event::UnixNano;
use crate::query::price_book::{Component, PriceBook, Priced, Step, Tier};
use crate::query::{
    Group, GroupKey, Response, TokenCount, TokenTotals, TokenUsage, Usage, UsageQuestion, UsageSum,
};
use crate::render::{Medium, RecordFormat, write_chart, write_lines, write_table};
use crate::report::{Cell, Chart, Column, Line, Row, Section, Table, Tone};
use crate::source::Account;
use crate::words::{Sentence, sentence};

/// Show how many tokens were used, and what they would cost at API list prices
///
/// Only finished responses with counts are responses. Cached and cache-write tokens are parts of the input, reasoning
/// of the output. The warm-up of a WebSocket connection is counted apart. Responses that were interrupted or failed
/// record no tokens, so that every sum is a lower bound.
///
/// The cost is an estimate at API list prices, standard tier; a ChatGPT plan is billed otherwise. Models are priced by
/// their exact name, or by an alias that the price book lists; what cannot be priced is named and makes the cost of its
/// group unknown, never zero.
#[derive(Args, Clone, Debug, Default)]
#[command(after_long_help = help::TOKENS)]
pub struct TokensArgs {
    /// Group by: day, hour, week, month, model, conversation, user, service, env; several with commas
    #[arg(
        long,
        value_name = "KEYS",
        value_delimiter = ',',
        default_value = "day",
        hide_possible_values = true
    )]
    by: Vec<By>,

    /// Take prices from this TOML file: its models replace those of the price book inside the program
    ///
    /// A price is a table `[[price]]` with model = "gpt-5.1-codex", input = "1.25", `cached_input` = "0.125" and
    /// output = "10", a line each: US dollars for one million tokens, in quotation marks. Where prices change, from and
    /// to are dates: from = 2026-10-01. There are also aliases, `cache_write`, unverified, grade, source, retrieved,
    /// note and `[price.long_context]`, and version and replace for the file as a whole; docs/prices.md of the source
    /// says what they mean.
    ///
    /// Without it, `price_book` of the settings file is taken, if it names one.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    prices: Option<PathBuf>,

    /// Use prices that are not confirmed, too
    #[arg(long)]
    unverified_prices: bool,

    /// Show every response behind the sums, with rates and products
    #[arg(long)]
    explain: bool,

    /// Draw the tokens over time
    #[arg(long, conflicts_with = "explain")]
    chart: bool,
}

/// What rows are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    Day,
    Hour,
    Week,
    Month,
    Model,
    Conversation,
    User,
    Service,
    Env,
}

impl By {
    fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Week => "week",
            Self::Month => "month",
            Self::Model => "model",
            Self::Conversation => "conversation",
            Self::User => "user",
            Self::Service => "service",
            Self::Env => "env",
        }
    }

    /// What stands above its column.
    fn heading(self) -> String {
        match self {
            Self::Day => tr!("DAY"),
            Self::Hour => tr!("HOUR"),
            Self::Week => tr!("WEEK"),
            Self::Month => tr!("MONTH"),
            Self::Model => tr!("MODEL"),
            Self::Conversation => tr!("CONVERSATION"),
            Self::User => tr!("USER"),
            Self::Service => tr!("SERVICE"),
            Self::Env => tr!("ENV"),
        }
    }

    fn span(self) -> Option<TimeSpan> {
        match self {
            Self::Day => Some(TimeSpan::Day),
            Self::Hour => Some(TimeSpan::Hour),
            Self::Week => Some(TimeSpan::Week),
            Self::Month => Some(TimeSpan::Month),
            _ => None,
        }
    }

    fn key(self, zone: Zone) -> GroupKey {
        let of_time = |span: TimeSpan| GroupKey::Time(Arc::new(move |time| span.name(time, zone)));
        match self {
            Self::Day => of_time(TimeSpan::Day),
            Self::Hour => of_time(TimeSpan::Hour),
            Self::Week => of_time(TimeSpan::Week),
            Self::Month => of_time(TimeSpan::Month),
            Self::Model => GroupKey::Model,
            Self::Conversation => GroupKey::Conversation,
            Self::User => GroupKey::User,
            Self::Service => GroupKey::Service,
            Self::Env => GroupKey::Env,
        }
    }
}

impl TokensArgs {
    /// Answers.
    ///
    /// # Errors
    /// When the price file cannot be used or the answer cannot be written.
    pub fn run(&self, mut run: Run<'_>) -> anyhow::Result<Exit> {
        if let Some((_, twice)) = self.by.iter().enumerate().find(|(at, by)| self.by[..*at].contains(by)) {
            anyhow::bail!(tr!("--by: `{name}` is given more than once", name = twice.name()));
        }
        if self.chart && matches!(run.format.medium(), Medium::Text(_)) && self.time_key().is_none() {
            // What is drawn over time needs sums over time.
            return Self { by: vec![By::Day], ..self.clone() }.run(run);
        }
        let prices = run.price_book(self.prices.as_deref())?.with_unverified(self.unverified_prices);
        let prices = Arc::new(prices);
        let zone = run.zone;
        let scan = run.ask(|filter| {
            TokenUsage::new(UsageQuestion {
                filter: filter.clone(),
                keys: self.by.iter().map(|by| by.key(zone)).collect(),
                prices: Arc::clone(&prices),
                keep_responses: self.explain,
            })
        })?;
        let Some(scan) = scan else { return Ok(Exit::Failed) };
        let usage = scan.answer.settle();
        if !scan.account.nothing_was_read() {
            match (run.format.medium(), self.explain) {
                (Medium::Text(medium), _) => {
                    if self.chart && !usage.groups.is_empty() {
                        write_chart(&self.chart(&usage, run.zone), medium, &run.style, run.out)?;
                        write_lines(&self.not_drawn(&usage), medium, &run.style, run.out)?;
                    }
                    if self.explain && !usage.responses.is_empty() {
                        write_table(
                            &explanation(&usage.responses, &prices, run.zone, run.style.truncate),
                            medium,
                            &run.style,
                            run.out,
                        )?;
                    }
                    if !self.chart {
                        write_table(&self.table(&usage, run.style.truncate), medium, &run.style, run.out)?;
                    }
                    if !usage.groups.is_empty() {
                        let mut lines = fine_print(&usage.total, &prices);
                        lines.splice(0..0, self.clocks(&usage, run.zone));
                        write_lines(&lines, medium, &run.style, run.out)?;
                    }
                }
                (Medium::Records(format), false) => self.write_groups(&mut run, format, &usage, &prices)?,
                (Medium::Records(format), true) => {
                    self.write_responses(&mut run, format, &usage, &prices, &scan.account)?;
                }
            }
        }
        if let Some(partial) = partial_sums(&usage.total.tokens) {
            run.note(&tr!("some responses do not say {partial}: such a sum is that of the others", partial))?;
        }
        if usage.groups.is_empty() && scan.account.unopened.is_empty() {
            run.note(&tr!("no response with token counts is in the input, or none that the filters admit"))?;
        }
        run.note_nameless_events()?;
        Ok(run.conclude(Exit::Answered, &scan.account)?)
    }

    fn group(&self, values: &Group) -> Map<String, Value> {
        (self.by.iter().zip(values))
            .map(|(by, value)| (by.name().to_owned(), Value::from(value.clone())))
            .collect()
    }

    fn write_groups(
        &self,
        run: &mut Run<'_>,
        format: RecordFormat,
        usage: &Usage,
        prices: &PriceBook,
    ) -> anyhow::Result<()> {
        let template =
            TokenUsageRecord { group: self.group(&self.no_values()), ..TokenUsageRecord::template() };
        let mut writer = RecordWriter::like(&template, format, run.out)?;
        let zone = zone_name(run.zone, usage);
        for (values, sum) in &usage.groups {
            writer.write(&TokenUsageRecord::new(self.group(values), sum, prices, &zone))?;
        }
        Ok(writer.finish()?)
    }

    fn write_responses(
        &self,
        run: &mut Run<'_>,
        format: RecordFormat,
        usage: &Usage,
        prices: &PriceBook,
        account: &Account,
    ) -> anyhow::Result<()> {
        let template =
            PricedResponseRecord { group: self.group(&self.no_values()), ..PricedResponseRecord::template() };
        let mut writer = RecordWriter::like(&template, format, run.out)?;
        for response in &usage.responses {
            let file = account.file_name(response.order.location().file);
            let group = self.group(&response.group);
            writer.write(&PricedResponseRecord::new(response, group, prices, file, run.zone))?;
        }
        Ok(writer.finish()?)
    }

    fn no_values(&self) -> Group {
        vec![None; self.by.len()]
    }

    fn table(&self, usage: &Usage, short: bool) -> Table {
        let place = self.by.iter().position(|by| *by == By::Conversation);
        let of_group = |values: &Group| place.and_then(|place| values[place].clone());
        let conversations: Vec<String> =
            usage.groups.iter().filter_map(|(values, _)| of_group(values)).collect();
        let ids = shown_ids(conversations.iter().map(String::as_str), short);
        let most = usage.groups.iter().filter_map(|(_, sum)| sum.tokens.total()).max().unwrap_or(0).max(1);
        let mut columns: Vec<Column> = (self.by.iter())
            .map(|by| {
                let column = Column::left(by.heading());
                // Ids are short already: cut further, two would look the same. So would models, of which many begin
                // alike: what may be left out goes before much of a name does.
                let is_whole = by.span().is_some() || *by == By::Conversation;
                if is_whole { column } else { column.cut(24) }
            })
            .collect();
        columns.extend([
            Column::right(tr!("RESPONSES")).drop_at(3),
            Column::right(tr!("INPUT")),
            Column::right(tr!("CACHED")).drop_at(2),
            Column::right(tr!("OUTPUT")),
            Column::right(tr!("REASONING")).drop_at(1),
            Column::right(tr!("COST")),
            Column::left("").drop_at(0),
        ]);
        let row = |values: &Group, sum: &UsageSum, bar: bool| -> Row {
            let mut cells: Row = (values.iter().enumerate())
                .map(|(index, value)| match value {
                    Some(id) if Some(index) == place => {
                        Cell::toned(Tone::Accent, ids.get(id.as_str()).copied().unwrap_or(id))
                    }
                    value => value.clone().into(),
                })
                .collect();
            cells.extend([
                separated(u128::from(sum.tokens.responses)).into(),
                sum.tokens.input().map(count).into(),
                cached_share(sum).into(),
                sum.tokens.output().map(count).into(),
                sum.tokens.reasoning().map(count).into(),
                cost_cell(sum),
                if bar {
                    Cell::bar(sum.tokens.total().unwrap_or(0), most, Tone::Policy)
                } else {
                    Cell::Empty
                },
            ]);
            cells
        };
        let mut sections = vec![Section {
            heading: None,
            rows: usage.groups.iter().map(|(values, sum)| row(values, sum, true)).collect(),
        }];
        if usage.groups.len() > 1 {
            let mut total = row(&self.no_values(), &usage.total, false);
            for cell in total.iter_mut().take(self.by.len()) {
                *cell = Cell::Empty;
            }
            if let Some(first) = total.first_mut() {
                *first = Cell::toned(Tone::Strong, tr!("total"));
            }
            sections.push(Section { heading: None, rows: vec![total] });
        }
        Table { title: Vec::new(), columns, sections, footer: Vec::new() }
    }

    /// Which of the keys is a time.
    fn time_key(&self) -> Option<usize> {
        self.by.iter().position(|by| by.span().is_some())
    }

    /// By which clocks days are days: hours carry their offset.
    fn clocks(&self, usage: &Usage, zone: Zone) -> Option<Line> {
        let has_bare_names = self.by.iter().any(|by| by.span().is_some_and(|span| span != TimeSpan::Hour));
        let (first, last) = usage.total_span.filter(|_| has_bare_names)?;
        let offsets = Sentence::of_names(zone.offsets_between(first, last)).told();
        Some(Line::new().tone(Tone::Dim, tr!("days begin and end by clocks at {offsets}", offsets)))
    }

    /// What has no place in the chart.
    fn not_drawn(&self, usage: &Usage) -> Vec<Line> {
        let has_no_time = |values: &Group| self.time_key().is_some_and(|place| values[place].is_none());
        let without_time = usage.groups.iter().filter(|(values, _)| has_no_time(values));
        let responses: u64 = without_time.map(|(_, sum)| sum.tokens.responses).sum();
        let words = || tr!("not drawn: {} without a time", plural(responses, "response", "responses"));
        (responses > 0).then(|| Line::new().tone(Tone::Warn, words())).into_iter().collect()
    }

    fn chart(&self, usage: &Usage, zone: Zone) -> Chart {
        let place = self.time_key();
        let asked = place.and_then(|place| self.by[place].span()).unwrap_or(TimeSpan::Day);
        let mut span = asked;
        // The clocks may show an hour twice: its name alone does not tell where it stands.
        let placed = |name: String| (UnixNano::from_rfc3339(&name), name);
        let mut amounts: BTreeMap<(Option<UnixNano>, String), u128> = BTreeMap::new();
        if let Some((first, last)) = usage.total_span {
            span = asked.or_days(first, last);
            amounts.extend(span.names_between(first, last, zone).into_iter().map(|name| (placed(name), 0)));
        }
        for (values, sum) in &usage.groups {
            if let Some(name) = place.and_then(|place| values[place].as_deref()) {
                let name = if span == asked { name } else { TimeSpan::day_of_hour(name) };
                *amounts.entry(placed(name.to_owned())).or_default() += sum.tokens.total().unwrap_or(0);
            }
        }
        let unit = match span {
            TimeSpan::Hour => tr!("hour"),
            TimeSpan::Day => tr!("day"),
            TimeSpan::Week => tr!("week"),
            TimeSpan::Month => tr!("month"),
        };
        Chart {
            title: Line::new().tone(Tone::Strong, tr!("tokens (input and output) by {unit}", unit)),
            columns: amounts.into_iter().map(|((_, name), amount)| (name, amount)).collect(),
            amount_label: count,
        }
    }
}

/// The zone as `--tz` takes it. The name `local` means another one elsewhere, so that its offsets stand for it.
fn zone_name(zone: Zone, usage: &Usage) -> String {
    match (zone, usage.total_span) {
        (Zone::Local, Some((first, last))) => zone.offsets_between(first, last).join(", "),
        _ => zone.to_string(),
    }
}

/// Which sums leave responses out, for people.
fn partial_sums(total: &TokenTotals) -> Option<String> {
    let name = |count: TokenCount| match count {
        TokenCount::Input => sentence!("their input"),
        TokenCount::CachedInput => sentence!("how much of it was cached"),
        TokenCount::CacheWrite => sentence!("how much was written to cache"),
        TokenCount::Output => sentence!("their output"),
        TokenCount::Reasoning => sentence!("how much went into reasoning"),
        TokenCount::Total => sentence!("their total"),
    };
    let partial = TokenCount::ALL.into_iter().filter(|count| total.is_partial(*count));
    Sentence::listed(partial.map(name)).map(|names| names.told())
}

fn cached_share(sum: &UsageSum) -> Option<String> {
    let (cached, input) = (sum.tokens.cached_input()?, sum.tokens.input()?);
    Some(format!("{} %", (cached * 100).checked_div(input)?))
}

fn cost_cell(sum: &UsageSum) -> Cell {
    match sum.cost() {
        Some(cost) => cost.to_string().into(),
        None => Cell::toned(Tone::Warn, tr!("unpriced")),
    }
}

/// What a reader of the sums must know.
fn fine_print(total: &UsageSum, prices: &PriceBook) -> Vec<Line> {
    let mut lines = Vec::new();
    if total.warm_ups > 0 {
        lines.push(Line::from(tr!(
            "{} of WebSocket connections, counted apart",
            plural(total.warm_ups, "warm-up", "warm-ups")
        )));
    }
    for ((model, reason), responses) in &total.unpriced {
        let model = model.as_deref().map_or_else(|| tr!("a model that is not recorded"), str::to_owned);
        let responses = plural(*responses, "response", "responses");
        let reason = reason.reason().told();
        lines.push(
            Line::new().tone(
                Tone::Warn,
                tr!("unpriced: {responses} of {model}: {reason}", responses, model, reason),
            ),
        );
    }
    if !total.unpriced.is_empty() && total.tokens.responses > 0 {
        lines.push(Line::from(tr!("what could be priced comes to {}", total.priced)));
    }
    lines.push(Line::new().tone(
        Tone::Dim,
        tr!(
            "Estimate at API list prices, standard tier (price book {}); a ChatGPT plan is billed otherwise. --explain shows every step.",
            version_words(prices)
        ),
    ));
    lines
}

/// Every response with the products that make its cost.
fn explanation(responses: &[Response], prices: &PriceBook, zone: Zone, short: bool) -> Table {
    let ids = shown_ids(responses.iter().filter_map(|response| response.conversation_id.as_deref()), short);
    let priced: Vec<_> = responses.par_iter().map(|response| response.price(prices)).collect();
    let steps = priced.iter().flatten().flat_map(Priced::steps);
    let billed: BTreeSet<Component> = steps.map(|step| step.component).collect();
    let sections = by_day(responses.par_iter().zip(&priced).map(|(response, priced)| {
        let shown = response.order.time().map(|time| zone.show(time));
        let form = if short { "%H:%M:%S" } else { "%H:%M:%S%.3f" };
        let mut row: Row = vec![
            shown.map(|shown| shown.format(form).to_string()).into(),
            id_cell(response.conversation_id.as_deref(), &ids),
        ];
        match priced {
            Ok(priced) => {
                let id = priced.row.id();
                row.push(match priced.tier {
                    Tier::Base => id.into(),
                    Tier::LongContext => format!("{id} {}", tr!("long context")).into(),
                });
                row.extend(billed.iter().map(|component| {
                    let step = priced.steps().find(|step| step.component == *component);
                    step.map_or(Cell::Empty, |step| product(step).into())
                }));
                row.push(priced.cost.to_decimal_string().into());
            }
            Err(reason) => {
                let model = response.model.clone().unwrap_or_else(|| tr!("a model that is not recorded"));
                let reason = reason.reason().told();
                row.push(Cell::toned(Tone::Warn, tr!("{}: {}", model, reason)));
                row.extend(billed.iter().map(|_| Cell::Unknown));
                row.push(Cell::toned(Tone::Warn, tr!("unpriced")));
            }
        }
        (shown, row)
    }));
    let mut columns = vec![
        Column::left(tr!("TIME")),
        Column::left(tr!("CONVERSATION")).drop_at(0),
        Column::left(tr!("PRICE")).cut(8).drop_at(1),
    ];
    columns.extend(billed.iter().map(|component| {
        Column::right(match component {
            Component::Input => tr!("INPUT"),
            Component::CachedInput => tr!("CACHED"),
            Component::CacheWrite => tr!("CACHE WRITES"),
            Component::Output => tr!("OUTPUT"),
        })
    }));
    columns.push(Column::right(tr!("USD")));
    Table {
        title: vec![Line::new().tone(Tone::Dim, tr!("tokens × US dollars per million tokens; cached and cache-write tokens are taken out of the input"))],
        columns,
        sections,
        footer: vec![Line::new()],
    }
}

fn product(step: &Step) -> String {
    format!("{} × {}", separated(u128::from(step.tokens)), step.rate)
}
