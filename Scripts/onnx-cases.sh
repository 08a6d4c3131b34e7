#!/usr/bin/env bash
# Runs ONNX's own operator cases on the reference and, once with each instruction set, on the CPU
# backend, and fails when a case fails that is not on the list Docs/onnx-cases-missing.txt.
#
#   onnx-cases.sh [--update]    --update writes the list anew
#
# The cases come from the Python package onnx, which is installed below .build; without a package
# index in reach nothing is run, and the exit code is 0.
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
# shellcheck source=Scripts/setup.sh
. "$root/Scripts/setup.sh"

version=1.23.2
work=$root/.build/onnx-cases
cases=$work/$version
python=$work/venv/bin/python
list=$root/Docs/onnx-cases-missing.txt

if [[ ! -f $cases/operators.json ]]; then
  python3 -c 'import ensurepip, venv' 2>/dev/null || require_packages python3 python3-venv
  mkdir -p "$work"
  python3 -m venv "$work/venv"
  if ! "$python" -m pip install -q --disable-pip-version-check "onnx==$version" >&2; then
    say "no onnx $version from pip: its operator cases are skipped"
    exit 0
  fi
  "$python" "$root/Scripts/write-onnx-cases.py" "$cases" >&2
fi

# Runs all cases; the first argument names the results, the others are options.
verify() {
  local name=$1
  shift
  # Exit code 1 only says that cases failed, which the list decides about.
  "$root/.build/release/lamina" verify "$cases" "$@" --json >"$work/$name.json" || (($? == 1))
  results+=("$name=$work/$name.json")
}

build_program
results=()
verify reference --backend reference
for set in $(instruction_sets); do
  LAMINA_ISA=$set verify "cpu-$set" --backend cpu
done
python3 "$root/Scripts/compare-onnx-cases.py" "$cases" "$list" "$@" "${results[@]}"
