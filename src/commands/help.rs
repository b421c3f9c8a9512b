//! Examples of each command: the end of its long help, and EXAMPLES of its manual page.
//!
//! Below the first line, two spaces begin what an example is for, and four or more a line of the command. The longest
//! is 69 columns wide behind its four spaces, so that a manual page of 80 columns holds it.

/// Of the program as a whole.
pub(crate) const PROGRAM: &str = "\
Examples:
  Which conversations were there, and what does each amount to?
    codex-audit list -f otel-logs.jsonl
  What happened in the one that was opened last?
    codex-audit show --last
  What was refused, and by whom?
    codex-audit tool-decision --decision refused
  How many tokens did each model take?
    codex-audit tokens --by model --json | jq -c '[.group.model, .total]'";

pub(super) const LIST: &str = "\
Examples:
  Yesterday's conversations, with days and hours as in Berlin:
    codex-audit list --since yesterday --until today --tz Europe/Berlin
  All that a Collector wrote into a folder, rotated files included:
    codex-audit list -f otel-data
  The conversations in which a tool call failed:
    codex-audit list --json | jq 'select(.tool_failures > 0)'";

pub(super) const SHOW: &str = "\
Examples:
  The conversation that was opened last, as one long text:
    codex-audit show --last --no-pager
  One conversation, by the beginning of its id:
    codex-audit show 01a1f842-dd
  Each of its records as it was written:
    codex-audit show 01a1f842-dd --json | jq '{time, attributes}'
  What happens from now on:
    codex-audit show --follow --since now";

pub(super) const GREP: &str = "\
Examples:
  What was Codex asked to do? All prompts:
    codex-audit grep '' --in prompt
  Where do credentials show?
    codex-audit grep -i \\
      'api[_-]?key|password|secret|token=|\\b(sk-|akia|ghp_)|private key'
  What led to it: the two events before each hit in a tool's arguments:
    codex-audit grep 'rm -rf' --in arguments -B 2
  In which conversations was something downloaded?
    codex-audit grep -l 'curl|wget' --in arguments
  Where in which file does it lie?
    codex-audit grep touch --json | jq -c '[.location, .matches]'";

pub(super) const TOKENS: &str = "\
Examples:
  Month by month, each model apart:
    codex-audit tokens --by month,model
  What each user would cost since a day, for a spreadsheet:
    codex-audit tokens --by user --since 2026-11-01 -o csv
  Every response behind the sums, with its rates and products:
    codex-audit tokens --explain";

pub(super) const TOOL_DECISION: &str = "\
Examples:
  What was refused, and by whom?
    codex-audit tool-decision --decision refused
  What did a person approve?
    codex-audit tool-decision --source user
  How many calls had which decision? Calls without one included:
    codex-audit tool-decision --summary --undecided
  In which conversations is a call without a decision on record?
    codex-audit tool-decision --undecided --json \\
      | jq -r 'select(.decision == null) | .conversation_id' | sort -u
  What was refused and ran all the same, be it after a later approval?
    codex-audit tool-decision --decision refused --json \\
      | jq 'select(.success or .exit_code != null)'
  Which runs did the sandbox block, or a time limit or a signal end?
    codex-audit tool-decision --undecided --json \\
      | jq 'select(.sandbox_outcome)'";

pub(super) const NETWORK: &str = "\
Examples:
  What was denied?
    codex-audit network --decision deny
  Which hosts, how often?
    codex-audit network --summary
  Which commands reached out to one domain?
    codex-audit network --host '*.example.com' --json | jq .command";

pub(super) const CONFIG: &str = "\
Examples:
  What counts, and who set it?
    codex-audit config
  Which line of the settings file counts?
    codex-audit config --json | jq 'select(.location)'
  What would count with these options?
    codex-audit config --local --no-pager";

pub(super) const COMPLETIONS: &str = "\
Examples:
  bash:
    codex-audit completions bash \\
      > ~/.local/share/bash-completion/completions/codex-audit
  zsh, where ~/.zfunc is in $fpath:
    codex-audit completions zsh > ~/.zfunc/_codex-audit
  fish:
    codex-audit completions fish \\
      > ~/.config/fish/completions/codex-audit.fish
  PowerShell, as a line of $PROFILE:
    codex-audit completions powershell | Out-String | Invoke-Expression";

pub(super) const MAN: &str = "\
Examples:
  Read a page:
    codex-audit man tool-decision | man -l -
  Install the main page where man finds it:
    codex-audit man > ~/.local/share/man/man1/codex-audit.1";
