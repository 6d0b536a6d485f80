#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs, by name through apt, what building and running (demo) or testing as well (test) needs on
# Debian 12 or newer. Packages that are there already are left alone; nothing starts a service.
# Usage: setup_debian.sh demo|test
set -eu

build="g++ make cmake ninja-build ccache pkg-config python3 python3-yaml ca-certificates git
 libfmt-dev libyaml-dev nlohmann-json3-dev libboost-dev libssl-dev libsqlite3-dev libarchive-dev
 liblzma-dev libzstd-dev libbz2-dev zlib1g-dev liblz4-dev libacl1-dev nettle-dev libxml2-dev
 libnghttp2-dev libprotobuf-dev protobuf-compiler"
run="runc crun conmon containernetworking-plugins iptables iproute2 skopeo busybox-static"
check="libgtest-dev libgmock-dev librapidcheck-dev clang-19 clang-tidy-19 clang-format-19
 libclang-rt-19-dev openssl docker.io podman qemu-system-x86 cpio zstd xz-utils man-db jq curl
 libxml2-utils strace util-linux zsh fish"
# The linter's plugin (tools/tidy_own_code.cc): six times as fast for 70 MB.
check="$check libclang-19-dev llvm-19-dev"

case "${1:-}" in
  demo) wanted="$build $run" ;;
  test) wanted="$build $run $check" ;;
  *) echo "usage: $0 demo|test" >&2; exit 2 ;;
esac

missing=""
for package in $wanted; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing="$missing $package"
done
# Since Debian 13 the command is a package of its own.
case $wanted in
  *docker.io*) command -v docker >/dev/null || missing="$missing docker.io docker-cli" ;;
esac
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
  echo "these packages are missing; install them or run this with sudo:$missing" >&2
  exit 1
fi
echo "installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
# docker.io and containerd would start their daemons: invoke-rc.d(8) asks this file first, and what
# was installed here does not start with the machine either (systemctl enable undoes that).
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi
apt-get update -qq
case $missing in
  *docker-cli*) apt-cache show docker-cli >/dev/null 2>&1 || missing="${missing% docker-cli}" ;;
esac
# shellcheck disable=SC2086 # a list of words
apt-get install -y -qq --no-install-recommends $missing >/dev/null
case $missing in
  *docker.io* | *containerd*)
    if command -v systemctl >/dev/null; then
      systemctl disable docker.service docker.socket containerd.service >/dev/null 2>&1 || true
    fi
    ;;
esac
