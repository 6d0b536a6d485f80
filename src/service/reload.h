// SPDX-License-Identifier: Apache-2.0
// The configuration while the service runs: read anew when its files change or when told to, and
// taken up only as a whole. Errors: those of the files; what was in force stays so.
// Thread-safety: one thread; a policy() once handed out does not change.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "linux/fd.h"
#include "linux/file_watch.h"
#include "service/config.h"
#include "service/node_policy.h"

namespace podsysctl::service {

class LiveConfig {
 public:
  // `file` is --config, or "".
  [[nodiscard]] static Result<LiveConfig> open(Config flags, std::string file);

  [[nodiscard]] const Config& config() const noexcept { return config_; }
  [[nodiscard]] std::shared_ptr<const NodePolicy> policy() const noexcept { return policy_; }

  // Readable when something beside the files has changed, until take_changes() has told so.
  [[nodiscard]] std::vector<linux::FdRef> fds() const;
  [[nodiscard]] bool take_changes();

  // Whether the files' texts differ from those looked at last.
  [[nodiscard]] bool has_changed() const;

  struct Reloaded {
    bool policy_changed = false;
    std::vector<std::string_view> needs_restart;  // fields that are not taken up
  };
  [[nodiscard]] Result<Reloaded> reload();

 private:
  LiveConfig(Config flags, std::string file) : flags_(std::move(flags)), file_(std::move(file)) {}
  [[nodiscard]] Result<Config> read() const;
  [[nodiscard]] std::string state_of_files(const Config& config) const;
  [[nodiscard]] Result<> watch(const Config& config);

  Config flags_;
  std::string file_;
  Config config_;
  std::shared_ptr<const NodePolicy> policy_;
  std::string looked_at_;
  std::vector<linux::FolderWatch> watches_;
};

}  // namespace podsysctl::service
