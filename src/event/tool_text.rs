//! What stands inside a call's arguments and output: the command line and the terms under which it was to run, the files
//! of a patch, how the command ended.
//!
//! Arguments and output are written by models and by the programs they run. What is read out of an output is read
//! only from the part that Codex itself writes, so that a program cannot print itself an exit code.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::attributes::is_masked;

/// The command that a call ran, as a person would type it: the command line of a shell tool, `apply_patch` with the
/// files it touches, or an MCP server and tool with its arguments. `None` for calls that run nothing.
#[must_use]
pub fn command_line(
    tool_name: Option<&str>,
    mcp_server: Option<&str>,
    arguments: Option<&str>,
) -> Option<String> {
    let (tool_name, arguments) = (tool_name.unwrap_or_default(), arguments?);
    if let Some(called) = mcp_call(tool_name, mcp_server) {
        let arguments = if arguments == "{}" { "" } else { arguments };
        return Some(format!("{called} {arguments}").trim_end().to_owned());
    }
    if tool_name == "apply_patch" {
        return Some(patch_line(&patch_text(arguments)));
    }
    if !is_shell(tool_name) && tool_name != "exec" {
        return None;
    }
    match serde_json::from_str::<Value>(arguments) {
        // With a session it is what is typed into a program that runs.
        Ok(Value::Object(members)) if tool_name == "unified_exec" => {
            let is_typed_in = members.get("session_id").is_some_and(|session| !session.is_null());
            if is_typed_in { None } else { typed_command(members.get("input")?) }
        }
        Ok(Value::Object(members)) => {
            ["cmd", "command"].iter().find_map(|key| typed_command(members.get(*key)?))
        }
        // Code, or the joined command line of the oldest shell tool. Of others it is what a Collector made of the
        // arguments: a part, a mask or a hash.
        _ => (matches!(tool_name, "exec" | "local_shell") && !is_masked(arguments))
            .then(|| arguments.to_owned()),
    }
}

/// Under what terms a call of a shell tool was to run, as the model asked for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunTerms {
    /// The folder, where it named one.
    pub workdir: Option<String>,
    /// What it asked for besides what the sandbox gives.
    pub more: Option<MorePermissions>,
    /// The reason for the person who is asked.
    pub justification: Option<String>,
}

/// What a command may ask for besides what the sandbox gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MorePermissions {
    /// To run outside the sandbox.
    Outside,
    /// Permissions of its own within it.
    Additional,
    /// Something under a word that no known release writes.
    Unknown,
}

/// The terms that the arguments of a call name besides its command; none for other tools than those that run commands.
#[must_use]
pub fn run_terms(tool_name: Option<&str>, arguments: Option<&str>) -> RunTerms {
    let arguments = arguments.filter(|_| tool_name.is_some_and(is_shell));
    let Some(Ok(Value::Object(members))) = arguments.map(serde_json::from_str::<Value>) else {
        return RunTerms::default();
    };
    let text = |name: &str| {
        let text = members.get(name)?.as_str()?;
        Some(text.to_owned()).filter(|text| !text.is_empty())
    };
    // Older releases had a yes or no.
    let is_escalated = members.get("with_escalated_permissions").and_then(Value::as_bool) == Some(true);
    let more = match text("sandbox_permissions").as_deref() {
        Some("require_escalated") => Some(MorePermissions::Outside),
        Some("with_additional_permissions") => Some(MorePermissions::Additional),
        None | Some("use_default") => is_escalated.then_some(MorePermissions::Outside),
        // Under a mask there may be the usual word.
        Some(word) if is_masked(word) => is_escalated.then_some(MorePermissions::Outside),
        Some(_) if is_escalated => Some(MorePermissions::Outside),
        Some(_) => Some(MorePermissions::Unknown),
    };
    RunTerms { workdir: text("workdir"), more, justification: text("justification") }
}

/// Whether a tool's name says that an MCP server offers it.
#[must_use]
pub fn names_mcp_tool(tool_name: &str) -> bool {
    tool_name.starts_with("mcp__")
}

