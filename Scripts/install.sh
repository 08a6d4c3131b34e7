#!/usr/bin/env bash
# Puts a program that needs no Swift, its man page and its completions below a folder.
#
#   install.sh PREFIX
#
# The Swift libraries, and the image and terminal libraries that have an archive (.a), are linked
# into the program, so that it can be copied to another machine.
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
# shellcheck source=Scripts/setup.sh
. "$root/Scripts/setup.sh"

(($# == 1)) || fail "usage: install.sh PREFIX"
mkdir -p "$1"
prefix=$(readlink -f "$1")
scratch=$root/.build/install
archives=$scratch/archives

# A linker takes the archive where a folder holds no shared library of the same name.
gather_archives() {
  local folder name
  folder=$(pkg-config --variable=libdir libpng)
  mkdir -p "$archives"
  for name in turbojpeg png16 webp sharpyuv ncursesw tinfo z; do
    [[ -f $folder/lib$name.a ]] && ln -sf "$folder/lib$name.a" "$archives/"
  done
  # What the archives need from each other.
  flags=(-Xlinker "-L$archives")
  for name in sharpyuv tinfo z; do
    [[ -e $archives/lib$name.a ]] && flags+=(-Xlinker "-l$name")
  done
}

require_swift
say "building for $prefix; this takes some minutes"
gather_archives
quietly swift build --package-path "$root" --scratch-path "$scratch" -c release \
  --product lamina --static-swift-stdlib "${flags[@]}"

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
