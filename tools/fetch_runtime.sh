#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fetch_runtime.sh NAME VERSION OUT_DIR: unpacks a container runtime of the Debian suite that has
# VERSION into OUT_DIR/bin, beside whatever is installed; nothing is installed and no service is
# started (unpack_debian.sh).
#   containerd: 1.6 bookworm, 1.7 trixie, 2.1 sid
#   docker: 26 trixie, 28 sid; without the containerd that it needs
# An OUT_DIR that has the version already is left alone.
# Exit status 77 with a reason on stderr where the package is not to be had.
set -euo pipefail
umask 022
shopt -s nullglob

[[ $# -eq 3 ]] || { echo "usage: fetch_runtime.sh containerd|docker VERSION OUT_DIR" >&2; exit 2; }
readonly name=$1 version=$2 out=$3
case $name-$version in
  containerd-1.6) suite=bookworm ;;
  containerd-1.7 | docker-26) suite=trixie ;;
  containerd-2.1 | docker-28) suite=sid ;;
  *) echo "fetch_runtime.sh: no suite is known to have $name $version" >&2; exit 2 ;;
esac
case $name in
  containerd) program=containerd packages=(containerd) ;;
  docker) program=dockerd packages=(docker.io docker-cli) ;;
esac
[[ ! -x $out/bin/$program ]] || exit 0

here=$(cd "$(dirname "$0")" && pwd)
trap 'rm -rf "$out.new"' EXIT
"$here/unpack_debian.sh" "$suite" "$out.new" "${packages[@]}"
mkdir "$out.new/bin"
mv "$out.new"/usr/bin/* "$out.new"/usr/sbin/* "$out.new/bin"
got=$("$out.new/bin/$program" --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1)
[[ $got == "$version".* ]] || {
  echo "skip: Debian's $suite has $name $got now, not $version" >&2
  exit 77
}
rm -rf "$out"
mkdir -p "$out"
mv "$out.new/bin" "$out/bin"
