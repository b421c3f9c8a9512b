//! `tokens`: which rows there are, and what the chart draws.

use serde_json::{Value, json};

use crate::harness::{codex_audit, log};

fn drawn(options: &str, log: impl Into<Vec<u8>>) -> String {
    codex_audit(&format!("tokens --chart {options} -f -")).with_stdin(log).run().stdout
}

fn response(time: &str) -> (&'static str, &'static str, Value) {
    let counts = json!({ "event.timestamp": time, "input_token_count": 10, "output_token_count": 5 });
    ("a", "sse_event", counts)
}

#[test]
fn a_chart_by_model_draws_the_tokens_of_each_day() {
    let log = log(&[response("2026-11-02T01:00:00Z"), response("2026-11-03T01:00:00Z")]);
    let by_day = drawn("", log.clone());
    assert!(by_day.contains("█"), "{by_day}");
    assert_eq!(drawn("--by model", log), by_day);
}

#[test]
fn a_response_without_a_time_is_said_not_to_be_drawn() {
    let log =
        String::from_utf8(log(&[response("2026-11-02T01:00:00Z"), response("no time")])).expect("UTF-8");
    assert!(!drawn("", log.clone()).contains("not drawn"), "it has the time at which it was observed");
    let said = drawn("", log.replace("observedTimeUnixNano", "unknown"));
    assert!(said.contains("\nnot drawn: 1 response without a time\n"), "{said}");
}

#[test]
fn a_chart_of_nothing_has_no_heading_either() {
    assert_eq!(drawn("", ""), "");
}

#[test]
fn a_sum_that_leaves_responses_out_is_said_to() {
    let mut cached = response("2026-11-02T01:00:00Z");
    cached.2["cached_token_count"] = json!(4);
    let said = |log| codex_audit("tokens --json -f -").with_stdin(log).run();
    assert_eq!(said(log(&[cached.clone(), cached.clone()])).stderr, "");
    let said = said(log(&[cached, response("2026-11-02T01:00:01Z")]));
    assert_eq!(said.records()[0]["cached_input"], 4);
    assert_eq!(
        said.stderr,
        "note: some responses do not say how much of it was cached: such a sum is that of the others\n"
    );
}

#[test]
fn an_hour_that_the_clocks_show_twice_stands_twice_in_its_order() {
    let log = log(&[response("2026-10-25T01:30:00Z"), response("2026-10-25T00:30:00Z")]);
    let hours = ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"];
    let said = codex_audit("tokens --by hour --json --tz Europe/Berlin -f -").with_stdin(log.clone()).run();
    let told: Vec<_> = said.records().iter().map(|row| row["group"]["hour"].clone()).collect();
    assert_eq!(told, hours);
    let chart = drawn("--by hour --tz Europe/Berlin", log);
    assert!(chart.contains(&hours.join(" … ")), "{chart}");
}

#[test]
fn by_whose_clocks_days_are_days_is_said_wherever_a_day_stands() {
    let over_a_change = log(&[response("2026-10-24T12:00:00Z"), response("2026-10-26T12:00:00Z")]);
    let said = |options: &str| {
        codex_audit(&format!("tokens {options} -f -")).with_stdin(over_a_change.clone()).run().stdout
    };
    for options in ["", "--by model,week", "--chart", "--by month -o md", "--explain"] {
        let beijing = said(options);
        assert!(beijing.contains("by clocks at +08:00"), "{beijing}");
        let berlin = said(&format!("{options} --tz Europe/Berlin"));
        assert!(berlin.contains("by clocks at +02:00, +01:00"), "{berlin}");
    }
    for options in ["--by hour", "--by model"] {
        assert!(!said(options).contains("by clocks"), "hours carry their offset, and a model has none");
    }
    for options in ["--json", "--json --explain"] {
        assert!(said(options).contains(r#""price_book":"built-in "#), "{}", said(options));
    }
    assert!(said("--json --tz Europe/Berlin").contains(r#""time_zone":"Europe/Berlin""#));
}
