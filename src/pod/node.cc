// SPDX-License-Identifier: Apache-2.0
#include "pod/node.h"

#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "pod/names.h"

namespace podsysctl::pod {
namespace {

Result<> add_label(std::string_view text, Labels& labels) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return Error::of(Code::invalid_argument, "--node-label {} is not of the form KEY=VALUE",
                     in_quotes(text));
  }
  const std::string_view key = text.substr(0, equals);
  const std::string_view value = text.substr(equals + 1);
  const auto bad_key = check_label_key(key);
  const auto bad_value = check_label_value(value);
  if (bad_key || bad_value) {
    return Error::of(Code::invalid_argument, "--node-label: {}", bad_key ? *bad_key : *bad_value);
  }
  labels.insert_or_assign(std::string(key), std::string(value));
  return {};
}

}  // namespace

std::string_view architecture_label(std::string_view machine) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kNames{
      {{"x86_64", "amd64"},
       {"aarch64", "arm64"},
       {"armv7l", "arm"},
       {"armv6l", "arm"},
       {"i386", "386"},
       {"i686", "386"},
       {"loongarch64", "loong64"},
       {"mips64", "mips64le"},
       {"ppc64le", "ppc64le"}}};
  const auto found =
      std::ranges::find(kNames, machine, &std::pair<std::string_view, std::string_view>::first);
  return found == kNames.end() ? machine : found->second;
}

Result<Labels> host_labels(std::span<const std::string> extra) {
  utsname host{};
  if (uname(&host) != 0) {
    return Error::from_errno(errno, "uname");
  }
  Labels labels{{"kubernetes.io/hostname", &host.nodename[0]},
                {"kubernetes.io/os", "linux"},
                {"kubernetes.io/arch", std::string(architecture_label(&host.machine[0]))}};
  for (const std::string& text : extra) {
    PSYS_TRY(add_label(text, labels));
  }
  return labels;
}

Result<> match_node_selector(const Labels& selector, const Labels& node) {
  std::vector<std::string> differences;
  std::vector<std::string> flags;
  for (const auto& [key, wanted] : selector) {
    const auto found = node.find(key);
    if (found != node.end() && found->second == wanted) {
      continue;
    }
    differences.push_back(
        fmt::format("{} must be {}, but {}", key, in_quotes(wanted),
                    found == node.end() ? "is not set" : "is " + in_quotes(found->second)));
    flags.push_back(fmt::format("--node-label {}={}", key, wanted));
  }
  if (differences.empty()) {
    return {};
  }
  return Error::of(Code::denied_by_policy,
                   "the pod's nodeSelector does not match this host: {}\nhint: take the label out "
                   "of spec.nodeSelector, or run with {}",
                   join(differences, "; "), join(flags, " "));
}

}  // namespace podsysctl::pod