/// Whether a call is one of an MCP server, by its name where the server is not told.
fn is_of_mcp(tool_name: Option<&str>, mcp_server: Option<&str>) -> bool {
    mcp_server.is_some() || tool_name.is_some_and(names_mcp_tool)
}

/// Server and tool of an MCP call; the name as it is written where it does not tell one from the other.
fn mcp_call(tool_name: &str, mcp_server: Option<&str>) -> Option<String> {
    match mcp_server {
        Some(server) => {
            let tool = tool_name.strip_prefix(&format!("mcp__{server}__")).unwrap_or(tool_name);
            Some(format!("{server}.{tool}"))
        }
        None => names_mcp_tool(tool_name).then(|| tool_name.to_owned()),
    }
}

/// Whether Codex's tool of that name runs command lines.
#[must_use]
pub fn is_shell(tool_name: &str) -> bool {
    matches!(
        tool_name,
        "exec_command" | "shell" | "shell_command" | "local_shell" | "container.exec" | "unified_exec"
    )
}

/// Whether Codex writes around what that tool of its own answers. Of all others, a client's tools and scripts among
/// them, the output is their own text from its first byte.
fn is_framed(tool_name: &str) -> bool {
    is_shell(tool_name) || matches!(tool_name, "write_stdin" | "apply_patch")
}

/// A command in either form: one string, or a list of words that a shell's own `-c` wraps more often than not.
fn typed_command(command: &Value) -> Option<String> {
    match command {
        Value::String(line) => Some(line.clone()),
        Value::Array(words) => {
            let words: Vec<&str> = words.iter().map(Value::as_str).collect::<Option<_>>()?;
            match words.as_slice() {
                [] => None,
                ["apply_patch" | "applypatch", patch] => Some(patch_line(patch)),
                [shell, flags @ .., script] if wraps_a_script(shell, flags) => Some((*script).to_owned()),
                words => shlex::try_join(words.iter().copied()).ok().or_else(|| Some(words.join(" "))),
            }
        }
        _ => None,
    }
}

/// Whether a shell is told by its flags to run the script behind them, and nothing that would change what that does.
fn wraps_a_script(shell: &str, flags: &[&str]) -> bool {
    let name = shell.rsplit(['/', '\\']).next().unwrap_or(shell).to_ascii_lowercase();
    let name = name.strip_suffix(".exe").unwrap_or(&name);
    let (runs, others): (&[&str], &[&str]) = match name {
        "bash" | "sh" | "zsh" | "dash" | "fish" => (&["-c", "-lc", "-ic", "-lic"], &["-l", "-i", "--login"]),
        "powershell" | "pwsh" => (&["-command", "-c"], &["-noprofile", "-nologo", "-noninteractive"]),
        "cmd" => (&["/c"], &["/d", "/s", "/q"]),
        _ => return false,
    };
    let Some((last, before)) = flags.split_last() else { return false };
    let any_case = matches!(name, "powershell" | "pwsh" | "cmd");
    let is_one = |flag: &str, of: &[&str]| {
        of.iter().any(|known| if any_case { flag.eq_ignore_ascii_case(known) } else { flag == *known })
    };
    is_one(last, runs) && before.iter().all(|flag| is_one(flag, others))
}

/// The patch itself: free-form tools send it as it is, function tools as JSON around it.
fn patch_text(arguments: &str) -> String {
    match serde_json::from_str::<Value>(arguments) {
        Ok(Value::Object(members)) => ["input", "patch"]
            .iter()
            .find_map(|key| members.get(*key)?.as_str())
            .map_or_else(|| arguments.to_owned(), str::to_owned),
        _ => arguments.to_owned(),
    }
}

