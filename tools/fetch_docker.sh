#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fetch_docker.sh VERSION OUT_DIR: unpacks Debian's Docker of the suite that has VERSION into
# OUT_DIR (bin: dockerd, docker and its helpers), beside whatever is installed; nothing is installed
# and no service is started (unpack_debian.sh). Its containerd comes by fetch_containerd.sh.
#   26  trixie    28  sid
# An OUT_DIR that has the version already is left alone.
# Exit status 77 with a reason on stderr where the package is not to be had.
set -euo pipefail
umask 022

[[ $# -eq 2 ]] || { echo "usage: fetch_docker.sh 26|28 OUT_DIR" >&2; exit 2; }
readonly version=$1 out=$2
case $version in
  26) suite=trixie ;;
  28) suite=sid ;;
  *) echo "fetch_docker.sh: no suite is known to have Docker $version" >&2; exit 2 ;;
esac
[[ ! -x $out/bin/dockerd ]] || exit 0

here=$(cd "$(dirname "$0")" && pwd)
trap 'rm -rf "$out.new"' EXIT
"$here/unpack_debian.sh" "$suite" "$out.new" docker.io docker-cli
got=$("$out.new/usr/sbin/dockerd" --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1)
[[ $got == "$version".* ]] || {
  echo "skip: Debian's $suite has Docker $got now, not $version" >&2
  exit 77
}
rm -rf "$out"
mkdir -p "$out/bin"
mv "$out.new"/usr/bin/* "$out.new"/usr/sbin/* "$out/bin"
