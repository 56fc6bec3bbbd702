#!/usr/bin/env bash
# The whole way once: draft, record a year, figures, page, statement, proof, store. Everything lands in ./demo.
set -euo pipefail
cd "$(dirname "$0")/.."
out=demo
rm -rf "$out" && mkdir -p "$out"
say() { printf '\n\033[1m$ %s\033[0m\n' "$*"; "$@"; }
late() { "$@" || [ $? -eq 3 ]; }  # 3: there are breaches, which is the point of the demo
export LANGUAGE="${SPONDEO_DEMO_LANG:-en}"

answers=contracts/templates/satisfaction-service/example-answers.toml
say spondeo draft satisfaction-service --answers "$answers" -o "$out/KF-2026-001.toml"
say spondeo draft satisfaction-service --answers "$answers" -o "$out/KF-2026-001.pdf"
say spondeo draft satisfaction-service --answers "$answers" --languages zh-Hant,en -o "$out/KF-2026-001-hant.pdf"

# A year of events, as the compliance officer keeps them, beside the contract that was signed.
cp examples/s12/s12.toml examples/s12/events.csv "$out/"
late say spondeo assess "$out/s12.toml" --as-of 2026-12-31
late say spondeo assess "$out/s12.toml" --as-of 2026-12-31 --html "$out/page.html" >/dev/null
say spondeo paper statement "$out/s12.toml" --as-of 2026-12-31 -o "$out/statement.pdf"
say spondeo check "$out/statement.pdf"
say spondeo init "$out/kf.sqlite"
say spondeo import "$out/kf.sqlite" "$out/s12.toml"
late say spondeo sweep "$out/kf.sqlite" --as-of 2026-12-31
say spondeo verify "$out/kf.sqlite"

printf '\nLook at %s, %s and %s; the page live: spondeo serve %s\n' "$out/KF-2026-001.pdf" "$out/statement.pdf" "$out/page.html" "$out/kf.sqlite"
