#!/usr/bin/env bash
# Compares the kernels of NEON with the plain ones, on a 64-bit ARM or in its emulator.
#
#   Scripts/check-neon.sh
#
# Other processors need QEMU's user emulation and a C library for ARM; on Debian and Ubuntu these are
# the packages that are installed where they are missing. CLANG names the compiler.
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
# shellcheck source=Scripts/setup.sh
. "$root/Scripts/setup.sh"

clang=${CLANG:-clang}
options=(-O2 -Wall -Wextra -Wno-unused-parameter -DCOMPARED=lamina_kernels__neon)
emulator=()
if [[ $(uname -m) != aarch64 ]]; then
  require_packages qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross
  options+=(--target=aarch64-linux-gnu -static)
  emulator=(qemu-aarch64)
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$clang" "${options[@]}" -o "$scratch/compare" "$root"/Sources/CLaminaKernels/*/*.c \
  "$root"/Tests/Kernels/*.c -lm
"${emulator[@]}" "$scratch/compare"
