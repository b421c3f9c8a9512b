//! `codex-audit verify`: what does the input hold, and can it be relied on?

mod findings;
mod screen;

use clap::Args;
use tr::tr;

use super::Run;
use super::account::Exit;
use super::output::RecordWriter;
use super::records::{DamageRecord, InputFileRecord, VerifyColumns, VerifySummaryRecord};
use super::zone::span_nanoseconds;
use crate::event::EventFilter;
use crate::query::{AuditQuestion, InputAudit};
use crate::render::Medium;
use crate::setup::Severity;
use findings::Evidence;
use screen::Screen;

/// The end of the long help.
const EXAMPLES: &str = "\
Examples:
  Is the trail in this folder whole, and how far does it reach?
    codex-audit verify -f otel-data
  What lies where nothing could be read?
    codex-audit verify --json | jq -c 'select(.kind)'
  Was there an hour without any event?
    codex-audit verify --gap 1h
  Hashes to be kept where the files are not:
    codex-audit verify --json \\
      | jq -r 'select(.sha256) | [.sha256, .path] | @tsv'";

/// Between two clocks of one machine, and between two events of one conversation in the order of the input, so much is
/// no finding, in nanoseconds. Batches that are delivered late differ by seconds.
const TOLERANCE: u64 = 60 * 1_000_000_000;

/// Say what the input holds, and what is missing, damaged or doubtful in it
///
/// For each file its form, its size, its hash, what could be read and what could not; for the whole what events there
/// are and of which conversations, users and releases; and findings: damage, copies, names that are not known,
/// conversations without a start, clocks that disagree, silences, backups about to be deleted.
///
/// A check of files cannot tell what was never written to them, nor who wrote what is in them: Codex drops events that
/// it cannot deliver in time, and who can write to the files can change them.
///
/// Exit code 1 says that a warning or an error stands, 3 that part of the input could not be read. Filters do not
/// apply.
#[derive(Args, Clone, Debug, Default)]
#[command(after_long_help = EXAMPLES)]
pub struct VerifyArgs {
    /// Warn of times without any event that are longer than this, e.g. 30m, 8h, 2d
    ///
    /// Without it, silences of more than a day are noted, as everybody rests now and then.
    #[arg(long, value_name = "SPAN")]
    gap: Option<String>,
}

impl VerifyArgs {
    /// Answers.
    ///
    /// # Errors
    /// When the span cannot be understood or the answer cannot be written.
    pub fn run(&self, mut run: Run<'_>) -> anyhow::Result<Exit> {
        const DAY: u64 = 24 * 3_600 * 1_000_000_000;
        let gap = match &self.gap {
            None => DAY,
            Some(text) => span_nanoseconds(text).filter(|gap| *gap > 0).ok_or_else(|| {
                anyhow::Error::msg(tr!("--gap: no span `{text}`; understood are 30m, 8h, 2d", text))
            })?,
        };
        if !run.filter.admits_everything() {
            run.note(&tr!("filters do not apply to verify: it looks at all of the files"))?;
            run.filter = EventFilter::default();
        }
        // Copies are always told apart here, and then counted where that was asked for.
        let counts_copies = std::mem::take(&mut run.options.keep_duplicates);
        run.input.digests = true;
        let question = AuditQuestion { gap, tolerance: TOLERANCE, counts_copies };
        let Some(scan) = run.ask(|_| InputAudit::new(question))? else { return Ok(Exit::Failed) };
        let (account, facts) = (scan.account, scan.answer.settle());
        let evidence = Evidence {
            account: &account,
            facts: &facts,
            rotated: &run.input.rotated_sets(),
            counts_copies,
            gap_was_asked_for: self.gap.is_some(),
            gap,
            tolerance: TOLERANCE,
            zone: run.zone,
        };
        let findings = evidence.findings();
        if account.opened().next().is_some() {
            match run.format.medium() {
                Medium::Text(medium) => {
                    let screen =
                        Screen { account: &account, facts: &facts, findings: &findings, zone: run.zone };
                    screen.write(medium, &run.style, run.out)?;
                }
                Medium::Records(format) => {
                    let mut writer = RecordWriter::new::<VerifyColumns>(format, run.out)?;
                    for (index, file) in account.opened() {
                        let span = facts.files.get(&index).copied().unwrap_or_default();
                        writer.write(&InputFileRecord::new(file, span, run.zone))?;
                    }
                    for (file, damage) in account.damage() {
                        writer.write(&DamageRecord::new(damage, file))?;
                    }
                    writer.write(&VerifySummaryRecord::new(&account, &facts, &findings, run.zone))?;
                    writer.finish()?;
                }
            }
        }
        let is_wrong = findings.iter().any(|finding| finding.severity <= Severity::Warning);
        Ok(run.conclude(if is_wrong { Exit::Finding } else { Exit::Answered }, &account)?)
    }
}
