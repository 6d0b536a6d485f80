// SPDX-License-Identifier: Apache-2.0
#include "migrate/commands.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace podsysctl::migrate {
namespace {

using yaml::Kind;
using yaml::Node;
using yaml::Position;
using yaml::Value;

// Images whose `args` are the command line, because they have no entrypoint of their own.
constexpr std::array<std::string_view, 12> kNoEntrypoint{
    "busybox", "alpine",      "debian",      "ubuntu",  "centos",     "fedora",
    "ubi8",    "ubi-minimal", "amazonlinux", "minideb", "rockylinux", "almalinux"};

struct Words {
  std::vector<std::string> argv;
  std::vector<const Node*> nodes;
  bool complete = true;
};

void append(const Value& container, std::string_view field, Words& words) {
  const auto list = container.find(field);
  if (!list) {
    return;
  }
  words.complete = words.complete && list->node().kind == Kind::sequence;
  for (const Node* const item : list->node().items) {
    words.complete = words.complete && item->kind == Kind::scalar;
    words.argv.emplace_back(item->text);
    words.nodes.push_back(item);
  }
}

std::string text_in(const Value& mapping, std::string_view name) {
  const auto found = mapping.find(name);
  return found && found->node().kind == Kind::scalar ? std::string(found->node().text) : "";
}

// Literal values only; what comes from elsewhere is known by name alone.
shell::Variables environment_of(const Value& container) {
  shell::Variables environment;
  const auto list = container.find("env");
  if (!list || list->node().kind != Kind::sequence) {
    return environment;
  }
  for (std::size_t i = 0; i < list->node().items.size(); ++i) {
    const Value item = list->item(i);
    const std::string name = text_in(item, "name");
    const std::string value = text_in(item, "value");
    if (!name.empty()) {
      // A value with $(...) is expanded by the kubelet first.
      const bool literal = !item.find("valueFrom") && value.find("$(") == std::string::npos;
      environment[name] = literal ? std::optional(value) : std::nullopt;
    }
  }
  return environment;
}

bool has_no_entrypoint(std::string_view image) {
  image = image.substr(image.rfind('/') + 1);
  image = image.substr(0, image.find_first_of(":@"));
  return std::ranges::find(kNoEntrypoint, image) != kNoEntrypoint.end();
}

// The place of a byte of a scalar's text: exact in literals and in plain or quoted words without
// escapes, else the scalar's.
Position place_in(const Node& scalar, std::size_t offset, const edit::TextMap& map) {
  const auto begin = map.offset(scalar.at);
  if (!begin) {
    return scalar.at;
  }
  const std::string_view raw = map.text().substr(*begin);
  const std::string_view before = scalar.text.substr(0, offset);
  if (raw.starts_with('|')) {
    const std::size_t line_start = before.rfind('\n') + 1;
    const std::string_view line =
        scalar.text.substr(line_start, scalar.text.find('\n', line_start) - line_start);
    const auto lines = static_cast<std::uint32_t>(std::ranges::count(before, '\n'));
    Position at{scalar.at.line + 1 + lines, 1};
    const auto raw_line = map.offset(at);
    if (!raw_line) {
      return scalar.at;
    }
    const std::size_t indent = map.text().substr(*raw_line).find_first_not_of(' ');
    if (!map.text().substr(*raw_line + indent).starts_with(trim(line))) {
      return scalar.at;
    }
    const std::size_t cut = line.find_first_not_of(' ');
    at.column += static_cast<std::uint32_t>(indent + (before.size() - line_start) -
                                            std::min(cut, before.size() - line_start));
    return at;
  }
  const std::size_t quote = raw.starts_with('"') || raw.starts_with('\'') ? 1 : 0;
  const bool same = raw.substr(std::min(quote, raw.size())).starts_with(before);
  if (!same || before.find_first_of("\n\r") != std::string_view::npos) {
    return scalar.at;
  }
  const auto characters = std::ranges::count_if(
      before, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  return {scalar.at.line, scalar.at.column + static_cast<std::uint32_t>(quote) +
                              static_cast<std::uint32_t>(characters)};
}

void add_list(const Value& holder, std::string_view field, Container::Role role,
              std::size_t holder_index, std::vector<Container>& into) {
  const auto list = holder.find(field);
  if (!list || list->node().kind != Kind::sequence) {
    return;
  }
  for (std::size_t i = 0; i < list->node().items.size(); ++i) {
    const Value item = list->item(i);
    if (item.node().kind == Kind::mapping) {
      into.push_back({item, role, holder_index, i, text_in(item, "name")});
    }
  }
}

void judge(const Container& container, const Words& words, const shell::Recognition& found,
           const edit::TextMap& map, Behaviour& behaviour) {
  const auto stay = [&behaviour](std::string why, Position at) {
    if (!behaviour.stays) {
      behaviour.stays = std::move(why);
      behaviour.stays_at = at;
    }
  };
  for (const shell::Effect& effect : found.effects) {
    if (effect.reach == shell::Effect::Reach::lasting) {
      stay(fmt::format("its command does more: it {}", effect.what),
           place_in(*words.nodes[effect.at.element], effect.at.offset, map));
    }
  }
  if (!words.complete) {
    stay("its command is no list of texts", container.value.at());
  }
  if (!container.value.find("command") && !has_no_entrypoint(text_in(container.value, "image"))) {
    stay("it has no `command`: what its image does with `args` is not known", container.value.at());
  }
  if (const auto hooks = container.value.find("lifecycle")) {
    stay("it has a `lifecycle` too", hooks->at());
  }
}

}  // namespace

std::string Container::described() const {
  const std::string_view kind = role == Role::regular ? "container" : "init container";
  return name.empty() ? fmt::format("{} {}", kind, index)
                      : fmt::format("{} {}", kind, in_quotes(name));
}

std::vector<Container> containers_of(const pod::Workload& workload) {
  std::vector<Container> all;
  add_list(workload.spec, "initContainers", Container::Role::init, 0, all);
  std::vector<Container> regular;
  add_list(workload.spec, "containers", Container::Role::regular, 0, regular);
  for (const Container& container : regular) {
    add_list(container.value, "initContainers", Container::Role::misplaced, container.index, all);
  }
  all.insert(all.end(), regular.begin(), regular.end());
  return all;
}

std::optional<Behaviour> behaviour_of(const Container& container, const edit::TextMap& map) {
  Words words;
  append(container.value, "command", words);
  append(container.value, "args", words);
  const bool mentions = std::ranges::any_of(words.argv, [](const std::string& word) {
    return word.find("sysctl") != std::string::npos || word.find("proc") != std::string::npos;
  });
  if (!mentions) {
    return std::nullopt;
  }
  const shell::Recognition found = shell::recognise(words.argv, environment_of(container.value));
  if (found.writes.empty()) {
    return std::nullopt;
  }
  Behaviour behaviour;
  for (const shell::Write& write : found.writes) {
    behaviour.writes.push_back(
        {write, place_in(*words.nodes[write.at.element], write.at.offset, map)});
  }
  judge(container, words, found, map, behaviour);
  return behaviour;
}

}  // namespace podsysctl::migrate
