// SPDX-License-Identifier: Apache-2.0
#include "rules/conf_text.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "policy/alpha_annotations.h"

namespace podsysctl::rules {
namespace {

using sysctl::Setting;
using sysctl::SysctlKey;

struct Line {
  std::string_view text;
  std::size_t number = 0;
};

std::unexpected<Error> refuse(const Line& line, std::string_view why) {
  return Error::of(Code::invalid_argument, "line {}: {}", line.number, why);
}

// Nothing for a comment or an empty line.
Result<std::optional<Setting>> read_line(const Line& line) {
  const std::string_view text = trim(line.text);
  if (text.empty() || text.starts_with('#') || text.starts_with(';')) {
    return std::nullopt;
  }
  if (std::ranges::any_of(text, [](char c) { return c != '\t' && is_control(c); })) {
    return refuse(line, "holds a control character; write one key = value a line");
  }
  if (text.starts_with('-')) {
    return refuse(line, "a leading '-' (ignore failures) is not taken; remove it");
  }
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return refuse(line, fmt::format("{} is not of the form key = value", in_quotes(text)));
  }
  const std::string_view name = trim(text.substr(0, equals));
  const std::string_view value = trim(text.substr(equals + 1));
  auto key = SysctlKey::parse(name);
  if (!key) {
    return refuse(line, key.error().message);
  }
  if (const Result<> checked = check_value_text(*key, value); !checked) {
    return refuse(line, checked.error().message);
  }
  const auto column = static_cast<std::size_t>(text.data() - line.text.data()) + 1;
  std::string spelling = name == key->name() ? "" : std::string(name);
  return Setting{*std::move(key),
                 std::string(value),
                 {.kind = sysctl::Origin::Kind::annotation,
                  .source = std::string(kConfAnnotation),
                  .line = line.number,
                  .column = column},
                 std::move(spelling)};
}

Result<> add(Setting setting, const Line& line, std::vector<Setting>& settings) {
  const auto twice = std::ranges::find(settings, setting.key, &Setting::key);
  if (twice == settings.end()) {
    if (settings.size() == kMostSettings) {
      return refuse(line, fmt::format("at most {} sysctls are taken", kMostSettings));
    }
    settings.push_back(std::move(setting));
    return {};
  }
  if (twice->value == setting.value) {
    return {};
  }
  return refuse(line, fmt::format("{} has another value in line {}; keep one of the two",
                                  setting.key.name(), twice->origin.line));
}

}  // namespace

Result<std::vector<Setting>> parse_conf_text(std::string_view text) {
  if (text.size() > policy::kMaxAnnotationBytes) {
    return Error::of(Code::invalid_argument, "has {} bytes, and at most {} are taken", text.size(),
                     policy::kMaxAnnotationBytes);
  }
  std::vector<Setting> settings;
  Line line;
  for (const std::string_view each : split(text, '\n')) {
    line = {each, line.number + 1};
    PSYS_TRY_ASSIGN(std::optional<Setting> setting, read_line(line));
    if (setting) {
      PSYS_TRY(add(*std::move(setting), line, settings));
    }
  }
  return settings;
}

}  // namespace podsysctl::rules
