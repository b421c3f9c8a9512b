//! Times the stages that an answer passes, each alone, so that a slow-down has an address: `cargo bench`.

use std::fs;
use std::path::{Path, PathBuf};

use divan::Bencher;
use divan::counter::BytesCount;

use codex_audit::event::{Event, EventFilter, Fold};
use codex_audit::query::{
    AuditQuestion, CallDetail, CallLog, ConversationIndex, InputAudit, PatternOptions, TextSearch,
};
use codex_audit::source::{Input, ScanOptions, scan};

fn main() {
    divan::main();
}

/// The captured files of a Collector, again and again, as one file of some 32 MiB.
struct Corpus {
    _folder: tempfile::TempDir,
    path: PathBuf,
    bytes: u64,
}

impl Corpus {
    fn of_lines() -> Self {
        const BYTES: usize = 32 * 1024 * 1024;
        let captures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/captures/collector");
        let mut once = Vec::new();
        for entry in fs::read_dir(captures).expect("the captures") {
            once.extend(fs::read(entry.expect("a capture").path()).expect("a capture"));
        }
        Self::of(&once.repeat(BYTES / once.len()), "corpus.jsonl")
    }

    fn compressed() -> Self {
        let lines = Self::of_lines();
        let bytes = fs::read(&lines.path).expect("the corpus");
        Self {
            bytes: lines.bytes,
            ..Self::of(&zstd::bulk::compress(&bytes, 3).expect("compressed"), "corpus.jsonl.zst")
        }
    }

    fn of(bytes: &[u8], name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("the corpus");
        Self { _folder: folder, path, bytes: bytes.len() as u64 }
    }

    fn ask<F: Fold>(&self, bencher: Bencher<'_, '_>, options: ScanOptions, question: impl Fn() -> F) {
        let path = self.path.display().to_string();
        bencher.counter(BytesCount::new(self.bytes)).bench_local(|| {
            let input = Input::find(std::slice::from_ref(&path), false);
            scan(&input, options, &question(), |_, _| Ok(())).expect("an answer")
        });
    }
}

/// Counts the events and looks at none.
#[derive(Default)]
struct Count(u64);

impl Fold for Count {
    fn fresh(&self) -> Self {
        Self::default()
    }

    fn add(&mut self, _: &Event<'_>) {
        self.0 += 1;
    }

    fn join(&mut self, later: Self) {
        self.0 += later.0;
    }
}

const WITH_COPIES: ScanOptions = ScanOptions { keep_duplicates: true, plainly: false };

#[divan::bench]
fn reading_lines(bencher: Bencher<'_, '_>) {
    Corpus::of_lines().ask(bencher, WITH_COPIES, Count::default);
}

#[divan::bench]
fn reading_lines_the_plain_way(bencher: Bencher<'_, '_>) {
    Corpus::of_lines().ask(bencher, ScanOptions { plainly: true, ..WITH_COPIES }, Count::default);
}

#[divan::bench]
fn reading_zstd(bencher: Bencher<'_, '_>) {
    Corpus::compressed().ask(bencher, WITH_COPIES, Count::default);
}

#[divan::bench]
fn recognising_copies(bencher: Bencher<'_, '_>) {
    Corpus::of_lines().ask(bencher, ScanOptions::default(), Count::default);
}

#[divan::bench]
fn conversations(bencher: Bencher<'_, '_>) {
    Corpus::of_lines().ask(bencher, WITH_COPIES, || ConversationIndex::new(EventFilter::default()));
}

#[divan::bench(args = [CallDetail::Outcome, CallDetail::Whole])]
fn tool_calls(bencher: Bencher<'_, '_>, detail: CallDetail) {
    Corpus::of_lines().ask(bencher, WITH_COPIES, || CallLog::new(EventFilter::default(), detail));
}

#[divan::bench]
fn audit(bencher: Bencher<'_, '_>) {
    const SECOND: u64 = 1_000_000_000;
    let question = AuditQuestion { gap: 3600 * SECOND, tolerance: 60 * SECOND, counts_copies: true };
    Corpus::of_lines().ask(bencher, WITH_COPIES, || InputAudit::new(question));
}

/// Searches every event.
struct Search(TextSearch, u64);

impl Fold for Search {
    fn fresh(&self) -> Self {
        Self(self.0.clone(), 0)
    }

    fn add(&mut self, event: &Event<'_>) {
        self.1 += u64::from(self.0.find(event).is_some());
    }

    fn join(&mut self, later: Self) {
        self.1 += later.1;
    }
}

#[divan::bench(args = ["nowhere", "[0-9]{3}-[0-9]{4}x"])]
fn search(bencher: Bencher<'_, '_>, pattern: &str) {
    let search = || {
        let found = TextSearch::new(pattern, PatternOptions::default(), false, []);
        Search(found.expect("a pattern"), 0)
    };
    Corpus::of_lines().ask(bencher, WITH_COPIES, search);
}
