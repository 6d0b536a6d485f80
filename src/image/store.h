// SPDX-License-Identifier: Apache-2.0
// The images of one state directory. Layout of the folder:
//   names/<sha256 of the name>.json   what an image is: digest, layers, configuration
//   layers/<hex of the diff-id>/      a layer unpacked once, shared by all images that have it
//   locks/, lock, tmp/                flock(2) files; downloads under way
// Errors: invalid_argument (the source is not what it should be: digest, JSON, hostile layer),
// not_found, unavailable (no skopeo, registry out of reach), denied_by_policy (a limit).
// A failed import leaves nothing behind; what a killed one left is cleared by the next.
// Thread-safety: a value, usable from any thread; processes on one folder keep out of each other's
// way through the lock files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "image/image.h"
#include "image/limits.h"
#include "image/progress.h"
#include "image/reference.h"
#include "image/resolved.h"

namespace podsysctl::image {

struct ImageSummary {
  std::string name;    // as people write it: "nginx:latest", "oci:/srv/nginx"
  std::string digest;  // "sha256:…" of the configuration; "" for rootfs:DIR
  std::size_t layers = 0;
  std::uint64_t size = 0;     // see Image::size
  std::int64_t imported = 0;  // seconds since the epoch
};

class ImageStore {
 public:
  // Makes the folder where it is missing (mode 0700: layers hold set-user-id programs and devices
  // that no user of this host may reach).
  [[nodiscard]] static Result<ImageStore> open(std::string folder, const Limits& limits = {});

  // The image, unpacked if it is not yet. Costs a few file reads where it is.
  [[nodiscard]] Result<Resolved> resolve(const Wanted& wanted, Progress& progress);

  // Unpacks `source` and gives it a registry-like name ("nginx"); a former holder loses the name.
  [[nodiscard]] Result<Resolved> import(const std::string& name, const Reference& source,
                                        Progress& progress);

  // Fetches from the registry, whatever is here already.
  [[nodiscard]] Result<Resolved> pull(const Wanted& wanted, Progress& progress);

  // By name.
  [[nodiscard]] Result<std::vector<ImageSummary>> list() const;

  // Forgets the name; then collect_garbage(). `name` is what list() shows or any other spelling.
  [[nodiscard]] Result<> remove(const std::string& name,
                                const std::vector<std::string>& layers_in_use);

  // Removes layers that no name refers to and that are not among `layers_in_use` (the Image::layers
  // of containers that exist), and left-overs of killed imports.
  [[nodiscard]] Result<> collect_garbage(const std::vector<std::string>& layers_in_use);

 private:
  ImageStore(std::string folder, const Limits& limits);
  [[nodiscard]] Result<Resolved> resolve_registry(const Wanted& wanted, Progress& progress);
  // Fetches what is wanted and gives it the name of `name`.
  [[nodiscard]] Result<Resolved> fetch(const Wanted& wanted, const Reference& name,
                                       Progress& progress);

  std::string folder_;
  Limits limits_;
};

}  // namespace podsysctl::image
