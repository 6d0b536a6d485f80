// SPDX-License-Identifier: Apache-2.0
#include "engine/cri/log_peer.h"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>

#include "linux/file.h"

namespace podsysctl::engine {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kLogLimit = std::size_t{1} << 30U;
// Where the kernel has no pidfds, the process is looked at this often.
constexpr milliseconds kLookAgain{20};

}  // namespace

LogPeer::LogPeer(LogPeer&& other) noexcept
    : logs_(std::move(other.logs_)),
      log_path_(std::move(other.log_path_)),
      formatter_(std::move(other.formatter_)),
      file_(std::move(other.file_)),
      muted_(other.muted_),
      process_(other.process_),
      pidfd_(std::move(other.pidfd_)),
      input_(std::move(other.input_)) {}

Result<LogPeer> LogPeer::open(const std::string& log_path) {
  const std::filesystem::path path = log_path;
  PSYS_TRY_ASSIGN(auto logs, linux::FolderWatch::open(path.parent_path()));
  logs.count_closings_of(path.filename());
  return LogPeer(std::move(logs), log_path);
}

void LogPeer::follow(const linux::ProcessId& process, std::optional<cri::RemoteStreams> input) {
  process_ = process;
  Result<linux::Fd> pidfd = linux::open_pidfd(process.pid);
  pidfd_ = pidfd ? *std::move(pidfd) : linux::Fd();
  input_ = std::move(input);
}

Result<> LogPeer::pump(const Show& show) {
  if (!file_.valid()) {
    Result<linux::Fd> file = linux::open_file(log_path_, O_RDONLY);
    if (!file) {
      return file.error().code == Code::not_found ? Result<>{} : std::unexpected(file.error());
    }
    file_ = *std::move(file);
  }
  PSYS_TRY_ASSIGN(const std::string text, linux::read_all(file_.ref(), log_path_, kLogLimit));
  LogFormatter::Output output;
  formatter_.feed(text, output);
  show(Output::out, output.out);
  show(Output::err, output.err);
  return {};
}

Result<> LogPeer::wait_until_whole(milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  bool changed = true;
  while (changed && logs_.closings() == 0) {
    const auto left =
        std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
    PSYS_TRY_ASSIGN(changed, logs_.wait(std::max(milliseconds(0), left)));
  }
  return {};
}

Result<bool> LogPeer::receive(const Show& show) {
  const bool alive = linux::is_alive(process_);  // before the last look into the log
  PSYS_TRY(logs_.wait(milliseconds(0)));
  if (!muted_) {
    PSYS_TRY(pump(show));
  }
  if (input_) {
    const Result<bool> more =
        input_->receive([](auto, std::string_view) -> Result<> { return {}; });
    if (!more || !*more) {
      input_.reset();  // the container reads no more
    }
  }
  return alive;
}

Result<std::size_t> LogPeer::send(std::string_view text) {
  if (!input_) {
    return Error::of(Code::unavailable, "the container's input has been closed");
  }
  return input_->send_input(text);
}

Result<> LogPeer::end_input() { return input_ ? input_->end_input() : Result<>{}; }

std::vector<linux::FdRef> LogPeer::fds() const { return {logs_.fd(), pidfd_.ref(), input_fd()}; }

milliseconds LogPeer::patience() const {
  if (input_ && input_->has_buffered()) {
    return milliseconds(0);
  }
  return pidfd_.valid() ? milliseconds(-1) : kLookAgain;
}

}  // namespace podsysctl::engine
