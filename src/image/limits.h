// SPDX-License-Identifier: Apache-2.0
// What an image may cost at most. A breach is an error that names the limit.
#pragma once

#include <cstddef>
#include <cstdint>

namespace podsysctl::image {

struct Limits {
  std::uint64_t layer_bytes = std::uint64_t{32} << 30U;  // unpacked, holes counted
  std::uint64_t layer_entries = 1'000'000;               // folders that are only implied counted
  std::size_t layers = 128;
  std::size_t document_bytes = std::size_t{4} << 20U;  // an index, a manifest, a configuration
};

}  // namespace podsysctl::image
