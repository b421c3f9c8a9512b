//! The drawing of the house, as a test: imports go one way, and every file opens with its sentence.
//!
//! ```text
//!  main → cli → commands → source  query  setup    render
//!                             ├──┬──┴─────┤├────────┤│
//!                             │event      words     report
//!                             └───────────┘
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each floor, and what of ours it may import.
const FLOORS: [(&str, &[&str]); 10] = [
    ("words", &[]),
    ("event", &[]),
    ("report", &[]),
    ("source", &["event", "words"]),
    ("query", &["event", "words"]),
    ("render", &["report", "words"]),
    ("setup", &["event", "words"]),
    ("commands", &["event", "report", "source", "query", "setup", "render", "words"]),
    ("cli", &["commands"]),
    ("main", &["cli", "commands"]),
];

/// No file is longer.
const MOST_LINES: usize = 1_000;

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every Rust file below a folder, with its text.
fn files_below(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("text");
            files.push((path, text));
        }
    }
    files
}

/// The modules that lead to a file: `src/query/mod.rs` is `query`, `src/query/earliest.rs` is `query`, `earliest`.
fn module_of(path: &Path) -> Vec<String> {
    let relative = path.strip_prefix(source_folder()).expect("a file of ours").with_extension("");
    let mut names: Vec<String> =
        relative.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    if names.last().is_some_and(|name| name == "mod") {
        names.pop();
    }
    names
}

/// The code without comments, and without what stands in quotes.
fn code_only(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(quoted) = raw_string(rest) {
            quoted
        } else if next == '"' {
            quoted(rest, '"')
        } else if next == '\'' && is_character(rest) {
            quoted(rest, '\'')
        } else {
            code.push(next);
            rest = &rest[next.len_utf8()..];
            continue;
        };
        code.push(' ');
        rest = &rest[skipped..];
    }
    code
}

/// The length of the raw string that begins here, if one does.
fn raw_string(rest: &str) -> Option<usize> {
    let hashes = rest.strip_prefix('r')?;
    let count = hashes.len() - hashes.trim_start_matches('#').len();
    let inside = hashes[count..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(count));
    Some(1 + count + 1 + inside.find(&end)? + end.len())
}

/// The length of what begins with a quotation mark, up to the next one that is not escaped.
fn quoted(rest: &str, mark: char) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            character if character == mark => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Whether an apostrophe opens a character and not a lifetime.
fn is_character(rest: &str) -> bool {
    let mut characters = rest.chars().skip(1);
    match characters.next() {
        Some('\\') => true,
        Some(_) => characters.next() == Some('\''),
        None => false,
    }
}

/// The paths that go on here: one, or those of a list in braces.
fn paths(rest: &str) -> Vec<Vec<String>> {
    let rest = rest.trim_start();
    let Some(list) = rest.strip_prefix('{') else {
        let is_of_name = |character: char| character.is_alphanumeric() || character == '_';
        let (name, behind) =
            rest.split_at(rest.find(|character| !is_of_name(character)).unwrap_or(rest.len()));
        let further = behind.trim_start().strip_prefix("::").map_or_else(|| vec![Vec::new()], paths);
        let path = |further: Vec<String>| [vec![name.to_owned()], further].concat();
        return if name.is_empty() { vec![Vec::new()] } else { further.into_iter().map(path).collect() };
    };
    let (mut depth, mut begin, mut found) = (0, 0, Vec::new());
    for (at, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                found.extend(paths(&list[begin..at]));
                begin = at + 1;
            }
            _ => {}
        }
        if character == '}' && begin > at {
            break;
        }
    }
    found.retain(|path| !path.is_empty());
    found
}

/// The first names of the paths that go on here.
fn heads(rest: &str) -> Vec<String> {
    paths(rest).into_iter().filter_map(|path| path.into_iter().next()).collect()
}

