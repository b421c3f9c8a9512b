//! Folders of files that a test writes with `UPDATE=1`, and otherwise holds to what they would be.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Holds the folder of the repository to exactly these files, by name.
pub(crate) fn assert_current(folder: &str, files: &BTreeMap<String, Vec<u8>>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        fs::create_dir_all(&path).expect("the folder");
        for name in present(&path).keys().filter(|name| !files.contains_key(*name)) {
            fs::remove_file(path.join(name)).expect("a file that is no longer made");
        }
        for (name, bytes) in files {
            fs::write(path.join(name), bytes).expect("a file");
        }
    }
    let present = present(&path);
    let mut differing: Vec<&String> = files
        .iter()
        .filter(|(name, bytes)| present.get(*name) != Some(bytes))
        .map(|(name, _)| name)
        .collect();
    differing.extend(present.keys().filter(|name| !files.contains_key(*name)));
    assert!(
        differing.is_empty(),
        "{folder}/ is not current: {differing:?}\n\
         These files are generated; `UPDATE=1 cargo test --test {}` writes them.",
        env!("CARGO_CRATE_NAME")
    );
}

fn present(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeMap::new() };
    entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read(&path).expect("a file"))
        })
        .collect()
}
