//! The settings file, and `config`, which shows what counts.

use std::fs;
use std::path::Path;

use crate::harness::{Said, codex_audit, fixture, said};

/// Runs a command line in a folder that holds a settings file and a log file.
fn with_settings(settings: &str, line: &str, variables: &[(&str, &str)]) -> Said {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("own")).expect("a folder");
    fs::write(folder.path().join("own/config.toml"), settings).expect("a file");
    fs::write(folder.path().join("own/logs.jsonl"), fixture("one_conversation.jsonl")).expect("a file");
    let mut call = codex_audit(line).in_folder(folder.path());
    for (name, value) in [("CODEX_AUDIT_CONFIG", "own/config.toml")].iter().chain(variables) {
        call = call.with_variable(name, value);
    }
    call.run()
}

#[test]
#[cfg(unix)]
fn without_a_settings_file_everything_is_as_it_comes() {
    insta::assert_snapshot!(said("config"), @"
     SETTING      VALUE                              FROM
     config_file  ~/.config/codex-audit/config.toml  default; not there
     files        /tmp/otel-data/otel-logs.jsonl     default
     tz           beijing                            default
     format       table                              default
     color        auto                               default
     lang         en                                 $LC_ALL
     price_book   built in                           default
     pager        less -FRX                          default
    [exit status: 0]
    ");
}

#[test]
#[cfg(unix)]
fn an_option_outranks_a_variable_and_that_the_file() {
    let settings = "files = ['logs.jsonl']\ntz = 'utc'\nformat = 'table'\ncolor = 'never'\nprice_book = '/srv/prices.toml'\npager = 'less -S'\n";
    let variables = [("CODEX_AUDIT_TZ", "Europe/Berlin"), ("PAGER", "more"), ("NO_COLOR", "1")];
    insta::assert_snapshot!(with_settings(settings, "config", &variables).text(), @"
     SETTING      VALUE             FROM
     config_file  own/config.toml   $CODEX_AUDIT_CONFIG
     files        own/logs.jsonl    own/config.toml:1
     tz           Europe/Berlin     $CODEX_AUDIT_TZ
     format       table             own/config.toml:3
     color        never             own/config.toml:4
     lang         en                $LC_ALL
     price_book   /srv/prices.toml  own/config.toml:5
     pager        less -S           own/config.toml:6
    [exit status: 0]
    ");
    insta::assert_snapshot!(with_settings(settings, "config --tz local -f a -f b --color never --no-pager", &variables).text(), @"
     SETTING      VALUE             FROM
     config_file  own/config.toml   $CODEX_AUDIT_CONFIG
     files        a, b              --file
     tz           local             --tz
     format       table             own/config.toml:3
     color        never             --color
     lang         en                $LC_ALL
     price_book   /srv/prices.toml  own/config.toml:5
     pager        none              --no-pager
    [exit status: 0]
    ");
    insta::assert_snapshot!(with_settings(settings, "config --json --utc", &variables).text(), @r#"
    {"schema_version":1,"record_type":"setting","name":"config_file","values":["own/config.toml"],"source":"environment","source_name":"CODEX_AUDIT_CONFIG","location":null}
    {"schema_version":1,"record_type":"setting","name":"files","values":["own/logs.jsonl"],"source":"file","source_name":null,"location":{"file":"own/config.toml","line":1,"record":0,"byte_offset":0}}
    {"schema_version":1,"record_type":"setting","name":"tz","values":["utc"],"source":"flag","source_name":"--utc","location":null}
    {"schema_version":1,"record_type":"setting","name":"format","values":["json"],"source":"flag","source_name":"--json","location":null}
    {"schema_version":1,"record_type":"setting","name":"color","values":["never"],"source":"file","source_name":null,"location":{"file":"own/config.toml","line":4,"record":0,"byte_offset":51}}
    {"schema_version":1,"record_type":"setting","name":"lang","values":["en"],"source":"environment","source_name":"LC_ALL","location":null}
    {"schema_version":1,"record_type":"setting","name":"price_book","values":["/srv/prices.toml"],"source":"file","source_name":null,"location":{"file":"own/config.toml","line":5,"record":0,"byte_offset":67}}
    {"schema_version":1,"record_type":"setting","name":"pager","values":["less -S"],"source":"file","source_name":null,"location":{"file":"own/config.toml","line":6,"record":0,"byte_offset":99}}
    [exit status: 0]
    "#);
}

#[test]
fn what_the_file_says_is_done() {
    let listed = with_settings("files = 'logs.jsonl'\ntz = 'utc'\nformat = 'json'\n", "list", &[]);
    assert_eq!(listed.column("start_time"), ["2026-11-02T01:00:00.000+00:00"], "{}", listed.stderr);
    let shown = with_settings("files = 'logs.jsonl'\nformat = 'json'\n", "list -o table", &[]);
    assert!(shown.stdout.contains("1 conversation on 1 day"), "{}", shown.text());
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/house-prices.toml").display().to_string();
    let shown = with_settings(&format!("files = 'logs.jsonl'\nprice_book = '{book}'\n"), "show", &[]);
    assert!(shown.stdout.contains(" by the price book built-in "), "{}", shown.text());
    assert!(shown.stdout.contains(&format!(" + {book}")), "{}", shown.text());
    let priced = with_settings("files = 'logs.jsonl'\nprice_book = 'missing.toml'\n", "tokens", &[]);
    assert_eq!(priced.exit, Some(2));
    let named = Path::new("own").join("missing.toml").display().to_string();
    assert_eq!(priced.stderr, format!("error: {named} does not exist\n"));
}

#[test]
#[cfg(unix)]
fn a_settings_file_that_cannot_be_understood_is_told_and_not_passed_over() {
    insta::assert_snapshot!(with_settings("tz = 'utc'\nfile = 'a'\n", "list -f own", &[]).text(), @"
    ------- stderr -------
    error: own/config.toml:2: no setting `file`; did you mean `files`? All: files, tz, format, color, lang, price_book, pager
    [exit status: 2]
    ");
    let missing = [("CODEX_AUDIT_CONFIG", "missing.toml")];
    insta::assert_snapshot!(with_settings("", "config", &missing).text(), @"
    ------- stderr -------
    error: the settings file missing.toml does not exist
    [exit status: 2]
    ");
    let none = [("CODEX_AUDIT_CONFIG", "")];
    assert_eq!(with_settings("nonsense", "config", &none).exit, Some(0));
    assert_eq!(with_settings("nonsense", "completions bash", &[]).exit, Some(0));
}

#[test]
#[cfg(target_os = "linux")]
fn a_variable_of_the_program_that_is_no_text_is_told_and_not_passed_over() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let run = |name: &str, language: &str| {
        let mut call = codex_audit("list -q -f one_conversation.jsonl").with_variable("LC_ALL", language);
        call.command.env(name, OsStr::from_bytes(b"/tmp/a\xff.jsonl"));
        call.run()
    };
    let told = run("CODEX_AUDIT_FILE", "C");
    assert_eq!((told.stderr.as_str(), told.exit), ("error: $CODEX_AUDIT_FILE is not UTF-8\n", Some(2)));
    let told = run("CODEX_AUDIT_TZ", "zh_CN.UTF-8");
    assert_eq!((told.stderr.as_str(), told.exit), ("错误：$CODEX_AUDIT_TZ 不是 UTF-8\n", Some(2)));
    assert_eq!(run("HOME", "C").exit, Some(0), "the system's own may be any path");
}

#[test]
fn a_list_of_files_that_names_none_is_no_list() {
    let said = |value| with_settings("files = 'logs.jsonl'\n", "list --json", &[("CODEX_AUDIT_FILE", value)]);
    let separator = if cfg!(windows) { ";" } else { ":" };
    for value in ["", separator] {
        assert_eq!(said(value).column("events"), ["10"], "{value:?}");
    }
}

#[test]
#[cfg(unix)]
fn settings_where_the_environment_names_their_folder_need_no_home() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("codex-audit")).expect("a folder");
    fs::write(folder.path().join("codex-audit/config.toml"), "tz = 'utc'\n").expect("a file");
    let mut call = codex_audit("list --json -f one_conversation.jsonl");
    call.command.env_remove("HOME").env("XDG_CONFIG_HOME", folder.path());
    assert_eq!(call.run().column("start_time"), ["2026-11-02T01:00:00.000+00:00"]);
}
