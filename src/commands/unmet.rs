//! What is said of a filter that fits nothing in the whole input: that it does, and what may have been meant.

use std::borrow::Cow;
use std::collections::BTreeSet;

use globset::GlobMatcher;
use tr::tr;

use super::likeness::{by_likeness, nearest};
use crate::query::{Condition, Unmet};
use crate::words::Sentence;

/// More values than this are counted, not listed.
const LISTED_VALUES: usize = 5;

/// Less of an id is like anything.
const SHORTEST_BEGINNING: usize = 6;

/// The condition as a sentence.
pub(super) fn sentence(unmet: &Unmet) -> String {
    let wanted = &unmet.wanted;
    let nothing = match unmet.condition {
        Condition::Conversation => tr!("no conversation begins with `{wanted}`", wanted),
        Condition::Model => tr!("no event is of a model that fits `{wanted}`", wanted),
        Condition::User => tr!("no event is of the user `{wanted}`", wanted),
        Condition::Service => tr!("no event is of the service `{wanted}`", wanted),
        Condition::Env => tr!("no event is of the environment `{wanted}`", wanted),
        Condition::Attribute => tr!("no event has an attribute `{wanted}`", wanted),
        Condition::Tool => tr!("no call is of a tool that fits `{wanted}`", wanted),
        Condition::Host => tr!("no request is to a host that fits `{wanted}`", wanted),
    };
    let instead = match (meant(unmet), unmet.condition) {
        (Some(meant), _) => tr!("did you mean `{meant}`?", meant),
        (None, condition) if unmet.values.is_empty() => nobody_names(condition),
        (None, Condition::Conversation) => tr!("`codex-audit list` shows which there are"),
        (None, _) => tr!("there are {}", list(wanted, &unmet.values)),
    };
    tr!("{}; {}", nothing, instead)
}

fn nobody_names(condition: Condition) -> String {
    match condition {
        Condition::Conversation => tr!("none names a conversation"),
        Condition::Model => tr!("none names a model"),
        Condition::User => tr!("none names a user"),
        Condition::Service => tr!("none names a service"),
        Condition::Env => tr!("none names an environment"),
        Condition::Attribute => tr!("none has an attribute"),
        Condition::Tool => tr!("none names a tool"),
        Condition::Host => tr!("none names a host"),
    }
}

fn meant(unmet: &Unmet) -> Option<&str> {
    let known = unmet.values.iter().map(String::as_str);
    if unmet.condition != Condition::Conversation {
        return nearest(&unmet.wanted, known);
    }
    // Of an id the beginning was given.
    let length = unmet.wanted.len();
    let beginnings = known.clone().filter_map(|id| id.get(..length));
    let meant = (length >= SHORTEST_BEGINNING).then(|| nearest(&unmet.wanted, beginnings)).flatten()?;
    let mut ids = known.filter(|id| id.starts_with(meant));
    ids.next()
}

/// What a pattern for names asks for that none of `names` fits, where there are names at all.
pub(super) fn of_names<'a>(
    condition: Condition,
    pattern: &GlobMatcher,
    names: impl IntoIterator<Item = impl Into<Cow<'a, str>>>,
) -> Option<Unmet> {
    let names: BTreeSet<Cow<'a, str>> = names.into_iter().map(Into::into).collect();
    let is_met = names.is_empty() || names.iter().any(|name| pattern.is_match(name.as_ref()));
    let values = || names.iter().map(|name| name.clone().into_owned()).collect();
    (!is_met).then(|| Unmet { condition, wanted: pattern.glob().glob().to_owned(), values: values() })
}

/// The values, those first that are most like what was given.
fn list(wanted: &str, values: &[String]) -> String {
    Sentence::of_first_names(by_likeness(wanted, values.iter().map(String::as_str)), LISTED_VALUES).told()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(condition: Condition, wanted: &str, values: &[&str]) -> String {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        sentence(&Unmet { condition, wanted: wanted.to_owned(), values })
    }

    #[test]
    fn what_was_meant_is_named_where_it_is_like_what_was_given() {
        let models = ["gpt-5.1-codex", "gpt-5.2-codex"];
        insta::assert_snapshot!(said(Condition::Model, "gpt-5.1-codx", &models), @"no event is of a model that fits `gpt-5.1-codx`; did you mean `gpt-5.1-codex`?");
        insta::assert_snapshot!(said(Condition::Model, "o3", &models), @"no event is of a model that fits `o3`; there are gpt-5.1-codex, gpt-5.2-codex");
        insta::assert_snapshot!(said(Condition::User, "li", &[]), @"no event is of the user `li`; none names a user");
        insta::assert_snapshot!(said(Condition::Env, "prod", &["a1", "a2", "a3", "a4", "a5", "a6", "a7"]), @"no event is of the environment `prod`; there are a1, a2, a3, a4, a5 and 2 more");
    }

    #[test]
    fn of_what_there_is_the_most_alike_comes_first() {
        let tools =
            ["apply_patch", "exec_command", "list_mcp_resources", "shell", "update_plan", "view_image"];
        insta::assert_snapshot!(said(Condition::Tool, "exec_comand", &tools), @"no call is of a tool that fits `exec_comand`; did you mean `exec_command`?");
        insta::assert_snapshot!(said(Condition::Tool, "view", &tools), @"no call is of a tool that fits `view`; there are view_image, shell, update_plan, apply_patch, exec_command and 1 more");
        insta::assert_snapshot!(said(Condition::Host, "*.exmaple.com", &["pypi.org", "example.com"]), @"no request is to a host that fits `*.exmaple.com`; did you mean `example.com`?");
        insta::assert_snapshot!(said(Condition::Attribute, "argument", &["arguments", "prompt"]), @"no event has an attribute `argument`; did you mean `arguments`?");
    }

    #[test]
    fn a_pattern_that_fits_a_name_or_meets_none_is_no_slip() {
        let pattern = crate::event::name_glob("exec_*").expect("a glob");
        let unmet = |names: &[&'static str]| of_names(Condition::Tool, &pattern, names.iter().copied());
        assert_eq!(unmet(&["shell", "exec_command"]), None);
        assert_eq!(unmet(&[]), None);
        assert_eq!(unmet(&["shell", "shell"]).expect("unmet").values, ["shell"]);
    }

    #[test]
    fn of_an_id_the_beginning_is_compared_and_the_whole_is_named() {
        let ids = ["01a1f842-dd5e-72c1", "01a1f847-7639-7190"];
        insta::assert_snapshot!(said(Condition::Conversation, "01a1f482", &ids), @"no conversation begins with `01a1f482`; did you mean `01a1f842-dd5e-72c1`?");
        insta::assert_snapshot!(said(Condition::Conversation, "77", &ids), @"no conversation begins with `77`; `codex-audit list` shows which there are");
    }
}
