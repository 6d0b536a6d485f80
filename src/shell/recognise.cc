// SPDX-License-Identifier: Apache-2.0
#include "shell/recognise.h"

#include <algorithm>
#include <utility>

#include "shell/evaluator.h"
#include "shell/limits.h"

namespace podsysctl::shell {
namespace {

// Of a variable, with "$(" and ")": longer ones are not looked for, so that time stays linear.
constexpr std::size_t kLongestName = 512;

struct Element {
  std::string text;
  std::vector<Sources::Segment> segments;
};

// $(NAME) as Kubernetes replaces it: what is not known to it stays, $$ is one $.
Element expanded(std::string_view given, const Variables& environment) {
  Element made{"", {{0, 0, false}}};
  std::size_t at = 0;
  const auto go_on_at = [&](std::size_t next) {
    at = next;
    made.segments.push_back({made.text.size(), at, false});
  };
  while (at < given.size()) {
    const std::size_t dollar = std::min(given.find('$', at), given.size());
    made.text.append(given, at, dollar - at);
    at = dollar;
    const std::string_view rest = given.substr(at);
    const std::size_t close =
        rest.starts_with("$(") ? rest.substr(0, kLongestName).find(')') : std::string_view::npos;
    const auto known = close == std::string_view::npos
                           ? environment.end()
                           : environment.find(rest.substr(2, close - 2));
    if (rest.starts_with("$$")) {
      made.text += '$';
      go_on_at(at + 2);
    } else if (known != environment.end()) {
      made.segments.push_back({made.text.size(), at, true});
      made.text += known->second.value_or(std::string(1, kUnknown));
      go_on_at(at + close + 1);
    } else if (at < given.size()) {
      made.text += '$';
      ++at;
    }
    if (made.text.size() > kMaxMadeBytes) {
      break;
    }
  }
  return made;
}

}  // namespace

std::string_view to_string(Means means) noexcept {
  switch (means) {
    case Means::sysctl_command:
      return "sysctl";
    case Means::sysctl_file:
      return "sysctl -p";
    case Means::redirection:
      return "a redirection to /proc/sys";
    case Means::tee:
      return "tee";
    case Means::copy:
      return "a copy to /proc/sys";
  }
  return "";
}

Recognition recognise(std::span<const std::string> argv, const Variables& environment) {
  Evaluator evaluator(environment);
  std::vector<Text> words;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    Element element = expanded(argv[i], environment);
    Text word{element.text, 0, 0, true};
    word.source =
        evaluator.sources().add_element(std::move(element.text), i, std::move(element.segments));
    words.push_back(std::move(word));
  }
  evaluator.run_command_line(words);
  Recognition found = std::move(evaluator).finish();
  const auto stay_inside = [&argv](Place& place) {
    place.offset = std::min(place.offset, argv[place.element].size());
  };
  for (Write& write : found.writes) {
    stay_inside(write.at);
  }
  for (Effect& effect : found.effects) {
    stay_inside(effect.at);
  }
  return found;
}

}  // namespace podsysctl::shell
