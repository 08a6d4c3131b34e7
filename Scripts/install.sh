#!/usr/bin/env bash
# Puts a program that needs no Swift, its man page and its completions below a folder.
#
#   install.sh PREFIX
#
# The Swift libraries, and the image and terminal libraries that have an archive (.a), are linked
# into the program, so that it can be copied to another machine, whose glibc may not be older.
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
# shellcheck source=Scripts/setup.sh
. "$root/Scripts/setup.sh"

(($# == 1)) || fail "usage: install.sh PREFIX"
mkdir -p "$1"
prefix=$(readlink -f "$1")
scratch=$root/.build/install
archives=$scratch/archives

# describe MODULE LIBRARY …: a pkg-config file for a module, which names the archives in our folder.
#
# A linker takes the archive where a folder holds no shared library of the same name. Libraries
# without an archive here are found in the system's folders, as usual.
describe() {
  local module=$1 name
  shift
  printf 'Name: %s\nDescription: %s\nVersion: 0\nCflags: %s\nLibs: -L%s' \
    "$module" "$module" "$(pkg-config --cflags "$module")" "$archives" >"$archives/$module.pc"
  for name in "$@"; do
    [[ -f $folder/lib$name.a ]] && ln -sf "$folder/lib$name.a" "$archives/"
    [[ -f $folder/lib$name.a || -e $folder/lib$name.so ]] && printf ' -l%s' "$name"
  done >>"$archives/$module.pc"
  printf '\n' >>"$archives/$module.pc"
}

require_swift
say "building for $prefix; this takes some minutes"
mkdir -p "$archives"
folder=$(pkg-config --variable=libdir libpng)
describe libturbojpeg turbojpeg
describe libpng png png16 z
describe libwebp webp sharpyuv ncursesw tinfo
describe libopenjp2 openjp2
# A library that is not here brings in the system's folder, and that ahead of ours.
describe zlib z

# Swift returns its errors, and nothing in the program catches what C++ throws, so that the tables of
# how to unwind the stack have no reader. A thread's exit jumps where they end.
cat >"$scratch/discard.ld" <<'END'
SECTIONS
{
  /DISCARD/ : { *(.eh_frame) }
}
INSERT AFTER .text;
END

small=(
  # What nothing calls goes: each function is in a section of its own, and Swift does not keep those
  # that other modules could call.
  -Xswiftc -Xfrontend -Xswiftc -function-sections
  -Xswiftc -Xfrontend -Xswiftc -internalize-at-link
  -Xlinker --no-export-dynamic
  -Xlinker --no-eh-frame-hdr -Xlinker "-T$scratch/discard.ld"
  # Of functions with the same instructions one stays; nothing here asks whether two are the same.
  -Xlinker --icf=all
)
# From glibc 2.36 on a program may have its relative relocations packed.
libc=$(getconf GNU_LIBC_VERSION 2>/dev/null || true)
[[ $libc == "glibc "* && $(printf '%s\n' 2.36 "${libc#glibc }" | sort -V | head -n 1) == 2.36 ]] \
  && small+=(-Xlinker -z -Xlinker pack-relative-relocs)
# lld, which comes with Swift, does not mind archives that are named before their users.
PKG_CONFIG_PATH=$archives LAMINA_SMALL=1 quietly swift build --package-path "$root" \
  --scratch-path "$scratch" -c release --product lamina --static-swift-stdlib \
  -debug-info-format none -Xswiftc -use-ld=lld "${small[@]}"

program=$prefix/bin/lamina
install -Ds -m 755 "$scratch/release/lamina" "$program"
install -D -m 644 "$root/Docs/lamina.1" "$prefix/share/man/man1/lamina.1"
completions() {
  mkdir -p "$(dirname "$prefix/share/$2")"
  "$program" --generate-completion-script "$1" >"$prefix/share/$2"
}
completions bash bash-completion/completions/lamina
completions zsh zsh/site-functions/_lamina
completions fish fish/vendor_completions.d/lamina.fish
say "installed $program ($(du -h "$program" | cut -f 1))"
