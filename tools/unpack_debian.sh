#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# unpack_debian.sh SUITE FOLDER PACKAGE...: unpacks packages of another Debian suite into FOLDER,
# which it makes anew; nothing is installed and no service is started. apt fetches and verifies
# them, from the mirror of the system's own sources, with lists and state of its own in FOLDER.apt.
# Exit status 77 with a reason on stderr where they are not to be had.
set -euo pipefail
umask 022

skip() {
  echo "skip: $*" >&2
  exit 77
}

[[ $# -ge 3 ]] || { echo "usage: unpack_debian.sh SUITE FOLDER PACKAGE..." >&2; exit 2; }
readonly suite=$1 folder=$2
shift 2

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[[ -r $keyring ]] || skip "$keyring is missing: $* come from Debian's $suite"
# shellcheck disable=SC2016 # apt's own variables
mirror=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' |
  awk '$1 == "Debian" && $2 !~ /security/ {print $2; exit}')
readonly mirror=${mirror:-http://deb.debian.org/debian}

private=$(realpath -m "$folder.apt")
trap 'rm -rf "$private"' EXIT
rm -rf "$private" "$folder"
mkdir -p "$private"/{lists/partial,archives/partial,deb} "$folder"
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
(cd "$private/deb" && private_apt download "$@" >&2) ||
  skip "$* of $suite cannot be fetched from $mirror"
for package in "$private"/deb/*.deb; do
  dpkg-deb --extract "$package" "$folder"
done
