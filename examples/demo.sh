#!/usr/bin/env bash
# The whole way once: draft, record a year, figures, page, statement, proof, store. Everything lands in ./demo.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${SPONDEO_DEMO_OUT:-demo}
program=${SPONDEO:-spondeo}
rm -rf "$out" && mkdir -p "$out"
say() {
  printf '\n$ spondeo %s\n' "$*"
  $program "$@"
}
late() { "$@" || [ $? -eq 3 ]; } # 3: there are breaches, which is the point of the demo
export LANGUAGE="${SPONDEO_DEMO_LANG:-en}"

# One source, two faces: the contract as a file that computes, and as papers to sign.
answers=contracts/templates/satisfaction-service/example-answers.toml
signed="$out/KF-2026-001.toml"
say draft satisfaction-service --answers "$answers" -o "$signed"
say draft satisfaction-service --answers "$answers" -o "$out/KF-2026-001.pdf"
say draft satisfaction-service --answers "$answers" --languages zh-Hant,en -o "$out/KF-2026-001-hant.pdf"

# A year goes by: the compliance officer's sheet of events, and a supplement signed in September.
cp examples/s12/events.csv "$out/"
cat >>"$signed" <<'SUPPLEMENT'

[[amendments]]
id        = "S1"
agreed    = 2026-09-15
effective = 2026-10-01
applies   = "days from then on"
set       = { "rules.late-annex.charge" = "0.3% of total per started day" }
SUPPLEMENT

late say assess "$signed" --as-of 2026-12-31
late say assess "$signed" --as-of 2026-12-31 --html "$out/page.html"
say paper statement "$signed" --as-of 2026-12-31 -o "$out/statement.pdf"
say check "$out/statement.pdf"
say init "$out/kf.sqlite"
say import "$out/kf.sqlite" "$signed"
late say sweep "$out/kf.sqlite" --as-of 2026-12-31
say verify "$out/kf.sqlite"

printf '\nLook at %s, %s and %s; the page live: spondeo serve %s\n' \
  "$out/KF-2026-001.pdf" "$out/statement.pdf" "$out/page.html" "$out/kf.sqlite"
