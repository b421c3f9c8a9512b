//! The words of a remark: ours in the reader's language, Codex's as it wrote them.

use std::borrow::Cow;

use tr::tr;

use crate::query::Word;

/// What stands before a value, and the value.
pub(super) fn of(word: &Word) -> (Option<Cow<'_, str>>, Cow<'_, str>) {
    let (before, value) = match word {
        Word::Value(value) => return (None, value.into()),
        Word::Named(name, value) => return (Some(name.into()), value.into()),
        Word::After(value) => (tr!("after"), value),
        Word::Status(value) => (tr!("status"), value),
        Word::In(value) => (tr!("in"), value),
        Word::Error(value) => (tr!("error"), value),
        Word::From(value) => (tr!("from"), value),
        Word::To(value) => (tr!("to"), value),
        Word::Of(value) => (tr!("of"), value),
        Word::EstimatedCost(value) => (tr!("estimated by the back end at $"), value),
        Word::Answered(value) => (tr!("answered"), value),
        Word::Call(value) => (tr!("call"), value),
        Word::Risk(value) => (tr!("risk"), value),
        Word::At(value) => (tr!("at"), value),
        Word::ConnectionReused => return (None, tr!("connection reused").into()),
        Word::Failed => return (None, tr!("failed").into()),
        Word::CutByTelemetry => return (None, tr!("(cut by telemetry)").into()),
        Word::Interrupted => return (None, tr!("interrupted").into()),
        Word::Installed => return (None, tr!("installed").into()),
        Word::NotInstalled => return (None, tr!("not installed").into()),
    };
    (Some(before.into()), value.into())
}
