#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# build.sh [--binaries DIR] [--name NAME:TAG] OUT.tar: makes the agent's image, without a registry and
# without a container tool: the static programs and the folders that mounts go to, nothing else.
# OUT.tar is an OCI layout and a docker archive at once: `ctr -n k8s.io images import`,
# `podman load`, `docker load`, `kind load image-archive`, k3s' folder of images and skopeo take it.
# Equal programs give an equal file. Needs GNU tar, sha256sum and strip.
set -euo pipefail
umask 022

usage() {
  echo "usage: build.sh [--binaries DIR] [--name NAME:TAG] OUT.tar" >&2
  exit 2
}

repo=$(cd "$(dirname "$0")/../.." && pwd)
binaries=$repo/build/bin out=
name=podsysctl/agent:$(sed -n 's/^project(podsysctl VERSION \([0-9.]*\).*/\1/p' "$repo/CMakeLists.txt")
while [[ $# -gt 0 ]]; do
  case $1 in
    --binaries) binaries=${2:?} && shift 2 ;;
    --name) name=${2:?} && shift 2 ;;
    -*) usage ;;
    *) [[ -z $out ]] || usage; out=$1 && shift ;;
  esac
done
[[ -n $out ]] || usage
[[ $name =~ ^[a-z0-9./_-]+:[A-Za-z0-9._-]+$ ]] || { echo "build.sh: $name is not NAME:TAG" >&2; exit 2; }
# Where Kubernetes' runtimes look for a name without a registry.
full=$name
[[ $name == *.*/* ]] || full=docker.io/$name
arch=$(uname -m)
case $arch in
  x86_64) arch=amd64 ;;
  aarch64) arch=arm64 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
readonly repo binaries name out full arch work

# program NAME required|optional
program() {
  local from=$binaries/$1
  if [[ ! -x $from ]]; then
    [[ $2 == optional ]] && return
    echo "build.sh: $from is not there: build it first" >&2
    exit 1
  fi
  if readelf --program-headers "$from" | grep -q INTERP; then
    echo "build.sh: $from needs a C library, which the image has not: build it with -DPSYS_STATIC=ON" >&2
    exit 1
  fi
  strip --strip-all -o "$work/root/usr/bin/$1" "$from"
}

# packed ARCHIVE FOLDER ENTRY...: without anything of this machine or this moment.
packed() {
  local archive=$1 folder=$2
  shift 2
  tar --create --file "$archive" --directory "$folder" --format=ustar --sort=name --mtime=@0 \
    --owner=0 --group=0 --numeric-owner "$@"
}

# blob FILE: moves it into the layout and prints its digest.
blob() {
  local digest
  digest=$(sha256sum "$1" | cut -d' ' -f1)
  mv "$1" "$work/layout/blobs/sha256/$digest"
  echo "$digest"
}

size() { stat -c %s "$work/layout/blobs/sha256/$1"; }

mkdir -p "$work"/root/{usr/bin,etc/podsysctl/policy.d,run/nri,run/podsysctl-agent,var/lib/podsysctl}
mkdir -p "$work"/root/usr/share/doc/podsysctl "$work"/layout/blobs/sha256
cp "$repo/LICENSE" "$work/root/usr/share/doc/podsysctl/LICENSE"
program podsysctl-agent required
program podsysctl required
program podsysctl-cni required
program podsysctl-hook optional

packed "$work/layer" "$work/root" .
layer=$(blob "$work/layer")
printf '{"architecture":"%s","os":"linux","config":{"Entrypoint":["/usr/bin/podsysctl-agent"],"Env":["PATH=/usr/bin"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
  "$arch" "$layer" >"$work/config"
config=$(blob "$work/config")
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%s","size":%s},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:%s","size":%s}]}' \
  "$config" "$(size "$config")" "$layer" "$(size "$layer")" >"$work/manifest"
manifest=$(blob "$work/manifest")
printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%s,"annotations":{"io.containerd.image.name":"%s","org.opencontainers.image.ref.name":"%s"}}]}' \
  "$manifest" "$(size "$manifest")" "$full" "${name##*:}" >"$work/layout/index.json"
printf '{"imageLayoutVersion":"1.0.0"}' >"$work/layout/oci-layout"
# For tools that know no OCI layouts.
printf '[{"Config":"blobs/sha256/%s","RepoTags":["%s"],"Layers":["blobs/sha256/%s"]}]' \
  "$config" "$name" "$layer" >"$work/layout/manifest.json"
packed "$work/out.tar" "$work/layout" index.json oci-layout manifest.json blobs
mv "$work/out.tar" "$out"
echo "$full: $(du -h "$out" | cut -f1), sha256:$manifest"