fn patch_line(patch: &str) -> String {
    let is_cut =
        patch.starts_with("*** Begin Patch") && !patch.lines().any(|line| line.trim() == "*** End Patch");
    // The last line of what was cut may be a part of one.
    let patch = if is_cut { patch.rsplit_once('\n').map_or("", |(whole, _)| whole) } else { patch };
    let files = patched_files(patch).into_iter().map(|(change, path)| format!("{change} {path}"));
    let files: Vec<String> = files.chain(is_cut.then(|| "…".to_owned())).collect();
    if files.is_empty() { "apply_patch".to_owned() } else { format!("apply_patch: {}", files.join(", ")) }
}

/// The files that a patch touches, with `A` for added, `M` for changed, `D` for deleted, `R` for the new name of a
/// file that was moved.
#[must_use]
pub fn patched_files(patch: &str) -> Vec<(char, &str)> {
    const HEADS: [(&str, char); 4] = [
        ("*** Add File: ", 'A'),
        ("*** Update File: ", 'M'),
        ("*** Delete File: ", 'D'),
        ("*** Move to: ", 'R'),
    ];
    // Lines of content begin with `+`, `-` or a space, so only the patch's own heads begin with the stars.
    (patch.lines())
        .filter_map(|line| {
            HEADS.iter().find_map(|(head, change)| Some((*change, line.strip_prefix(head)?.trim())))
        })
        .collect()
}

/// What of an output Codex wrote around what the program printed.
enum Framing<'a> {
    /// `{"output":…,"metadata":{"exit_code":…}}`, of the old shell tools.
    Json(Value),
    /// Some lines of Codex's own, then `Output:`; without that no body.
    Headed { head: &'a str, body: Option<&'a str> },
    /// No frame that is known.
    Bare,
}

fn framing<'a>(tool_name: Option<&str>, mcp_server: Option<&str>, output: &'a str) -> Framing<'a> {
    const HEADS: [&str; 5] =
        ["Wall time: ", "Chunk ID: ", "Exit code: ", "Process exited with code ", "Process running "];
    let is_of_mcp = is_of_mcp(tool_name, mcp_server);
    let heads = if is_of_mcp {
        // What an MCP server answers stands behind the time that it took.
        &HEADS[..1]
    } else if tool_name.is_some_and(is_framed) {
        &HEADS[..]
    } else {
        return Framing::Bare;
    };
    if !is_of_mcp
        && output.starts_with('{')
        && let Ok(value @ Value::Object(_)) = serde_json::from_str::<Value>(output)
        && value.get("metadata").is_some()
    {
        return Framing::Json(value);
    }
    if heads.iter().any(|opening| output.starts_with(opening)) {
        // An empty output may lack the line break, and a cut one the whole body.
        let (head, body) = match output.split_once("\nOutput:") {
            Some((head, body)) => (head, Some(body.strip_prefix('\n').unwrap_or(body))),
            // What a cut left of the last of Codex's own lines may be less than Codex wrote.
            None => {
                let is_own = |line: &str| {
                    HEADS.iter().any(|head| line.starts_with(head))
                        || line.starts_with("Original token count: ")
                };
                let mut lines = output.match_indices('\n').map(|(at, _)| at);
                let last = lines.rfind(|at| is_own(&output[at + 1..])).unwrap_or(0);
                (&output[..last], None)
            }
        };
        return Framing::Headed { head, body };
    }
    Framing::Bare
}

/// What had become of a command when Codex answered the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// It ended with this exit code.
    Exited(i64),
    /// It still ran, as the session of this number, into which more may be typed.
    Running(u64),
}

