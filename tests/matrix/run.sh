#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs statically linked test programs on other kernels: the distribution's cloud kernels, booted in
# qemu under software emulation (no KVM needed) with an initramfs of busybox and the programs.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
readonly here
usage() {
  cat <<TEXT
usage: $(basename "$0") [options] STEP...
Each STEP is an executable (a program or a busybox sh script), run in order in the guest as root.
A program that is not static takes its shared libraries along.
  --kernels LIST     comma-separated names of kernels.tsv (default: all of them)
  --add FILE[:PATH]  also put FILE (or a folder) into the guest, at PATH (default: the same path);
                     repeatable
  --env NAME=VALUE   set in the guest's steps; repeatable
  --timeout SECONDS  per kernel (default 600)
  --memory MIB       of the guest (default 768)
  --out DIR          consoles and what the steps wrote to \$PSYS_MATRIX_OUT, per kernel
                     (default: results/ in the cache)
The cache is \$PSYS_MATRIX_CACHE (default: build/matrix of the source tree); PSYS_MATRIX_REFRESH=1
fetches the kernels anew. Exit status: 0 all steps of all kernels passed, 1 one failed, 2 usage,
77 nothing could be run (the reasons are on stderr).
TEXT
}

kernels=$(grep -v '^#' "$here/kernels.tsv" | cut -f1 | paste -sd,)
timeout=600 memory=768
cache=${PSYS_MATRIX_CACHE:-$(cd "$here/../.." && pwd)/build/matrix}
out=
additions=() variables=() steps=()

parse_arguments() {
  while [[ $# -gt 0 ]]; do
    case $1 in
      --kernels) kernels=$2 && shift 2 ;;
      --add) additions+=("$2") && shift 2 ;;
      --env) variables+=("$2") && shift 2 ;;
      --timeout) timeout=$2 && shift 2 ;;
      --memory) memory=$2 && shift 2 ;;
      --out) out=$2 && shift 2 ;;
      -h | --help) usage && exit 0 ;;
      -*) echo "unknown option $1" >&2 && usage >&2 && exit 2 ;;
      *) steps+=("$1") && shift ;;
    esac
  done
  [[ ${#steps[@]} -gt 0 ]] || { usage >&2 && exit 2; }
  out=${out:-$cache/results}
}

add_libraries() {
  local library
  while read -r library; do
    [[ -e $stage$library ]] || install -D "$library" "$stage$library"
  done < <(ldd "$1" 2>/dev/null | grep -o '/[^ ]*')
}

# put FILE TARGET: a program goes without its debug information, which only slows the boot down.
put() {
  if [[ -f $1 && -x $1 ]] && strip -o "$2" "$1" 2>/dev/null; then
    add_libraries "$1"
  else
    cp -aL "$1" "$2"
  fi
}

# add_file FILE PATH: copies it below the stage.
add_file() {
  [[ $2 == /* ]] || { echo "--add $1: the path in the guest must be absolute" >&2 && exit 2; }
  mkdir -p "$(dirname "$stage$2")"
  put "$1" "$stage$2"
}

stage_steps() {
  mkdir -p "$stage/steps.d"
  local step name addition variable
  for step in "${steps[@]}"; do
    name=$(basename "$step")
    [[ -x $step ]] || { echo "$step is not an executable file" >&2 && exit 2; }
    put "$step" "$stage/steps.d/$name"
    echo "$name" >>"$stage/steps"
  done
  for addition in "${additions[@]}"; do
    add_file "${addition%%:*}" "${addition#*:}"
  done
  for variable in "${variables[@]}"; do
    printf 'export %q\n' "$variable" >>"$stage/environment"
  done
}

# The timer check of the kernel's start-up measures real time and fails on a busy host: it is off.
# boot NAME KERNEL_DIR: 0 when the guest's last line says so, else 1; the console stays in the log.
boot() {
  local name=$1 kernel_dir=$2 results=$out/$1 pid result=0 started=$SECONDS
  rm -rf "$results" && mkdir -p "$results/files"
  "$here/make_initramfs.sh" "$kernel_dir" "$stage" "$stage.cpio" || return 1
  timeout --kill-after=5 "$timeout" qemu-system-x86_64 -accel tcg -m "$memory" -no-reboot \
    -nodefaults -nographic -kernel "$kernel_dir/vmlinuz" -initrd "$stage.cpio" \
    -append "console=ttyS0 quiet panic=-1 oops=panic no_timer_check" -device virtio-rng-pci \
    -serial "file:$results/console.log" -serial "file:$results/files.tar" </dev/null \
    >"$results/qemu.log" 2>&1 &
  pid=$!
  wait "$pid" || result=$?
  tar -C "$results/files" -xf "$results/files.tar" 2>/dev/null || true
  report "$name" "$kernel_dir" "$results" "$result" $((SECONDS - started))
}

report() {
  local name=$1 release console=$3/console.log verdict
  release=$(cat "$2/release")
  verdict=$(tr -d '\r' <"$console" | sed -n 's/^@@ exit //p' | tail -1)
  tr -d '\r' <"$console" | sed -n 's/^@@ step /  /p'
  if [[ $verdict == 0 ]]; then
    echo "$name ($release): passed in $5 s"
    return 0
  fi
  echo "$name ($release): FAILED after $5 s, qemu status $4 (124: time is up); the end of $console:"
  tr -d '\r' <"$console" | grep -v '^\[ *OK\|^\[ RUN' | tail -60
  return 1
}

parse_arguments "$@"
for program in qemu-system-x86_64 busybox cpio xz; do
  command -v "$program" >/dev/null || { echo "skip: $program is missing" >&2 && exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"; [[ -z $(jobs -p) ]] || kill $(jobs -p)' EXIT
stage=$work/stage
mkdir -p "$stage"
stage_steps

ran=0 failed=0
for name in ${kernels//,/ }; do
  suite=$(awk -v name="$name" '$1 == name { print $2 }' "$here/kernels.tsv")
  [[ -n $suite ]] || { echo "no kernel $name in $here/kernels.tsv" >&2 && exit 2; }
  kernel_dir=$("$here/fetch_kernel.sh" "$suite" "$cache") || {
    [[ $? -eq 77 ]] && continue
    echo "$name: the kernel cannot be prepared" >&2
    failed=1
    continue
  }
  ran=1
  boot "$name" "$kernel_dir" || failed=1
done
[[ $failed -eq 0 ]] || exit 1
[[ $ran -eq 1 ]] || exit 77
