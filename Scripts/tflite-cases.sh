#!/usr/bin/env bash
# Runs the recorded cases of TensorFlow Lite's builtin operators on the reference and, once with each
# instruction set, on the CPU backend; all must pass.
#
# Scripts/write-tflite-cases.py recorded them from TensorFlow Lite itself.
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
# shellcheck source=Scripts/setup.sh
. "$root/Scripts/setup.sh"

archive=$root/Tests/Fixtures/tflite-builtins.tar.xz
cases=$root/.build/tflite-cases

if [[ ! -f $cases/operators.json || $archive -nt $cases/operators.json ]]; then
  command -v python3 >/dev/null || require_packages python3
  rm -rf "$cases"
  mkdir -p "$cases"
  python3 - "$archive" "$cases" <<'PYTHON'
import sys
import tarfile
with tarfile.open(sys.argv[1]) as archive:
    archive.extractall(sys.argv[2], filter="data")
PYTHON
  touch "$cases/operators.json"
fi

build_program
printf 'reference: '
"$root/.build/release/lamina" verify "$cases" --backend reference --failures
for set in $(instruction_sets); do
  printf 'cpu, %s: ' "$set"
  LAMINA_ISA=$set "$root/.build/release/lamina" verify "$cases" --backend cpu --failures
done
