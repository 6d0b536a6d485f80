// SPDX-License-Identifier: Apache-2.0
#include "cli/wording.h"

#include <vector>

#include <fmt/core.h>

#include "base/strings.h"
#include "cli/facts_json.h"

namespace podsysctl::cli {

using sysctl::Entry;
using sysctl::Settability;

Colour colour_of(Settability settability) {
  switch (settability) {
    case Settability::pod_writable:
      return Colour::green;
    case Settability::leaky:
      return Colour::red;
    case Settability::pod_read_only:
      return Colour::yellow;
    case Settability::node_only:
    case Settability::absent:
      break;
  }
  return Colour::none;
}

std::string_view effect_text(sysctl::Effect effect) {
  using sysctl::Effect;
  switch (effect) {
    case Effect::unknown:
      return "";
    case Effect::at_once:
      return "at once";
    case Effect::next_packet:
      return "with the next packet";
    case Effect::next_segment:
      return "with the next segment";
    case Effect::next_timer:
      return "when a timer is next set";
    case Effect::next_socket:
      return "for sockets made afterwards";
    case Effect::next_connection:
      return "for connections made afterwards";
    case Effect::next_listen:
      return "for sockets that call listen(2) afterwards";
    case Effect::next_object:
      return "for objects made afterwards";
    case Effect::next_interface:
      return "for interfaces made afterwards";
    case Effect::next_process:
      return "for processes started afterwards";
    case Effect::never:
      return "never: nothing reads it";
  }
  return "";
}

std::string kernels_text(const Entry& entry) {
  std::vector<std::string> parts;
  const auto add = [&parts](std::string_view what, std::string_view version) {
    if (!version.empty()) {
      parts.push_back(fmt::format("{} Linux {}", what, version));
    }
  };
  add("there since", entry.since);
  add("visible in a pod since", entry.visible_since);
  add("a pod's own since", entry.namespaced_since);
  add("gone since", entry.removed);
  if (!entry.module.empty()) {
    parts.push_back(fmt::format("only while the module {} is loaded", entry.module));
  }
  if (!entry.config.empty()) {
    parts.push_back(fmt::format("only with CONFIG_{}", entry.config));
  }
  return join(parts, "; ");
}

std::string values_text(const Entry& entry) {
  constexpr std::size_t kLongest = 24;
  std::string text(to_string(entry.type));
  if (entry.type == sysctl::ValueType::boolean) {
    text = "0|1";
  } else if (entry.type == sysctl::ValueType::vector) {
    text += fmt::format(" of {}", entry.elements.size());
  } else if (!entry.elements.empty()) {
    const sysctl::Range& range = entry.elements.front().range;
    text = fmt::format("{}..{}", range.min, range.max);
  } else if (!entry.choices.empty()) {
    std::vector<std::string> choices;
    choices.reserve(entry.choices.size());
    for (const sysctl::Choice& choice : entry.choices) {
      choices.emplace_back(choice.text);
    }
    const std::string all = join(choices, "|");
    text = all.size() <= kLongest ? all : text;
  }
  return text;
}

}  // namespace podsysctl::cli
