// SPDX-License-Identifier: Apache-2.0
#include "oci/bundle_edit.h"

#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "linux/file.h"

namespace podsysctl::oci {

Result<BundleEdit> BundleEdit::begin(std::string path, std::string former, std::string_view text) {
  struct stat status{};
  if (::stat(path.c_str(), &status) < 0) {
    return Error::from_errno(errno, "stat {}", path);
  }
  const auto mode = static_cast<mode_t>(status.st_mode & 07777U);
  PSYS_TRY(linux::write_file_atomically(path, text, mode));
  return BundleEdit(std::move(path), std::move(former), mode);
}

Result<> BundleEdit::end() {
  const std::string path = std::exchange(path_, "");
  return path.empty() ? Result<>() : linux::write_file_atomically(path, former_, mode_);
}

BundleEdit::BundleEdit(BundleEdit&& other) noexcept
    : path_(std::exchange(other.path_, "")),
      former_(std::move(other.former_)),
      mode_(other.mode_) {}

// Somebody is on the way out with an error already.
BundleEdit::~BundleEdit() { static_cast<void>(end()); }

}  // namespace podsysctl::oci
