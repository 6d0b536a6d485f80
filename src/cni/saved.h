// SPDX-License-Identifier: Apache-2.0
// What ADD does to an attachment, written before it is done and kept until DEL: each key and each
// attribute of the interface with its former value and ours. One file an attachment,
// <folder>/<container id>@<interface>.json, mode 0600. Errors: those of files; invalid_argument for
// a file that is broken. Thread-safety: no shared state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "linux/net_link.h"
#include "sysctl/key.h"

namespace podsysctl::cni {

struct SavedValue {
  sysctl::SysctlKey key;
  std::optional<std::string> previous;  // unset where the kernel had none yet
  std::string wanted;
};

struct SavedLink {
  linux::LinkAttribute attribute;
  std::string previous;
  std::string wanted;
};

struct Saved {
  std::string network;
  std::uint64_t cookie = 0;  // of the network namespace (own_net_cookie()); 0: not known
  std::vector<SavedLink> link;
  std::vector<SavedValue> values;

  // False for a record that a namespace left behind that is gone.
  [[nodiscard]] bool is_of(std::uint64_t cookie_now) const noexcept {
    return cookie == 0 || cookie_now == 0 || cookie == cookie_now;
  }
};

// `later` over an earlier record of the same namespace, as an ADD leaves it that was killed, or the
// same plugin earlier in the chain: former values are those from before either.
[[nodiscard]] Saved merged(const Saved& earlier, Saved later);

[[nodiscard]] std::string saved_path(const std::string& folder, const std::string& container_id,
                                     const std::string& ifname);

[[nodiscard]] Result<> save(const std::string& path, const Saved& saved);
// nullopt where there is no such file.
[[nodiscard]] Result<std::optional<Saved>> load(const std::string& path);
// A file that is gone already is success.
[[nodiscard]] Result<> forget(const std::string& path);

}  // namespace podsysctl::cni
