// SPDX-License-Identifier: Apache-2.0
#include "node/log_follower.h"

#include <fcntl.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "base/strings.h"
#include "linux/file.h"

namespace podsysctl::node {
namespace {

constexpr std::size_t kLogLimit = std::size_t{1} << 30U;

bool is_replaced(linux::FdRef file, const std::string& path) {
  std::error_code failure;
  const std::string ours = fmt::format("/proc/self/fd/{}", file.get());
  return !std::filesystem::equivalent(ours, path, failure) && !failure;
}

}  // namespace

LogFollower::LogFollower(std::string path, std::string prefix, const FollowOptions& options)
    : path_(std::move(path)),
      prefix_(std::move(prefix)),
      tail_(options.tail),
      formatter_(options.timestamps) {
  formatter_.set_since(options.since);
}

Result<> LogFollower::pump(const Outputs& outputs) {
  if (file_.valid() && is_replaced(file_.ref(), path_)) {
    PSYS_TRY(read_on(outputs));
    file_.close();
  }
  if (!file_.valid()) {
    Result<linux::Fd> file = linux::open_file(path_, O_RDONLY);
    if (!file) {
      return file.error().code == Code::not_found ? Result<>{} : std::unexpected(file.error());
    }
    file_ = *std::move(file);
  }
  return read_on(outputs);
}

Result<> LogFollower::read_on(const Outputs& outputs) {
  PSYS_TRY_ASSIGN(const std::string text, linux::read_all(file_.ref(), path_, kLogLimit));
  std::string_view fresh = text;
  if (const auto tail = std::exchange(tail_, std::nullopt)) {
    fresh = engine::log_tail(fresh, *tail);
  }
  engine::LogFormatter::Output output;
  formatter_.feed(fresh, output);
  PSYS_TRY(linux::write_all(outputs.out, prefixed(output.out), "standard output"));
  return linux::write_all(outputs.err, prefixed(output.err), "standard error");
}

std::string LogFollower::prefixed(std::string_view text) const {
  if (prefix_.empty() || text.empty()) {
    return std::string(text);
  }
  std::string out;
  const bool whole = text.ends_with('\n');
  for (const std::string_view line : split(whole ? text.substr(0, text.size() - 1) : text, '\n')) {
    out += fmt::format("{}{}\n", prefix_, line);
  }
  return out;
}

}  // namespace podsysctl::node
