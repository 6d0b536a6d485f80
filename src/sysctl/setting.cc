// SPDX-License-Identifier: Apache-2.0
#include "sysctl/setting.h"

#include "base/strings.h"

namespace podsysctl::sysctl {
namespace {

constexpr std::size_t kMaxValue = 4096;  // proc_sys_write() takes at most a page in one write

}  // namespace

std::string_view to_string(Origin::Kind kind) noexcept {
  switch (kind) {
    case Origin::Kind::flag:
      return "flag";
    case Origin::Kind::manifest:
      return "manifest";
    case Origin::Kind::annotation:
      return "annotation";
    case Origin::Kind::profile:
      return "profile";
    case Origin::Kind::selected_profile:
      return "selected-profile";
    case Origin::Kind::node_default:
      return "node-default";
    case Origin::Kind::live:
      break;
  }
  return "live";
}

std::string describe(const Origin& origin) {
  std::string text = origin.source.empty() ? std::string(to_string(origin.kind)) : origin.source;
  if (origin.line != 0) {
    text += fmt::format(":{}:{}", origin.line, origin.column);
  }
  return text;
}

Result<Setting> parse_assignment(std::string_view text, Origin origin) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return Error::of(Code::invalid_argument, "{} is not of the form KEY=VALUE", in_quotes(text));
  }
  PSYS_TRY_ASSIGN(SysctlKey key, SysctlKey::parse(text.substr(0, equals)));
  const std::string_view value = text.substr(equals + 1);
  PSYS_TRY(check_value_text(key, value));
  return Setting{std::move(key), std::string(value), std::move(origin)};
}

Result<> check_value_text(const SysctlKey& key, std::string_view value) {
  const auto refuse = [&](std::string_view rule) {
    return Error::of(Code::invalid_argument, "invalid value {} of {}: {}", in_quotes(value),
                     key.name(), rule);
  };
  if (trim(value).empty()) {
    return refuse("it is empty, and the kernel takes an empty write for success without a change");
  }
  if (value.size() >= kMaxValue) {
    return refuse("a value is shorter than 4096 bytes");
  }
  if (value.find('\0') != std::string_view::npos || value.find('\n') != std::string_view::npos) {
    return refuse("NUL and newline are not allowed");
  }
  return {};
}

}  // namespace podsysctl::sysctl
