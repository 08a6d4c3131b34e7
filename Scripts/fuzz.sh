#!/usr/bin/env bash
# Runs a coverage-guided fuzzer over one format's importer.
#
#   Scripts/fuzz.sh FORMAT [SECONDS] [SEED …]
#
# FORMAT is a name that `lamina` knows, such as ONNX. It starts from the SEED files and folders and
# from what earlier runs found in .build-fuzz/corpus. A file that crashes the importer, hangs or asks
# for more than 2 GiB ends the run and is left in Tests/Fuzzing/Regressions, where a test opens it.
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
cd "$root"
(($# >= 1)) || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
format=$1
seconds=${2:-300}
shift $(($# < 2 ? $# : 2))

build=$root/.build-fuzz
LAMINA_FUZZ=1 swift build -c release --product LaminaFuzz --scratch-path "$build" \
  --sanitize fuzzer --sanitize address >"$root/.build-fuzz.log" 2>&1 \
  || { tail -n 40 "$root/.build-fuzz.log" >&2; exit 1; }

name=${format// /-}
corpus=$build/corpus/$name
crashes=Tests/Fuzzing/Regressions
mkdir -p "$corpus" "$crashes"
for seed in "$@"; do
  find "$seed" -type f -size -256k -exec cp -n {} "$corpus/" \;
done
SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 \
  LAMINA_FUZZ_FORMAT=$format \
  "$build/release/LaminaFuzz" "$corpus" -max_total_time="$seconds" -timeout=10 \
  -rss_limit_mb=2048 -max_len=65536 -artifact_prefix="$crashes/$name-" -print_final_stats=1
