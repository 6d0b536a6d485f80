// SPDX-License-Identifier: Apache-2.0
// What ADD did to an attachment, kept until DEL: each key with its former value and ours. One file
// an attachment, <folder>/<container id>_<interface>.json, mode 0600. Errors: those of files;
// invalid_argument for a file that is broken. Thread-safety: no shared state.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sysctl/key.h"

namespace podsysctl::cni {

struct SavedValue {
  sysctl::SysctlKey key;
  std::string previous;  // "" where the kernel had none
  std::string wanted;
};

struct Saved {
  std::string network;
  std::vector<SavedValue> values;
};

[[nodiscard]] std::string saved_path(const std::string& folder, const std::string& container_id,
                                     const std::string& ifname);

[[nodiscard]] Result<> save(const std::string& path, const Saved& saved);
// nullopt where there is no such file.
[[nodiscard]] Result<std::optional<Saved>> load(const std::string& path);
// A file that is gone already is success.
[[nodiscard]] Result<> forget(const std::string& path);

}  // namespace podsysctl::cni
