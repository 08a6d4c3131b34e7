#!/usr/bin/env bash
# Takes the pictures in screenshots/: the release program in an xterm on a display of its own.
#
#   screenshots.sh [NAME …]
#
# LAMINA_ASSETS names a folder with models and photos; without it only the pictures of the bundled
# model are taken. LAMINA names another program than the one that the repository builds.
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
# shellcheck source=Scripts/setup.sh
. "$root/Scripts/setup.sh"

require_packages xvfb xterm xdotool imagemagick fonts-dejavu-core
[[ -n ${LAMINA-} ]] || build_program

program=${LAMINA:-$root/.build/release/lamina}
out=$root/screenshots
work=$(mktemp -d)
display_log=$work/display
wanted=("$@")

Xvfb -displayfd 3 -screen 0 2400x1500x24 -nolisten tcp 3>"$display_log" 2>/dev/null &
server=$!
trap 'kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
until [[ -s $display_log ]]; do sleep 0.1; done
DISPLAY=:$(<"$display_log")
export DISPLAY LC_ALL=C.UTF-8

# shot NAME COLUMNSxROWS "KEYS" ARGUMENT …: runs lamina, sends the keys, takes the picture.
#
# A key is an xdotool key name; `=TEXT` types text, `@SECONDS` waits.
shot() {
  local name=$1 size=$2 keys=$3 terminal window key
  shift 3
  if ((${#wanted[@]})) && [[ " ${wanted[*]} " != *" $name "* ]]; then return; fi
  xterm -tn xterm-256color -fbx -fa 'DejaVu Sans Mono' -fs 10 -geometry "$size+10+10" -bg '#101418' -fg '#d8dee4' \
    -b 8 -bw 0 -bc -uc -T "$name" -e "$program" "$@" &
  terminal=$!
  window=$(xdotool search --sync --onlyvisible --name "^$name\$" | tail -n 1)
  xdotool windowfocus "$window"
  sleep 2
  for key in $keys; do
    case $key in
      @*) sleep "${key#@}" ;;
      =*) xdotool type --delay 40 "${key#=}" ;;
      *) xdotool key --delay 40 "$key" ;;
    esac
    sleep 0.1
  done
  sleep 1
  import -window "$window" -strip -define png:compression-level=9 "$out/$name.png"
  kill "$terminal"
  wait "$terminal" 2>/dev/null || true
  printf '%s.png\n' "$name"
}

mkdir -p "$out"

# The strokes of a seven on the drawing pad: Space puts the pen down and lifts it.
up='Up Up Up Up Up Up Up Up'
right='Right Right Right Right Right Right Right Right Right'
slope='Down Down Left Down Left Down Down Left Down Down Left Down Left Down Down Left'
seven="$up Left Left Left Left Left space $right $slope Down Down space"

shot pad 100x30 "5 @1 $seven @1"
shot digit 100x30 '5 @1' "$root/Models/digits/digits-int8.tflite" "$root/Models/digits/samples/5.png"
if [[ -n ${LAMINA_ASSETS-} ]]; then
  photos=$LAMINA_ASSETS/images
  mobilenet=$LAMINA_ASSETS/models/tflite/mobilenet_v2_1.0_224_quant/mobilenet_v2_1.0_224_quant.tflite
  shot graph 120x34 '1 @1' "$mobilenet" "$photos/parrot.jpg"
  shot tensors 120x34 '2 @1' "$mobilenet" "$photos/parrot.jpg"
  shot profile 120x34 '3 @1' "$mobilenet" "$photos/parrot.jpg"
  shot run 120x34 '5 @2' "$mobilenet" "$photos/parrot.jpg"
  shot log 120x34 '8 @1' "$mobilenet" "$photos/parrot.jpg"
  shot workbench 200x50 '@1' "$mobilenet" "$photos/parrot.jpg"
  shot help 100x30 'question @1' "$mobilenet"
  shot small 40x10 '@1' "$mobilenet"
fi
