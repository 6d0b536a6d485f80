// SPDX-License-Identifier: Apache-2.0
#include "cli/check_fix.h"

#include <string>

#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/rewrite_file.h"
#include "migrate/fix.h"

namespace podsysctl::cli {
namespace {

struct Fixed {
  std::string before;
  migrate::FixedText after;
};

Result<Fixed> read_and_fix(const check::InputFile& file, policy::KubernetesVersion version) {
  PSYS_TRY_ASSIGN(std::string text, check::read_input(file));
  PSYS_TRY_ASSIGN(migrate::FixedText fixed, migrate::fix(text, file.path, {version}));
  return Fixed{std::move(text), std::move(fixed)};
}

}  // namespace

std::optional<int> fix_files(std::span<const check::InputFile> files,
                             policy::KubernetesVersion version, FixMode mode) {
  int code = kOk;
  bool stop = mode == FixMode::show;
  for (const check::InputFile& file : files) {
    const bool is_input = file.path == check::kStandardInput;
    const auto fixed = read_and_fix(file, version);
    if (!fixed) {
      // The check itself says so once more, as a finding.
      if (mode == FixMode::show || is_input) {
        complain(fixed.error().message);
        code = kUsage;
      }
      stop = stop || is_input;
      continue;
    }
    for (const auto* const list : {&fixed->after.fixed, &fixed->after.stays}) {
      for (const std::string& line : *list) {
        complain(line);
      }
    }
    const bool changed = !fixed->after.edits.empty();
    if (mode == FixMode::show) {
      print(edit::unified_diff(fixed->before, fixed->after.edits, file.path));
      code = code == kOk && changed ? kFailed : code;
    } else if (is_input) {
      print(fixed->after.text);
      stop = true;
    } else if (changed) {
      const auto written = rewrite_file(file.path, fixed->before, fixed->after.text, Backup::no);
      if (!written) {
        complain(written.error().message);
        return kUsage;
      }
    }
  }
  return stop ? std::optional(code) : std::nullopt;
}

}  // namespace podsysctl::cli
