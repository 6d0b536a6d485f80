// SPDX-License-Identifier: Apache-2.0
#include "pod/runtime_facts.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace podsysctl::pod {
namespace {

struct Fact {
  std::string_view field_path;
  std::string RuntimeFacts::* value;
};
constexpr std::array<Fact, 6> kFacts{{{"metadata.uid", &RuntimeFacts::pod_uid},
                                      {"status.podIP", &RuntimeFacts::pod_ip},
                                      {"status.podIPs", &RuntimeFacts::pod_ip},
                                      {"status.hostIP", &RuntimeFacts::host_ip},
                                      {"status.hostIPs", &RuntimeFacts::host_ips},
                                      {"spec.nodeName", &RuntimeFacts::node_name}}};

void fill_in_text(std::string& text, const RuntimeFacts& facts) {
  std::size_t start = 0;
  std::string out;
  for (;;) {
    const std::size_t open = text.find('\0', start);
    const std::size_t close = open == text.npos ? text.npos : text.find('\0', open + 1);
    out.append(text, start, std::min(open, text.size()) - start);
    if (close == text.npos) {
      break;
    }
    const std::string_view name = std::string_view(text).substr(open + 1, close - open - 1);
    const auto fact = std::ranges::find(kFacts, name, &Fact::field_path);
    if (fact != kFacts.end()) {
      out += facts.*(fact->value);
    }
    start = close + 1;
  }
  text = std::move(out);
}

void fill_in_container(Container& container, const RuntimeFacts& facts) {
  for (EnvVar& variable : container.env) {
    fill_in_text(variable.value, facts);
  }
  for (std::string& word : container.command) {
    fill_in_text(word, facts);
  }
  for (std::string& word : container.args) {
    fill_in_text(word, facts);
  }
  for (VolumeMount& mount : container.mounts) {
    fill_in_text(mount.sub_path, facts);
  }
}

}  // namespace

std::optional<std::string> mark_of(std::string_view field_path) {
  if (std::ranges::find(kFacts, field_path, &Fact::field_path) == kFacts.end()) {
    return std::nullopt;
  }
  std::string mark(1, '\0');
  mark += field_path;
  mark += '\0';
  return mark;
}

void fill_in(PodSpec& pod, const RuntimeFacts& facts) {
  for (Container& container : pod.init_containers) {
    fill_in_container(container, facts);
  }
  for (Container& container : pod.containers) {
    fill_in_container(container, facts);
  }
}

}  // namespace podsysctl::pod
