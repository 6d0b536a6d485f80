// SPDX-License-Identifier: Apache-2.0
// The JSON documents of images as plain values: index, manifest and configuration of the OCI image
// specification 1.1 (docker's own, schema 2, have the same shape), and docker-archive's
// manifest.json. Pure. Private to src/image.
// Everything is checked that is used later: digests are digests, sizes are sizes, counts agree.
// Errors: invalid_argument naming document and path; unsupported for other kinds of documents.
// Thread-safety: no shared state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "image/image.h"
#include "image/limits.h"

namespace podsysctl::image {

struct Descriptor {
  std::string media_type;
  std::string digest;  // checked: sha256
  std::uint64_t size = 0;
  std::string os;            // of the platform; "" where none is given
  std::string architecture;  // as in Go
  std::string variant;
  std::string ref_name;  // org.opencontainers.image.ref.name; "" where none is given
};

// True where the descriptor's document is an index in turn.
[[nodiscard]] bool is_index(const Descriptor& descriptor) noexcept;

[[nodiscard]] Result<std::vector<Descriptor>> parse_index(std::string_view text,
                                                          std::string_view name,
                                                          const Limits& limits);

struct Manifest {
  Descriptor config;
  std::vector<Descriptor> layers;  // lowest first
};
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view text, std::string_view name,
                                              const Limits& limits);

struct Configuration {
  ImageConfig image;
  std::string os;                     // "" where none is given
  std::vector<std::string> diff_ids;  // checked digests, lowest first
};
[[nodiscard]] Result<Configuration> parse_configuration(std::string_view text,
                                                        std::string_view name,
                                                        const Limits& limits);

// One image of docker-archive's manifest.json. Paths are names inside the archive, unchecked.
struct ArchivedImage {
  std::string config;
  std::vector<std::string> repo_tags;
  std::vector<std::string> layers;
};
[[nodiscard]] Result<std::vector<ArchivedImage>> parse_archive_manifest(std::string_view text,
                                                                        std::string_view name,
                                                                        const Limits& limits);

// This machine's, as in Go: "amd64", "arm64".
[[nodiscard]] std::string_view host_architecture() noexcept;

// Of an index: the one for `tag` ("": the only image there is) that this machine runs best.
[[nodiscard]] Result<Descriptor> choose(const std::vector<Descriptor>& manifests,
                                        std::string_view tag, std::string_view name);

}  // namespace podsysctl::image
