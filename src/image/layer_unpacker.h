// SPDX-License-Identifier: Apache-2.0
// A layer blob becomes a folder that overlayfs can take as a lower layer (layer.md of the OCI image
// specification). Private to src/image.
// The layer is untrusted. Names are taken below the folder, as engines do: leading "/" and "." drop
// out; "..", a way through a symbolic link, a hard link to something outside the layer, a whiteout
// of "." or "..", an impossible owner, a character device 0:0 and trusted.* attributes are refused.
// (A way through a symbolic link of the same layer is refused although other engines follow it
// inside the layer: no tool that records differences writes one.) Kept are owners, modes, times,
// devices, user.* and security.capability; other attributes belong to the host that wrote them and
// are dropped. Whiteouts become overlayfs' own; they never hide what the same layer holds.
// Errors: invalid_argument naming the entry. On an error the folder holds a part.
// Thread-safety: no shared state.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "image/byte_source.h"
#include "image/limits.h"

namespace podsysctl::image {

struct UnpackedLayer {
  std::string blob_digest;  // of what was read
  std::uint64_t blob_bytes = 0;
  std::string diff_id;  // of the tar stream inside
};

// `on_bytes` hears now and then how many bytes of the blob have been read.
[[nodiscard]] Result<UnpackedLayer> unpack_layer(
    ByteSource& blob, const std::string& folder, const Limits& limits,
    const std::function<void(std::uint64_t)>& on_bytes);

}  // namespace podsysctl::image
