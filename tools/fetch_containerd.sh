#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fetch_containerd.sh VERSION OUT_DIR: unpacks Debian's containerd of the suite that has VERSION
# into OUT_DIR (bin: containerd, ctr and the shims), beside whatever is installed; nothing is
# installed and no service is started (unpack_debian.sh).
#   1.6  bookworm    1.7  trixie    2.1  sid
# An OUT_DIR that has the version already is left alone.
# Exit status 77 with a reason on stderr where the package is not to be had.
set -euo pipefail
umask 022

[[ $# -eq 2 ]] || { echo "usage: fetch_containerd.sh 1.6|1.7|2.1 OUT_DIR" >&2; exit 2; }
readonly version=$1 out=$2
case $version in
  1.6) suite=bookworm ;;
  1.7) suite=trixie ;;
  2.1) suite=sid ;;
  *) echo "fetch_containerd.sh: no suite is known to have containerd $version" >&2; exit 2 ;;
esac
[[ ! -x $out/bin/containerd ]] || exit 0

here=$(cd "$(dirname "$0")" && pwd)
trap 'rm -rf "$out.new"' EXIT
"$here/unpack_debian.sh" "$suite" "$out.new" containerd
got=$("$out.new/usr/bin/containerd" --version | grep -oE ' v?[0-9]+\.[0-9]+\.[0-9]+' |
  head -n 1 | tr -d ' v')
[[ $got == "$version".* ]] || {
  echo "skip: Debian's $suite has containerd $got now, not $version" >&2
  exit 77
}
rm -rf "$out"
mkdir -p "$out"
mv "$out.new/usr/bin" "$out/bin"
