#!/usr/bin/env bash
# Compares the C kernels of each instruction set with the plain ones, with memory that ends to the
# byte where the kernels' contracts say.
#
#   Scripts/check-kernels.sh [native] [neon]
#
# native: the sets that this processor has, under the address and undefined behaviour sanitizers.
# neon: NEON in QEMU's user emulation, without sanitizers; on Debian and Ubuntu the packages for it
# are installed where they are missing. Without arguments: native, and neon where its tools are
# there. CLANG names the compiler.
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
# shellcheck source=Scripts/setup.sh
. "$root/Scripts/setup.sh"

clang=${CLANG:-clang}
options=(-Wall -Wextra -Wno-unused-parameter -gline-tables-only)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Compiles kernels and comparison with the options given, as many files at a time as there are
# processors and the long ones first, and links them to $scratch/compare.
build() {
  local kernels=$root/Sources/CLaminaKernels
  rm -rf "$scratch/objects"
  mkdir "$scratch/objects"
  (
    cd "$scratch/objects"
    # shellcheck disable=SC2016
    {
      printf '%s\0' "$kernels"/isa/*.c
      find "$kernels" "$root/Tests/Kernels" -name '*.c' -not -path '*/isa/*' -print0
    } | xargs -0 -n 1 -P "$(nproc)" sh -c '
      for source; do :; done
      exec "$0" "$@" -o "$(printf %s "$source" | tr / _).o"' "$clang" "${options[@]}" "$@" -c
  )
  quietly "$clang" "$@" -o "$scratch/compare" "$scratch/objects"/*.o -lm
}

check_native() {
  # Checks as calls of functions: written out, they take the compiler minutes. Some loops are not
  # unrolled with them.
  build -O1 -Wno-pass-failed -fsanitize=address,undefined -fno-sanitize-recover=all \
    -mllvm -asan-instrumentation-with-call-threshold=0
  "$scratch/compare"
}

check_neon() {
  local -a target=() emulator=()
  if [[ $(uname -m) != aarch64 ]]; then
    require_packages "${neon_packages[@]}"
    target=(--target=aarch64-linux-gnu -static)
    emulator=(qemu-aarch64)
  fi
  build -O2 "${target[@]}"
  "${emulator[@]}" "$scratch/compare" neon
}

neon_packages=(qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross)
kinds=("$@")
if (($# == 0)); then
  kinds=(native)
  [[ $(uname -m) == aarch64 || $(missing_packages "${neon_packages[@]}") ]] || kinds+=(neon)
fi
for kind in "${kinds[@]}"; do
  case $kind in
    native) check_native ;;
    neon) check_neon ;;
    *) fail "usage: Scripts/check-kernels.sh [native] [neon]" ;;
  esac
done
