#!/usr/bin/env bash
# Runs the tests of the thread pool, of sessions and of the steps of the backend `cpu` under the
# thread sanitizer.
#
#   Scripts/check-threads.sh [OPTION …]    options go to `swift test`, such as --filter ThreadPool
#
# They are built for it in .build-threads.
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
# shellcheck source=Scripts/setup.sh
. "$root/Scripts/setup.sh"

require_packages "${packages[@]}"
require_swift
export LAMINA_THREADS=1 SWIFT_BACKTRACE=enable=no
export TSAN_OPTIONS="halt_on_error=1 suppressions=$root/Scripts/check-threads.suppressions"
exec swift test --package-path "$root" --scratch-path "$root/.build-threads" -c release \
  --disable-testable-imports --sanitize thread "$@"
