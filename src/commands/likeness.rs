//! Which of the known names was meant by one that is not known?

/// The known name that is most like `name`, in any letter case, if one is like it at all.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    // A slip or two; in a long name some more.
    let most = 1 + wanted.chars().count() / 4;
    let distance = |known: &str| strsim::osa_distance(&wanted, &known.to_lowercase());
    let candidates = known.into_iter().map(|known| (distance(known), known));
    // Of equals the first by name, so that the order of the known ones does not show.
    candidates.filter(|(distance, _)| *distance <= most).min().map(|(_, known)| known)
}

/// The known names, in any letter case: those first that hold `name`, stars aside, then those that are most like it.
pub(super) fn by_likeness<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = name.to_lowercase();
    let mut known: Vec<&str> = known.into_iter().collect();
    known.sort_by_cached_key(|known| {
        let lower = known.to_lowercase();
        (!lower.contains(wanted.trim_matches('*')), strsim::osa_distance(&wanted, &lower), *known)
    });
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_forgiven_and_another_word_is_not() {
        let known = ["files", "tz", "format", "color", "pager"];
        for (name, meant) in [
            ("colour", Some("color")),
            ("Format", Some("format")),
            ("fiels", Some("files")),
            ("lang", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), meant, "{name}");
        }
    }
}
