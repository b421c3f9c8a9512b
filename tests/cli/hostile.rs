//! Text that was written to deceive.

use std::fs;

use crate::harness::{codex_audit, fixture, run};

/// Whether a character could steer a terminal, hide, or turn the order of its neighbours round. Stated here by hand.
fn is_hazard(character: char) -> bool {
    matches!(u32::from(character),
        0x00..=0x1f | 0x7f..=0x9f          // controls
        | 0xad | 0x034f | 0x180b..=0x180f  // soft hyphen, joiner, Mongolian variation selectors and vowel separator
        | 0x061c | 0x200e | 0x200f         // direction marks
        | 0x202a..=0x202e | 0x2066..=0x2069 // embeddings, overrides, isolates
        | 0x200b..=0x200d | 0x2060..=0x2064 | 0xfeff // zero width
        | 0x2028 | 0x2029                  // line and paragraph separators
        | 0xfff9..=0xfffb                  // annotations
        | 0xe0001 | 0xe0020..=0xe007f      // tags
    )
}

/// Panics when a hazard is in the text. Line breaks are where lines end, and nowhere else.
fn assert_harmless(text: &str, line: &str) {
    let found: Vec<char> =
        text.chars().filter(|character| *character != '\n' && is_hazard(*character)).collect();
    assert!(found.is_empty(), "{line} prints {found:?}");
}

/// The text without the program's own colours.
fn uncoloured(text: &str) -> String {
    regex::Regex::new("\u{1b}\\[[0-9;]*m").expect("a pattern").replace_all(text, "").into_owned()
}

#[test]
fn the_fixture_holds_every_sort_of_hazard() {
    let text = fixture("terminal_escapes.jsonl");
    let record: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    let record = &record["resourceLogs"][0]["scopeLogs"][0]["logRecords"][1];
    let prompt = record["attributes"][2]["value"]["stringValue"].as_str().expect("the prompt");
    let hazards = "\u{1b}\u{7}\u{0}\u{7f}\u{9b}\u{85}\r\u{202e}\u{2066}\u{200f}\u{61c}\u{200b}\u{200d}\u{2060}\u{feff}\u{ad}\u{2028}\u{2029}\u{e0041}";
    for hazard in hazards.chars() {
        assert!(is_hazard(hazard) && prompt.contains(hazard), "{hazard:?}");
    }
}

#[test]
fn no_answer_in_any_format_holds_a_hazard() {
    for question in [
        "list",
        "show",
        "show --all",
        "show --last",
        "show 01b00008",
        "grep .",
        "grep -l .",
        "tool-decision --undecided",
    ] {
        for format in ["table", "json", "csv", "md"] {
            for more in ["", "--no-trunc", "--quiet", "--utc"] {
                let line = format!("{question} -o {format} {more} -f terminal_escapes.jsonl");
                let said = run(&line);
                assert_eq!(said.exit, Some(0), "{line}");
                // A cell of CSV may hold a tab, within quotes.
                let stdout = if format == "csv" { said.stdout.replace('\t', "") } else { said.stdout };
                assert_harmless(&stdout, &line);
                assert_harmless(&said.stderr, &line);
                assert_ne!(stdout, "", "{line}");
            }
        }
    }
}

#[test]
fn colours_are_the_program_s_own() {
    for question in ["list", "show"] {
        for format in ["table", "md"] {
            let line = format!("{question} -o {format} --color always -f terminal_escapes.jsonl");
            let coloured = run(&line).stdout;
            let plain =
                run(&format!("{question} -o {format} --color never -f terminal_escapes.jsonl")).stdout;
            assert_harmless(&uncoloured(&coloured), &line);
            // Were one of the log's own escapes let through, it would be missing here.
            assert_eq!(uncoloured(&coloured), plain, "{line}");
        }
    }
}

#[test]
fn what_is_dangerous_is_spelled_out_and_not_left_out() {
    let shown = run("show -f terminal_escapes.jsonl").stdout;
    for spelled in [
        r"\u{1b}[2J",
        r"abc\u{202e}txt.exe",
        r"pay\u{200b}load",
        r"\u{9b}31m",
        r"\u{e0041}",
        r"nul\u{0}",
        r"del\u{7f}",
    ] {
        assert!(shown.contains(spelled), "{spelled}");
    }
}

