// SPDX-License-Identifier: Apache-2.0
#include "docker/lines.h"

#include <utility>

#include "base/strings.h"

namespace podsysctl::docker {
namespace {

Result<> pass_on(std::string_view line, const LineReader::Use& use) {
  const std::string_view trimmed = trim(line);
  return trimmed.empty() ? Result<>() : use(trimmed);
}

}  // namespace

Result<> LineReader::feed(std::string_view piece, const Use& use) {
  rest_ += piece;
  for (std::size_t end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n')) {
    PSYS_TRY(pass_on(std::string_view(rest_).substr(0, end), use));
    rest_.erase(0, end + 1);
  }
  if (rest_.size() > kLineLimit) {
    return Error::of(Code::invalid_argument, "a line is longer than {} bytes", kLineLimit);
  }
  return {};
}

Result<> LineReader::end(const Use& use) {
  const std::string last = std::exchange(rest_, {});
  return pass_on(last, use);
}

}  // namespace podsysctl::docker
