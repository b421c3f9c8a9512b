//! The messages in Chinese: one for each in the source, none left over, with the same places in both.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use codex_audit::cli;
use codex_audit::commands::usage::{HEADINGS, in_other_words};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A message in the source: its text, and that for several where there is one.
type Message = (String, Option<String>);

/// The macros whose first argument is a message, and the functions whose last two are the words for one and for several.
const MACROS: [&str; 2] = ["tr", "sentence"];
const COUNTS: [&str; 3] = ["plural", "counted", "Count :: new"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What stands in the source.
#[derive(Default)]
struct Found {
    /// Every message, with the file it stands in.
    messages: BTreeMap<Message, String>,
    /// Of each macro its file, its message, and what it is given for the places: the name of each, or none.
    given: Vec<(String, String, Vec<Option<String>>)>,
}

impl Found {
    fn in_the_source() -> Self {
        let mut found = Self::default();
        for (path, text) in files_below(&root().join("src")) {
            let code: TokenStream = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
            collect(code, &path, &mut found);
        }
        found
    }
}

/// Every message of the program, with the file it stands in.
fn messages() -> BTreeMap<Message, String> {
    let mut found = Found::in_the_source().messages;
    for text in help_texts() {
        found.entry((text, None)).or_insert_with(|| "help".to_owned());
    }
    // The places of numbers and names are marked in what is not said itself, too.
    found.retain(|(text, _), _| {
        text.chars().any(|letter| letter.is_alphabetic() || ".,;:()".contains(letter))
    });
    assert!(found.len() > 300, "only {} messages were seen: this test has gone blind", found.len());
    found
}

/// Every text of the program's help, as it is put into other words.
fn help_texts() -> Vec<String> {
    let texts = RefCell::new(Vec::new());
    in_other_words(cli::command(), &|text| {
        texts.borrow_mut().push(text.to_owned());
        text.to_owned()
    });
    HEADINGS.into_iter().map(str::to_owned).chain(texts.into_inner()).collect()
}

fn files_below(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push((path.display().to_string(), fs::read_to_string(&path).expect("text")));
        }
    }
    files
}

fn collect(code: TokenStream, path: &str, found: &mut Found) {
    let tokens: Vec<TokenTree> = code.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let name = |back: usize| {
            let before = index.checked_sub(back).map(|index| tokens[index].to_string());
            before.unwrap_or_default()
        };
        let is_macro = name(1) == "!" && MACROS.contains(&name(2).as_str());
        let called = if name(2) == ":" { format!("{} :: {}", name(4), name(1)) } else { name(1) };
        let is_count = group.delimiter() == Delimiter::Parenthesis && COUNTS.contains(&called.as_str());
        let arguments: Vec<TokenTree> = group.stream().into_iter().collect();
        if is_macro {
            if let Some(text) = arguments.first().and_then(string) {
                found.given.push((path.to_owned(), text.clone(), given(&arguments)));
                found.messages.insert((text, None), path.to_owned());
            }
        } else if is_count {
            let texts: Vec<_> = arguments.iter().filter_map(string).collect();
            if let Ok([one, many]) = <[String; 2]>::try_from(texts) {
                found.messages.insert((one, Some(many)), path.to_owned());
            }
        }
        collect(group.stream(), path, found);
    }
}

/// What a macro is given for the places of its message: the name of each, or none.
fn given(arguments: &[TokenTree]) -> Vec<Option<String>> {
    let is_comma = |token: &TokenTree| token.to_string() == ",";
    let arguments = arguments.split(is_comma).skip(1).filter(|argument| !argument.is_empty());
    arguments
        .map(|argument| match argument {
            [TokenTree::Ident(name)] => Some(name.to_string()),
            [TokenTree::Ident(name), TokenTree::Punct(sign), ..] if sign.as_char() == '=' => {
                Some(name.to_string())
            }
            _ => None,
        })
        .collect()
}

/// The text of a string in the source.
fn string(token: &TokenTree) -> Option<String> {
    Some(syn::parse_str::<syn::LitStr>(&token.to_string()).ok()?.value())
}

/// What `po/zh_CN.po` holds: each message with its translation.
fn translations() -> BTreeMap<Message, String> {
    let catalogue = polib::po_file::parse(&root().join("po/zh_CN.po")).expect("the catalogue");
    let mut found = BTreeMap::new();
    for message in catalogue.messages() {
        let many = message.msgid_plural().ok().map(str::to_owned);
        let chinese = match message.msgstr_plural() {
            Ok(forms) => forms.concat(),
            Err(_) => message.msgstr().expect("a translation").to_owned(),
        };
        assert!(!message.flags().is_fuzzy(), "not certain: {}", message.msgid());
        found.insert((message.msgid().to_owned(), many), chinese);
    }
    found
}

/// The places of a message: `{}` by their number, the others by their name.
fn places(text: &str) -> Vec<String> {
    let mut unnamed = 0;
    let mut places: Vec<String> = (text.split('{').skip(1))
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| {
            if name.is_empty() {
                unnamed += 1;
                (unnamed - 1).to_string()
            } else {
                name.to_owned()
            }
        })
        .collect();
    places.sort();
    places
}

#[test]
fn every_message_is_there_in_chinese_and_nothing_is_left_over() {
    let (messages, translations) = (messages(), translations());
    let missing: Vec<_> =
        messages.iter().filter(|(message, _)| !translations.contains_key(*message)).collect();
    assert!(missing.is_empty(), "po/zh_CN.po lacks {missing:#?}");
    let left_over: Vec<_> = translations.keys().filter(|message| !messages.contains_key(*message)).collect();
    assert!(left_over.is_empty(), "nobody says {left_over:#?}");
}

#[test]
fn every_place_of_a_message_is_filled() {
    let found = Found::in_the_source().given;
    assert!(found.len() > 300, "only {} messages were seen: this test has gone blind", found.len());
    let is_filled = |(_, text, given): &&(String, String, Vec<Option<String>>)| {
        let mut places = places(text).into_iter();
        let has_name = |place: &String| given.contains(&Some(place.clone()));
        places.len() == given.len() && places.all(|place| place.parse::<u8>().is_ok() || has_name(&place))
    };
    // Patterns, whose places others fill: of reasons by what was told apart, of the progress by its bar.
    let is_pattern = |(path, _, given): &&(String, String, Vec<Option<String>>)| {
        given.is_empty() && ["reasons.rs", "progress.rs"].iter().any(|file| path.ends_with(file))
    };
    let unfilled: Vec<_> =
        found.iter().filter(|message| !is_pattern(message) && !is_filled(message)).collect();
    assert!(unfilled.is_empty(), "{unfilled:#?}");
}

#[test]
fn a_translation_has_the_places_of_its_message() {
    for ((text, many), chinese) in translations() {
        assert!(!chinese.is_empty(), "{text} is not translated");
        let text = many.unwrap_or(text);
        assert_eq!(places(&text), places(&chinese), "{text}: {chinese}");
        let blanks = |text: &str| (text.starts_with('\n'), text.ends_with('\n'));
        assert_eq!(blanks(&text), blanks(&chinese), "{text}");
    }
}

#[test]
fn chinese_has_the_punctuation_of_chinese() {
    let is_han = |letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter);
    for (_, chinese) in translations() {
        let letters: Vec<char> = chinese.chars().collect();
        for pair in letters.windows(2) {
            assert!(!(is_han(pair[0]) && ",;:!?()".contains(pair[1])), "{chinese}");
        }
    }
}
