// SPDX-License-Identifier: Apache-2.0
#include "service/reload.h"

#include <filesystem>
#include <set>
#include <utility>

#include "image/sha256.h"
#include "linux/file.h"

namespace podsysctl::service {
namespace {

constexpr std::size_t kMaxConfigBytes = std::size_t{1} << 20U;

}  // namespace

Result<LiveConfig> LiveConfig::open(Config flags, std::string file) {
  LiveConfig live(std::move(flags), std::move(file));
  PSYS_TRY_ASSIGN(live.config_, live.read());
  live.looked_at_ = live.state_of_files(live.config_);
  PSYS_TRY_ASSIGN(NodePolicy policy, load_policy(live.config_));
  live.policy_ = std::make_shared<const NodePolicy>(std::move(policy));
  PSYS_TRY(live.watch(live.config_));
  return live;
}

std::vector<linux::FdRef> LiveConfig::fds() const {
  std::vector<linux::FdRef> fds;
  fds.reserve(watches_.size());
  for (const linux::FolderWatch& watch : watches_) {
    fds.push_back(watch.fd());
  }
  return fds;
}

bool LiveConfig::take_changes() {
  bool changed = false;
  for (linux::FolderWatch& watch : watches_) {
    changed = watch.wait(std::chrono::milliseconds(0)).value_or(false) || changed;
  }
  return changed;
}

bool LiveConfig::has_changed() const { return state_of_files(config_) != looked_at_; }

Result<LiveConfig::Reloaded> LiveConfig::reload() {
  looked_at_ = state_of_files(config_);
  PSYS_TRY_ASSIGN(Config config, read());
  PSYS_TRY_ASSIGN(NodePolicy policy, load_policy(config));
  PSYS_TRY(watch(config));
  Reloaded reloaded{.policy_changed = policy.fingerprint != policy_->fingerprint,
                    .needs_restart = needs_restart(config_, config)};
  policy_ = std::make_shared<const NodePolicy>(std::move(policy));
  config_ = std::move(config);
  looked_at_ = state_of_files(config_);
  return reloaded;
}

Result<Config> LiveConfig::read() const {
  if (file_.empty()) {
    return flags_;
  }
  PSYS_TRY_ASSIGN(const std::string text, linux::read_file(file_, kMaxConfigBytes));
  PSYS_TRY_ASSIGN(const Config file, read_config(text, file_));
  return merged(flags_, file);
}

std::string LiveConfig::state_of_files(const Config& config) const {
  std::string state;
  for (const std::string& path : {file_, config.kubelet_config.value_or("")}) {
    const Result<std::string> text =
        path.empty() ? std::string() : linux::read_file(path, kMaxConfigBytes);
    state += text ? image::sha256_of(*text) : text.error().message;
    state += '\n';
  }
  return state;
}

// The folders, because files are mostly replaced and not written.
Result<> LiveConfig::watch(const Config& config) {
  std::set<std::string> folders;
  for (const std::string& path : {file_, config.kubelet_config.value_or("")}) {
    if (!path.empty()) {
      const std::string folder = std::filesystem::path(path).parent_path().string();
      folders.insert(folder.empty() ? "." : folder);
    }
  }
  std::vector<linux::FolderWatch> watches;
  for (const std::string& folder : folders) {
    PSYS_TRY_ASSIGN(linux::FolderWatch watch, linux::FolderWatch::open(folder));
    watches.push_back(std::move(watch));
  }
  watches_ = std::move(watches);
  return {};
}

}  // namespace podsysctl::service