/// The top-level modules that a file names: behind `crate::`, behind `codex_audit::`, and behind as many `super::` as
/// lead out of its floor.
fn floors_named_in(code: &str, depth: usize) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for root in ["crate::", "codex_audit::"] {
        for (at, _) in code.match_indices(root) {
            let before = code[..at].chars().next_back();
            if before.is_none_or(|before| !before.is_alphanumeric() && before != '_' && before != '$') {
                named.extend(heads(&code[at + root.len()..]));
            }
        }
    }
    let mut rest = code;
    while let Some(at) = rest.find("super::") {
        let chain = &rest[at..];
        let inner = chain.trim_start_matches("super::");
        if (chain.len() - inner.len()) / "super::".len() >= depth {
            // Within a test module this may still be the floor itself; only names of floors are judged.
            named.extend(heads(inner));
        }
        rest = inner;
    }
    named
}

#[test]
fn imports_go_one_way() {
    let floors: Vec<&str> = FLOORS.iter().map(|(floor, _)| *floor).collect();
    let mut imports = 0;
    for (path, text) in files_below(&source_folder()) {
        let module = module_of(&path);
        let name = path.display();
        if module == ["lib"] {
            continue;
        }
        let floor = module.first().map(String::as_str).unwrap_or_default();
        let Some((_, may_import)) = FLOORS.iter().find(|(known, _)| *known == floor) else {
            panic!("{name} is on no floor: {floors:?}");
        };
        for imported in floors_named_in(&code_only(&text), module.len()) {
            if floors.contains(&imported.as_str()) && imported != floor {
                imports += 1;
                assert!(
                    may_import.contains(&imported.as_str()),
                    "{name} imports `{imported}`, which `{floor}` may not"
                );
            }
        }
    }
    assert!(imports > 20, "only {imports} imports were seen: this test has gone blind");
}

#[test]
fn what_programs_are_told_too_is_put_into_no_language_before_the_commands() {
    for (path, text) in files_below(&source_folder()) {
        let module = module_of(&path);
        if !["event", "source", "query", "setup"].contains(&module[0].as_str()) {
            continue;
        }
        let code = code_only(&text);
        let is_told = code.contains("use tr::") || code.contains("words::Language");
        assert!(!is_told, "{} speaks a language; a `Sentence` lets the commands say it", path.display());
    }
}

/// The paths that a file names, from the library down: behind `crate::`, and behind as many `super::` as there are. Its
/// tests are left aside.
fn paths_named_in(code: &str, module: &[String]) -> Vec<Vec<String>> {
    let mut rest = code.split("#[cfg(test)]").next().unwrap_or_default();
    let mut named = Vec::new();
    while let Some(at) = rest.find("crate::").into_iter().chain(rest.find("super::")).min() {
        let before = rest[..at].chars().next_back();
        let is_path = before.is_none_or(|before| !before.is_alphanumeric() && before != '_' && before != '$');
        let inner = rest[at..].trim_start_matches("super::");
        let steps = (rest.len() - at - inner.len()) / "super::".len();
        let inner = inner.strip_prefix("crate::").filter(|_| steps == 0).unwrap_or(inner);
        let base = if steps == 0 { &[] } else { &module[..module.len().saturating_sub(steps)] };
        if is_path {
            named.extend(paths(inner).into_iter().map(|path| [base, &path].concat()));
        }
        rest = inner;
    }
    named
}

#[test]
fn files_of_one_folder_import_each_other_in_no_circle() {
    let modules: Vec<(Vec<String>, String)> = files_below(&source_folder())
        .into_iter()
        .map(|(path, text)| (module_of(&path), code_only(&text)))
        .filter(|(module, _)| !module.iter().any(|name| name == "tests"))
        .collect();
    // What lies deeper stands for the folder beside the files that it is reached from.
    let entries: BTreeSet<&[String]> =
        modules.iter().flat_map(|(module, _)| (1..=module.len()).map(|depth| &module[..depth])).collect();
    let mut imported: BTreeMap<&[String], BTreeSet<&[String]>> =
        entries.iter().map(|entry| (*entry, BTreeSet::new())).collect();
    for (module, code) in &modules {
        for path in paths_named_in(code, module) {
            let shared = module.iter().zip(&path).take_while(|(one, other)| one == other).count();
            let (Some(entry), Some(beside)) = (module.get(..=shared), path.get(..=shared)) else { continue };
            if let (Some(names), Some(beside)) = (imported.get_mut(entry), entries.get(beside)) {
                names.insert(*beside);
            }
        }
    }
    let imports: usize = imported.values().map(BTreeSet::len).sum();
    assert!(imports > 200, "only {imports} imports were seen: this test has gone blind");
    // What imports nothing any more is laid aside, until only circles are left.
    while let Some(ground) = imported.iter().find(|(_, names)| names.is_empty()).map(|(entry, _)| *entry) {
        imported.remove(ground);
        for names in imported.values_mut() {
            names.remove(ground);
        }
    }
    assert!(imported.is_empty(), "these import each other, or what does: {imported:?}");
}