/// What Codex noted on the output of a command, in any of the forms its releases have: JSON metadata,
/// `Process exited with code N`, `Exit code: N`, `Process running with session ID N`, and the sandbox's refusal. `None`
/// for other tools.
#[must_use]
pub fn ending(tool_name: Option<&str>, mcp_server: Option<&str>, output: &str) -> Option<Ending> {
    if is_of_mcp(tool_name, mcp_server) {
        return None;
    }
    match framing(tool_name, None, output) {
        Framing::Json(value) => value.get("metadata")?.get("exit_code")?.as_i64().map(Ending::Exited),
        Framing::Headed { head, .. } => head.lines().find_map(|line| {
            if let Some(session) = line.strip_prefix("Process running with session ID ") {
                return session.parse().ok().map(Ending::Running);
            }
            let code = line
                .strip_prefix("Process exited with code ")
                .or_else(|| line.strip_prefix("Exit code: "))?;
            code.trim().parse().ok().map(Ending::Exited)
        }),
        Framing::Bare => {
            let told =
                refusal(tool_name, output)?.strip_prefix(" { output: ExecToolCallOutput { exit_code: ")?;
            told.split(',').next()?.trim().parse().ok().map(Ending::Exited)
        }
    }
}

/// Whether an output says that the sandbox refused a command, as releases did before they recorded it.
#[must_use]
pub fn is_refused_by_sandbox(tool_name: Option<&str>, mcp_server: Option<&str>, output: &str) -> bool {
    mcp_server.is_none() && refusal(tool_name, output).is_some()
}

/// What stands behind the words with which `exec_command` says that the sandbox refused a command.
fn refusal<'a>(tool_name: Option<&str>, output: &'a str) -> Option<&'a str> {
    let failure = output.strip_prefix("exec_command failed").filter(|_| tool_name == Some("exec_command"))?;
    let failure = match failure.strip_prefix(" for `") {
        // The command stands between, and may hold the same words: the last ones are Codex's own, for in what the
        // program printed quotes are escaped.
        Some(command) => command.rsplit_once("`: CreateProcess { message: \"")?.1,
        None => failure.strip_prefix(": CreateProcess { message: \"")?,
    };
    failure.strip_prefix("Codex(Sandbox(Denied")
}

/// What the program printed, without what Codex wrote around it; all there is where it does not say where that ends.
#[must_use]
pub fn output_body<'a>(
    tool_name: Option<&str>,
    mcp_server: Option<&str>,
    output: &'a str,
) -> std::borrow::Cow<'a, str> {
    match framing(tool_name, mcp_server, output) {
        Framing::Json(value) => match value.get("output").and_then(Value::as_str) {
            Some(text) => text.to_owned().into(),
            None => output.into(),
        },
        Framing::Headed { body, .. } => body.unwrap_or(output).into(),
        Framing::Bare => output.into(),
    }
}

/// The conversation that a `spawn_agent` call opened, out of its output: JSON, or in early releases one line.
#[must_use]
pub fn spawned_conversation(output: &str) -> Option<String> {
    let is_id = |id: &str| !id.is_empty() && !id.contains(char::is_whitespace);
    if let Some(id) = output.strip_prefix("agent_id: ") {
        return Some(id.trim()).filter(|id| is_id(id)).map(str::to_owned);
    }
    first_member(output, "agent_id").filter(|id| is_id(id))
}

/// The text under a name that an object begins with, so that it is there in one that was cut, too.
fn first_member(object: &str, name: &str) -> Option<String> {
    match serde_json::from_str::<Value>(object) {
        Ok(value) => Some(value.get(name)?.as_str()?.to_owned()),
        Err(_) => {
            let value = object.strip_prefix(&format!("{{\"{name}\":\""))?;
            Some(value.split_once('"')?.0.to_owned())
        }
    }
}

