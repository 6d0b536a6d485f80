#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# make_test_image.sh KIND OUT_DIR [CACHE_DIR]: makes the OCI image layout OUT_DIR without any
# container tool, for `podsysctl image import NAME oci:OUT_DIR` or `podsysctl run oci:OUT_DIR`.
#   busybox  the host's static busybox with all its commands; runs sh
#   nginx    nginx of the distribution's package and the libraries that it needs, below busybox's
#            commands; listens on port 80 with backlog=65535, logs to stdout and stderr
# The packages come through apt, are kept in CACHE_DIR and are not installed. An OUT_DIR that is
# there is replaced at the end, in one step each way. Equal input gives equal digests.
# Exit status 77 with a reason on stderr where a package or busybox-static is not to be had.
set -euo pipefail
umask 022

usage() {
  echo "usage: make_test_image.sh busybox|nginx OUT_DIR [CACHE_DIR]" >&2
  exit 2
}

skip() {
  echo "skip: $*" >&2
  exit 77
}

[[ $# -ge 2 && $# -le 3 ]] || usage
readonly kind=$1 out=$2
readonly cache=${3:-${XDG_CACHE_HOME:-$HOME/.cache}/podsysctl-test-images}
readonly work=$out.$$.new
arch=$(uname -m)
case $arch in
  x86_64) arch=amd64 ;;
  aarch64) arch=arm64 ;;
  armv7l) arch=arm ;;
esac
trap 'rm -rf "$work"' EXIT

# blob FILE MEDIA_TYPE: moves the file into the layout and prints its descriptor.
blob() {
  local digest size
  digest=$(sha256sum "$1" | cut -d' ' -f1)
  size=$(stat -c %s "$1")
  mv "$1" "$work/layout/blobs/sha256/$digest"
  printf '{"mediaType":"application/vnd.oci.image.%s","digest":"sha256:%s","size":%s}' \
    "$2" "$digest" "$size"
}

# layer ROOT: packs the folder as one layer; adds to $descriptors and $diff_ids.
layer() {
  tar --create --file "$work/layer.tar" --directory "$1" --format=pax --sort=name \
    --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime --mtime=@0 \
    --owner=0 --group=0 --numeric-owner .
  diff_ids+="${diff_ids:+,}\"sha256:$(sha256sum "$work/layer.tar" | cut -d' ' -f1)\""
  gzip -n -1 "$work/layer.tar"
  descriptors+="${descriptors:+,}$(blob "$work/layer.tar.gz" layer.v1.tar+gzip)"
}

# write_layout CONFIG: the documents above the layers; CONFIG is the inside of "config".
write_layout() {
  local config manifest
  printf '{"architecture":"%s","os":"linux","config":{%s},"rootfs":{"type":"layers","diff_ids":[%s]}}' \
    "$arch" "$1" "$diff_ids" >"$work/config"
  config=$(blob "$work/config" config.v1+json)
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[%s]}' \
    "$config" "$descriptors" >"$work/manifest"
  manifest=$(blob "$work/manifest" manifest.v1+json)
  printf '{"schemaVersion":2,"manifests":[%s]}' "$manifest" >"$work/layout/index.json"
  printf '{"imageLayoutVersion":"1.0.0"}' >"$work/layout/oci-layout"
}

base_files() {
  local root=$1
  mkdir -p "$root"/{bin,dev,etc,proc,root,run,sys,tmp,usr/bin,usr/sbin,var}
  chmod 1777 "$root/tmp"
  chmod 700 "$root/root"
  ln -s ../run "$root/var/run"
  cat >"$root/etc/passwd" <<'PASSWD'
root:x:0:0:root:/root:/bin/sh
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
PASSWD
  cat >"$root/etc/group" <<'GROUP'
root:x:0:
www-data:x:33:
nogroup:x:65534:
GROUP
}

busybox_layer() {
  local root=$work/busybox name binary
  binary=$(command -v busybox) || skip "busybox is not installed (package busybox-static)"
  if ldd "$binary" >/dev/null 2>&1; then
    skip "$binary is not linked statically (package busybox-static)"
  fi
  base_files "$root"
  cp "$binary" "$root/bin/busybox"
  chmod 755 "$root/bin/busybox"
  for name in $("$binary" --list); do
    [[ $name == busybox ]] || ln -s busybox "$root/bin/$name"
  done
  layer "$root"
}

