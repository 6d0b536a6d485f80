// SPDX-License-Identifier: Apache-2.0
#include "sysctl/key.h"

#include <algorithm>

#include "base/strings.h"

namespace podsysctl::sysctl {
namespace {

constexpr std::size_t kMaxComponent = 255;  // NAME_MAX

std::string with_separators_swapped(std::string_view text) {
  std::string swapped(text);
  for (char& c : swapped) {
    if (c == '.') {
      c = '/';
    } else if (c == '/') {
      c = '.';
    }
  }
  return swapped;
}

std::unexpected<Error> refuse(std::string_view spelling, std::string_view rule) {
  return Error::of(Code::invalid_argument, "invalid sysctl name {}: {}", in_quotes(spelling), rule);
}

Result<> check_component(std::string_view spelling, std::string_view component) {
  if (component.empty()) {
    return refuse(spelling, "a name must not start or end with a separator or hold two in a row");
  }
  if (component == "." || component == "..") {
    return refuse(spelling, R"("." and ".." are not allowed between separators)");
  }
  if (component.size() > kMaxComponent) {
    return refuse(spelling, "a part of a name is at most 255 bytes long");
  }
  return {};
}

// `spelling` is what the caller gave, for the message.
Result<> check_path(std::string_view spelling, std::string_view path) {
  if (path.empty()) {
    return refuse(spelling, "it is empty");
  }
  if (path.size() > SysctlKey::kMaxLength) {
    return refuse(spelling, "a name is at most 512 bytes long");
  }
  if (std::ranges::any_of(path, is_control) || path.find(' ') != std::string_view::npos) {
    return refuse(spelling, "blanks, control characters and NUL are not allowed");
  }
  for (const std::string_view component : split(path, '/')) {
    PSYS_TRY(check_component(spelling, component));
  }
  return {};
}

}  // namespace

Result<SysctlKey> SysctlKey::parse(std::string_view spelling) {
  const std::size_t separator = spelling.find_first_of("./");
  const bool is_path = separator != std::string_view::npos && spelling[separator] == '/';
  const std::string path = is_path ? std::string(spelling) : with_separators_swapped(spelling);
  PSYS_TRY(check_path(spelling, path));
  return SysctlKey(with_separators_swapped(path));
}

Result<SysctlKey> SysctlKey::from_path(std::string_view path) {
  PSYS_TRY(check_path(path, path));
  // Its canonical name would be read as a path again, and mean another file.
  if (path.substr(0, path.find('/')).find('.') != std::string_view::npos) {
    return refuse(path, "the first part of a name has no dot");
  }
  return SysctlKey(with_separators_swapped(path));
}

std::string SysctlKey::path() const { return with_separators_swapped(name_); }

std::vector<std::string> SysctlKey::components() const {
  const std::string file = path();
  std::vector<std::string> parts;
  for (const std::string_view part : split(file, '/')) {
    parts.emplace_back(part);
  }
  return parts;
}

}  // namespace podsysctl::sysctl
