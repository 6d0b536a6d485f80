// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdio>

#include <fmt/core.h>

#include "cli/context.h"
#include "cli/pod_verbs.h"
#include "linux/file_watch.h"
#include "node/log_follower.h"
#include "node/refresh.h"

namespace podsysctl::cli {
namespace {

using store::ContainerRecord;

constexpr std::chrono::milliseconds kLookForEnd{1000};

Result<std::vector<node::LogFollower>> followers_of(const std::vector<ContainerRecord>& containers,
                                                    const LogsFlags& flags) {
  std::vector<node::LogFollower> followers;
  std::vector<ContainerRecord> wanted;
  for (const ContainerRecord& container : containers) {
    if (flags.container.empty() || container.name == flags.container) {
      wanted.push_back(container);
    }
  }
  if (wanted.empty()) {
    return Error::of(Code::not_found, "pod {} has no container {} with a log", flags.pod,
                     flags.container);
  }
  const node::FollowOptions options{
      .timestamps = flags.timestamps ? engine::Timestamps::yes : engine::Timestamps::no,
      .tail = flags.tail,
      .since = flags.since};
  for (const ContainerRecord& container : wanted) {
    const std::string prefix = wanted.size() > 1 ? fmt::format("[{}] ", container.name) : "";
    followers.emplace_back(container.log_path, prefix, options);
  }
  return followers;
}

Result<> pump(std::vector<node::LogFollower>& followers) {
  for (node::LogFollower& follower : followers) {
    PSYS_TRY(follower.pump({linux::FdRef(STDOUT_FILENO), linux::FdRef(STDERR_FILENO)}));
  }
  return {};
}

Result<bool> is_running(const node::Node& node, const std::string& uid) {
  PSYS_TRY_ASSIGN(const store::PodRecord pod, node::refresh_pod(node, uid));
  return pod.stage <= store::Stage::started;
}

Result<> show(const LogsFlags& flags, const std::string& root) {
  PSYS_TRY_ASSIGN(const auto context, Context::open({.root = root}));
  const node::Node& node = context->node();
  PSYS_TRY_ASSIGN(const store::FoundPod found, node.store.find_pod(flags.pod));
  PSYS_TRY_ASSIGN(const auto containers, node.store.containers(found.pod.uid));
  PSYS_TRY_ASSIGN(auto followers, followers_of(containers, flags));
  if (!flags.follow) {
    return pump(followers);
  }
  PSYS_TRY_ASSIGN(auto watch,
                  linux::FolderWatch::open(node::place_of(node, found.pod.uid).folder + "/logs"));
  for (;;) {
    PSYS_TRY_ASSIGN(const bool running, is_running(node, found.pod.uid));
    PSYS_TRY(pump(followers));
    if (!running) {
      return {};
    }
    PSYS_TRY(watch.wait(kLookForEnd));
  }
}

}  // namespace

int show_logs(const LogsFlags& flags, const std::string& root) {
  const Result<> shown = show(flags, root);
  if (!shown) {
    fmt::print(stderr, "podsysctl: {}\n", shown.error().message);
  }
  return shown ? 0 : 1;
}

}  // namespace podsysctl::cli
