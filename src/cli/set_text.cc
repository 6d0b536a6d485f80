// SPDX-License-Identifier: Apache-2.0
#include "cli/set_text.h"

#include <algorithm>

#include "cli/output.h"
#include "cli/wording.h"
#include "sysctl/value.h"

namespace podsysctl::cli {
namespace {

Table::Colours colours() { return colours_wanted() ? Table::Colours::on : Table::Colours::off; }

std::string effect_of(const sysctl::SysctlKey& key) {
  const sysctl::Entry* const entry = sysctl::find_entry(key);
  return entry == nullptr ? "" : std::string(effect_text(entry->effect));
}

// What a change does not reach.
std::string existing_of(const sysctl::SysctlKey& key) {
  const sysctl::Entry* const entry = sysctl::find_entry(key);
  return entry == nullptr || entry->existing.empty()
             ? ""
             : fmt::format("note: {}: {}\n", key.name(), entry->existing);
}

Colour colour_of(sysctl::ApplyState state) {
  switch (state) {
    case sysctl::ApplyState::applied:
      return Colour::green;
    case sysctl::ApplyState::unchanged:
      return Colour::none;
    case sysctl::ApplyState::refused:
    case sysctl::ApplyState::rolled_back:
      break;
  }
  return Colour::red;
}

std::string sockets_text(const std::vector<live::SocketChange>& sockets) {
  Table table({"SOCKET", "INODE", "PROCESS", "NAME", "WAS", "NOW", "OUTCOME"});
  for (const live::SocketChange& change : sockets) {
    const std::string ends = change.remote.empty()
                                 ? "listener " + change.local
                                 : fmt::format("{} to {}", change.local, change.remote);
    const std::string outcome(to_string(change.outcome));
    table.add({{ends},
               {std::to_string(change.inode)},
               {change.pid == 0 ? "-" : std::to_string(change.pid)},
               {change.key.name()},
               {change.old_value},
               {change.outcome == live::SocketOutcome::refused ? "-" : change.new_value},
               {change.why.empty() ? outcome : fmt::format("{}: {}", outcome, change.why)}});
  }
  return "\n" + table.text(colours());
}

bool was_refreshed(const live::Change& change, const sysctl::SysctlKey& key) {
  return std::ranges::any_of(
      change.sockets, [&key](const live::SocketChange& socket) { return socket.key == key; });
}

}  // namespace

std::string plan_text(const sysctl::Plan& plan) {
  Table table({"NAME", "NOW", "WOULD BE", "TAKES EFFECT"});
  std::string notes;
  for (const sysctl::Step& step : plan.steps) {
    const sysctl::SysctlKey& key = step.setting.key;
    const bool same = !step.unset && sysctl::same_value(key, step.setting.value, step.previous);
    table.add({{key.name()},
               {step.unset ? "-" : sysctl::normalise(step.previous)},
               {same ? step.setting.value + " (already)" : step.setting.value},
               {effect_of(key)}});
    notes += existing_of(key);
  }
  return table.text(colours()) + notes;
}

std::string change_text(const live::Change& change) {
  Table table({"NAME", "WAS", "NOW", "STATE", "TAKES EFFECT"});
  std::string notes;
  for (const sysctl::AppliedSetting& applied : change.application.settings) {
    const sysctl::SysctlKey& key = applied.setting.key;
    table.add({{key.name()},
               {applied.previous.empty() ? "-" : applied.previous},
               {applied.effective.empty() ? "-" : applied.effective},
               {std::string(to_string(applied.state)), colour_of(applied.state)},
               {effect_of(key)}});
    if (!change.application.failure && !was_refreshed(change, key)) {
      notes += existing_of(key);
    }
  }
  return table.text(colours()) + notes +
         (change.sockets.empty() ? "" : sockets_text(change.sockets));
}

}  // namespace podsysctl::cli
