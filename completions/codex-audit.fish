# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_codex_audit_global_optspecs
    string join \n f/file= rotated keep-duplicates threads= since= until= conversation= model= user= service= env= tz= local utc o/format= json no-trunc color= hyperlink= no-pager lang= q/quiet h/help V/version
end

function __fish_codex_audit_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_codex_audit_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_codex_audit_using_subcommand
    set -l cmd (__fish_codex_audit_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c codex-audit -n "__fish_codex_audit_needs_command" -s f -l file -d 'Read this file, folder, glob or `-` for standard input; may be repeated' -r -F
complete -c codex-audit -n "__fish_codex_audit_needs_command" -l threads -d 'Read with this many threads; the answer does not depend on it' -r -f
complete -c codex-audit -n "__fish_codex_audit_needs_command" -l since -d 'Only events at or after this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_needs_command" -l until -d 'Only events before this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_needs_command" -l conversation -d 'Only this conversation; the beginning of its id is enough where no other begins so' -r -f
complete -c codex-audit -n "__fish_codex_audit_needs_command" -l model -d 'Only events of models that match, e.g. `gpt-5.1*`' -r -f
complete -c codex-audit -n "__fish_codex_audit_needs_command" -l user -d 'Only events of this user, by e-mail address or account id' -r -f
complete -c codex-audit -n "__fish_codex_audit_needs_command" -l service -d 'Only events of this service.name' -r -f
complete -c codex-audit -n "__fish_codex_audit_needs_command" -l env -d 'Only events of this environment' -r -f
complete -c codex-audit -n "__fish_codex_audit_needs_command" -l tz -d 'Show times in this zone: beijing, local, utc, an IANA name, or an offset such as +08:00' -r -f
complete -c codex-audit -n "__fish_codex_audit_needs_command" -s o -l format -d 'Write the answer as: table, json, csv, md' -r -f -a "table\t''
json\t''
csv\t''
md\t''"
complete -c codex-audit -n "__fish_codex_audit_needs_command" -l color -d 'Colour the output: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_needs_command" -l hyperlink -d 'Make links of the files that are named: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_needs_command" -l lang -d 'Talk to people in: en, zh' -r -f -a "en\t''
zh\t''"
complete -c codex-audit -n "__fish_codex_audit_needs_command" -l rotated -d 'Read the rotated backups beside each named file too'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -l keep-duplicates -d 'Count a record again each time it is found'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -l local -d 'Short for --tz local'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -l utc -d 'Short for --tz utc'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -l json -d 'Short for --format json'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -l no-trunc -d 'Cut nothing to the terminal\'s width'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -l no-pager -d 'Show long answers on a terminal without a pager'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -s q -l quiet -d 'Say nothing on standard error but errors'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -s V -l version -d 'Print version'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -f -a "list" -d 'List the conversations, with what each amounts to'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -f -a "show" -d 'Show what happened in a conversation, as a timeline'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -f -a "grep" -d 'Search the values of all events for a pattern'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -f -a "tokens" -d 'Show how many tokens were used, and what they would cost at API list prices'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -f -a "tool-decision" -d 'Show who allowed each tool call, and what came of it'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -f -a "network" -d 'Show what the agent tried to reach through Codex\'s network proxy'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -f -a "verify" -d 'Say what the input holds, and what is missing, damaged or doubtful in it'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -f -a "doctor" -d 'Say what is missing or wrong for the audit trail to be whole'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -f -a "config" -d 'Show which settings count, and where each comes from'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c codex-audit -n "__fish_codex_audit_needs_command" -f -a "man" -d 'Print a manual page, as roff'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -s f -l file -d 'Read this file, folder, glob or `-` for standard input; may be repeated' -r -F
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -l threads -d 'Read with this many threads; the answer does not depend on it' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -l since -d 'Only events at or after this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -l until -d 'Only events before this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -l conversation -d 'Only this conversation; the beginning of its id is enough where no other begins so' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -l model -d 'Only events of models that match, e.g. `gpt-5.1*`' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -l user -d 'Only events of this user, by e-mail address or account id' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -l service -d 'Only events of this service.name' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -l env -d 'Only events of this environment' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -l tz -d 'Show times in this zone: beijing, local, utc, an IANA name, or an offset such as +08:00' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -s o -l format -d 'Write the answer as: table, json, csv, md' -r -f -a "table\t''
json\t''
csv\t''
md\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -l color -d 'Colour the output: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -l hyperlink -d 'Make links of the files that are named: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -l lang -d 'Talk to people in: en, zh' -r -f -a "en\t''
zh\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -l rotated -d 'Read the rotated backups beside each named file too'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -l keep-duplicates -d 'Count a record again each time it is found'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -l local -d 'Short for --tz local'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -l utc -d 'Short for --tz utc'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -l json -d 'Short for --format json'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -l no-trunc -d 'Cut nothing to the terminal\'s width'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -l no-pager -d 'Show long answers on a terminal without a pager'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -s q -l quiet -d 'Say nothing on standard error but errors'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -s f -l file -d 'Read this file, folder, glob or `-` for standard input; may be repeated' -r -F
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l threads -d 'Read with this many threads; the answer does not depend on it' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l since -d 'Only events at or after this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l until -d 'Only events before this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l conversation -d 'Only this conversation; the beginning of its id is enough where no other begins so' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l model -d 'Only events of models that match, e.g. `gpt-5.1*`' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l user -d 'Only events of this user, by e-mail address or account id' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l service -d 'Only events of this service.name' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l env -d 'Only events of this environment' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l tz -d 'Show times in this zone: beijing, local, utc, an IANA name, or an offset such as +08:00' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -s o -l format -d 'Write the answer as: table, json, csv, md' -r -f -a "table\t''
json\t''
csv\t''
md\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l color -d 'Colour the output: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l hyperlink -d 'Make links of the files that are named: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l lang -d 'Talk to people in: en, zh' -r -f -a "en\t''
zh\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l last -d 'Show the conversation that was opened last'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l all -d 'Show each event of a response\'s stream, too'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l follow -d 'When all is shown, go on with what is written from then on'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l rotated -d 'Read the rotated backups beside each named file too'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l keep-duplicates -d 'Count a record again each time it is found'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l local -d 'Short for --tz local'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l utc -d 'Short for --tz utc'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l json -d 'Short for --format json'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l no-trunc -d 'Cut nothing to the terminal\'s width'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -l no-pager -d 'Show long answers on a terminal without a pager'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -s q -l quiet -d 'Say nothing on standard error but errors'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -s A -l after-context -d 'With each hit, so many events of its conversation after it' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -s B -l before-context -d 'With each hit, so many events of its conversation before it' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -s C -l context -d 'With each hit, so many events of its conversation on both sides' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l in -d 'Search only these attributes, e.g. prompt,arguments,output; `body` is the record\'s body' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -s f -l file -d 'Read this file, folder, glob or `-` for standard input; may be repeated' -r -F
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l threads -d 'Read with this many threads; the answer does not depend on it' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l since -d 'Only events at or after this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l until -d 'Only events before this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l conversation -d 'Only this conversation; the beginning of its id is enough where no other begins so' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l model -d 'Only events of models that match, e.g. `gpt-5.1*`' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l user -d 'Only events of this user, by e-mail address or account id' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l service -d 'Only events of this service.name' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l env -d 'Only events of this environment' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l tz -d 'Show times in this zone: beijing, local, utc, an IANA name, or an offset such as +08:00' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -s o -l format -d 'Write the answer as: table, json, csv, md' -r -f -a "table\t''
json\t''
csv\t''
md\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l color -d 'Colour the output: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l hyperlink -d 'Make links of the files that are named: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l lang -d 'Talk to people in: en, zh' -r -f -a "en\t''
zh\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -s i -l ignore-case -d 'Letter case does not matter'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -s F -l fixed-strings -d 'The pattern is text, not a regular expression'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -s w -l word-regexp -d 'Only whole words'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -s v -l invert-match -d 'Events in which the pattern does not occur'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -s c -l count -d 'Only the number of events'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -s l -l conversations-with-matches -d 'Only the ids of the conversations with a hit'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l follow -d 'When all is searched, go on with what is written from then on'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l rotated -d 'Read the rotated backups beside each named file too'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l keep-duplicates -d 'Count a record again each time it is found'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l local -d 'Short for --tz local'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l utc -d 'Short for --tz utc'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l json -d 'Short for --format json'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l no-trunc -d 'Cut nothing to the terminal\'s width'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -l no-pager -d 'Show long answers on a terminal without a pager'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -s q -l quiet -d 'Say nothing on standard error but errors'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand grep" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l by -d 'Group by: day, hour, week, month, model, conversation, user, service, env; several with commas' -r -f -a "day\t''
hour\t''
week\t''
month\t''
model\t''
conversation\t''
user\t''
service\t''
env\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l prices -d 'Take prices from this TOML file: its models replace those of the price book inside the program' -r -F
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -s f -l file -d 'Read this file, folder, glob or `-` for standard input; may be repeated' -r -F
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l threads -d 'Read with this many threads; the answer does not depend on it' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l since -d 'Only events at or after this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l until -d 'Only events before this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l conversation -d 'Only this conversation; the beginning of its id is enough where no other begins so' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l model -d 'Only events of models that match, e.g. `gpt-5.1*`' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l user -d 'Only events of this user, by e-mail address or account id' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l service -d 'Only events of this service.name' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l env -d 'Only events of this environment' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l tz -d 'Show times in this zone: beijing, local, utc, an IANA name, or an offset such as +08:00' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -s o -l format -d 'Write the answer as: table, json, csv, md' -r -f -a "table\t''
json\t''
csv\t''
md\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l color -d 'Colour the output: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l hyperlink -d 'Make links of the files that are named: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l lang -d 'Talk to people in: en, zh' -r -f -a "en\t''
zh\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l unverified-prices -d 'Use prices that are not confirmed, too'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l explain -d 'Show every response behind the sums, with rates and products'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l chart -d 'Draw the tokens over time'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l rotated -d 'Read the rotated backups beside each named file too'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l keep-duplicates -d 'Count a record again each time it is found'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l local -d 'Short for --tz local'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l utc -d 'Short for --tz utc'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l json -d 'Short for --format json'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l no-trunc -d 'Cut nothing to the terminal\'s width'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -l no-pager -d 'Show long answers on a terminal without a pager'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -s q -l quiet -d 'Say nothing on standard error but errors'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tokens" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l decision -d 'Only these decisions, e.g. denied; refused stands for all after which a call was not to run' -r -f -a "approved\t''
approved_for_session\t''
approved_with_amendment\t''
approved_with_network_policy_allow\t''
denied_with_network_policy_deny\t''
network_policy_amendment\t''
approved_mcp_policy_amendment\t''
denied\t''
timed_out\t''
abort\t''
unknown\t''
refused\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l source -d 'Only decisions of these: config, user, `automated_reviewer`' -r -f -a "config\t''
user\t''
automated_reviewer\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l tool -d 'Only tools whose name matches, e.g. `exec_*` or \'MCP github.*\'' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -s f -l file -d 'Read this file, folder, glob or `-` for standard input; may be repeated' -r -F
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l threads -d 'Read with this many threads; the answer does not depend on it' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l since -d 'Only events at or after this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l until -d 'Only events before this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l conversation -d 'Only this conversation; the beginning of its id is enough where no other begins so' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l model -d 'Only events of models that match, e.g. `gpt-5.1*`' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l user -d 'Only events of this user, by e-mail address or account id' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l service -d 'Only events of this service.name' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l env -d 'Only events of this environment' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l tz -d 'Show times in this zone: beijing, local, utc, an IANA name, or an offset such as +08:00' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -s o -l format -d 'Write the answer as: table, json, csv, md' -r -f -a "table\t''
json\t''
csv\t''
md\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l color -d 'Colour the output: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l hyperlink -d 'Make links of the files that are named: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l lang -d 'Talk to people in: en, zh' -r -f -a "en\t''
zh\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l undecided -d 'Add the calls that carry no decision'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l summary -d 'Count by decision, source and tool'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l rotated -d 'Read the rotated backups beside each named file too'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l keep-duplicates -d 'Count a record again each time it is found'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l local -d 'Short for --tz local'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l utc -d 'Short for --tz utc'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l json -d 'Short for --format json'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l no-trunc -d 'Cut nothing to the terminal\'s width'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -l no-pager -d 'Show long answers on a terminal without a pager'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -s q -l quiet -d 'Say nothing on standard error but errors'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand tool-decision" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l decision -d 'Only these verdicts: allow, deny, ask, unknown' -r -f -a "allow\t''
deny\t''
ask\t''
unknown\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l host -d 'Only hosts that match, e.g. `*.example.com`' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -s f -l file -d 'Read this file, folder, glob or `-` for standard input; may be repeated' -r -F
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l threads -d 'Read with this many threads; the answer does not depend on it' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l since -d 'Only events at or after this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l until -d 'Only events before this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l conversation -d 'Only this conversation; the beginning of its id is enough where no other begins so' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l model -d 'Only events of models that match, e.g. `gpt-5.1*`' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l user -d 'Only events of this user, by e-mail address or account id' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l service -d 'Only events of this service.name' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l env -d 'Only events of this environment' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l tz -d 'Show times in this zone: beijing, local, utc, an IANA name, or an offset such as +08:00' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -s o -l format -d 'Write the answer as: table, json, csv, md' -r -f -a "table\t''
json\t''
csv\t''
md\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l color -d 'Colour the output: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l hyperlink -d 'Make links of the files that are named: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l lang -d 'Talk to people in: en, zh' -r -f -a "en\t''
zh\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l summary -d 'Count by host and verdict'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l rotated -d 'Read the rotated backups beside each named file too'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l keep-duplicates -d 'Count a record again each time it is found'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l local -d 'Short for --tz local'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l utc -d 'Short for --tz utc'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l json -d 'Short for --format json'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l no-trunc -d 'Cut nothing to the terminal\'s width'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -l no-pager -d 'Show long answers on a terminal without a pager'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -s q -l quiet -d 'Say nothing on standard error but errors'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand network" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l gap -d 'Warn of times without any event that are longer than this, e.g. 30m, 8h, 2d' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -s f -l file -d 'Read this file, folder, glob or `-` for standard input; may be repeated' -r -F
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l threads -d 'Read with this many threads; the answer does not depend on it' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l since -d 'Only events at or after this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l until -d 'Only events before this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l conversation -d 'Only this conversation; the beginning of its id is enough where no other begins so' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l model -d 'Only events of models that match, e.g. `gpt-5.1*`' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l user -d 'Only events of this user, by e-mail address or account id' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l service -d 'Only events of this service.name' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l env -d 'Only events of this environment' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l tz -d 'Show times in this zone: beijing, local, utc, an IANA name, or an offset such as +08:00' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -s o -l format -d 'Write the answer as: table, json, csv, md' -r -f -a "table\t''
json\t''
csv\t''
md\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l color -d 'Colour the output: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l hyperlink -d 'Make links of the files that are named: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l lang -d 'Talk to people in: en, zh' -r -f -a "en\t''
zh\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l rotated -d 'Read the rotated backups beside each named file too'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l keep-duplicates -d 'Count a record again each time it is found'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l local -d 'Short for --tz local'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l utc -d 'Short for --tz utc'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l json -d 'Short for --format json'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l no-trunc -d 'Cut nothing to the terminal\'s width'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -l no-pager -d 'Show long answers on a terminal without a pager'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -s q -l quiet -d 'Say nothing on standard error but errors'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l codex-config -d 'Codex\'s configuration [default: `$CODEX_HOME/config.toml`, else `~/.codex/config.toml`]' -r -F
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l collector-config -d 'The Collector\'s configuration [default: `otel/collector-config.yaml` beside Codex\'s]' -r -F
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -s f -l file -d 'Read this file, folder, glob or `-` for standard input; may be repeated' -r -F
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l threads -d 'Read with this many threads; the answer does not depend on it' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l since -d 'Only events at or after this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l until -d 'Only events before this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l conversation -d 'Only this conversation; the beginning of its id is enough where no other begins so' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l model -d 'Only events of models that match, e.g. `gpt-5.1*`' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l user -d 'Only events of this user, by e-mail address or account id' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l service -d 'Only events of this service.name' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l env -d 'Only events of this environment' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l tz -d 'Show times in this zone: beijing, local, utc, an IANA name, or an offset such as +08:00' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -s o -l format -d 'Write the answer as: table, json, csv, md' -r -f -a "table\t''
json\t''
csv\t''
md\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l color -d 'Colour the output: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l hyperlink -d 'Make links of the files that are named: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l lang -d 'Talk to people in: en, zh' -r -f -a "en\t''
zh\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l rotated -d 'Read the rotated backups beside each named file too'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l keep-duplicates -d 'Count a record again each time it is found'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l local -d 'Short for --tz local'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l utc -d 'Short for --tz utc'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l json -d 'Short for --format json'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l no-trunc -d 'Cut nothing to the terminal\'s width'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -l no-pager -d 'Show long answers on a terminal without a pager'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -s q -l quiet -d 'Say nothing on standard error but errors'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -s f -l file -d 'Read this file, folder, glob or `-` for standard input; may be repeated' -r -F
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -l threads -d 'Read with this many threads; the answer does not depend on it' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -l since -d 'Only events at or after this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -l until -d 'Only events before this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -l conversation -d 'Only this conversation; the beginning of its id is enough where no other begins so' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -l model -d 'Only events of models that match, e.g. `gpt-5.1*`' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -l user -d 'Only events of this user, by e-mail address or account id' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -l service -d 'Only events of this service.name' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -l env -d 'Only events of this environment' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -l tz -d 'Show times in this zone: beijing, local, utc, an IANA name, or an offset such as +08:00' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -s o -l format -d 'Write the answer as: table, json, csv, md' -r -f -a "table\t''
json\t''
csv\t''
md\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -l color -d 'Colour the output: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -l hyperlink -d 'Make links of the files that are named: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -l lang -d 'Talk to people in: en, zh' -r -f -a "en\t''
zh\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -l rotated -d 'Read the rotated backups beside each named file too'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -l keep-duplicates -d 'Count a record again each time it is found'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -l local -d 'Short for --tz local'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -l utc -d 'Short for --tz utc'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -l json -d 'Short for --format json'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -l no-trunc -d 'Cut nothing to the terminal\'s width'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -l no-pager -d 'Show long answers on a terminal without a pager'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -s q -l quiet -d 'Say nothing on standard error but errors'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand config" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -s f -l file -d 'Read this file, folder, glob or `-` for standard input; may be repeated' -r -F
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -l threads -d 'Read with this many threads; the answer does not depend on it' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -l since -d 'Only events at or after this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -l until -d 'Only events before this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -l conversation -d 'Only this conversation; the beginning of its id is enough where no other begins so' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -l model -d 'Only events of models that match, e.g. `gpt-5.1*`' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -l user -d 'Only events of this user, by e-mail address or account id' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -l service -d 'Only events of this service.name' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -l env -d 'Only events of this environment' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -l tz -d 'Show times in this zone: beijing, local, utc, an IANA name, or an offset such as +08:00' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -s o -l format -d 'Write the answer as: table, json, csv, md' -r -f -a "table\t''
json\t''
csv\t''
md\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -l color -d 'Colour the output: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -l hyperlink -d 'Make links of the files that are named: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -l lang -d 'Talk to people in: en, zh' -r -f -a "en\t''
zh\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -l rotated -d 'Read the rotated backups beside each named file too'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -l keep-duplicates -d 'Count a record again each time it is found'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -l local -d 'Short for --tz local'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -l utc -d 'Short for --tz utc'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -l json -d 'Short for --format json'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -l no-trunc -d 'Cut nothing to the terminal\'s width'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -l no-pager -d 'Show long answers on a terminal without a pager'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -s q -l quiet -d 'Say nothing on standard error but errors'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -s f -l file -d 'Read this file, folder, glob or `-` for standard input; may be repeated' -r -F
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -l threads -d 'Read with this many threads; the answer does not depend on it' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -l since -d 'Only events at or after this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -l until -d 'Only events before this time' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -l conversation -d 'Only this conversation; the beginning of its id is enough where no other begins so' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -l model -d 'Only events of models that match, e.g. `gpt-5.1*`' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -l user -d 'Only events of this user, by e-mail address or account id' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -l service -d 'Only events of this service.name' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -l env -d 'Only events of this environment' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -l tz -d 'Show times in this zone: beijing, local, utc, an IANA name, or an offset such as +08:00' -r -f
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -s o -l format -d 'Write the answer as: table, json, csv, md' -r -f -a "table\t''
json\t''
csv\t''
md\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -l color -d 'Colour the output: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -l hyperlink -d 'Make links of the files that are named: auto, always, never' -r -f -a "auto\t'Where the output is a terminal that can, unless a variable such as `NO_COLOR` says otherwise'
always\t'Always'
never\t'Never'"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -l lang -d 'Talk to people in: en, zh' -r -f -a "en\t''
zh\t''"
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -l rotated -d 'Read the rotated backups beside each named file too'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -l keep-duplicates -d 'Count a record again each time it is found'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -l local -d 'Short for --tz local'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -l utc -d 'Short for --tz utc'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -l json -d 'Short for --format json'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -l no-trunc -d 'Cut nothing to the terminal\'s width'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -l no-pager -d 'Show long answers on a terminal without a pager'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -s q -l quiet -d 'Say nothing on standard error but errors'
complete -c codex-audit -n "__fish_codex_audit_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