#[test]
fn the_library_is_its_floors_and_nothing_else() {
    let text = fs::read_to_string(source_folder().join("lib.rs")).expect("the library");
    let modules: BTreeSet<&str> = code_only(&text)
        .split(';')
        .map(|item| item.trim().to_owned())
        .filter(|item| !item.is_empty())
        .map(|item| {
            let module = item
                .strip_prefix("pub mod ")
                .unwrap_or_else(|| panic!("src/lib.rs holds more than modules: {item}"));
            FLOORS
                .iter()
                .find(|(floor, _)| *floor == module)
                .unwrap_or_else(|| panic!("`{module}` is no floor"))
                .0
        })
        .collect();
    assert_eq!(modules.len(), FLOORS.len() - 1, "all but the program itself");
}

#[test]
fn every_file_opens_with_a_sentence_that_says_what_it_does() {
    for (path, text) in files_below(&source_folder()) {
        let name = path.display();
        let first = text.lines().next().unwrap_or_default();
        let sentence =
            first.strip_prefix("//! ").unwrap_or_else(|| panic!("{name} does not open with `//! `"));
        assert!(
            sentence.starts_with(|letter: char| letter.is_uppercase() || letter == '`'),
            "{name}: {sentence}"
        );
        let paragraph: Vec<&str> = text
            .lines()
            .map_while(|line| line.strip_prefix("//!"))
            .map(str::trim)
            .take_while(|line| !line.is_empty())
            .collect();
        let paragraph = paragraph.join(" ");
        assert!(paragraph.ends_with(['.', '?', '!']), "{name} opens without a whole sentence: {paragraph}");
    }
}

#[test]
fn no_file_is_too_long_to_be_read() {
    for (path, text) in files_below(&source_folder()) {
        let lines = text.lines().count();
        assert!(lines <= MOST_LINES, "{} has {lines} lines", path.display());
    }
}

#[test]
fn this_test_sees_every_way_to_import() {
    let whole = |code: &str| -> Vec<String> {
        let module = ["query", "story", "steps"].map(str::to_owned);
        paths_named_in(&code_only(code), &module).iter().map(|path| path.join(" ")).collect()
    };
    assert_eq!(whole("use super::other::Thing;"), ["query story other Thing"]);
    assert_eq!(
        whole("use super::super::calls; fn f() { crate::query::Story::new() }"),
        ["query calls", "query Story new"]
    );
    assert_eq!(
        whole("use crate::{event::{Event, id::{self, Id}}, query::fold};"),
        ["event Event", "event id self", "event id Id", "query fold"]
    );
    assert_eq!(
        whole("x(super::one::<T>, $crate::query, &mut super::two)"),
        ["query story one", "query story two"]
    );
    assert_eq!(whole("use crate::query; #[cfg(test)] mod tests { use super::super::event; }"), ["query"]);
    let named = |code: &str, depth| floors_named_in(&code_only(code), depth).into_iter().collect::<Vec<_>>();
    assert_eq!(named("use crate::event::Event;", 2), ["event"]);
    assert_eq!(named("use crate::{event::{Event, Fold}, render, self};", 2), ["event", "render", "self"]);
    assert_eq!(named("let x: crate::query::Story = crate::source::scan();", 2), ["query", "source"]);
    assert_eq!(named("use super::super::render::ink;", 2), ["render"]);
    assert_eq!(named("use super::other::Thing;", 2), [""; 0], "one step up is still this floor");
    assert_eq!(named("use super::render;", 1), ["render"]);
    assert_eq!(named("use codex_audit::cli::Cli;", 1), ["cli"]);
    assert_eq!(
        named(
            "// use crate::render;\n/// [`crate::render`]\nfn f<'a>(x: &'a str) { \"crate::render\"; r#\"crate::\"render\"#; '\"'; }",
            2
        ),
        [""; 0]
    );
}
