// SPDX-License-Identifier: Apache-2.0
// A config.json that reads otherwise while a runtime creates the container. The file itself waits
// under another name beside it and comes back at the end, the same inode, in one step. What a
// process leaves that was killed in between is known by an annotation, and put right by the next
// recover(); a manager that has written the file anew since wins. Errors: those of the files.
// Thread-safety: one thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace podsysctl::oci {

// In a config.json that is not its author's.
inline constexpr std::string_view kEditedAnnotation = "podsysctl.io/edited";

class BundleEdit {
 public:
  // `text` is to be read instead; it has the annotation.
  [[nodiscard]] static Result<BundleEdit> begin(std::string path, std::string_view text);
  [[nodiscard]] Result<> end();

  BundleEdit(BundleEdit&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  BundleEdit& operator=(BundleEdit&&) = delete;
  BundleEdit(const BundleEdit&) = delete;
  BundleEdit& operator=(const BundleEdit&) = delete;
  ~BundleEdit();

 private:
  explicit BundleEdit(std::string path) : path_(std::move(path)) {}

  std::string path_;  // "" once it is put back
};

// Before a config.json is read. One that nobody has edited, or that is not there, is left alone.
[[nodiscard]] Result<> recover_bundle(const std::string& path);

}  // namespace podsysctl::oci
