// SPDX-License-Identifier: Apache-2.0
// A config.json that reads otherwise while a runtime creates the container: replaced as a whole,
// and put back as it was, byte for byte, at the end. A process that is killed in between leaves the
// changed one; container managers write it anew for every start. Errors: those of the files.
// Thread-safety: one thread.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace podsysctl::oci {

class BundleEdit {
 public:
  // `former` is what stands there now.
  [[nodiscard]] static Result<BundleEdit> begin(std::string path, std::string former,
                                                std::string_view text);
  [[nodiscard]] Result<> end();

  BundleEdit(BundleEdit&& other) noexcept;
  BundleEdit& operator=(BundleEdit&&) = delete;
  BundleEdit(const BundleEdit&) = delete;
  BundleEdit& operator=(const BundleEdit&) = delete;
  ~BundleEdit();

 private:
  BundleEdit(std::string path, std::string former, mode_t mode)
      : path_(std::move(path)), former_(std::move(former)), mode_(mode) {}

  std::string path_;  // "" once it is put back
  std::string former_;
  mode_t mode_;
};

}  // namespace podsysctl::oci
