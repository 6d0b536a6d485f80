// SPDX-License-Identifier: Apache-2.0
// What the store knows of each name: one small JSON file, read whole on the quick path and replaced
// atomically. Private to src/image.
// Errors: not_found; invalid_argument for a file that is not ours. Thread-safety: no shared state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "image/image.h"

namespace podsysctl::image {

struct Record {
  std::string name;                   // canonical
  std::string familiar;               // for people
  std::string digest;                 // of the configuration; "" for a folder
  std::string stamp;                  // of the source on this machine, to see that it has changed
  std::string folder;                 // rootfs: the only layer; then diff_ids is empty
  std::vector<std::string> diff_ids;  // uppermost first, each once
  ImageConfig config;
  std::uint64_t size = 0;
  std::int64_t imported = 0;
};

class Records {
 public:
  // `folder` exists: names/ is made in it.
  [[nodiscard]] static Result<Records> open(const std::string& folder);

  [[nodiscard]] Result<std::optional<Record>> find(const std::string& name) const;
  [[nodiscard]] Result<> save(const Record& record) const;
  // False where there was none.
  [[nodiscard]] Result<bool> remove(const std::string& name) const;
  // By name. A file that cannot be read is an error: what it refers to is unknown.
  [[nodiscard]] Result<std::vector<Record>> all() const;

 private:
  explicit Records(std::string folder) : folder_(std::move(folder)) {}
  [[nodiscard]] std::string path_of(const std::string& name) const;

  std::string folder_;
};

}  // namespace podsysctl::image
