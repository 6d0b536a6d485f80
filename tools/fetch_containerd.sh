#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fetch_containerd.sh VERSION OUT_DIR: unpacks Debian's containerd of the suite that has VERSION
# into OUT_DIR (bin: containerd, ctr and the shims), beside whatever is installed; nothing is
# installed and no service is started.
#   1.6  bookworm    1.7  trixie    2.1  sid
# apt fetches and verifies it, from the mirror of the system's own sources, with lists and state of
# its own in OUT_DIR.apt. An OUT_DIR that has the version already is left alone.
# Exit status 77 with a reason on stderr where the package is not to be had.
set -euo pipefail
umask 022

skip() {
  echo "skip: $*" >&2
  exit 77
}

[[ $# -eq 2 ]] || { echo "usage: fetch_containerd.sh 1.6|1.7|2.1 OUT_DIR" >&2; exit 2; }
readonly version=$1 out=$2
case $version in
  1.6) suite=bookworm ;;
  1.7) suite=trixie ;;
  2.1) suite=sid ;;
  *) echo "fetch_containerd.sh: no suite is known to have containerd $version" >&2; exit 2 ;;
esac
[[ ! -x $out/bin/containerd ]] || exit 0

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[[ -r $keyring ]] || skip "$keyring is missing: containerd $version comes from Debian's $suite"
# shellcheck disable=SC2016 # apt's own variables
mirror=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' |
  awk '$1 == "Debian" && $2 !~ /security/ {print $2; exit}')
readonly mirror=${mirror:-http://deb.debian.org/debian}

private=$(realpath -m "$out.apt")
trap 'rm -rf "$private"' EXIT
rm -rf "$private"
mkdir -p "$private"/{lists/partial,archives/partial,deb}
touch "$private/status"
echo "deb [signed-by=$keyring] $mirror $suite main" >"$private/sources.list"

private_apt() {
  apt-get -q -o APT::Sandbox::User=root -o Dir::Etc::sourcelist="$private/sources.list" \
    -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
    -o Dir::State="$private" -o Dir::State::lists="$private/lists" \
    -o Dir::State::status="$private/status" -o Dir::Cache="$private" \
    -o Dir::Cache::archives="$private/archives" -o Acquire::Languages=none \
    -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false "$@"
}

private_apt update >&2 || skip "the package lists of $suite cannot be fetched from $mirror"
(cd "$private/deb" && private_apt download containerd >&2) ||
  skip "containerd of $suite cannot be fetched from $mirror"
dpkg-deb --extract "$private"/deb/containerd_*.deb "$private/root"
got=$("$private/root/usr/bin/containerd" --version | grep -oE ' v?[0-9]+\.[0-9]+\.[0-9]+' |
  head -n 1 | tr -d ' v')
[[ $got == "$version".* ]] || skip "Debian's $suite has containerd $got now, not $version"
rm -rf "$out"
mkdir -p "$(dirname "$out")"
mkdir "$out"
mv "$private/root/usr/bin" "$out/bin"
