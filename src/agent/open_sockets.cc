// SPDX-License-Identifier: Apache-2.0
#include "agent/open_sockets.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/strings.h"

namespace podsysctl::agent {
namespace {

using sysctl::AppliedSetting;

constexpr std::string_view kBacklog = "net.core.somaxconn";
constexpr std::string_view kGeneral = "sockets that were open before keep what they took over";
constexpr std::size_t kMostListed = 8;

std::string list(std::vector<std::string> parts) {
  if (parts.size() > kMostListed) {
    const std::size_t more = parts.size() - kMostListed;
    parts.resize(kMostListed);
    parts.push_back(fmt::format("and {} more", more));
  }
  return join(parts, ", ");
}

std::vector<AppliedSetting> written_for_sockets(const sysctl::Application& application) {
  std::vector<AppliedSetting> written;
  for (const AppliedSetting& applied : application.settings) {
    if (applied.state == sysctl::ApplyState::applied &&
        live::reaches_sockets(applied.setting.key)) {
      written.push_back(applied);
    }
  }
  return written;
}

std::string failed(const Error& error) {
  return fmt::format("{} (they could not be listed: {})", kGeneral, error.message);
}

std::string kept(const linux::Namespace& net, const AppliedSetting& backlog) {
  const auto most = parse_number<std::uint32_t>(backlog.effective);
  const auto queues = live::short_queues(net, most.value_or(0));
  if (!queues) {
    return failed(queues.error());
  }
  std::vector<std::string> parts;
  for (const live::ShortQueue& queue : *queues) {
    parts.push_back(fmt::format("the listener {} a queue of {}", queue.local, queue.size));
  }
  return parts.empty() ? fmt::format("{}; none listens with a shorter queue", kGeneral)
                       : fmt::format("{}: {}", kGeneral, list(std::move(parts)));
}

std::string refreshed(const linux::Namespace& net, const std::vector<AppliedSetting>& written) {
  const auto changes = live::refresh_sockets(net, written);
  if (!changes) {
    return failed(changes.error());
  }
  std::vector<std::string> parts;
  for (const live::SocketChange& change : *changes) {
    if (change.outcome == live::SocketOutcome::kept) {
      continue;
    }
    const std::string what = fmt::format("{} {}", change.key.name(), change.local);
    parts.push_back(change.outcome == live::SocketOutcome::changed
                        ? fmt::format("{}: {} (was {})", what, change.new_value, change.old_value)
                        : fmt::format("{}: not changed: {}", what, change.why));
  }
  return parts.empty() ? "no open socket had another value"
                       : fmt::format("open sockets were changed: {}", list(std::move(parts)));
}

}  // namespace

std::string about_open_sockets(const sysctl::Target& target, const sysctl::Application& application,
                               live::ExistingSockets how) {
  const std::vector<AppliedSetting> written = written_for_sockets(application);
  if (written.empty() || !target.net) {
    return std::string(kGeneral);
  }
  if (how == live::ExistingSockets::refresh) {
    return refreshed(*target.net, written);
  }
  const auto backlog = std::ranges::find_if(written, [](const AppliedSetting& applied) {
    return applied.setting.key.name() == kBacklog;
  });
  return backlog == written.end() ? std::string(kGeneral) : kept(*target.net, *backlog);
}

}  // namespace podsysctl::agent
