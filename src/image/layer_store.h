// SPDX-License-Identifier: Apache-2.0
// The folder of unpacked layers. A layer appears under its name by a rename, complete or not at
// all; one process at a time makes it, and none removes it while it is being counted on.
// Private to src/image.
// Errors: those of the file system. Thread-safety: no shared state but the folder.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::image {

class LayerStore {
 public:
  // `folder` exists: layers/ and locks/ are made in it.
  [[nodiscard]] static Result<LayerStore> open(const std::string& folder);

  [[nodiscard]] std::string path_of(const std::string& diff_id) const;
  [[nodiscard]] bool has(const std::string& diff_id) const;

  // While it lives, nobody else makes or removes these layers.
  class Hold {
   public:
    // Layers of which there was none when they were locked.
    [[nodiscard]] const std::set<std::string>& missing() const noexcept { return missing_; }

   private:
    friend class LayerStore;
    std::vector<linux::Fd> locks_;
    std::set<std::string> missing_;
  };
  // Waits for others; in the order of names, so that two holds cannot wait for each other.
  [[nodiscard]] Result<Hold> hold(const std::vector<std::string>& diff_ids) const;

  // Calls `fill` with an empty folder, which becomes the layer if it succeeds and is removed
  // otherwise. The layer is held and missing.
  [[nodiscard]] Result<> add(const std::string& diff_id,
                             const std::function<Result<>(const std::string&)>& fill) const;

  // Removes every layer for which `is_used`, asked while the layer is locked, says false.
  [[nodiscard]] Result<> remove_unused(
      const std::function<Result<bool>(const std::string& diff_id)>& is_used) const;

 private:
  explicit LayerStore(std::string folder) : folder_(std::move(folder)) {}
  [[nodiscard]] Result<linux::Fd> lock(const std::string& diff_id) const;
  [[nodiscard]] std::string partial_path(const std::string& diff_id) const;

  std::string folder_;
};

}  // namespace podsysctl::image
