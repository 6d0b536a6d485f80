#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# make_initramfs.sh KERNEL_DIR STAGE_DIR OUTPUT: packs STAGE_DIR (what run.sh prepared: /steps,
# /steps.d, added files) with busybox, the guest's /init and the kernel's modules as a cpio archive.
# It is not compressed: unpacking would cost more under emulation than loading does.
set -euo pipefail

readonly kernel_dir=$1 stage=$2 output=$3
here=$(cd "$(dirname "$0")" && pwd)
readonly here
release=$(cat "$kernel_dir/release")
readonly release
readonly modules=$kernel_dir/root/lib/modules/$release

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cp -a "$stage/." "$tree"
mkdir -p "$tree"/{bin,dev,proc,sys,new_root,lib/modules/"$release"}
cp "$(command -v busybox)" "$tree/bin/busybox"
ln -sf busybox "$tree/bin/sh"
install -m 0755 "$here/guest_init.sh" "$tree/init"
# /init's own messages need it before /dev is mounted; without the right to make it only they are lost.
mknod "$tree/dev/console" c 5 1 2>/dev/null || true
# kernel_files MODULE: its file and those that it needs, from modules.dep; nothing for a built-in one.
kernel_files() {
  awk -v name="$1" -F'[: ]+' '{
    file = $1; sub(/.*\//, "", file); sub(/\.ko.*/, "", file); gsub(/-/, "_", file)
    if (file == name) for (i = 1; i <= NF; ++i) if ($i != "") print $i
  }' "$modules/modules.dep"
}

: >"$tree/modules"
sed 's/\.ko\.xz/.ko/g' "$modules/modules.dep" >"$tree/lib/modules/$release/modules.dep"
while read -r module; do
  mapfile -t files < <(kernel_files "$module")
  for file in "${files[@]}"; do
    [[ ! -e $tree/lib/modules/$release/${file%.xz} ]] || continue
    install -D -m 0644 "$modules/$file" "$tree/lib/modules/$release/$file"
    [[ $file != *.xz ]] || xz --decompress "$tree/lib/modules/$release/$file"
  done
  [[ ${#files[@]} -eq 0 ]] || echo "$module" >>"$tree/modules"
done < <(grep -v '^#' "$here/modules.txt")

(cd "$tree" && find . -mindepth 1 -print0 | cpio --null --create --format=newc --quiet) >"$output"
