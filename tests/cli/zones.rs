//! In which zone times are shown, and dates are read.

use serde_json::json;

use crate::harness::{codex_audit, log, run, said};

const FILE: &str = "over_midnight_in_beijing.jsonl";

/// When the conversation began, with these arguments.
fn start(arguments: &str) -> String {
    run(&format!("list --json -f {FILE} {arguments}")).column("start_time").remove(0)
}

#[test]
fn times_are_beijing_s_unless_another_zone_is_asked_for() {
    assert_eq!(start(""), "2026-11-02T23:59:59.500+08:00");
    for (zone, shown) in [
        ("--tz beijing", "2026-11-02T23:59:59.500+08:00"),
        ("--tz Asia/Shanghai", "2026-11-02T23:59:59.500+08:00"),
        ("--utc", "2026-11-02T15:59:59.500+00:00"),
        ("--tz utc", "2026-11-02T15:59:59.500+00:00"),
        ("--tz UTC", "2026-11-02T15:59:59.500+00:00"),
        ("--tz america/new_york", "2026-11-02T10:59:59.500-05:00"),
        ("--tz +05:45", "2026-11-02T21:44:59.500+05:45"),
        ("--tz -0330", "2026-11-02T12:29:59.500-03:30"),
    ] {
        assert_eq!(start(zone), shown, "{zone}");
    }
}

#[cfg(unix)]
#[test]
fn the_zone_of_the_machine_is_asked_for_by_name() {
    for arguments in ["--local", "--tz local"] {
        let said =
            codex_audit(&format!("list --json -f {FILE} {arguments}")).with_variable("TZ", "JST-9").run();
        assert_eq!(said.column("start_time"), ["2026-11-03T00:59:59.500+09:00"], "{arguments}");
    }
    let said = codex_audit(&format!("list --json -f {FILE}")).with_variable("TZ", "JST-9").run();
    assert_eq!(said.column("start_time"), ["2026-11-02T23:59:59.500+08:00"], "it does not count unasked");
}

#[test]
fn the_environment_sets_the_zone_and_the_command_line_overrules_it() {
    let with = |zone: &str, arguments: &str| {
        codex_audit(&format!("list --json -f {FILE} {arguments}")).with_variable("CODEX_AUDIT_TZ", zone).run()
    };
    assert_eq!(with("utc", "").column("start_time"), ["2026-11-02T15:59:59.500+00:00"]);
    assert_eq!(with("", "").column("start_time"), ["2026-11-02T23:59:59.500+08:00"]);
    assert_eq!(with("utc", "--tz beijing").column("start_time"), ["2026-11-02T23:59:59.500+08:00"]);
    insta::assert_snapshot!(with("Mars/Olympus", "").text(), @"
    ------- stderr -------
    error: $CODEX_AUDIT_TZ: no time zone `Mars/Olympus`; there are beijing, local, utc, IANA names such as Europe/Berlin, and offsets such as +08:00
    [exit status: 2]
    ");
}

#[test]
fn the_moment_in_nanoseconds_does_not_depend_on_the_zone() {
    for zone in ["", "--utc", "--tz +05:45"] {
        let said = run(&format!("list --json -f {FILE} {zone}"));
        assert_eq!(said.column("start_time_unix_nano"), ["1793635199500000000"], "{zone}");
    }
}

#[test]
fn a_date_begins_when_the_zone_s_day_does() {
    let prompts = |arguments: &str| {
        run(&format!("list --json -f {FILE} {arguments}"))
            .column("prompts")
            .first()
            .cloned()
            .unwrap_or_default()
    };
    assert_eq!(prompts("--until 2026-11-03"), "1");
    assert_eq!(prompts("--since 2026-11-03"), "1");
    assert_eq!(prompts("--since 2026-11-03 --utc"), "");
    assert_eq!(prompts("--since '2026-11-02 15:59' --utc"), "2");
    assert_eq!(prompts("--since '2026-11-02 23:59:59' --until '2026-11-03 00:01'"), "1");
    assert_eq!(
        prompts("--since 2026-11-02T23:59:59.699+08:00 --until 2026-11-02T15:59:59.701Z --tz +13:00"),
        "1"
    );
}

#[test]
fn a_timeline_says_when_a_day_begins_in_the_zone() {
    insta::assert_snapshot!(said(&format!("show -f {FILE}")), @"
    Conversation 01b00048-0000-7000-8000-000000000048
    codex_exec 0.169.0 on host-a · gpt-5.1-codex (OpenAI) · approval on-request · sandbox workspace-write
    env dev
    2026-11-02 23:59:59.500 +08:00, 1m 30s · over_midnight_in_beijing.jsonl:1

     23:59:59.500  start     gpt-5.1-codex · reasoning medium · approval on-request · sandbox workspace-write
             .700  prompt    late
                             2026-11-03 +08:00
     00:00:00.400  model     response · first token after 12 ms
                             tokens in 10 (0 cached) · out 1 (0 reasoning)
     00:01:30.000  prompt    later
    last record 2026-11-03 00:01:30.000; Codex records no end, the conversation may go on
    1 response: in 10 (0 cached) · out 1 (0 reasoning) · about $0.000023 at API list prices
    [exit status: 0]
    ");
    let in_utc = run(&format!("show --utc -f {FILE}")).stdout;
    assert!(!in_utc.contains("2026-11-03"), "{in_utc}");
}

#[test]
fn a_zone_that_does_not_exist_is_an_error() {
    insta::assert_snapshot!(said(&format!("list -f {FILE} --tz Atlantis")), @"
    ------- stderr -------
    error: no time zone `Atlantis`; there are beijing, local, utc, IANA names such as Europe/Berlin, and offsets such as +08:00
    [exit status: 2]
    ");
    for wrong in ["--tz +25:00", "--tz +8", "--tz ''", "--utc --local", "--utc --tz beijing"] {
        assert_eq!(run(&format!("list -f {FILE} {wrong}")).exit, Some(2), "{wrong}");
    }
}

#[test]
fn from_where_the_clocks_are_changed_times_stand_under_another_offset() {
    let prompt = |id, time| (id, "user_prompt", json!({ "event.timestamp": time }));
    let log = log(&[
        prompt("a", "2026-10-25T00:30:00Z"),
        prompt("a", "2026-10-25T01:30:00Z"),
        prompt("b", "2026-10-25T01:45:00Z"),
    ]);
    let said = |line: &str| {
        codex_audit(&format!("{line} --tz Europe/Berlin -f -")).with_stdin(log.clone()).run().stdout
    };
    let list = said("list");
    let headings: Vec<&str> = list.lines().filter(|line| line.starts_with("2026")).collect();
    assert_eq!(headings, ["2026-10-25 Sun  times are +02:00", "2026-10-25 Sun  times are +01:00"], "{list}");
    let show = said("show a");
    assert!(show.contains("2026-10-25 +01:00\n 02:30:00.000"), "{show}");
}
