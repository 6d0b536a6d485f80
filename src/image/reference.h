// SPDX-License-Identifier: Apache-2.0
// What the command line and the manifest may write as IMAGE:
//   nginx, nginx:1.25, registry.k8s.io/pause@sha256:…, docker://nginx    a registry's image
//   oci:DIR[:TAG]      an OCI image layout (image-layout.md of the OCI image specification)
//   docker-archive:FILE[:REF]   what `docker save` writes
//   rootfs:DIR         a root file system as it is; never copied
// In oci: and docker-archive: the first colon ends the path, as in containers-transports(5).
// Errors: invalid_argument. Thread-safety: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podsysctl::image {

enum class Transport : std::uint8_t { registry, oci_layout, docker_archive, rootfs };

struct Reference {
  Transport transport = Transport::registry;

  // Of a registry's image; docker.io, library/ and latest are filled in as docker does.
  std::string registry;    // "docker.io", "localhost:5000"
  std::string repository;  // "library/nginx"
  std::string tag;         // "latest"; "" where a digest is given
  std::string digest;      // "sha256:…" or ""

  // Of the others.
  std::string path;      // as written; relative to the working folder
  std::string selector;  // TAG or REF; "" where none is given
};

[[nodiscard]] Result<Reference> parse_reference(std::string_view text);

// The one spelling of a registry's image: "docker.io/library/nginx:latest"; images imported as
// `nginx` carry it too, so that all spellings find them. Of the others "oci:DIR:TAG", as written.
[[nodiscard]] std::string canonical_name(const Reference& reference);

// As people write it: "nginx:latest" for "docker.io/library/nginx:latest".
[[nodiscard]] std::string familiar_name(const Reference& reference);

}  // namespace podsysctl::image