/// The job that arguments or output of `spawn_agents_on_csv` or `report_agent_job_result` name. An output that was cut
/// still begins with it.
#[must_use]
pub fn agent_job(text: &str) -> Option<String> {
    first_member(text, "job_id").filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(arguments: &str) -> Option<String> {
        command_line(Some("shell"), None, Some(arguments))
    }

    #[test]
    fn a_command_line_is_what_a_person_would_type() {
        assert_eq!(shell(r#"{"command":["bash","-lc","ls | wc"]}"#).as_deref(), Some("ls | wc"));
        assert_eq!(shell(r#"{"command":["/bin/zsh","-c","ls"]}"#).as_deref(), Some("ls"));
        assert_eq!(shell(r#"{"command":["bash","-l","-c","ls"]}"#).as_deref(), Some("ls"));
        assert_eq!(shell(r#"{"command":["bash","-C","ls"]}"#).as_deref(), Some("bash -C ls"), "no script");
        assert_eq!(shell(r#"{"command":["bash","-e","-c","ls"]}"#).as_deref(), Some("bash -e -c ls"));
        assert_eq!(
            shell(r#"{"command":["powershell.exe","-NoProfile","-Command","Get-ChildItem C:\\Users"]}"#)
                .as_deref(),
            Some(r"Get-ChildItem C:\Users")
        );
        assert_eq!(shell(r#"{"command":["CMD.EXE","/d","/s","/c","dir"]}"#).as_deref(), Some("dir"));
        assert_eq!(shell(r#"{"command":["ls","a b"]}"#).as_deref(), Some("ls 'a b'"));
        assert_eq!(shell(r#"{"command":"echo 你好"}"#).as_deref(), Some("echo 你好"));
        assert_eq!(
            command_line(Some("exec_command"), None, Some(r#"{"cmd":"exit 3","yield_time_ms":5}"#))
                .as_deref(),
            Some("exit 3")
        );
        assert_eq!(command_line(Some("local_shell"), None, Some("ls -la")).as_deref(), Some("ls -la"));
        assert_eq!(command_line(Some("update_plan"), None, Some(r#"{"plan":[]}"#)), None);
        assert_eq!(command_line(Some("shell"), None, None), None);
    }

    #[test]
    fn a_patch_is_named_by_its_files() {
        let patch = "*** Begin Patch\n*** Add File: 新.txt\n+*** Delete File: trap\n*** Update File: a\n*** Move to: b\n*** End Patch";
        assert_eq!(patched_files(patch), [('A', "新.txt"), ('M', "a"), ('R', "b")]);
        let line = Some("apply_patch: A 新.txt, M a, R b");
        assert_eq!(command_line(Some("apply_patch"), None, Some(patch)).as_deref(), line);
        let wrapped = serde_json::json!({ "input": patch }).to_string();
        assert_eq!(command_line(Some("apply_patch"), None, Some(&wrapped)).as_deref(), line);
        let command = serde_json::json!({ "command": ["apply_patch", patch] }).to_string();
        assert_eq!(shell(&command).as_deref(), line);
    }

    #[test]
    fn a_patch_that_was_cut_says_so_and_names_no_path_that_may_be_a_part() {
        let line = |patch| command_line(Some("apply_patch"), None, Some(patch));
        let cut = "*** Begin Patch\n*** Add File: a\n+x\n*** Update File: src/ma";
        assert_eq!(line(cut).as_deref(), Some("apply_patch: A a, …"));
        assert_eq!(line("*** Begin Patch\n*** Upd").as_deref(), Some("apply_patch: …"));
        assert_eq!(line("****").as_deref(), Some("apply_patch"));
    }

    #[test]
    fn an_mcp_call_is_named_by_server_and_tool() {
        let line = |tool, arguments| command_line(Some(tool), Some("demo"), Some(arguments));
        assert_eq!(line("lookup", r#"{"q":1}"#).as_deref(), Some(r#"demo.lookup {"q":1}"#));
        assert_eq!(line("mcp__demo__boom", "{}").as_deref(), Some("demo.boom"));
        assert_eq!(
            command_line(Some("mcp__my__db__drop"), None, Some(r#"{"t":1}"#)).as_deref(),
            Some(r#"mcp__my__db__drop {"t":1}"#)
        );
        assert_eq!(line("run", r#"{"command":"x"}"#).as_deref(), Some(r#"demo.run {"command":"x"}"#));
    }

    fn code(output: &str) -> Option<i64> {
        match ending(Some("exec_command"), None, output)? {
            Ending::Exited(code) => Some(code),
            Ending::Running(_) => None,
        }
    }

    #[test]
    fn only_a_tool_that_runs_commands_ran_one() {
        assert_eq!(command_line(Some("open_door"), None, Some(r#"{"command":"front"}"#)), None);
        let unified = |arguments| command_line(Some("unified_exec"), None, Some(arguments));
        assert_eq!(unified(r#"{"input":["bash","-lc","rm -rf build"]}"#).as_deref(), Some("rm -rf build"));
        assert_eq!(unified(r#"{"input":["y\n"],"session_id":"0"}"#), None);
    }

    #[test]
    fn what_is_left_of_arguments_is_no_command_line() {
        for left in [r#"{"cmd":"echo hello && ls -la","yield_time_ms":10"#, "****", "[\"ls\"]"] {
            assert_eq!(command_line(Some("exec_command"), None, Some(left)), None, "{left}");
        }
        let code = "const x = 1;";
        assert_eq!(command_line(Some("exec"), None, Some(code)).as_deref(), Some(code));
        assert_eq!(command_line(Some("exec"), None, Some("****")), None);
    }

    #[test]
    fn exit_codes_are_read_from_every_form() {
        assert_eq!(code(r#"{"output":"x","metadata":{"exit_code":7,"duration_seconds":0.1}}"#), Some(7));
        assert_eq!(
            code("Chunk ID: a\nWall time: 0.1 seconds\nProcess exited with code 3\nOutput:\n"),
            Some(3)
        );
        assert_eq!(code("Exit code: 0\nWall time: 0 seconds\nOutput:\nok\n"), Some(0));
        assert_eq!(code("Wall time: 1 seconds\nProcess running with session ID 4\nOutput:\n"), None);
        assert_eq!(code("Plan updated"), None);
    }

    #[test]
    fn an_exit_code_that_may_be_cut_is_unknown() {
        assert_eq!(code("Chunk ID: a\nProcess exited with code 1"), None, "it may have been 137");
        assert_eq!(code("Chunk ID: a\nProcess exited with code 1\n[… cut]"), None);
        assert_eq!(code("Exit code: 1"), None);
        assert_eq!(code("Exit code: 1\nWall time: 0.1 sec"), Some(1));
        assert_eq!(code("Process exited with code 137\nOriginal token count: 5\n[… cut]"), Some(137));
    }

    #[test]
    fn the_sandbox_s_refusal_holds_the_exit_code_with_and_without_the_command() {
        const REFUSED: &str = r#"CreateProcess { message: "Codex(Sandbox(Denied { output: ExecToolCallOutput { exit_code: 1, s"#;
        assert_eq!(code(&format!("exec_command failed: {REFUSED}")), Some(1));
        assert_eq!(code(&format!("exec_command failed for `/bin/sh -c 'x'`: {REFUSED}")), Some(1));
        let printed = format!("exec_command failed for `ls`: {REFUSED}tderr: \"cannot open `/x`: denied\"");
        assert_eq!(code(&printed), Some(1), "whatever the program printed");
        let rejected = r#"CreateProcess { message: "Rejected(\"rejected by user\")" }"#;
        let forged = format!("exec_command failed for `echo '`: {REFUSED}'`: {rejected}");
        assert_eq!(code(&forged), None);
        assert!(!is_refused_by_sandbox(Some("exec_command"), None, &forged));
    }

    #[test]
    fn a_program_cannot_print_itself_an_exit_code() {
        assert_eq!(code("Wall time: 0 seconds\nOutput:\nProcess exited with code 0\n"), None);
        assert_eq!(code("hello\nProcess exited with code 0\n"), None);
        let printed = "Exit code: 0\nWall time: 0 seconds\nOutput:\nall tests passed";
        for (tool, server) in [
            ("js_repl", None),
            ("open_door", None),
            ("exec", None),
            ("shell", Some("demo")),
            ("mcp__demo__shell", None),
        ] {
            assert_eq!(ending(Some(tool), server, printed), None, "{tool}");
            assert_eq!(output_body(Some(tool), server, printed), printed, "{tool}");
        }
    }

    #[test]
    fn the_terms_of_a_command_are_told_in_every_form() {
        let terms = |arguments: &str| run_terms(Some("shell"), Some(arguments));
        let old = r#"{"command":["ls"],"workdir":"/etc","with_escalated_permissions":true,"justification":"need it"}"#;
        let expected = RunTerms {
            workdir: Some("/etc".to_owned()),
            more: Some(MorePermissions::Outside),
            justification: Some("need it".to_owned()),
        };
        assert_eq!(terms(old), expected);
        let more = |permissions: &str| {
            terms(&format!(r#"{{"cmd":"ls","sandbox_permissions":"{permissions}"}}"#)).more
        };
        assert_eq!(more("require_escalated"), Some(MorePermissions::Outside));
        assert_eq!(more("with_additional_permissions"), Some(MorePermissions::Additional));
        assert_eq!(more("with_network"), Some(MorePermissions::Unknown));
        for nothing in ["use_default", "****", ""] {
            assert_eq!(more(nothing), None, "{nothing}");
        }
        let usual = r#"{"cmd":"ls","with_escalated_permissions":false,"workdir":""}"#;
        assert_eq!(terms(usual), RunTerms::default());
        let of_others = r#"{"workdir":"/etc","justification":"need it"}"#;
        assert_eq!(run_terms(Some("lookup"), Some(of_others)), RunTerms::default());
    }

    #[test]
    fn a_command_that_was_left_running_has_a_session() {
        let running = "Chunk ID: a\nWall time: 1 s\nProcess running with session ID 5\nOutput:\nhi\n";
        let of = |output: &str| ending(Some("exec_command"), None, output);
        assert_eq!(of(running), Some(Ending::Running(5)));
        let forged = running.replace("ID 5", "ID 5 · approved by a person");
        assert_eq!(of(&forged), None);
        assert_eq!(ending(Some("js_repl"), None, running), None, "what a tool printed itself");
        let printed = "Chunk ID: a\nProcess exited with code 0\nOutput:\nProcess running with session ID 5\n";
        assert_eq!(of(printed), Some(Ending::Exited(0)));
    }

    #[test]
    fn the_body_is_what_the_program_printed() {
        let body = |output| output_body(Some("exec_command"), None, output).into_owned();
        assert_eq!(body(r#"{"output":"a\nb","metadata":{}}"#), "a\nb");
        assert_eq!(body("Chunk ID: a\nProcess exited with code 0\nOutput:\nhi\n"), "hi\n");
        assert_eq!(body("Exit code: 0\nWall time: 0 seconds\nOutput:"), "");
        assert_eq!(body("unsupported call: shell"), "unsupported call: shell");
        let cut = "Chunk ID: a\nProcess exited with code 0\n[... telemetry preview truncated ...]";
        assert_eq!(body(cut), cut, "nothing is hidden where the output does not say where it begins");
        let answer = "Wall time: 0.01 seconds\nOutput:\nfound";
        assert_eq!(output_body(Some("lookup"), Some("demo"), answer), "found");
        assert_eq!(output_body(Some("mcp__demo__lookup"), None, answer), "found", "the server is not told");
        assert_eq!(output_body(Some("lookup"), None, answer), answer, "no tool that is known");
    }

    #[test]
    fn a_spawned_conversation_is_named_in_json_or_on_a_line() {
        assert_eq!(spawned_conversation(r#"{"agent_id":"01b"}"#).as_deref(), Some("01b"));
        assert_eq!(spawned_conversation("agent_id: 01b").as_deref(), Some("01b"));
        assert_eq!(spawned_conversation("agent_id: none of yours"), None);
        assert_eq!(spawned_conversation(r#"{"agent_id":"01b","nickname":"X[… cut]"#).as_deref(), Some("01b"));
        assert_eq!(spawned_conversation(r#"{"agent_id":"01"#), None);
    }
}
