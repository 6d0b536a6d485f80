// SPDX-License-Identifier: Apache-2.0
#include "http/target.h"

#include <cstdint>
#include <utility>

#include "base/strings.h"

namespace podsysctl::http {
namespace {

// '+' is a blank in a query only.
Result<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto byte = parse_number<std::uint8_t>(text.substr(i + 1, 2), 16);
    if (i + 2 >= text.size() || !byte || *byte == 0) {
      return Error::of(Code::invalid_argument, "{} is no percent-encoded text", in_quotes(text));
    }
    out += static_cast<char>(*byte);
    i += 2;
  }
  return out;
}

}  // namespace

std::string Target::option(const std::string& name) const {
  const auto found = query.lower_bound(name);  // the first of several
  return found == query.end() || found->first != name ? std::string() : found->second;
}

std::vector<std::string> Target::options(const std::string& name) const {
  std::vector<std::string> values;
  const auto [first, last] = query.equal_range(name);
  for (auto at = first; at != last; ++at) {
    values.push_back(at->second);
  }
  return values;
}

Result<Target> parse_target(std::string_view text) {
  if (!text.starts_with('/')) {
    return Error::of(Code::invalid_argument, "{} is no path of this server", in_quotes(text));
  }
  Target target;
  const std::size_t mark = text.find('?');
  for (const std::string_view segment : split(text.substr(1, mark - 1), '/')) {
    PSYS_TRY_ASSIGN(std::string plain, decoded(segment));
    target.path.push_back(std::move(plain));
  }
  if (mark != std::string_view::npos && mark + 1 < text.size()) {
    for (const std::string_view pair : split(text.substr(mark + 1), '&')) {
      const std::size_t equals = pair.find('=');
      PSYS_TRY_ASSIGN(std::string name, decoded(pair.substr(0, equals)));
      PSYS_TRY_ASSIGN(
          std::string value,
          decoded(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1)));
      target.query.emplace(std::move(name), std::move(value));
    }
  }
  return target;
}

}  // namespace podsysctl::http
