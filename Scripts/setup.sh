# shellcheck shell=bash
# What ./run, ./test and .ci/run share: system packages, the toolchain, quiet builds.
# Sourced with `root` set to the folder of the repository.
: "${root:?}"

# Debian and Ubuntu packages that a build needs, under the same names on both.
packages=(git libncurses-dev libopenjp2-7-dev libpng-dev libturbojpeg0-dev libwebp-dev zlib1g-dev)
command -v pkg-config >/dev/null || packages+=(pkg-config)

swift_minimum=6.1

say() {
  printf 'lamina: %s\n' "$*" >&2
}

fail() {
  say "$@"
  exit 1
}

# Runs a command with its output in a log that is shown only when the command fails.
quietly() {
  local log=$root/.build/lamina.log
  mkdir -p "$root/.build"
  "$@" >"$log" 2>&1 </dev/null || {
    cat "$log" >&2
    fail "failed: $*"
  }
}

# Prints those of the packages given that are not installed.
missing_packages() {
  local installed package
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep -qx "$package installed" <<<"$installed" || printf '%s\n' "$package"
  done
}

# Installs those of the packages given that are missing, and says which.
require_packages() {
  local -a missing=() as_root=()
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "this is not Debian or Ubuntu; the build needs what these packages hold: $*"
    return
  fi
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    command -v sudo >/dev/null \
      || fail "missing packages: ${missing[*]}; install them as root, there is no sudo here"
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  quietly "${as_root[@]}" apt-get update -qq
  quietly "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# Stops with a sentence when there is no Swift, or one that is too old.
require_swift() {
  local version
  command -v swift >/dev/null \
    || fail "no Swift found; version $swift_minimum or newer: https://www.swift.org/install/linux/"
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p')
  [[ $(printf '%s\n' "$swift_minimum" "$version" | sort -V | head -n 1) == "$swift_minimum" ]] \
    || fail "Swift $swift_minimum or newer is needed, this is ${version:-of unknown version}"
}

# Which toolchain `swift` stands for, as one word that changes with it.
toolchain() {
  local path
  path=$(command -v swift) && stat -Lc '%n:%i:%Y' "$path"
}

# Whether the program was built from the sources as they are now, by this toolchain.
#
# The stamp is as old as the start of the last good build. Change times also betray files that were
# moved or copied here with an older date, and a folder changes when something in it goes away.
is_current() {
  local stamp=$root/.build/lamina.stamp
  [[ -x $root/.build/release/lamina && -f $stamp && $(<"$stamp") == "$(toolchain)" ]] || return 1
  [[ -z $(find "$root/Package.swift" "$root/Sources" "$root/Models" \
    -newerct "@$(stat -c %.9Y "$stamp")" -print -quit) ]]
}

# Prints the instruction sets that this processor has kernels for, as LAMINA_ISA names them.
#
# A set that the processor lacks is not the one that the program then shows.
instruction_sets() {
  local set shown
  local -A titles=(
    [scalar]="plain C" [neon]="NEON" [avx2]="AVX2 with FMA" [avx512]="AVX-512 with VNNI"
    [avx512bf16]="AVX-512 with VNNI and BF16"
  )
  for set in scalar neon avx2 avx512 avx512bf16; do
    shown=$(LAMINA_ISA=$set "$root/.build/release/lamina" backends --json \
      | sed -n 's/.*"instruction_set": "\(.*\)",/\1/p' | sed -n 2p)
    [[ $shown != "${titles[$set]}" ]] || printf '%s\n' "$set"
  done
}

# Builds the program in release mode where it is not current.
build_program() {
  is_current && return
  require_swift
  if [[ -x $root/.build/release/lamina ]]; then
    say "building what has changed"
  else
    say "building in release mode; the first time takes some minutes"
  fi
  local stamp=$root/.build/lamina.stamp
  mkdir -p "$root/.build"
  toolchain >"$stamp.new"
  quietly swift build --package-path "$root" -c release --product lamina
  mv "$stamp.new" "$stamp"
}
