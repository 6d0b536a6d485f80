// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdio>

#include <fmt/core.h>

#include "base/strings.h"
#include "cli/context.h"
#include "cli/pod_verbs.h"
#include "linux/file_watch.h"
#include "node/log_follower.h"
#include "node/refresh.h"

namespace podsysctl::cli {
namespace {

using store::ContainerRecord;

constexpr std::chrono::milliseconds kLookForEnd{1000};

Result<std::optional<Timestamp>> since_of(const LogsFlags& flags) {
  if (flags.since.empty()) {
    return std::optional<Timestamp>();
  }
  const std::optional<Timestamp> since = parse_rfc3339(flags.since);
  if (!since) {
    return Error::of(Code::invalid_argument,
                     "invalid argument {} for \"--since\" flag: it is a time such as "
                     "2026-11-23T22:30:01Z (RFC 3339)",
                     in_quotes(flags.since));
  }
  return since;
}

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
    return flags.container.empty()
               ? Error::of(Code::not_found, "pod {} has no log: no container of it was started",
                           flags.pod)
               : Error::of(Code::not_found,
                           "pod {} has no container {} with a log: podsysctl inspect {} lists them",
                           flags.pod, in_quotes(flags.container), flags.pod);
  }
  PSYS_TRY_ASSIGN(const std::optional<Timestamp> since, since_of(flags));
  const node::FollowOptions options{
      .timestamps = flags.timestamps ? engine::Timestamps::yes : engine::Timestamps::no,
      .tail = flags.tail,
      .since = since};
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
  PSYS_TRY_ASSIGN(const auto context, Context::open(root));
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