#[test]
fn a_question_that_is_asked_back_holds_no_hazard() {
    for question in ["list --conversation 01b", "show 01b", "show --json 01b"] {
        let line = format!("{question} -f terminal_escapes.jsonl -f one_conversation.jsonl");
        let said = run(&line);
        assert_eq!(said.exit, Some(2), "{line}");
        assert_harmless(&said.stderr, &line);
    }
    let said = run("show '01b\u{1b}[2J\u{202e}' -f one_conversation.jsonl");
    assert_eq!(said.exit, Some(1));
    assert_harmless(&said.stderr, "an id that is not there");
}

#[cfg(unix)]
#[test]
fn the_name_of_a_file_is_no_safer_than_its_content() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = "logs\u{1b}[2J\u{202e}\nlnosj.jsonl";
    fs::write(folder.path().join(name), fixture("damaged/not_otlp.jsonl")).expect("a file");
    fs::write(folder.path().join("notes\u{1b}[2J.txt"), "hello").expect("a file");
    for format in ["table", "json", "csv", "md"] {
        for question in ["list", "show"] {
            let line = format!("{question} -o {format} -f .");
            let said = codex_audit(&line).in_folder(folder.path()).run();
            assert_eq!(said.exit, Some(3), "{line}");
            assert_harmless(&said.stdout, &line);
            assert_harmless(&said.stderr, &line);
            assert_eq!(
                said.stderr.lines().count(),
                7,
                "each note and each place is one line: {}",
                said.stderr
            );
        }
    }
    let said = codex_audit("list -f 'missing\u{1b}[2J.jsonl'").in_folder(folder.path()).run();
    assert_harmless(&said.stderr, "a file that is missing");
}

#[test]
fn a_prompt_cannot_forge_a_row_of_a_table() {
    let listed = run("list -f spreadsheet_formulas.jsonl").stdout;
    assert!(listed.contains("plain, with \"quotes\"⏎and a second line"), "{listed}");
    let rows = listed.lines().filter(|line| line.contains(" 01b009")).count();
    assert_eq!(rows, 10);
}

#[test]
fn a_prompt_cannot_forge_markdown() {
    let forged = fixture("one_conversation.jsonl");
    let forged = String::from_utf8(forged).expect("text").replace(
        "List the files, please.",
        r"x | y | <script>alert(1)</script> ![](http://example.com/a.png)\n- **call** forged\n```\n# heading",
    );
    let run = |line: &str| codex_audit(line).with_stdin(forged.clone()).run().stdout;
    insta::assert_snapshot!(run("list -o md -f -"), @r"
    **2026-11-02 Mon**  times are +08:00

    | START | LASTED | ID | MODEL | PROMPTS | CALLS | TOKENS | FIRST PROMPT |
    | :-- | --: | :-- | :-- | --: | --: | --: | :-- |
    | 09:00:00 | 2.1 s | 01b00001-0000-7000-8000-000000000001 | gpt-5.1-codex | 1 | 1 | 2,280 | x &#124; y &#124; &lt;script&gt;alert(1)&lt;/script&gt; \!\[\](http\://example.com/a.png)<br>- \*\*call\*\* forged<br>\`\`\`<br>\# heading 请列出文件。 |

    1 conversation on 1 day · 1 prompt · 1 call
    ");
    insta::assert_snapshot!(run("show -o md -f - --until '2026-11-02 09:00:01'"), @r"
    **Conversation** 01b00001-0000-7000-8000-000000000001

    codex\_exec 0.169.0 on host-a · gpt-5.1-codex (OpenAI) · approval on-request · sandbox workspace-write

    env dev

    2026-11-02 09:00:00.000 +08:00, 900 ms · -:1

    - 09:00:00.000 **start** gpt-5.1-codex · reasoning medium · approval on-request · sandbox workspace-write
    - .400 **prompt** x &#124; y &#124; &lt;script&gt;alert(1)&lt;/script&gt; \!\[\](http\://example.com/a.png)<br>- \*\*call\*\* forged<br>\`\`\`<br>\# heading 请列出文件。
    - .900 **model** 200 in 40 ms

    last record 09:00:00.900; what came later was not asked for

    **0 responses**
    ");
}
