// SPDX-License-Identifier: Apache-2.0
#include "agent/cri_session.h"

#include <algorithm>
#include <utility>

#include "agent/cri_sandbox.h"

namespace podsysctl::agent {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{2};
constexpr milliseconds kLongestPause{64};  // one that is not there after 189 ms is no sandbox

}  // namespace

Result<std::set<std::string>> CriSession::ready_ids() {
  PSYS_TRY_ASSIGN(const std::vector<cri::Sandbox> sandboxes, client_.sandboxes({}));
  std::set<std::string> ready;
  std::set<std::string> still_listed;
  for (const cri::Sandbox& sandbox : sandboxes) {
    if (sandbox.state != cri::SandboxState::ready) {
      continue;
    }
    (ended_.contains(sandbox.id) ? still_listed : ready).insert(sandbox.id);
  }
  ended_ = std::move(still_listed);
  return ready;
}

Result<> CriSession::review_all() {
  PSYS_TRY_ASSIGN(const std::set<std::string> ready, ready_ids());
  for (const std::string& id : ready) {
    PSYS_TRY(look_at(id, News::was_there));
  }
  keeper_.keep_only(source_, {known_.begin(), known_.end()});
  return {};
}

Result<> CriSession::catch_up() {
  PSYS_TRY_ASSIGN(const std::set<std::string> ready, ready_ids());
  std::erase_if(known_, [&](const std::string& id) {
    const bool gone = !ready.contains(id);
    if (gone) {
      keeper_.gone(id);
    }
    return gone;
  });
  for (const std::string& id : ready) {
    if (!known_.contains(id)) {
      PSYS_TRY(look_at(id, News::just_started));
    }
  }
  return {};
}

Result<bool> CriSession::look_at(const std::string& id, News news) {
  const Result<cri::SandboxStatus> status = client_.sandbox_status(id, cri::Detail::verbose);
  if (!status && status.error().code == Code::not_found) {
    return false;
  }
  PSYS_TRY(status);
  if (status->sandbox.state != cri::SandboxState::ready) {
    return true;
  }
  PSYS_TRY_ASSIGN(const Sandbox sandbox, sandbox_of(*status, source_));
  known_.insert(id);
  if (news == News::just_started) {
    keeper_.follow(sandbox);
  } else {
    keeper_.found(sandbox);
  }
  return true;
}

void CriSession::hear(const cri::TaskEvent& event, Time now) {
  const std::string& id = event.container_id;
  if (event.kind == cri::TaskEvent::Kind::started) {
    ended_.erase(id);
    heard_.push_back({.id = id, .due = now, .pause = kFirstPause});
    return;
  }
  std::erase_if(heard_, [&](const Heard& heard) { return heard.id == id; });
  if (known_.erase(id) != 0) {
    ended_.insert(id);
    keeper_.gone(id);
  }
}

Result<> CriSession::look_for_heard(Time now) {
  std::vector<Heard> left;
  for (Heard& heard : std::exchange(heard_, {})) {
    if (known_.contains(heard.id)) {
      continue;
    }
    if (heard.due > now) {
      left.push_back(std::move(heard));
      continue;
    }
    PSYS_TRY_ASSIGN(const bool found, look_at(heard.id, News::just_started));
    if (!found && heard.pause <= kLongestPause) {
      heard.due = now + heard.pause;
      heard.pause += heard.pause / 2;
      left.push_back(std::move(heard));
    }
  }
  heard_ = std::move(left);
  return {};
}

std::optional<CriSession::Time> CriSession::next_due() const {
  const auto first = std::ranges::min_element(heard_, {}, &Heard::due);
  return first == heard_.end() ? std::nullopt : std::optional(first->due);
}

}  // namespace podsysctl::agent
