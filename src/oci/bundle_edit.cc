// SPDX-License-Identifier: Apache-2.0
#include "oci/bundle_edit.h"

#include <filesystem>
#include <system_error>

#include "linux/file.h"
#include "oci/container.h"

namespace podsysctl::oci {
namespace {

namespace fs = std::filesystem;

std::string waiting(const std::string& path) { return path + ".podsysctl"; }

Result<> put_back(const std::string& path) {
  std::error_code failure;
  fs::rename(waiting(path), path, failure);
  return failure ? Error::from_errno(failure.value(), "put {} back in its place", path)
                 : Result<>();
}

}  // namespace

Result<BundleEdit> BundleEdit::begin(std::string path, std::string_view text) {
  constexpr mode_t kMode = 0600;  // it may hold secrets, and only runtimes read it
  std::error_code failure;
  fs::create_hard_link(path, waiting(path), failure);
  if (failure) {
    return Error::from_errno(failure.value(), "keep {} as {}", path, waiting(path));
  }
  BundleEdit edit(std::move(path));
  PSYS_TRY(linux::write_file_atomically(edit.path_, text, kMode));
  return edit;
}

Result<> BundleEdit::end() {
  const std::string path = std::exchange(path_, "");
  return path.empty() ? Result<>() : put_back(path);
}

// Somebody is on the way out with an error already.
BundleEdit::~BundleEdit() { static_cast<void>(end()); }

Result<> recover_bundle(const std::string& path) {
  std::error_code failure;
  if (!fs::exists(waiting(path), failure)) {
    return {};
  }
  PSYS_TRY_ASSIGN(const std::string text, read_config(path));
  PSYS_TRY_ASSIGN(const Spec spec, read_spec(text, path));
  if (spec.annotations.contains(kEditedAnnotation)) {
    return put_back(path);
  }
  fs::remove(waiting(path), failure);
  return failure ? Error::from_errno(failure.value(), "remove {}", waiting(path)) : Result<>();
}

}  // namespace podsysctl::oci
