#!/usr/bin/env bash
# Grade what a student handed in, and leave report.json, junit.xml, result (GitHub Classroom's) and report.txt in a folder.
#   grade.sh ASSIGNMENT SUBMISSION OUT
# With JUDGE_SERVER (and JUDGE_KEY) a service grades, and ASSIGNMENT is a package's digest there; else this machine does,
# as root, since a runner is made for one job. What is printed and left is what the student may see.
set -euo pipefail
assignment=$1 submission=$2 out=$3
judge=$(command -v judge)
mkdir -p "$out"

status=0
if [ -n "${JUDGE_SERVER:-}" ]; then
  "$judge" submit --view contestant --json "$assignment" "$submission" >"$out/report.json" || status=$?
else
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo -E)
  "${as_root[@]}" "$judge" grade --view contestant --json "$assignment" "$submission" >"$out/report.json" || status=$?
fi
[ "$status" -le 1 ] || exit "$status"

"$judge" course export --format junit --out "$out/junit.xml" "$out/report.json"
"$judge" course export --format classroom --out "$out/result" "$out/report.json"
"$judge" report --view contestant "$out/report.json" | tee "$out/report.txt"
exit "$status"
