#!/usr/bin/env bash
# End to end, for real: Codex from npm, a Collector and Loki built from Go modules, Prometheus
# from Debian, all on loopback with the files of stack/; a scripted model; codex-audit asked
# whether everything of the script is in the account.
#
#   tests/e2e/run.sh                      everything; exit 0 passed, 1 failed, 77 skipped
#   CODEX_VERSION=0.114.0 …/run.sh        another release of Codex (charts are then not checked)
#   CODEX_AUDIT_BIN=path …/run.sh         default: target/release, then target/debug; none: without it
#   E2E_STACK=0 …/run.sh                  without Loki and Prometheus
#   E2E_CACHE=folder …/run.sh             what is built once (default ~/.cache/codex-audit-e2e)
#   E2E_KEEP=1 …/run.sh                   keep logs and data of the run
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
cache=${E2E_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/codex-audit-e2e}

codex_pinned=0.169.0
codex_version=${CODEX_VERSION:-$codex_pinned}
builder_version=v0.157.0
loki_version=v3.7.8
loki_push_version=v0.0.0-20250630054201-94c0ba7b0952 # its own tree's, by the module's name

for tool in go npm python3; do
  if ! command -v "$tool" >/dev/null; then
    echo "e2e: SKIPPED, nothing was tested: $tool is not installed"
    exit 77
  fi
done

mkdir -p "$cache"
scratch=$(mktemp -d "$cache/building.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

say() { echo "--- $*"; }

# once NAME COMMAND…: run COMMAND in an empty folder, and keep the folder as $cache/NAME if it worked.
once() {
  local name=$1
  shift
  [ -e "$cache/$name" ] && return 0
  say "building $name (kept in $cache)"
  local folder="$scratch/$name" started=$SECONDS
  mkdir -p "$folder"
  # In the background, because `set -e` does not hold inside a command that is being tested.
  (cd "$folder" && "$@") >"$scratch/$name.log" 2>&1 &
  wait $! || {
    echo "building $name failed:"
    tail -n 30 "$scratch/$name.log"
    return 1
  }
  mv "$folder" "$cache/$name"
  say "built $name in $((SECONDS - started)) s"
}

# Nothing here is timed, and what is not made fast is built in little more than half the time.
unoptimized='all=-N -l'

build_collector() {
  GOBIN=$PWD go install "go.opentelemetry.io/collector/cmd/builder@$builder_version"
  ./builder --config "$here/collector-builder.yaml" --gcflags "$unoptimized"
  mv otelcol/otelcol-codex-audit collector
  rm -rf otelcol builder
}

# Loki has `replace` lines, and Go takes those of the main module only: so a module of our own
# repeats them (but the one to its own tree).
build_loki() {
  local mod
  mod=$(go mod download -json "github.com/grafana/loki/v3@$loki_version" | python3 -c 'import json, sys; print(json.load(sys.stdin)["GoMod"])')
  {
    echo 'module codex-audit/e2e-loki'
    echo "go $(go env GOVERSION | sed 's/^go//; s/ .*//')"
    echo "require github.com/grafana/loki/v3 $loki_version"
    go mod edit -json "$mod" | python3 -c '
import json, sys
for r in json.load(sys.stdin)["Replace"] or []:
    old, new = r["Old"], r["New"]
    if not new["Path"].startswith("."):
        print("replace", old["Path"], old.get("Version", ""), "=>", new["Path"], new.get("Version", ""))'
  } >go.mod
  printf '//go:build tools\n\npackage tools\n\nimport _ "github.com/grafana/loki/v3/cmd/loki"\n' >tools.go
  go get "github.com/grafana/loki/pkg/push@$loki_push_version"
  go mod tidy -e
  CGO_ENABLED=0 go build -trimpath -gcflags "$unoptimized" -ldflags '-s -w' -o loki github.com/grafana/loki/v3/cmd/loki
}

build_yaml2json() {
  (cd "$here/yaml2json" && go build -mod=readonly -o "$OLDPWD/yaml2json" .)
}

install_codex() {
  npm install --prefix "$PWD" --no-audit --no-fund --ignore-scripts "@openai/codex@$codex_version"
  node_modules/.bin/codex --version
}

# The package's files without installing it: nothing is started, nothing else changes.
unpack_prometheus() {
  apt-get download prometheus || { apt-get update && apt-get download prometheus; }
  dpkg -x prometheus_*.deb .
  rm prometheus_*.deb
  usr/bin/prometheus --version
}

# What a folder of the cache was built from is in its name, so a change builds it anew.
key() { cat "$@" | sha256sum | cut -c1-12; }
collector=collector-$builder_version-$(key "$here/collector-builder.yaml")
yaml2json=yaml2json-$(key "$here"/yaml2json/*)
once "$collector" build_collector
once "$yaml2json" build_yaml2json
once "codex-$codex_version" install_codex
export COLLECTOR_BIN="$cache/$collector/collector" YAML2JSON_BIN="$cache/$yaml2json/yaml2json"
export CODEX_BIN="$cache/codex-$codex_version/node_modules/.bin/codex"
[ "$codex_version" = "$codex_pinned" ] && export CODEX_IS_PINNED=1

unset LOKI_BIN PROMETHEUS_BIN PROMTOOL_BIN
if [ "${E2E_STACK:-1}" = 1 ]; then
  once "loki-$loki_version" build_loki
  export LOKI_BIN="$cache/loki-$loki_version/loki"
  if command -v prometheus >/dev/null && command -v promtool >/dev/null; then
    PROMETHEUS_BIN=$(command -v prometheus) PROMTOOL_BIN=$(command -v promtool)
    export PROMETHEUS_BIN PROMTOOL_BIN
  elif command -v apt-get >/dev/null && command -v dpkg >/dev/null && once prometheus unpack_prometheus; then
    export PROMETHEUS_BIN="$cache/prometheus/usr/bin/prometheus" PROMTOOL_BIN="$cache/prometheus/usr/bin/promtool"
  else
    say "no Prometheus: its panels are skipped"
  fi
fi

if [ -z "${CODEX_AUDIT_BIN:-}" ]; then
  for build in release debug; do
    if [ -x "$root/target/$build/codex-audit" ]; then
      export CODEX_AUDIT_BIN="$root/target/$build/codex-audit"
      break
    fi
  done
elif [ "$CODEX_AUDIT_BIN" = none ]; then
  unset CODEX_AUDIT_BIN
elif [ ! -x "$CODEX_AUDIT_BIN" ]; then
  echo "e2e: CODEX_AUDIT_BIN=$CODEX_AUDIT_BIN is no program"
  exit 1
fi

say "Codex $codex_version, codex-audit ${CODEX_AUDIT_BIN:-none}"
rm -rf "$scratch"
exec python3 -B "$here/e2e.py" # a signal then reaches it, and it stops what it started
