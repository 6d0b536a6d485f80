// SPDX-License-Identifier: Apache-2.0
#include "check/located.h"

#include <algorithm>
#include <cstdint>

#include "base/strings.h"

namespace podsysctl::check {

Located locate(std::string_view message, yaml::Position otherwise) {
  std::string_view rest = message;
  const auto take_number = [&rest]() -> std::uint32_t {
    if (!rest.starts_with(':')) {
      return 0;
    }
    rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const auto number = parse_number<std::uint32_t>(rest.substr(0, end));
    rest.remove_prefix(end);
    return number.value_or(0);
  };
  const std::uint32_t line = take_number();
  const std::uint32_t column = take_number();
  if (line == 0 || column == 0 || !rest.starts_with(": ")) {
    return {otherwise, std::string(message)};
  }
  return {{line, column}, std::string(rest.substr(2))};
}

}  // namespace podsysctl::check
