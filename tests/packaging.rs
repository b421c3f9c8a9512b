//! The Debian package that Cargo.toml describes: every file in it is there, and lies where Debian looks for it.

use std::fs;
use std::path::Path;

/// What is packaged: the files that a pattern names, and where they go.
fn assets() -> Vec<(String, String)> {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).expect("Cargo.toml");
    let manifest: toml::Table = text.parse().expect("TOML");
    let assets = manifest["package"]["metadata"]["deb"]["assets"].as_array().expect("a list").clone();
    let word = |asset: &toml::Value, index: usize| asset[index].as_str().expect("text").to_owned();
    assets.iter().map(|asset| (word(asset, 0), word(asset, 1))).collect()
}

#[test]
fn every_file_that_is_packaged_is_there() {
    for (pattern, _) in assets().iter().filter(|(pattern, _)| !pattern.starts_with("target/")) {
        let pattern = Path::new(env!("CARGO_MANIFEST_DIR")).join(pattern);
        let found = glob::glob(&pattern.to_string_lossy()).expect("a pattern").count();
        assert!(found > 0, "{} is not there", pattern.display());
    }
}

#[test]
fn manual_pages_and_completions_lie_where_they_are_looked_for() {
    let places: Vec<String> = assets().into_iter().map(|(_, place)| place).collect();
    for place in [
        "usr/bin/",
        "usr/share/man/man1/",
        "usr/share/bash-completion/completions/codex-audit",
        "usr/share/zsh/vendor-completions/_codex-audit",
        "usr/share/fish/vendor_completions.d/codex-audit.fish",
    ] {
        assert!(places.iter().any(|other| other == place), "nothing goes to {place}");
    }
}