# library_closure PACKAGE: the package and, of what it depends on, libraries only. One level of
# dependencies at a time, since each call of apt-cache costs about a second.
library_closure() {
  local level=("$1") name
  declare -A seen=()
  while [[ ${#level[@]} -gt 0 ]]; do
    for name in "${level[@]}"; do
      seen[$name]=1
    done
    local next=()
    while read -r name; do
      [[ -n ${seen[$name]:-} ]] || next+=("$name")
    done < <(apt-cache depends "${level[@]}" |
      awk '$1 ~ /^\|?(Pre)?Depends:$/ && $2 ~ /^(lib|zlib|gcc-)/ { print $2 }' | sort -u)
    level=("${next[@]}")
  done
  printf '%s\n' "${!seen[@]}" | sort
}

# unpacked_packages PACKAGE…: downloads what the cache does not hold and prints the folder that all
# are unpacked into. The folder's name tells the versions.
unpacked_packages() {
  local versions folder
  versions=$(apt-cache policy "$@" | awk '/^[^ ]/ { name = $1 } /Candidate:/ { print name $2 }')
  folder=$cache/$(sha256sum <<<"$versions" | cut -c1-16)
  if [[ ! -d $folder ]]; then
    local debs=$cache/debs.$$ root=$cache/root.$$ deb
    mkdir -p "$debs" "$root"
    if ! (cd "$debs" && apt-get download -o APT::Sandbox::User="$(id -un)" "$@") >"$debs/log" 2>&1; then
      tail -n 5 "$debs/log" >&2
      rm -rf "$debs" "$root"
      skip "apt-get download failed: $*"
    fi
    for deb in "$debs"/*.deb; do
      dpkg-deb -x "$deb" "$root"
    done
    rm -rf "$debs"
    mv -T "$root" "$folder" 2>/dev/null || rm -rf "$root" # another run was faster
  fi
  echo "$folder"
}

# copy_with_libraries PACKAGES_ROOT BINARY ROOT: the program and the libraries that its own loader
# finds for it, at the paths that the packages have them.
copy_with_libraries() {
  local from=$1 binary=$2 root=$3 loader libraries path
  install -D -m 755 "$from$binary" "$root$binary"
  loader=$(cd "$from" && find . -name 'ld-linux*.so.*' -type f,l | head -n 1)
  # Below /lib, /usr/lib or both, as the release has it.
  libraries=$(find "$from" -name 'lib*.so.*' -printf '%h\n' | sort -u | paste -sd:)
  "$from/$loader" --library-path "$libraries" --list "$from$binary" |
    awk '$2 == "=>" { print $3 }' >"$work/libraries"
  while read -r path; do
    [[ $path == "$from"/* ]] || skip "$binary needs $path, which no package of its own holds"
    install -D -m 755 "$path" "$root${path#"$from"}"
  done <"$work/libraries"
  # The path that is written into every program.
  loader=$(readelf -l "$from$binary" | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
  install -D -m 755 "$(find "$from" -path "*/lib*/$(basename "$loader")" | head -n 1)" "$root$loader"
}

nginx_config() {
  cat <<'CONF'
user www-data;
worker_processes 1;
daemon off;
pid /run/nginx.pid;
error_log stderr notice;
events { worker_connections 64; }
http {
  access_log /dev/stdout;
  types { text/html html; }
  client_body_temp_path /tmp/client_body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server {
    listen 80 backlog=65535;
    root /usr/share/nginx/html;
  }
}
CONF
}

nginx_layer() {
  local root=$work/nginx packages
  command -v apt-get >/dev/null || skip "no apt-get: nginx comes from the distribution's packages"
  mapfile -t names < <(library_closure nginx)
  packages=$(unpacked_packages "${names[@]}")
  copy_with_libraries "$packages" /usr/sbin/nginx "$root"
  mkdir -p "$root"/{etc/nginx,usr/share/nginx/html,var/log/nginx,var/lib/nginx}
  nginx_config >"$root/etc/nginx/nginx.conf"
  echo '<h1>podsysctl test image</h1>' >"$root/usr/share/nginx/html/index.html"
  layer "$root"
}

descriptors='' diff_ids=''
readonly path_env='"Env":["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]'
mkdir -p "$work/layout/blobs/sha256" "$cache"
busybox_layer
case $kind in
  busybox)
    write_layout "$path_env,\"Cmd\":[\"sh\"]"
    ;;
  nginx)
    nginx_layer
    write_layout "$path_env,\"Cmd\":[\"nginx\",\"-e\",\"stderr\"],\"ExposedPorts\":{\"80/tcp\":{}},\"StopSignal\":\"SIGQUIT\""
    ;;
  *) usage ;;
esac
rm -rf "$out"
mv -T "$work/layout" "$out"
