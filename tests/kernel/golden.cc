// SPDX-License-Identifier: Apache-2.0
#include "golden.h"

#include <algorithm>
#include <cstdlib>

#include "base/strings.h"
#include "linux/file.h"
#include "sysctl/scope.h"

namespace podsysctl::kernel_test {
namespace {

std::string readable(std::string text) {
  std::ranges::replace(text, '\t', ' ');
  return text;
}

}  // namespace

std::string series_of(std::string_view release) {
  const std::size_t dot = release.find('.');
  const std::size_t end = release.find_first_not_of("0123456789", dot + 1);
  return std::string(release.substr(0, end));
}

Golden golden_of(const sysctl::ProbeReport& report) {
  Golden golden;
  for (const sysctl::ProbedKey& probed : report.keys) {
    if (sysctl::scope_of(probed.key) != sysctl::Scope::node) {
      golden[probed.key.name()] =
          fmt::format("{}\t{}\t{}", to_string(probed.scope), to_string(probed.settability),
                      to_string(probed.in_user_namespace));
    }
  }
  return golden;
}

std::string to_text(const Golden& golden) {
  std::string text =
      "# SPDX-License-Identifier: Apache-2.0\n# key\tscope\tsettability\tin a pod with a user "
      "namespace\n";
  for (const auto& [key, finding] : golden) {
    text += fmt::format("{}\t{}\n", key, finding);
  }
  return text;
}

Result<Golden> load_golden(const std::string& series) {
  const char* const folder = std::getenv("PSYS_GOLDEN_DIR");
  const std::string path =
      fmt::format("{}/{}.tsv", folder != nullptr ? folder : PSYS_GOLDEN_SOURCE_DIR, series);
  PSYS_TRY_ASSIGN(const std::string text, linux::read_file(path));
  Golden golden;
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t tab = line.find('\t');
    if (tab != std::string_view::npos && !line.starts_with('#')) {
      golden.emplace(line.substr(0, tab), line.substr(tab + 1));
    }
  }
  return golden;
}

std::vector<std::string> differences(const Golden& golden, const Golden& here,
                                     Completeness completeness) {
  std::vector<std::string> lines;
  for (const auto& [key, wanted] : golden) {
    const auto found = here.find(key);
    if (found == here.end()) {
      if (completeness == Completeness::exact) {
        lines.push_back(fmt::format("{}: golden {}, absent here", key, readable(wanted)));
      }
    } else if (found->second != wanted) {
      lines.push_back(
          fmt::format("{}: golden {}, here {}", key, readable(wanted), readable(found->second)));
    }
  }
  for (const auto& [key, finding] : here) {
    if (completeness == Completeness::exact && !golden.contains(key)) {
      lines.push_back(fmt::format("{}: not in the golden data, here {}", key, readable(finding)));
    }
  }
  return lines;
}

}  // namespace podsysctl::kernel_test
