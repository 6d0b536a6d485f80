#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fetch_kernel.sh SUITE CACHE_DIR: prints the folder of the suite's cloud kernel:
#   vmlinuz, release (a line), root/lib/modules/RELEASE (with modules.dep)
# The packages come through apt from the mirror that this system's own sources name, checked against
# the archive's keys as always, with lists, state and cache of our own. Nothing is installed.
# Exit status 77 with a reason on stderr where that cannot be had here.
set -euo pipefail

readonly suite=$1 cache=$2
readonly keyring=/usr/share/keyrings/debian-archive-keyring.gpg
readonly kernel_dir=$cache/kernels/$suite
readonly apt_dir=$cache/apt/$suite

skip() {
  echo "skip: $suite: $*" >&2
  exit 77
}

# repo_uri PATTERN: the address of the first source whose release (folder below dists/) matches.
repo_uri() {
  # shellcheck disable=SC2016  # $(…) is apt's own format
  apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk -v pattern="$1" '$1 ~ pattern { print $2; exit }'
}

write_sources() {
  : >"$apt_dir/sources.list"
  local entry
  for entry in "$@"; do
    echo "deb [signed-by=$keyring] $entry main" >>"$apt_dir/sources.list"
  done
}

# The system's own settings (proxies, credentials) stay; its hooks, pins and sources do not.
write_config() {
  mkdir -p "$apt_dir/state/lists/partial" "$apt_dir/cache/archives/partial" "$apt_dir/deb"
  : >"$apt_dir/status"
  cat >"$apt_dir/apt.conf" <<CONF
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::State "$apt_dir/state";
Dir::State::status "$apt_dir/status";
Dir::Cache "$apt_dir/cache";
Dir::Etc::SourceList "$apt_dir/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
CONF
}

# An old suite may be left with its security half only, or be gone altogether.
update_lists() {
  local main_uri=$1 security_uri=$2
  local main="$main_uri $suite" security="$security_uri $suite-security"
  local log=$apt_dir/update.log
  if [[ -n $security_uri && $suite != sid ]]; then
    write_sources "$main" "$security"
    apt-get -c "$apt_dir/apt.conf" update >"$log" 2>&1 && return
    write_sources "$security"
    apt-get -c "$apt_dir/apt.conf" update >>"$log" 2>&1 && has_kernel && return
  fi
  write_sources "$main"
  apt-get -c "$apt_dir/apt.conf" update >>"$log" 2>&1 ||
    skip "apt cannot read the suite from $main_uri: $(grep -m1 '^[EW]:' "$log" || tail -1 "$log")"
}

dependencies() {
  apt-cache -c "$apt_dir/apt.conf" depends --important "$1" 2>/dev/null |
    awk -v pattern="$2" '$1 == "Depends:" && $2 ~ pattern { print $2 }'
}

has_kernel() { [[ -n $(dependencies linux-image-cloud-amd64 '^linux-image-[0-9]') ]]; }

# Since 7.x the image package is a shell around -binary- and -modules- packages.
download() {
  local image
  image=$(dependencies linux-image-cloud-amd64 '^linux-image-[0-9]' | head -1)
  [[ -n $image ]] || skip "the suite has no linux-image-cloud-amd64"
  local parts
  mapfile -t parts < <(dependencies "$image" '^linux-(binary|modules)-[0-9]')
  (cd "$apt_dir/deb" && rm -f ./*.deb &&
    apt-get -c "$apt_dir/apt.conf" download "$image" "${parts[@]}" >"$apt_dir/download.log" 2>&1) ||
    skip "apt cannot download $image: $(tail -1 "$apt_dir/download.log")"
}

unpack() {
  local new=$kernel_dir.new deb image
  rm -rf "$new"
  mkdir -p "$new/root"
  for deb in "$apt_dir"/deb/*.deb; do
    dpkg -x "$deb" "$new/root"
  done
  [[ -e $new/root/lib ]] || ln -s usr/lib "$new/root/lib"
  image=$(find -L "$new/root" -name 'vmlinuz*' -print -quit)
  [[ -n $image ]] || skip "no vmlinuz in" "$apt_dir"/deb/*.deb
  mv "$image" "$new/vmlinuz"
  basename "$new"/root/lib/modules/* >"$new/release"
  busybox depmod -b "$new/root" "$(cat "$new/release")"
  rm -rf "$kernel_dir" "$apt_dir"/deb/*.deb
  mv "$new" "$kernel_dir"
}

# shellcheck source=/dev/null
[[ $(. /etc/os-release && echo "$ID") == debian ]] || skip "the system's apt sources are not Debian's"
[[ -e $keyring ]] || skip "$keyring is missing (package debian-archive-keyring)"
for program in apt-get apt-cache dpkg busybox flock; do
  command -v "$program" >/dev/null || skip "the program $program is missing"
done

mkdir -p "$apt_dir" "$cache/kernels"
exec 9>"$apt_dir/lock"
flock 9
if [[ ! -e $kernel_dir/release || -n ${PSYS_MATRIX_REFRESH:-} ]]; then
  main_uri=$(repo_uri '^[a-z]+$')
  [[ -n $main_uri ]] || skip "no suite's address in this system's apt sources"
  write_config
  update_lists "$main_uri" "$(repo_uri '-security$')"
  download
  unpack
fi
echo "$kernel_dir"
